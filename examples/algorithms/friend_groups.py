"""Disjoint sets (union-find) with path halving and union by size."""
from typing import Dict, List


class DisjointSets:
    def __init__(self):
        self.parent: Dict[int, int] = {}
        self.size: Dict[int, int] = {}

    def add(self, element):
        if element not in self.parent:
            self.parent[element] = element
            self.size[element] = 1

    def find(self, element):
        while self.parent[element] != element:
            self.parent[element] = self.parent[self.parent[element]]
            element = self.parent[element]
        return element

    def union(self, one, other):
        a, b = self.find(one), self.find(other)
        if a == b:
            return False
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.parent[b] = a
        self.size[a] += self.size[b]
        return True

    def sizes(self):
        return sorted((self.size[e] for e, p in self.parent.items() if e == p), reverse=True)


def group_sizes(people: int, parties: List[List[int]]) -> List[int]:
    """Return the sizes of the circles of friends, largest first, without people who are alone.

    People are numbered from 0. Everybody at a party becomes friends with everybody
    else there, and a friend's friend belongs to the same circle. Guests' numbers
    wrap around, so guest 12 of 10 people is person 2.
    """
    if people < 1:
        raise ValueError("there must be somebody")
    circles = DisjointSets()
    for party in parties:
        guests = [guest % people for guest in party]
        for guest in guests:
            circles.add(guest)
            circles.union(guests[0], guest)
    return [size for size in circles.sizes() if size > 1]
