"""Metrics are told under standard names, as promtool wants them, true to what was counted."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from anyio import to_thread
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from codeiod.items import Stage, Usage
from codeiod.journal.state import State
from codeiod.journal.tally import TaskTally
from codeiod.reports.affairs import (
    Affairs,
    BudgetAffairs,
    CallInFlight,
    EndpointAffairs,
    EndpointState,
    FunnelCounts,
    JournalAffairs,
    Phase,
    SandboxAffairs,
    WatchAffairs,
)
from codeiod.reports.forecast import Range
from codeiod.reports.status import CallCounts, ItemCounts, report_of
from codeiod.telemetry import EndpointMeter, Telemetry
from codeiod.web import health, metrics
from codeiod.web.metrics import Kind, Sight

REPOSITORY = Path(__file__).resolve().parents[2]
FAMILIES = [family for section in metrics.SECTIONS.values() for family in section]


def _affairs() -> Affairs:
    """Return affairs in which there is something of everything."""
    report = report_of(State())
    report = replace(
        report,
        entries=14,
        duplicates=2,
        items=ItemCounts(7, 3, 2),
        rejected={"unparsable": 3},
        samples={"output_prediction": TaskTally(20, 11, 4)},
        rejected_samples={"truncated": 1},
        calls=CallCounts(100, 8, 1, 2),
        tokens=Usage(9000, 500, 3000),
        money={"USD": 1.25},
        money_perhaps={"USD": 0.5},
        forecast=replace(report.forecast, money={"USD": Range(1, 2, 3)}, seconds=Range(5, 6, 7)),
    )
    return Affairs(
        phase=Phase.WORKING,
        why="",
        ready=True,
        version="1.2",
        pid=1,
        directory="out",
        at=10.0,
        started_at=1.0,
        report=report,
        funnel=FunnelCounts(
            9, 8, 7, 7, 1, {"output_prediction": 20}, {"output_prediction": 11}, {}
        ),
        inside=2,
        in_flight=1,
        teacher="openai",
        endpoints=(
            EndpointAffairs(
                name="main",
                url="https://user@api.example.org:8443/v1",
                model='a "model"\\with\nsigns',
                state=EndpointState.RESTING,
                in_flight=1,
                limit=8,
                max_in_flight=64,
                waiting=3,
                retrying=1,
                requests_per_minute=120,
                tokens_per_minute=6000,
            ),
        ),
        sandbox=SandboxAffairs(3, 2, 1, 4, 30, {"returned": 28, "timed_out": 2}),
        budget=BudgetAffairs("USD", money=50.0, spent_money=1.75, spent_tokens=12000),
        watched=(WatchAffairs("/drop", taken=5, unsettled=1, scan_seconds=0.25),),
        journal=JournalAffairs(1, 4096, 3, disk_free_bytes=1 << 30),
        calls=(CallInFlight("aa", "unify/1", "main", 12.5),),
    )


def _telemetry() -> Telemetry:
    meter = EndpointMeter()
    calls = meter.of(Stage.UNIFY)
    calls.queued.note(0.5)
    for seconds in (0.5, 1.5, 2000.0):
        calls.note_answer(seconds, Usage(100, 40, 10), truncated=seconds > 1000)
    calls.note_failure(0.02, "status")
    telemetry = Telemetry({"main": meter})
    telemetry.sandbox.note_job(0.25, [object()])
    telemetry.syncs.note(0.002)
    return telemetry


@dataclass
class Watched:
    """A daemon, as far as it is looked at."""

    shown: Affairs = field(default_factory=_affairs)
    meters: Telemetry = field(default_factory=_telemetry)

    def affairs(self) -> Affairs:
        return self.shown

    def telemetry(self) -> Telemetry:
        return self.meters


@asynccontextmanager
async def asked(daemon: Watched) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Serve metrics and health of a daemon."""
    app = web.Application()
    app.add_routes(metrics.routes(daemon))  # type: ignore[arg-type]  # as far as it is looked at
    app.add_routes(health.routes(daemon))  # type: ignore[arg-type]  # the same
    async with TestClient(TestServer(app)) as client:
        yield client


async def told(daemon: Watched, accept: str = "") -> str:
    async with asked(daemon) as client:
        answer = await client.get("/metrics", headers={"Accept": accept})
        assert answer.status == 200
        return await answer.text()


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for metric in text_string_to_metric_families(text)
        for sample in metric.samples
    }


async def test_what_was_counted_is_told() -> None:
    """Values, labels and buckets are those that were counted, whatever is in a label."""
    found = samples(await told(Watched()))

    def value(name: str, **labels: str) -> float:
        (one,) = [
            v
            for (n, given), v in found.items()
            if n == name and labels.items() <= dict(given).items()
        ]
        return one

    model = 'a "model"\\with\nsigns'
    duration = "gen_ai_client_operation_duration_seconds"
    good = {"stage": "unify", "error_type": "", "server_address": "api.example.org"}
    assert value(f"{duration}_count", **good, gen_ai_request_model=model) == 3
    assert value(f"{duration}_sum", **good) == 2002.0
    assert value(f"{duration}_bucket", **good, le="0.64") == 1
    assert value(f"{duration}_bucket", **good, le="+Inf") == 3
    assert value(f"{duration}_count", error_type="status") == 1
    assert value("gen_ai_client_token_usage_sum", gen_ai_token_type="input") == 300
    assert value("codeiod_teacher_truncated_total", stage="unify") == 1
    assert value("codeiod_endpoint_request_rate_limit", endpoint_name="main") == 2.0
    assert value("codeiod_endpoint_state", state="resting") == 1
    assert value("codeiod_endpoint_state", state="up") == 0
    assert value("codeiod_phase", phase="working") == 1
    assert value("codeiod_items", status="pending") == 2
    assert value("codeiod_cost_total", currency="USD") == 1.25
    assert value("codeiod_budget_limit", budget="money") == 50.0
    assert value("codeiod_sandbox_calls_total", outcome="timed_out") == 2
    assert value("codeiod_journal_sync_duration_seconds_count") == 1
    assert value("codeiod_watch_unsettled_files", folder="/drop") == 1
    assert value("codeiod_oldest_call_seconds") == 12.5
    assert value("process_open_fds") > 3
    assert value("process_resident_memory_bytes") > 1 << 20


async def test_every_family_is_told() -> None:
    """Where there is something of everything, no family is without a value."""
    text = await told(Watched())
    names = {name for name, _ in samples(text)}
    for family in FAMILIES:
        name = f"{family.name}_count" if family.kind is Kind.HISTOGRAM else family.name
        assert name in names, family.name


async def test_a_stopped_directory_is_told() -> None:
    """Where nothing was measured there are still metrics."""
    bare = replace(_affairs(), endpoints=(), watched=(), calls=(), phase=Phase.STOPPED)
    found = samples(await told(Watched(bare, Telemetry())))
    assert found["codeiod_oldest_call_seconds", frozenset()] == 0


async def test_the_newer_format() -> None:
    """Who asks for OpenMetrics gets it, and it is sound."""
    text = await told(Watched(), "application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")
    assert sum(1 for _ in open_metrics(text)) >= len(FAMILIES)


async def test_packed() -> None:
    """Who can unpack gets it packed."""
    async with asked(Watched()) as client:
        client.session._auto_decompress = False
        answer = await client.get("/metrics", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"codeiod_ready 1.0" in gzip.decompress(await answer.read())


def test_labels_are_bounded() -> None:
    """No label holds an item, a path within a folder, a message or a number without bound."""
    known = {
        "bound budget currency endpoint_name error_type folder gen_ai_operation_name",
        "gen_ai_provider_name gen_ai_request_model gen_ai_token_type outcome phase reason",
        "server_address stage state status step task teacher turn type version",
    }
    allowed = set(" ".join(known).split())
    assert {label for family in FAMILIES for label in family.labels} <= allowed


def test_names() -> None:
    """Each name is there once; ours begin with our name, counters end in _total."""
    names = [family.name for family in FAMILIES]
    assert len(names) == len(set(names))
    for family in FAMILIES:
        assert re.fullmatch(r"(codeiod|gen_ai)_[a-z_]+", family.name)
        assert family.name.endswith("_total") == (family.kind is Kind.COUNTER)
        assert family.text.endswith(".")


def test_collecting_is_quick_to_say_what_is_wrong() -> None:
    """A family that is read wrong is a fault of ours, and says which."""
    family = replace(FAMILIES[0], kind=Kind.HISTOGRAM)
    with pytest.raises(TypeError, match=family.name):
        family.collect(Sight(_affairs(), Telemetry()))


def test_the_document_lists_them_all() -> None:
    """docs/metrics.md holds the list as the code writes it: print(codeiod.web.metrics.listed())."""
    document = (REPOSITORY / "docs/metrics.md").read_text()
    assert metrics.listed() in document


async def test_promtool_has_nothing_to_say() -> None:
    """``promtool check metrics`` accepts what is told, without a remark."""
    promtool = shutil.which(os.environ.get("PROMTOOL", "promtool"))
    if promtool is None:
        pytest.skip("promtool is not there; install prometheus, or set PROMTOOL")
    text = await told(Watched())
    command = [promtool, "check", "metrics"]
    done = await to_thread.run_sync(
        lambda: subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    )
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


async def test_alive_and_ready() -> None:
    """One that works is alive and ready; one that waits is alive; why, strangers are not told."""
    daemon = Watched()
    async with asked(daemon) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        assert (alive.status, ready.status) == (200, 200)
        daemon.shown = replace(daemon.shown, ready=False, phase=Phase.WAITING, why="disk full")
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        assert (alive.status, ready.status) == (200, 503)
        assert await ready.json() == {"ready": False, "phase": "waiting"}
