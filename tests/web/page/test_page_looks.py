"""The page in both themes, at all widths, for all readers, and behind a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Browser, Page, expect

from .site import Playing, Site

TOKEN = "a-token-of-the-test"
WIDTHS = (400, 720, 900, 1240, 1600)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CONTRAST = "runOnly: ['color-contrast']"  # all else is the same in the other theme
GRAVE = ("serious", "critical")


def views(page: Page, site: Site) -> Iterator[str]:
    """Open each view of the page in turn."""
    page.goto("/")
    expect(page.locator("#troubles")).to_contain_text("is slow")
    yield "overview"
    page.goto("/samples")
    expect(page.locator(".rows .row").first).to_be_visible()
    yield "samples"
    page.goto("/samples?turn=2")
    page.locator(".rows .row").first.click()
    expect(page.locator(".sample .turn").first).to_be_visible()
    yield "sample"
    page.goto("/items")
    expect(page.locator(".rows .item").first).to_be_visible()
    yield "items"
    page.locator(".rows .item", has_text="bin_packing").click()
    expect(page.locator(".story .code").first).to_be_visible()
    yield "item"


def test_every_view_is_accessible(page: Page, site: Site, axe: str) -> None:
    """axe-core has no serious finding (contrast among them) in either theme."""
    found = []
    for view in views(page, site):
        page.evaluate(axe)
        rules = ""
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            told = page.evaluate(f"axe.run(document, {{resultTypes: ['violations'], {rules}}})")
            rules = CONTRAST
            found += [
                (view, scheme, each["id"], [node["html"][:120] for node in each["nodes"]][:3])
                for each in told["violations"]
                if each["impact"] in GRAVE
            ]
    assert found == []


def test_nothing_scrolls_sideways(page: Page, site: Site) -> None:
    """From a phone to a wide screen every view fits, and what is wide scrolls in its own box."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for view in views(page, site):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(wide) <= 0, (view, width)
        page.set_viewport_size({"width": 1400, "height": 900})


def test_the_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    """Light and dark differ; a choice holds against the system's, and over a reload."""

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="light")
    page.goto("/")
    light = paper()
    page.emulate_media(color_scheme="dark")
    dark = paper()
    assert light != dark
    page.get_by_role("button", name="Theme").click()
    assert paper() == light
    page.reload()
    assert paper() == light
    page.keyboard.press("t")
    assert paper() == dark


def test_the_page_works_by_keyboard_alone(page: Page) -> None:
    """Tab reaches the link past the head first, then the views; Enter follows them."""
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Samples", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".rows .row").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_daemon_with_a_token_is_asked_with_it(chromium: Browser, daemon: Playing) -> None:
    """The page asks for the token, goes on with it, and keeps it out of the address."""
    site = Site(daemon, token=TOKEN)
    site.start()
    try:
        with chromium.new_context(base_url=site.address) as context:
            page = context.new_page()
            page.goto("/samples")
            page.locator("#token").fill("another")
            page.keyboard.press("Enter")
            expect(page.locator("#ask-token")).to_contain_text("It was another one.")
            page.locator("#token").fill(TOKEN)
            page.keyboard.press("Enter")
            expect(page.locator("#standing")).to_contain_text("working")
            expect(page.locator(".rows .row").first).to_be_visible()
            assert TOKEN not in page.url
    finally:
        site.stop()
