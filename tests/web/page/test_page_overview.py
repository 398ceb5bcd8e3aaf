"""The overview tells how a run goes, and goes on telling it."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Page, expect

from codeiod.reports.affairs import Phase
from codeiod.web.stopped import Stopped

from .site import Playing, Site, read_apart


def test_a_change_is_seen_without_a_reload(page: Page, daemon: Playing) -> None:
    """What the daemon tells anew stands on the page, which is the same one still."""
    page.goto("/")
    expect(page.locator("#standing")).to_contain_text("working")
    expect(page.locator("#figures")).to_contain_text("118")
    page.evaluate("window.same = true")
    daemon.tell(in_flight=77, phase=Phase.PAUSED, why="An operator paused it: codeiod ctl resume.")
    expect(page.locator("#figures")).to_contain_text("77")
    expect(page.locator("#banner")).to_have_text("An operator paused it: codeiod ctl resume.")
    expect(page.locator("#standing")).to_contain_text("paused")
    assert page.evaluate("window.same") is True


def test_the_page_finds_the_daemon_again(page: Page, daemon: Playing, site: Site) -> None:
    """While the daemon is away the page says so; once it is back it goes on by itself."""
    page.goto("/")
    expect(page.locator("#standing")).to_contain_text("working")
    page.evaluate("window.same = true")
    site.stop()
    expect(page.locator("#banner")).to_contain_text("out of reach")
    daemon.tell(in_flight=55)
    site.start()
    expect(page.locator("#figures")).to_contain_text("55")
    expect(page.locator("#banner")).to_be_hidden()
    assert page.evaluate("window.same") is True


def test_charts_are_drawn_and_told_in_words(page: Page) -> None:
    """Each chart has its last values as a text for those who don't see it; a gap is no value."""
    at = [1_800_000_000 + 10 * n for n in range(30)]
    level = {"items": 44.0, "rejected": 36.0, "in_flight/main": 20.0, "latency_p50/main": 14.2}
    series: dict[str, list[float | None]] = {name: [value] * 30 for name, value in level.items()}
    series["items"][7] = None
    page.route("**/api/series*", lambda route: route.fulfill(json={"at": at, "series": series}))
    page.goto("/")
    chart = page.locator("#throughput [role=img]")
    expect(chart).to_have_attribute("aria-label", "Chart; at its end: finished 44, rejected 36")
    expect(page.locator("#latency .u-legend")).to_contain_text("14 s")
    expect(page.locator("#in-flight canvas")).to_be_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    wide = "document.querySelector('#throughput canvas').getBoundingClientRect().width"
    page.wait_for_function(f"{wide} < 380")


def test_every_panel_tells_its_part(page: Page) -> None:
    """Funnel, answers, endpoints, spend, sandbox, flight, errors and machine are filled."""
    page.goto("/")
    told = {
        "#funnel": ["files", "unified", "1 empty"],
        "#answers": ["output prediction", "right at turn 1", "100%", "never right"],
        "#endpoints": ["118 in flight, 128 allowed now, at most 256", "95% within", "42 s"],
        "#spend": ["86.50 USD of 900 USD"],
        "#sandbox": ["5 of 8 workers busy", "returned", "90%"],
        "#flight": ["output of pair 4, turn 2", "31 s"],
        "#troubles": ["<script>window.pwned=1</script> is slow", "3 times"],
        "#machine": ["/srv/in", "no such folder", "200 MB"],
    }
    for panel, texts in told.items():
        for text in texts:
            expect(page.locator(panel)).to_contain_text(text)


def test_a_reason_leads_to_what_was_lost_for_it(page: Page) -> None:
    """From a reason in the funnel to the items that were rejected so, and to one's story."""
    page.goto("/")
    page.get_by_role("link", name="empty").click()
    expect(page.locator(".rows .item")).to_have_count(1)
    assert "reason=empty" in page.url
    page.locator(".rows .item").click()
    expect(page.locator(".story h2")).to_contain_text("empty.py")
    expect(page.locator(".story .why")).to_contain_text("empty")
    expect(page.locator(".events li").last).to_contain_text("rejected as empty")
    page.go_back()
    expect(page.locator(".rows .item")).to_have_count(1)


def test_a_stopped_run_shows_what_it_came_to(page: Page, daemon: Playing) -> None:
    """Without a daemon the counts and the samples are there; nothing pretends to be under way."""
    daemon.tell(**_parts(read_apart(Stopped, daemon.directory)))
    page.goto("/")
    expect(page.locator("#standing")).to_contain_text("stopped")
    expect(page.locator("#figures")).to_contain_text("all is done")
    expect(page.locator("#funnel")).to_contain_text("unified")
    expect(page.locator(".panel.endpoints")).to_be_hidden()
    expect(page.locator(".panel.flight")).to_be_hidden()


def _parts(stopped: Stopped) -> dict[str, object]:
    affairs = replace(stopped.affairs())
    names = ("phase", "in_flight", "endpoints", "calls", "troubles", "total_entries")
    return {name: getattr(affairs, name) for name in names}
