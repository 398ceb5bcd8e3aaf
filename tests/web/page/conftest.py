"""A real browser, a served run, and the promise that holds in every test of the page.

No error on the console, no request to another origin, no script of the data's run.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .site import Playing, Site, at_work, make_run, read_apart

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 15_000
expect.set_options(timeout=WAIT_MS)
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js.gz"
EXPECTED = ("net::ERR_", "status of 503")
"""What the browser itself tells of a daemon that is away, or busy: the page asks it again."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser; not for the session, for its loop would stand in the way of other tests' loops."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("page"))


@pytest.fixture
def daemon(run_directory: Path) -> Playing:
    """A daemon at work on the run."""
    playing = read_apart(Playing, run_directory)
    playing.tell(**at_work(playing.affairs()))
    return playing


@pytest.fixture
def site(daemon: Playing) -> Iterator[Site]:
    served = Site(daemon)
    served.start()
    yield served
    served.stop()


class Watched:
    """What a browser met while it showed the page."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.wrong: list[str] = []
        self._address = address
        context.on("request", lambda request: self._ask(request.url))
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on("console", lambda told: self._hear(told.type, told.text))

    def _ask(self, url: str) -> None:
        if not url.startswith(self._address):
            self.wrong.append(f"asked for {url}")

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(known in text for known in EXPECTED):
            self.wrong.append(text)


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=site.address, viewport={"width": 1400, "height": 900})
    made.set_default_timeout(WAIT_MS)
    watched = Watched(made, site.address)
    yield made
    pwned = [page.url for page in made.pages if page.evaluate("'pwned' in window")]
    made.close()
    assert watched.wrong == []
    assert pwned == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker of accessibility, as a script."""
    return gzip.decompress(AXE.read_bytes()).decode()
