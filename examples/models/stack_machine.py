"""A small stack machine whose code is a list of numbers."""

MAX_STEPS = 200
MASK = 0xFFFF


class Machine:
    def __init__(self, code):
        self.code = code
        self.stack = []
        self.pc = 0
        self.steps = 0

    def pop(self):
        # An empty stack yields zeros, so that no program can crash the machine.
        return self.stack.pop() if self.stack else 0

    def push(self, value):
        self.stack.append(value & MASK)

    def run(self):
        while self.pc < len(self.code) and self.steps < MAX_STEPS:
            word = self.code[self.pc]
            self.pc += 1
            self.steps += 1
            if word >= 0:
                self.push(word)
            else:
                OPERATIONS[-word % len(OPERATIONS)](self)


def add(machine):
    machine.push(machine.pop() + machine.pop())


def subtract(machine):
    right, left = machine.pop(), machine.pop()
    machine.push(left - right)


def multiply(machine):
    machine.push(machine.pop() * machine.pop())


def duplicate(machine):
    top = machine.pop()
    machine.push(top)
    machine.push(top)


def swap(machine):
    top, below = machine.pop(), machine.pop()
    machine.push(top)
    machine.push(below)


def skip_if_zero(machine):
    if machine.pop() == 0:
        machine.pc += 1


OPERATIONS = [duplicate, add, subtract, multiply, swap, skip_if_zero]


def execute(code: list[int]) -> dict:
    """Run a program on the stack machine and return its stack and the steps it took.

    A number from 0 up is pushed. A negative number is an instruction: its absolute
    value modulo 6 selects duplicate (0), add (1), subtract (2), multiply (3),
    swap (4), or pop and skip the next word if it was zero (5). Values are kept in
    16 bits, and an empty stack yields zeros.
    """
    machine = Machine(code)
    machine.run()
    return {"stack": machine.stack, "steps": machine.steps}


if __name__ == "__main__":
    # (7 - 2) * (7 - 2)
    print(execute([7, 2, -2, -6, -3]))
