"""Metrics for Prometheus: ``exposing`` tells them; each other module holds some families.

``docs/metrics.md`` lists all of them; a test holds it to the code, which writes it anew by
``listed()``.
"""

from codeiod.web.metrics.exposing import SECTIONS, collect, routes
from codeiod.web.metrics.family import Family, Kind, Sight
from codeiod.web.metrics.listing import listed

__all__ = ["SECTIONS", "Family", "Kind", "Sight", "collect", "listed", "routes"]
