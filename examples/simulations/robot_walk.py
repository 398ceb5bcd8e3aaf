"""
Robot on a grid, steered by a word.

  vowel      -> turn right by 90 degrees
  consonant  -> one step ahead
  capitals   -> two steps instead of one
"""

HEADINGS = ["north", "east", "south", "west"]
DELTAS = [(0, 1), (1, 0), (0, -1), (-1, 0)]


class Robot(object):
  """Knows where it is and where it looks; walls are somebody else's problem."""

  def __init__(self):
    self.x = 0
    self.y = 0
    self.heading = 0

  def turn_right(self):
    self.heading = (self.heading + 1) % 4

  def step(self, count=1):
    dx, dy = DELTAS[self.heading]
    self.x += dx * count
    self.y += dy * count


def drive(program: str) -> dict:
  """Drive a robot that starts at (0, 0) looking north, and report where it ends.

  Each vowel in the program turns it right, each other letter moves it one step
  ahead, or two if the letter is a capital. Anything that is no letter is ignored.
  """
  robot = Robot()
  for letter in program:
    if not letter.isalpha():
      continue
    if letter.lower() in "aeiou":
      robot.turn_right()
    else:
      robot.step(2 if letter.isupper() else 1)
  return {"x": robot.x, "y": robot.y, "heading": HEADINGS[robot.heading]}


if __name__ == "__main__":
  print(drive("Left and right"))
