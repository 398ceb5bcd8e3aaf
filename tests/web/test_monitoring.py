"""The dashboard and the alert rules hold together with the metrics, and promtool accepts them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeiod.web import metrics
from codeiod.web.metrics import Kind

MONITORING = Path(__file__).resolve().parents[2] / "monitoring"
FAMILIES = {family.name: family for section in metrics.SECTIONS.values() for family in section}
OF_PROMETHEUS = {"up"}
OF_PROCESSES = {"process_open_fds", "process_max_fds", "process_resident_memory_bytes"}
SUFFIXES = ("_bucket", "_sum", "_count")
LABELS = {"instance", "job", "le", "alertname"}


@pytest.fixture(scope="module")
def promtool() -> str:
    """Return where promtool is, of which $PROMTOOL may tell."""
    found = shutil.which(os.environ.get("PROMTOOL", "promtool"))
    if found is None:
        pytest.skip("promtool is not there; install prometheus, or set PROMTOOL")
    return found


def dashboard() -> dict[str, Any]:
    return dict(json.loads((MONITORING / "dashboard.json").read_text()))


def drawn() -> Iterator[str]:
    """Give the queries of all panels."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def alarming() -> Iterator[str]:
    """Give the text of the rules, in which metrics are named as in queries."""
    rules = (MONITORING / "alerts.yml").read_text()
    yield from re.findall(r"expr: (.*?)\n(?:        for:|        labels:)", rules, re.DOTALL)


def named(query: str) -> set[str]:
    """Return the metrics that a query names."""
    return set(re.findall(r"\b(?:codeiod|gen_ai|process)_[a-z_]+(?=[{\[ )]|$)", query))


def family_of(name: str) -> str:
    for suffix in SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem in FAMILIES and FAMILIES[stem].kind is Kind.HISTOGRAM:
            return stem
    return name


@pytest.mark.parametrize("query", [*drawn(), *alarming()])
def test_what_is_asked_for_is_told(query: str) -> None:
    """Each query names metrics that there are, by labels that they have."""
    names = {family_of(name) for name in named(query)} - {"gen_ai_token_type"}
    assert names or "up{" in query
    assert names <= FAMILIES.keys() | OF_PROCESSES, names
    allowed = {label for name in names & FAMILIES.keys() for label in FAMILIES[name].labels}
    selected = set(re.findall(r"[{,]\s*([a-z_]+)\s*(?:=~|!=|!~|=)", query))
    selected |= {
        label.strip()
        for labels in re.findall(r"(?:by|on|ignoring) \(([^)]*)\)", query)
        for label in labels.split(",")
    }
    assert selected <= allowed | LABELS, selected - allowed


def test_panels_stand_side_by_side() -> None:
    """No panel lies over another one, and each has a number of its own."""
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_the_rules_are_sound(promtool: str) -> None:
    """``promtool check rules`` accepts the alerts, and their tests hold."""
    for words in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")):
        done = subprocess.run(
            [promtool, *words], cwd=MONITORING, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested() -> None:
    """No alert is without a test that makes it fire."""
    alerts = set(re.findall(r"alert: (\w+)", (MONITORING / "alerts.yml").read_text()))
    tests = (MONITORING / "alerts_test.yml").read_text()
    tested = set(re.findall(r'alertname(?::|=)\s*"?(\w+)', tests))
    assert alerts == tested


def test_the_queries_of_the_dashboard_are_sound(promtool: str, tmp_path: Path) -> None:
    """Prometheus understands each query, once Grafana's variables are filled in."""
    rules = [
        {
            "record": f"panel:{number}",
            "expr": query.replace("$instance", ".*").replace("$__rate_interval", "5m"),
        }
        for number, query in enumerate(drawn())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
