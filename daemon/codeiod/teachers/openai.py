"""The teacher behind any OpenAI-compatible endpoint: asks, retries, pays, never drops an answer.

May import ``items``, ``config``, ``llm`` and ``teachers.asks``. Each attempt is announced to the
ledger in its place, right before it leaves; waiting for a place or for a retry is done outside.
"""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Self

import anyio
import anyio.to_thread

from codeiod.config import EndpointSettings, Settings, read_api_key
from codeiod.items import Answer, GaveUp, Reason
from codeiod.llm import (
    POLICY,
    ChatRequest,
    Client,
    Completer,
    Completion,
    Endpoint,
    GivenUp,
    Policy,
    Refused,
    Router,
    Tries,
    cost,
    persist,
)
from codeiod.llm.budget import Budget, Caps
from codeiod.teachers.asks import Ask
from codeiod.teachers.hedging import Hedger
from codeiod.teachers.sending import Ledger, Question, Sender, Sent

TRUNCATED_ASKS = 4
"""How often a request is asked whose answers are cut off: once, and three times with more room."""
FIRST_RAISED_TOKENS = 4096
"""The least room given after a truncated answer to a request that had set none."""
CLOSING_SECONDS = 5.0


class OpenAITeacher:
    """Answers asks from the endpoints of the settings; an async context manager."""

    def __init__(
        self,
        settings: Settings,
        *,
        budget: Budget | None = None,
        policy: Policy = POLICY,
        connect: Callable[[EndpointSettings, str], Completer] = Client,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take the settings.

        :param connect: makes the client of an endpoint from its settings and key.
        """
        self._settings = settings
        self._budget = budget or Budget(Caps())
        self._policy = policy
        self._connect = connect
        self._environ = environ
        self._draw = random.Random()
        self._router: Router
        self._send: Callable[[Question], Awaitable[Sent]]
        self._clients: list[Completer] = []
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open a session for each endpoint.

        :raises SettingsError: a key is missing, or an endpoint's settings can't be sent.
        """
        keys = await anyio.to_thread.run_sync(self._read_keys)
        async with AsyncExitStack() as exits:
            exits.push_async_callback(self._close)
            self._router = Router(self._settings, partial(self._client_of, keys))
            sender = Sender(self._settings, self._router, self._budget)
            hedger = Hedger(self._settings, sender)
            self._send = hedger.send if hedger.hedges else sender.send
            self._exits = exits.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def answer(self, ask: Ask, ledger: Ledger) -> Answer | GaveUp:
        """Answer, or say why this request failed for good.

        Truncated answers go to the ledger and are asked again with twice the room, at most
        three times over all restarts. Waits for ever while no endpoint answers.
        """
        sampling = ask.sampling
        request = ChatRequest(
            ask.messages, sampling.temperature, sampling.top_p, sampling.max_tokens
        )
        if ledger.truncated:
            request = _with_more_room(request, times=ledger.truncated)
        with self._router.watch.request(ask.stage):
            while ledger.truncated < TRUNCATED_ASKS:
                try:
                    attempt, answer = await self._persist(request, ask, ledger)
                except GivenUp as end:
                    return _gave_up(end, ledger.truncated)
                if not answer.truncated:
                    return answer
                await ledger.truncated_answer(attempt, answer)
                request = _with_more_room(request, used=answer.usage.output)
        return GaveUp(Reason.TRUNCATED, f"cut off {ledger.truncated} times, each with more room")

    async def room(self) -> None:
        """Wait until a new item's first request would leave at once, and no line is too long."""
        await self._router.room()

    def obey(self, settings: Settings, calls: int) -> None:
        """Take settings that differ in the endpoints' limits and weights alone, from now on."""
        self._router.obey(settings)

    def close_intake(self) -> None:
        """Let no new request start; those in flight may land, all others wait."""
        self._router.close_intake()

    def open_intake(self) -> None:
        """Let requests start again."""
        self._router.open_intake()

    async def reach(self) -> str:
        """Find out, at no cost, whether each stage has an endpoint to ask; say why not."""
        return await self._router.reach()

    async def watch(self, tell: Callable[[str], None] | None = None) -> None:
        """Watch the endpoints for ever.

        :param tell: told why no endpoint answers, in place of raising, and ``""`` once one does.
        :raises EndpointRefused: no endpoint of a stage can ever answer.
        :raises EndpointsGone: after answers had come, they have stopped for 600 s.
        """
        await self._router.watch.watch(tell)

    @property
    def in_flight(self) -> int:
        """Requests that endpoints are working on now."""
        return sum(e.slots.in_flight for e in self._router.endpoints.values())

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """Those that a stage may use."""
        return tuple(self._router.endpoints.values())

    async def _persist(self, request: ChatRequest, ask: Ask, ledger: Ledger) -> tuple[int, Answer]:
        """Ask until an answer comes.

        :raises GivenUp: the request failed for good.
        """
        tries = Tries(self._policy, self._draw)
        question = Question(request, request.characters, ask, ledger, tries)
        send = partial(self._send, question)
        sent = await persist(send, tries, partial(self._sleep, tries))
        return sent.attempt, _answer_of(sent.completion, sent.endpoint)

    async def _sleep(self, tries: Tries, seconds: float) -> None:
        with self._router.endpoints[tries.last_endpoint].slots.away():
            await anyio.sleep(seconds)

    def _read_keys(self) -> dict[str, str]:
        return {e.name: read_api_key(e, self._environ) for e in self._settings.endpoint}

    def _client_of(self, keys: Mapping[str, str], endpoint: EndpointSettings) -> Completer:
        client = self._connect(endpoint, keys[endpoint.name])
        self._clients.append(client)
        return client

    async def _close(self) -> None:
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            for client in self._clients:
                await client.close()


def _with_more_room(request: ChatRequest, *, used: int = 0, times: int = 1) -> ChatRequest:
    """Double the limit of a request, or what it used; ``times`` in a row after a restart."""
    tokens = max(
        2 * max(request.max_tokens or 0, used), 0 if request.max_tokens else FIRST_RAISED_TOKENS
    )
    return replace(request, max_tokens=tokens * 2 ** (times - 1))


def _gave_up(end: GivenUp, truncated: int) -> GaveUp:
    """Put the end of a request down; the room that we raised may be what was refused."""
    if truncated and isinstance(end.__cause__, Refused) and end.reason is not Reason.CONTENT_FILTER:
        return GaveUp(Reason.TRUNCATED, f"cut off {truncated} times; more room: {end.detail}")
    return GaveUp(end.reason, end.detail)


def _answer_of(completion: Completion, endpoint: Endpoint) -> Answer:
    price = endpoint.settings.price
    return Answer(
        text=completion.text,
        reasoning=completion.reasoning,
        model=completion.model or endpoint.settings.model,
        finish=completion.finish,
        usage=completion.usage,
        cost=cost(completion.usage, price),
        currency=price.currency,
    )
