"""``/metrics``: all families as text, for Prometheus and whoever reads its format.

May import its neighbours, ``web.daemon``, aiohttp and prometheus-client. The values are copied on
the loop; writing them down, and asking the system about the process, is done in a thread.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from functools import cache, partial

from aiohttp import hdrs, web
from anyio import to_thread
from prometheus_client import ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from codeiod.web.daemon import Daemon
from codeiod.web.metrics.family import Family, Sight
from codeiod.web.metrics.machine import FOLDERS, JOURNAL, SANDBOX
from codeiod.web.metrics.teaching import TEACHER
from codeiod.web.metrics.work import COST, DAEMON, ITEMS

SECTIONS: dict[str, tuple[Family, ...]] = {
    "The daemon": DAEMON,
    "Items and samples": ITEMS,
    "The teacher": TEACHER,
    "Money": COST,
    "The sandbox": SANDBOX,
    "The journal and its disk": JOURNAL,
    "Watched folders": FOLDERS,
}
"""All families, as ``docs/metrics.md`` lists them."""
GZIP_LEVEL = 1


class Scrape(Collector):
    """The metrics of one moment, and those of the process."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Go through all of them."""
        yield from self._metrics
        yield from _process().collect()


def routes(daemon: Daemon) -> list[web.RouteDef]:
    """Return the routes that tell a daemon's metrics."""
    return [web.get("/metrics", partial(_answer, daemon), allow_head=False)]


def collect(sight: Sight) -> list[Metric]:
    """Copy all metrics as they stand."""
    families = (family for section in SECTIONS.values() for family in section)
    return [family.collect(sight) for family in families]


async def _answer(daemon: Daemon, request: web.Request) -> web.Response:
    scrape = Scrape(collect(Sight(daemon.affairs(), daemon.telemetry())))
    encode, content_type = choose_encoder(request.headers.get(hdrs.ACCEPT, ""))
    packed = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    body = await to_thread.run_sync(lambda: _pack(encode(scrape), packed=packed))
    headers = {hdrs.CONTENT_TYPE: content_type}
    if packed:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=body, headers=headers)


def _pack(text: bytes, *, packed: bool) -> bytes:
    return gzip.compress(text, GZIP_LEVEL) if packed else text


@cache
def _process() -> ProcessCollector:
    return ProcessCollector(registry=None)
