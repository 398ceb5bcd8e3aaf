"""One family of metrics: what it is called, what it tells, and where its values are read.

May import ``reports.affairs``, ``telemetry`` and prometheus-client's plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from codeiod.reports.affairs import Affairs
from codeiod.telemetry import Distribution, Telemetry


class Kind(StrEnum):
    """How a metric goes on."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Sight:
    """All that metrics are read from, at one moment."""

    affairs: Affairs
    telemetry: Telemetry


Labels: TypeAlias = tuple[str, ...]
Values: TypeAlias = Iterable[tuple[Labels, float | Distribution]]


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics of one name."""

    name: str
    kind: Kind
    text: str
    labels: Labels
    read: Callable[[Sight], Values]
    """Gives the values of the labels, and with them a number, or a histogram's distribution."""

    def collect(self, sight: Sight) -> Metric:
        """Copy the present values."""
        if self.kind is Kind.HISTOGRAM:
            return self._histogram(sight)
        make = CounterMetricFamily if self.kind is Kind.COUNTER else GaugeMetricFamily
        metric: CounterMetricFamily | GaugeMetricFamily = make(
            self.name, self.text, labels=self.labels
        )
        for labels, value in self.read(sight):
            if isinstance(value, Distribution):
                raise TypeError(f"{self.name} is no histogram")
            metric.add_metric(labels, value)
        return metric

    def _histogram(self, sight: Sight) -> Metric:
        metric = HistogramMetricFamily(self.name, self.text, labels=self.labels)
        for labels, value in self.read(sight):
            if not isinstance(value, Distribution):
                raise TypeError(f"{self.name} is a histogram")
            metric.add_metric(labels, _buckets(value), value.total)
        return metric


def _buckets(distribution: Distribution) -> list[tuple[str, float]]:
    """Return the buckets as Prometheus has them: each with all that is in those below."""
    bounds = [*(format(bound, "g") for bound in distribution.bounds), "+Inf"]
    buckets, below = [], 0
    for bound, count in zip(bounds, distribution.counts, strict=True):
        below += count
        buckets.append((bound, float(below)))
    return buckets


def counter(name: str, text: str, labels: Labels, read: Callable[[Sight], Values]) -> Family:
    """Make a family that only grows while a daemon lives; its name ends in ``_total``."""
    return Family(name, Kind.COUNTER, text, labels, read)


def gauge(name: str, text: str, labels: Labels, read: Callable[[Sight], Values]) -> Family:
    """Make a family that goes up and down."""
    return Family(name, Kind.GAUGE, text, labels, read)


def histogram(name: str, text: str, labels: Labels, read: Callable[[Sight], Values]) -> Family:
    """Make a family of distributions."""
    return Family(name, Kind.HISTOGRAM, text, labels, read)


def alone(value: float) -> Values:
    """Give one value without labels."""
    return [((), value)]
