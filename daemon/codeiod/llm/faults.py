"""What can go wrong with one request: transport faults and refusals, told apart by status and code.

May import the standard library alone. Pure but for the clock that an HTTP date is compared with.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any

LONGEST_RETRY_AFTER_SECONDS = 300.0
"""Half of the time after which silent endpoints count as gone: one more try always fits in."""
LONGEST_MESSAGE_CHARACTERS = 300
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class FaultKind(StrEnum):
    """How the transport failed."""

    UNREACHABLE = "unreachable"
    """Refused, no route, no such host, or no connection in time: nothing was sent."""
    TLS = "tls"
    RESET = "reset"
    TIMEOUT = "timeout"
    STATUS = "status"
    RATE = "rate"
    GARBAGE = "garbage"
    TOO_LARGE = "too large"


class TransportFault(Exception):
    """The request got no answer, through no fault that is known to be its own: try again."""

    def __init__(
        self,
        kind: FaultKind,
        message: str,
        *,
        retry_after: float | None = None,
        maybe_paid: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        """Seconds that the server asks to wait, capped."""
        self.maybe_paid = maybe_paid
        """Whether the server may have worked, and bill it."""
        self.headers = NO_HEADERS
        """Those of the reply that announce limits (see ``ratelimit_headers``)."""

    @property
    def unconnected(self) -> bool:
        """Whether there was no connection at all."""
        return self.kind in (FaultKind.UNREACHABLE, FaultKind.TLS)


class RefusedKind(Enum):
    """What a refusal is about."""

    KEY = "the key or account"
    QUOTA = "the account's quota"
    MODEL_OR_ROUTE = "the model or the route"
    CONTEXT_LENGTH = "the request's length"
    CONTENT_FILTER = "the content"
    OTHER = "the request"


class Refused(Exception):
    """The endpoint said no, and the same request will hear no again."""

    def __init__(self, kind: RefusedKind, message: str, *, maybe_paid: bool = False) -> None:
        super().__init__(message)
        self.kind = kind
        self.maybe_paid = maybe_paid


QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "exceeded_budget"})
"""OpenAI and DeepSeek (with 429, though no waiting helps); OpenAI; LiteLLM's proxy."""
MODEL_CODES = frozenset({"model_not_found", "DeploymentNotFound", "invalid_model"})
"""OpenAI and Groq; Azure; Mistral (a 400 with this type)."""
CONTEXT_CODES = frozenset(
    {"context_length_exceeded", "string_above_max_length", "exceed_context_size_error"}
)
"""OpenAI and Azure; OpenAI; llama.cpp (its ``type``, with status 400, in older builds 500)."""
CONTENT_CODES = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "ResponsibleAIPolicyViolation",
        "data_inspection_failed",
    }
)
"""OpenAI and Azure; OpenAI; Azure's inner error; DashScope."""
CONTEXT_MESSAGES = re.compile(
    r"maximum context length is \d"  # vLLM up to 0.15 and TensorRT-LLM: only code 400
    r"|longer than the maximum model length"  # vLLM 0.6 to 0.8
    r"|context length is only \d"  # vLLM from 0.16 (with param input_tokens)
    r"|longer than the model's context length"  # SGLang
    r"|exceeds? the available context size"  # llama.cpp before it had a type
    r"|exceed context window of \d",  # llama-cpp-python
    re.IGNORECASE,
)
"""The last resort: servers that name an overlong request in the message of a 400 alone."""

KEY_STATUSES = frozenset({401, 403})
QUOTA_STATUS = 402
ROUTE_STATUSES = frozenset({301, 302, 303, 307, 308, 404, 405, 410})
TRANSIENT_STATUSES = frozenset({408, 409, 425})
MAYBE_PAID_STATUSES = frozenset({408, 502, 504, 524})
"""A gateway gave up on a server that may have gone on working."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of an error says, in whichever of the known forms."""

    codes: frozenset[str]
    message: str
    param: str = ""

    @staticmethod
    def read(body: Any) -> Complaint:
        """Find code, type and message; what has no known form has none."""
        if isinstance(body, list) and body:  # Google wraps the object in a list
            body = body[0]
        outer = body if isinstance(body, Mapping) else {}
        error = outer.get("error", outer)
        if isinstance(error, str):  # Ollama, TGI
            return Complaint(frozenset({str(outer.get("error_type", ""))}), error)
        if not isinstance(error, Mapping):
            return Complaint(frozenset(), "")
        inner = error.get("innererror")
        inner_code = inner.get("code") if isinstance(inner, Mapping) else None
        codes = {str(code) for code in (error.get("code"), error.get("type"), inner_code) if code}
        message = error.get("message") or error.get("detail") or ""
        return Complaint(frozenset(codes), str(message), str(error.get("param") or ""))


def classify(
    status: int, complaint: Complaint, retry_after: float | None = None
) -> TransportFault | Refused:
    """Tell what an error reply means: codes first, then the status, messages last."""
    message = _one_line(f"{status} {complaint.message}")
    refused = _refused_kind(status, complaint)
    if refused is not None:
        return Refused(refused, message)
    kind = FaultKind.RATE if status == 429 else FaultKind.STATUS
    return TransportFault(
        kind, message, retry_after=retry_after, maybe_paid=status in MAYBE_PAID_STATUSES
    )


def _refused_kind(status: int, complaint: Complaint) -> RefusedKind | None:
    by_code = _kind_by_code(complaint)
    if by_code is not None:
        return by_code
    if status == QUOTA_STATUS:
        return RefusedKind.QUOTA
    if status in KEY_STATUSES:
        return RefusedKind.KEY
    if status in ROUTE_STATUSES:
        return RefusedKind.MODEL_OR_ROUTE
    if status == 413:
        return RefusedKind.CONTEXT_LENGTH
    if not 400 <= status < 500 or status == 429 or status in TRANSIENT_STATUSES:
        return None
    if complaint.param == "input_tokens" or CONTEXT_MESSAGES.search(complaint.message):
        return RefusedKind.CONTEXT_LENGTH
    return RefusedKind.OTHER


def _kind_by_code(complaint: Complaint) -> RefusedKind | None:
    for codes, kind in (
        (QUOTA_CODES, RefusedKind.QUOTA),
        (CONTEXT_CODES, RefusedKind.CONTEXT_LENGTH),
        (CONTENT_CODES, RefusedKind.CONTENT_FILTER),
        (MODEL_CODES, RefusedKind.MODEL_OR_ROUTE),
    ):
        if complaint.codes & codes:
            return kind
    return None


def retry_after_seconds(text: str | None, now: float | None = None) -> float | None:
    """Read a Retry-After header, a number of seconds or an HTTP date.

    :param now: the time (Unix, seconds) that a date is compared with; absent, the clock's.
    :return: seconds from 0 to ``LONGEST_RETRY_AFTER_SECONDS``; None where it is neither form.
    """
    seconds = _delay(text.strip(), time.time() if now is None else now) if text else None
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _delay(text: str, now: float) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp() - now
    except (ValueError, OverflowError):
        return None


def _one_line(text: str) -> str:
    """Make text of a server fit for a terminal: printable, short, on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:4096]).split())
    if len(line) > LONGEST_MESSAGE_CHARACTERS:
        return line[: LONGEST_MESSAGE_CHARACTERS - 1] + "…"
    return line
