"""An elevator that keeps its direction as long as there is work ahead."""
from enum import Enum


class Direction(Enum):
    UP = 1
    DOWN = -1

    def opposite(self):
        return Direction.DOWN if self is Direction.UP else Direction.UP


class Elevator:
    def __init__(self, floor):
        self.floor = floor
        self.direction = Direction.UP
        self.travelled = 0
        self.log = []

    def serve(self, calls):
        waiting = set(calls)
        while waiting:
            target = self.next_stop(waiting)
            if target is None:
                self.direction = self.direction.opposite()
                continue
            self.travelled += abs(target - self.floor)
            self.floor = target
            self.log.append(target)
            waiting.discard(target)

    def next_stop(self, waiting):
        """The nearest call ahead, or None if all calls lie behind."""
        sign = self.direction.value
        ahead = [floor for floor in waiting if (floor - self.floor) * sign >= 0]
        return min(ahead, key=lambda floor: abs(floor - self.floor), default=None)


def ride(start: int, calls: list[int]) -> dict:
    """Serve all calls from a starting floor, going up first and turning only when nothing is ahead.

    Returns the stops in their order, the number of floors travelled and the floor
    where the elevator rests. Several calls for one floor are a single stop.
    """
    elevator = Elevator(start)
    elevator.serve(calls)
    return {
        "stops": elevator.log,
        "travelled": elevator.travelled,
        "rests_at": elevator.floor,
    }


if __name__ == "__main__":
    print(ride(4, [1, 7, 5, 0, 7]))
