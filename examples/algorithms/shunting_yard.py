"""Dijkstra's shunting yard: infix arithmetic with precedence, on two stacks."""

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "%": 2}

APPLY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "%": lambda a, b: a % b if b else a,
}


def evaluate(numbers: list[int], operators: str) -> int:
    """Evaluate the numbers with the operators written between them, * and % before + and -.

    The operators are read in turn, from the first again when there are too few. A
    character that is no operator counts as "+" if it is a vowel and as "-" otherwise;
    with no operators at all everything is added. A remainder by zero leaves the left
    number as it is, and no numbers give 0.

    >>> evaluate([2, 3, 4], "+*")
    14
    """
    if not numbers:
        return 0
    signs = [normalise(sign) for sign in operators] or ["+"]
    operands, pending = [numbers[0]], []
    for index, number in enumerate(numbers[1:]):
        sign = signs[index % len(signs)]
        while pending and PRECEDENCE[pending[-1]] >= PRECEDENCE[sign]:
            reduce_top(operands, pending)
        pending.append(sign)
        operands.append(number)
    while pending:
        reduce_top(operands, pending)
    return operands[0]


def normalise(sign):
    if sign in PRECEDENCE:
        return sign
    return "+" if sign.lower() in "aeiou" else "-"


def reduce_top(operands, pending):
    right = operands.pop()
    left = operands.pop()
    operands.append(APPLY[pending.pop()](left, right))
