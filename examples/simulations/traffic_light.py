"""A pedestrian crossing: a state machine driven by seconds and by a button."""

DURATION = {"green": 20, "yellow": 3, "red": 10, "red-yellow": 2}
FOLLOWING = {"green": "yellow", "yellow": "red", "red": "red-yellow", "red-yellow": "green"}

# After a pedestrian has pressed the button, green ends as soon as it lasted this long.
SHORTENED_GREEN = 8


def light_at(second: int, presses: list[int]) -> str:
    """Tell what cars see after some seconds, given the seconds at which the button was pressed.

    The light turns green at second 0 and stays green for 20 seconds, or for 8 if the
    button is pressed during green (at once if the 8 are over). Then come yellow (3),
    red (10) and red-yellow (2). Presses at other times do nothing. Before second 0
    the light is "off".
    """
    if second < 0:
        return "off"
    state = "green"
    lit_for = 0
    requested = False
    for now in range(second + 1):
        if state == "green" and now in presses:
            requested = True
        limit = SHORTENED_GREEN if state == "green" and requested else DURATION[state]
        if lit_for >= limit:
            state = FOLLOWING[state]
            lit_for = 0
            requested = False
        lit_for += 1
    return state


if __name__ == "__main__":
    previous = None
    for t in range(80):
        light = light_at(t, [4, 50])
        if light != previous:
            print(f"{t:3} s  {light}")
        previous = light
