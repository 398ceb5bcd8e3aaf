"""Whether an endpoint is there is found out at no cost, and told in words."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from codeiod.config import Settings
from codeiod.llm import Refused, TransportFault
from codeiod.llm.client import Client
from codeiod.teachers.openai import OpenAITeacher


@asynccontextmanager
async def endpoint(status: int, asked: list[str]) -> AsyncIterator[str]:
    """Serve an endpoint that answers all with a status; yield its address."""

    async def handle(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path_qs} {request.headers.get('Authorization')}")
        return web.json_response({"error": {"message": "so it is: a-secret"}}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    async with TestServer(app, host="127.0.0.1") as running:
        yield str(running.make_url("/v1?k=1"))


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"http://127.0.0.1:{found.getsockname()[1]}/v1"


def settings_of(**urls: str) -> Settings:
    tables = [{"name": name, "base_url": url, "model": "m"} for name, url in urls.items()]
    return Settings.model_validate({"endpoint": tables})


@pytest.mark.parametrize("status", [200, 301, 404, 405, 429, 500])
async def test_whatever_it_says_it_is_there(status: int) -> None:
    """It is asked for its models, with its key, and for nothing that costs."""
    asked: list[str] = []
    async with endpoint(status, asked) as url:
        client = Client(settings_of(a=url).endpoint[0], "a-secret")
        await client.reach()
        await client.close()
    assert asked == ["GET /v1/models?k=1 Bearer a-secret"]


async def test_a_refused_key_is_told() -> None:
    """Without the key in the message."""
    async with endpoint(401, []) as url:
        client = Client(settings_of(a=url).endpoint[0], "a-secret")
        with pytest.raises(Refused, match=r"so it is: \*\*\*"):
            await client.reach()
        await client.close()


async def test_a_key_that_may_not_list_models_is_good_enough() -> None:
    """Some keys are restricted to completions: whether it may ask, a request finds out."""
    async with endpoint(403, []) as url:
        client = Client(settings_of(a=url).endpoint[0], "a-secret")
        await client.reach()
        await client.close()


async def test_no_connection_is_told() -> None:
    """As it is for a request."""
    client = Client(settings_of(a=closed_port()).endpoint[0])
    with pytest.raises(TransportFault, match="no connection"):
        await client.reach()
    await client.close()


async def test_one_that_answers_is_there() -> None:
    """Some keys are good for completions alone: the list of models is refused to them for ever."""
    async with (
        endpoint(401, []) as url,
        OpenAITeacher(settings_of(a=url)) as teacher,
    ):
        assert "endpoint 'a'" in await teacher.reach()
        teacher.endpoints[0].health.note_answer()
        assert await teacher.reach() == ""


async def test_one_endpoint_a_stage_is_enough() -> None:
    """A teacher says why where a stage has none, and nothing where each has one."""
    async with endpoint(200, []) as url:
        async with OpenAITeacher(settings_of(a=closed_port(), b=url)) as teacher:
            assert await teacher.reach() == ""
        pinned = settings_of(a=closed_port(), b=url).model_dump() | {"revise": {"endpoint": "a"}}
        async with OpenAITeacher(Settings.model_validate(pinned)) as teacher:
            why = await teacher.reach()
    assert "(revise)" in why
    assert "endpoint 'a'" in why
