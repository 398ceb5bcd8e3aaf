"""Error replies mean what their status and code say."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeiod.llm.faults import (
    LONGEST_MESSAGE_CHARACTERS,
    LONGEST_RETRY_AFTER_SECONDS,
    Complaint,
    FaultKind,
    Refused,
    RefusedKind,
    TransportFault,
    classify,
    retry_after_seconds,
)

NOW = 1_800_000_000.0


def error(message: str = "no", **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


VLLM_OLD = (
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens "
    "(8000 in the messages, 1000 in the completion). Please reduce the length of the messages."
)
VLLM_NEW = (
    "You passed 1015 input tokens and requested 10 output tokens. However, the model's context "
    "length is only 1024 tokens, resulting in a maximum input length of 1014 tokens."
)
REFUSALS = [
    (401, error(code="invalid_api_key"), RefusedKind.KEY),
    (402, error("Insufficient Balance"), RefusedKind.QUOTA),
    (429, error(code="insufficient_quota", type="insufficient_quota"), RefusedKind.QUOTA),
    (403, {}, RefusedKind.KEY),
    (404, {"detail": "Not Found"}, RefusedKind.MODEL_OR_ROUTE),
    (404, error(type="NotFoundError", code=404), RefusedKind.MODEL_OR_ROUTE),
    (400, error(code="model_not_found"), RefusedKind.MODEL_OR_ROUTE),
    (422, error(code="model_not_found"), RefusedKind.MODEL_OR_ROUTE),
    (403, error(code="model_not_found"), RefusedKind.MODEL_OR_ROUTE),
    (400, {"object": "error", "type": "invalid_model", "code": "1500"}, RefusedKind.MODEL_OR_ROUTE),
    (308, {}, RefusedKind.MODEL_OR_ROUTE),
    (405, {}, RefusedKind.MODEL_OR_ROUTE),
    (400, error(code="context_length_exceeded"), RefusedKind.CONTEXT_LENGTH),
    (400, error(type="exceed_context_size_error", code=400), RefusedKind.CONTEXT_LENGTH),
    (500, error(type="exceed_context_size_error", code=500), RefusedKind.CONTEXT_LENGTH),
    (400, error(VLLM_OLD, type="BadRequestError", code=400), RefusedKind.CONTEXT_LENGTH),
    (400, error(VLLM_NEW, type="BadRequestError", code=400), RefusedKind.CONTEXT_LENGTH),
    (400, {"object": "error", "message": VLLM_OLD, "code": 400}, RefusedKind.CONTEXT_LENGTH),
    (400, error(param="input_tokens", code=400), RefusedKind.CONTEXT_LENGTH),
    (413, {}, RefusedKind.CONTEXT_LENGTH),
    (400, error(code="content_filter"), RefusedKind.CONTENT_FILTER),
    (
        400,
        error(innererror={"code": "ResponsibleAIPolicyViolation"}),
        RefusedKind.CONTENT_FILTER,
    ),
    (400, error("top_p must be below 1"), RefusedKind.OTHER),
    (422, {"detail": [{"loc": ["body"]}]}, RefusedKind.OTHER),
    (400, [error("API key not valid")], RefusedKind.OTHER),
    (400, {"error": "model is required"}, RefusedKind.OTHER),
    (418, None, RefusedKind.OTHER),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_a_refusal_is_known_by_its_code_or_status(
    status: int, body: Any, kind: RefusedKind
) -> None:
    """Each known form of each server's refusal has its kind."""
    fault = classify(status, Complaint.read(body))
    assert isinstance(fault, Refused)
    assert fault.kind is kind
    assert str(status) in str(fault)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_a_transport_fault(status: int) -> None:
    """Overload, conflict and server errors are no refusals, whatever their message says."""
    fault = classify(status, Complaint.read(error(VLLM_OLD)), 3.0)
    assert isinstance(fault, TransportFault)
    assert fault.kind is (FaultKind.RATE if status == 429 else FaultKind.STATUS)
    assert fault.retry_after == 3.0
    assert fault.maybe_paid is (status in {408, 502, 504})


def test_a_message_is_one_short_printable_line() -> None:
    """What a server says can't break a terminal or fill a log."""
    fault = classify(500, Complaint.read(error("a\n\x1b[31mb" + "c" * 1000)))
    assert str(fault).isprintable()
    assert len(str(fault)) == LONGEST_MESSAGE_CHARACTERS


@given(seconds=st.floats(0, 1e6), padding=st.sampled_from(["", " "]))
def test_seconds_are_read_and_capped(seconds: float, padding: str) -> None:
    """A number of seconds is obeyed up to the cap."""
    read = retry_after_seconds(f"{padding}{seconds!r}{padding}", NOW)
    assert read == min(seconds, LONGEST_RETRY_AFTER_SECONDS)


@given(seconds=st.integers(-10_000, 10_000))
def test_a_date_is_read_and_capped(seconds: int) -> None:
    """A date means the time until then, never less than 0 or more than the cap."""
    read = retry_after_seconds(formatdate(NOW + seconds, usegmt=True), NOW)
    assert read == min(max(seconds, 0), LONGEST_RETRY_AFTER_SECONDS)


@given(text=st.text() | st.sampled_from(["nan", "inf", "-1", "1e999", "Mon, 99 Foo 2026 x", "0"]))
def test_any_text_gives_a_sane_wait_or_none(text: str) -> None:
    """No header makes the reader fail, or wait below 0 or beyond the cap."""
    read = retry_after_seconds(text, NOW)
    assert read is None or 0 <= read <= LONGEST_RETRY_AFTER_SECONDS


def test_no_header_is_no_wait() -> None:
    """Absent or empty, nothing is asked for."""
    assert retry_after_seconds(None) is None
    assert retry_after_seconds("") is None
