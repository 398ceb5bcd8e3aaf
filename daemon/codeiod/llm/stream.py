"""Put a streamed answer together: server-sent events in, the reply that was not streamed out.

May import ``llm.faults`` and ``llm.replies``. Pure: bytes in, a reply or a fault out.
"""

from __future__ import annotations

from typing import Any

from codeiod.llm.faults import FaultKind, TransportFault
from codeiod.llm.replies import disguised, garbage, parse_json

DATA = b"data:"
DONE = b"[DONE]"
TEXTS = ("content", "reasoning_content", "reasoning")
"""The parts of a message that come piece by piece."""


class Stream:
    """One answer as it comes."""

    def __init__(self) -> None:
        self.over = False
        """Whether the server has said that nothing more will come."""
        self._rest = b""
        self._texts: dict[str, list[str]] = {name: [] for name in TEXTS}
        self._reply: dict[str, Any] = {}
        self._finish: str | None = None

    def feed(self, data: bytes) -> bool:
        """Take bytes as they come; tell whether they held an event, and not only a comment.

        :raises TransportFault: or Refused: an event is an error, or none of ours.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = [line[len(DATA) :].strip() for line in lines if line.startswith(DATA)]
        for event in events:
            self._take(event)
        return bool(events)

    def reply(self) -> dict[str, Any]:
        """Return the whole answer.

        :raises TransportFault: the stream ended before the answer did.
        """
        if self._rest:
            self.feed(b"\n")
        if self._finish is None:
            raise TransportFault(FaultKind.RESET, "the answer was cut off", maybe_paid=True)
        message = {name: "".join(parts) for name, parts in self._texts.items()}
        return self._reply | {"choices": [{"message": message, "finish_reason": self._finish}]}

    def _take(self, event: bytes) -> None:
        if event == DONE:
            self.over = True
            return
        try:
            chunk = parse_json(event)
        except (ValueError, RecursionError) as error:
            raise garbage("an event of the stream is no JSON") from error
        if not isinstance(chunk, dict):
            raise garbage("an event of the stream is no JSON object")
        if chunk.get("error"):
            fault = disguised(chunk)
            fault.maybe_paid = fault.maybe_paid or any(self._texts.values())
            raise fault
        self._reply |= {name: chunk[name] for name in ("model", "usage") if chunk.get(name)}
        choices = chunk.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            self._take_choice(choices[0])

    def _take_choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            delta = {}
        for name in TEXTS:
            if isinstance(piece := delta.get(name), str):
                self._texts[name].append(piece)
        if isinstance(finish := choice.get("finish_reason"), str):
            self._finish = finish
