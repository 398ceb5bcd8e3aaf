"""Ten-pin bowling."""
from typing import List


def bowlingScore(rolls: List[int]) -> int:
    """Score a game of ten-pin bowling that may still be going on.

    Each number is the pins knocked down by a ball, in at most ten frames of two balls;
    it can't be less than 0 or more than the pins that stand. A strike (all ten with
    the first ball) adds the next two balls, a spare (all ten with two balls) the
    next ball, as far as they have been rolled already.
    """
    balls = cleanRolls(rolls)
    total = 0
    i = 0
    for frame in range(10):
        if i >= len(balls):
            break
        if balls[i] == 10:
            total += sum(balls[i:i + 3])
            i += 1
        elif sum(balls[i:i + 2]) == 10:
            total += sum(balls[i:i + 3])
            i += 2
        else:
            total += sum(balls[i:i + 2])
            i += 2
    return total


def cleanRolls(rolls):
    """Limit each ball to the pins that are standing when it is rolled."""
    balls = []
    standing = 10
    second = False
    for roll in rolls:
        pins = min(max(roll, 0), standing)
        balls.append(pins)
        standing -= pins
        if second or standing == 0:
            standing = 10
            second = False
        else:
            second = True
    return balls


if __name__ == '__main__':
    print(bowlingScore([10] * 12))                       # 300
    print(bowlingScore([9, 0] * 10))                     # 90
    print(bowlingScore([5] * 21))                        # 150
