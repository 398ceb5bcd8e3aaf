"""First-fit decreasing: never more than 11/9 of the best number of bins (plus one)."""
from dataclasses import dataclass, field


@dataclass
class Bin:
    capacity: int
    items: list[int] = field(default_factory=list)

    @property
    def room(self) -> int:
        return self.capacity - sum(self.items)

    def fits(self, item: int) -> bool:
        return item <= self.room


def pack(items: list[int], capacity: int) -> dict:
    """Pack items into bins of the given capacity, the largest item first.

    Each item goes into the first bin that has room for it; a new bin is opened
    when none has. Items of no size are ignored, items larger than a bin are
    returned as "too_large". "waste" is the room left over in all bins.
    """
    if capacity <= 0:
        raise ValueError("capacity must be positive")
    bins: list[Bin] = []
    too_large = []
    for item in sorted(items, reverse=True):
        if item <= 0:
            continue
        if item > capacity:
            too_large.append(item)
            continue
        place = next((b for b in bins if b.fits(item)), None)
        if place is None:
            place = Bin(capacity)
            bins.append(place)
        place.items.append(item)
    return {
        "bins": [b.items for b in bins],
        "too_large": too_large,
        "waste": sum(b.room for b in bins),
    }
