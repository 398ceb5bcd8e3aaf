# -*- coding: latin-1 -*-
# Auteur: Renée Müller, Zürich


def average(notes: list[int]) -> float:
    """Return the average of some marks (older than UTF-8)."""
    return sum(notes) / len(notes) if notes else 0.0
