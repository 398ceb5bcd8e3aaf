"""The browser of samples: filters, links, keys, and texts that are texts whatever they hold."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from .site import HOSTILE_NAME, PWN, Playing, Site

ALL = 18
SECOND_TURN = "/samples?turn=2&status=right"


def rows(page: Page) -> Locator:
    return page.locator(".rows .row")


def test_filters_narrow_the_list_and_stand_in_the_address(page: Page) -> None:
    """Task, verdict and text each leave what fits, and a reload leaves the same."""
    page.goto("/samples")
    expect(rows(page)).to_have_count(ALL)
    page.get_by_label("Task").select_option("input_prediction")
    expect(rows(page)).to_have_count(9)
    page.get_by_label("Verdict").select_option("right/2")
    expect(rows(page)).to_have_count(1)
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Verdict")).to_have_value("right/2")
    page.get_by_label("Verdict").select_option("had a second turn")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Verdict").select_option("")
    page.get_by_label("Task").select_option("")
    page.get_by_role("searchbox").fill("best_run")
    expect(rows(page)).to_have_count(6)
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.locator(".list .told")).to_have_text("No samples with these filters.")
    page.get_by_role("searchbox").fill("")
    page.locator("[name=model]").select_option("builtin-2")
    expect(rows(page)).to_have_count(ALL)
    assert "model=builtin-2" in page.url


def test_a_link_of_a_sample_opens_it_afresh(chromium: Browser, page: Page, site: Site) -> None:
    """The address alone, in another browser, shows the sample whole."""
    page.goto(SECOND_TURN)
    rows(page).first.click()
    page.wait_for_url("**/sample/*")
    with chromium.new_context(base_url=site.address) as other:
        fresh = other.new_page()
        fresh.goto(page.url)
        shown = fresh.locator(".sample")
        expect(shown.locator("h2")).to_have_text("input prediction of bin_packing.py")
        expect(shown.locator(".listing .code").first).to_contain_text("def pack(")
        expect(shown.locator(".py-keyword").first).to_be_visible()
        expect(shown.locator(".turn")).to_have_count(2)
        expect(shown.locator(".turn").nth(0)).to_contain_text("another value")
        expect(shown.locator(".feedback").first).to_contain_text("It returned")
        expect(shown.locator(".turn").nth(1)).to_contain_text("right")
        expect(shown.locator(".value.asked h3")).to_have_text("input, asked for")
        left, right = (shown.locator(".turn").nth(n).bounding_box() for n in (0, 1))
        assert left is not None
        assert right is not None
        assert left["y"] == right["y"]


def test_keys_go_to_the_next_and_the_previous_sample(page: Page) -> None:
    """j and k walk in the order of the list; where they are switched off they do nothing."""
    page.goto("/samples?task=input_prediction")
    expect(rows(page)).to_have_count(9)
    ids = [row.get_attribute("data-id") for row in rows(page).all()]
    rows(page).first.click()
    current = page.locator(".row[aria-current]")
    for key, place in (("j", 1), ("ArrowRight", 2), ("k", 1)):
        expect(page.locator("#told")).to_contain_text("is shown")
        page.keyboard.press(key)
        expect(current).to_have_attribute("data-id", str(ids[place]))
        page.wait_for_url(f"**/sample/{ids[place]}?*")
        expect(page.locator("#told")).to_contain_text(str(ids[place])[:8])
    page.locator(".row[data-id]").first.click()
    expect(page.locator("span.step.none")).to_have_text("‹")
    page.locator("a.step").click()
    expect(current).to_have_attribute("data-id", str(ids[1]))
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(current).to_have_attribute("data-id", str(ids[1]))


def test_a_sample_is_copied_as_json(page: Page, context: BrowserContext, site: Site) -> None:
    """What is copied is the sample's line, and its program's."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    page.goto(SECOND_TURN)
    rows(page).first.click()
    page.get_by_role("button", name="Copy JSON").click()
    expect(page.locator("#told")).to_have_text("Copied as JSON")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["sample"]["status_2"] == "success"
    assert copied["program"]["id"] == copied["sample"]["program_id"]


def test_markup_in_data_is_shown_as_text(page: Page) -> None:
    """Names, code, comments and answers that hold markup are read, not run; in every view."""
    page.goto("/samples?q=onerror")
    page.goto("/items")
    row = page.locator(".rows .item", has_text=HOSTILE_NAME)
    expect(row).to_be_visible()
    row.click()
    expect(page.locator(".story h2")).to_contain_text(HOSTILE_NAME)
    expect(page.locator(".story .code").first).to_contain_text(f"</pre><img src=x onerror={PWN}>")
    page.locator(".story .rows .row").first.click()
    expect(page.locator(".sample h2")).to_contain_text(HOSTILE_NAME)
    expect(page.locator(".only")).to_contain_text("alone: show all")
    expect(rows(page)).to_have_count(6)
    expect(page.locator(".sample .problem")).to_contain_text(f"<script>{PWN}</script>")
    expect(page.locator(".sample .json").first).to_be_visible()
    assert page.locator("main img, main script").count() == 0


def test_new_samples_are_offered(page: Page, daemon: Playing) -> None:
    """A list stays as it is read; that there is more by now is said above it."""
    page.goto("/samples")
    expect(rows(page)).to_have_count(ALL)
    report = daemon.affairs().report
    tallies = {task: tally + tally for task, tally in report.samples.items()}
    daemon.tell(report=replace(report, samples=tallies))
    expect(page.get_by_role("button", name=re.compile("18 newer samples"))).to_be_visible()


def test_code_and_values_are_shown_to_the_letter(page: Page) -> None:
    """Highlighting loses no character, and no number changes on its way."""
    page.goto("/")
    code = (
        "@a.b\ndef f(x: int=0x1F, *, y=1_0.5e-3j):\n  return x @ y + '''un\\'ended\n  # \"no\" note"
    )
    text = '{"a": [1.0, 123456789012345678901234567890, 1e400, "\\u00e9\\"}", {}], "b,c": null}'
    told = page.evaluate(
        """async ([code, text]) => {
          const python = await import("/static/js/python.js");
          const json = await import("/static/js/json.js");
          const pieces = [...python.pieces(code)];
          return [pieces.map(([, text]) => text).join(""), pieces.map(([kind]) => kind),
            json.member(text, "a"), json.member(text, "b,c"),
            json.elements(json.member(text, "a")), json.shown(text, "x").textContent];
        }""",
        [code, text],
    )
    back, kinds, a, b, parts, shown = told
    assert back == code
    assert {"decorator", "keyword", "defined", "number", "string"} <= set(kinds)
    assert b == "null"
    assert json.loads(a) == json.loads(text)["a"]
    assert parts[:4] == ["1.0", "123456789012345678901234567890", "1e400", '"\\u00e9\\"}"']
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
