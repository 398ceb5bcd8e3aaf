"""A least-recently-used cache, and what a series of requests does to it."""
from collections import OrderedDict


class LRUCache:
    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("a cache needs room for at least one entry")
        self.capacity = capacity
        self.entries = OrderedDict()
        self.hits = 0
        self.misses = 0

    def get(self, key, load):
        """Return the entry for key, loading it (and evicting the oldest) on a miss."""
        if key in self.entries:
            self.hits += 1
            self.entries.move_to_end(key)
            return self.entries[key]
        self.misses += 1
        value = self.entries[key] = load(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)
        return value


def replay(capacity: int, requests: list[int]) -> dict:
    """Send requests for pages to a cache of some capacity and count hits and misses.

    Only the last digit of a request names its page. "kept" lists the pages that
    remain in the cache, the least recently used first. Capacities above 5 are cut to 5.
    """
    cache = LRUCache(min(capacity, 5))
    for request in requests:
        cache.get(abs(request) % 10, load=lambda page: f"page {page}")
    return {"hits": cache.hits, "misses": cache.misses, "kept": list(cache.entries)}


if __name__ == "__main__":
    pages = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2]
    for capacity in (1, 2, 3, 4, 5):
        print(capacity, replay(capacity, pages))
