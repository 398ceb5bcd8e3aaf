"""The API tells what stands in the directory, and says in a sentence what it does not do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from aiohttp import ClientTimeout

from codeiod.errors import CodeiodError
from codeiod.journal.disk import OsDisk
from codeiod.reports.status import read_report
from codeiod.web.stopped import Stopped


async def test_status_is_the_report_of_the_directory(site: Any, run_directory: Path) -> None:
    """The page shows the numbers that the command line shows."""
    status, told = await site.get("/api/status")
    report = await anyio.to_thread.run_sync(read_report, run_directory, OsDisk())
    assert status == 200
    assert told["report"] == orjson.loads(report.to_json())
    assert told["phase"] == "stopped"
    assert told["funnel"]["finished"] == 6


async def test_lists_come_from_the_index(site: Any) -> None:
    """Samples and items, filtered, in pages."""
    page = await site.found("/api/samples?limit=10")
    assert (len(page["samples"]), page["total"]) == (10, 24)
    _, rest = await site.get(f"/api/samples?limit=20&after={page['next']}")
    assert len({row["id"] for row in page["samples"] + rest["samples"]}) == 24
    _, items = await site.get("/api/items")
    assert sorted(row["status"] for row in items["items"]) == ["finished"] * 6 + ["rejected"] * 2
    _, filters = await site.get("/api/filters")
    assert filters["item_statuses"] == {"finished": 6, "rejected": 2}


async def test_items_on_their_way_come_from_the_live_state(site: Any) -> None:
    """What is not committed is in no index, and is shown all the same."""
    _, page = await site.get("/api/items?status=pending&limit=2")
    assert [row["path"][-9:] for row in page["items"]] == ["file_8.py", "file_9.py"]
    _, rest = await site.get(f"/api/items?status=pending&limit=2&after={page['next']}")
    assert (len(rest["items"]), rest["next"], rest["total"]) == (1, "", 3)
    _, found = await site.get("/api/items?status=pending&q=file_9")
    assert [row["stage"] for row in found["items"]] == ["unify"]
    _, whole = await site.get(f"/api/items/{rest['items'][0]['item_id']}")
    assert whole["item"]["status"] == "pending"


async def test_one_sample_and_one_item_are_told_whole(site: Any) -> None:
    """A link to either can be opened afresh."""
    page = await site.found("/api/samples?limit=2")
    _, whole = await site.get(f"/api/samples/{page['samples'][0]['id']}")
    assert whole["next"] == page["samples"][1]["id"]
    assert whole["sample"]["prompt"] == "<script>alert(1)</script>"
    _, item = await site.get(f"/api/items/{whole['sample']['item_id']}")
    assert item["program"]["item_id"] == whole["sample"]["item_id"]
    status, refused = await site.get(f"/api/samples/{'0' * 32}")
    assert (status, refused["error"]["status"]) == (404, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/api/samples?task=none",
        "/api/samples?turn=3",
        "/api/samples?limit=0",
        "/api/samples?limit=201",
        "/api/samples?limit=1e3",
        "/api/samples?after=!",
        "/api/samples?after=abc",
        "/api/samples?nonsense=1",
        "/api/samples?item=../../etc/passwd",
        "/api/samples?q=%00",
        f"/api/samples?q={'x' * 201}",
        "/api/items?status=%FF",
        "/api/items?reason=' OR 1=1",
        "/api/series?minutes=-1",
        "/api/status?x=1",
    ],
)
async def test_a_filter_that_is_none_is_refused_in_a_sentence(site: Any, path: str) -> None:
    """Nothing that is asked wrongly is answered as if something else had been asked."""
    await site.found("/api/samples")
    status, told = await site.get(path.replace(" ", "%20"))
    assert status == 400
    assert told["error"]["message"]


async def test_code_is_submitted_through_the_daemon(site: Any) -> None:
    """An item that is posted is durable when the answer comes."""
    body = {"content": "def f(): ...\n", "name": "f.py", "meta": {"source": "me"}}
    async with site.session.post(f"{site.url}/api/items", json=body) as answer:
        assert (answer.status, (await answer.json())["new"]) == (201, True)
    assert site.daemon.taken == [(b"def f(): ...\n", "f.py", {"source": "me"})]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"content": 1}', 400),
        (b'{"content": ""}', 400),
        (b'{"content": "x", "name": ""}', 400),
        (b'{"content": "x", "name": "a\\nb"}', 400),
        (b'{"content": "x", "name": 1}', 400),
        (b'{"content": "x", "meta": {"a": 1}}', 400),
        (b'{"content": "x", "meta": []}', 400),
        (b'{"content": "x", "more": 1}', 400),
        (b'{"content": "\\ud800"}', 400),
        (b'{"content": "x", "meta": NaN}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"content": "%s"}' % (b"x" * 1001), 413),
        (b'{"content": "x", "name": "refuse.py"}', 503),
    ],
)
async def test_a_submission_that_is_none_is_refused(site: Any, body: bytes, status: int) -> None:
    """What can't be an item is told so, and nothing is taken in."""
    headers = {"Content-Type": "application/json"}
    async with site.session.post(f"{site.url}/api/items", data=body, headers=headers) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]["message"]
    assert site.daemon.taken == []


async def test_a_form_of_another_site_submits_nothing(site: Any) -> None:
    """What a browser sends without asking first is not taken."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": kind}
        body = b'{"content": "x"}'
        async with site.session.post(f"{site.url}/api/items", data=body, headers=headers) as answer:
            assert answer.status == 415
    assert site.daemon.taken == []


async def test_a_stopped_run_takes_nothing(run_directory: Path, serving: Any) -> None:
    """A page of a directory says that nobody works there."""
    stopped = await anyio.to_thread.run_sync(Stopped.read, run_directory)
    with pytest.raises(CodeiodError):
        await stopped.submit(b"x", "x.py", {})
    async with serving(stopped) as site:
        body = {"content": "x"}
        async with site.session.post(f"{site.url}/api/items", json=body) as answer:
            assert answer.status == 409


async def test_the_stream_tells_how_things_stand_again_and_again(site: Any) -> None:
    """Who listens is told at once, and then each second, until the application ends."""
    async with site.session.get(f"{site.url}/api/events") as answer:
        assert answer.content_type == "text/event-stream"
        told = []
        async for line in answer.content:
            if line.startswith(b"data: "):
                told.append(orjson.loads(line[6:]))
            if len(told) == 2:
                break
    assert told[1]["at"] > told[0]["at"]
    assert {one["phase"] for one in told} == {"stopped"}


async def test_streams_end_with_the_application(daemon: Any, serving: Any) -> None:
    """A daemon that ends does not wait for those who listen."""
    ended = asyncio.Event()

    async def listen(site: Any) -> None:
        async with site.session.get(f"{site.url}/api/events", timeout=ClientTimeout()) as answer:
            listening.set()
            with anyio.move_on_after(10):
                await answer.read()
                ended.set()

    listening = asyncio.Event()
    async with asyncio.TaskGroup() as group, serving(daemon) as site:
        group.create_task(listen(site))
        await listening.wait()
        await site.app.shutdown()
        await asyncio.wait_for(ended.wait(), 10)


async def test_the_page_and_its_files_are_served_with_their_kinds(site: Any) -> None:
    """A browser takes each file for what it is, and asks again with its tag."""
    async with site.session.get(f"{site.url}/") as answer:
        assert answer.content_type == "text/html"
        tag = answer.headers["ETag"]
    async with site.session.get(f"{site.url}/", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
    page = await site.found("/api/samples?limit=1")
    async with site.session.get(f"{site.url}/sample/{page['samples'][0]['id']}") as answer:
        assert answer.headers["ETag"] == tag
    async with site.session.get(f"{site.url}/vendor/uplot/uPlot.min.css") as answer:
        assert answer.content_type == "text/css"


async def test_the_story_of_an_item_is_told_by_a_child(site: Any) -> None:
    """What the journal tells of an item, pending ones too; and a sentence where there is none."""
    _, page = await site.get("/api/items?status=pending&limit=1")
    item_id = page["items"][0]["item_id"]
    status, story = await site.get(f"/api/items/{item_id}/story")
    assert (status, story["outcome"], story["content"]) == (200, "pending", "x = 1")
    both = (f"/api/items/{item_id}/story", f"/api/items/{'0' * 32}/story")
    told = await asyncio.gather(*(site.get(path) for path in both))
    assert told[1][0] == 503
    status, refused = await site.get(both[1])
    assert status == 404
    assert "0" * 32 in refused["error"]["message"]
