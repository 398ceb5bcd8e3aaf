"""The metrics of the teacher's calls, under the names that OpenTelemetry gives them where it does.

May import its neighbour ``family``, ``reports.affairs`` and ``telemetry``. Source: OpenTelemetry's
semantic conventions for generative AI (``gen_ai.client.operation.duration``,
``gen_ai.client.token.usage``), written as Prometheus has it. All counts but those of
``codeiod_teacher_calls_total`` and ``codeiod_tokens_total`` begin anew with each daemon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from codeiod.reports.affairs import EndpointAffairs, EndpointState
from codeiod.telemetry import CallMeter, Distribution
from codeiod.web.metrics.family import Labels, Sight, Values, alone, counter, gauge, histogram

OPERATION = (
    "gen_ai_operation_name",
    "gen_ai_provider_name",
    "gen_ai_request_model",
    "server_address",
    "endpoint_name",
    "stage",
)
ENDPOINT = ("endpoint_name",)
STAGE = ("endpoint_name", "stage")


def _meters(sight: Sight) -> Iterator[tuple[EndpointAffairs, str, CallMeter]]:
    for endpoint in sight.affairs.endpoints:
        meter = sight.telemetry.endpoints.get(endpoint.name)
        for stage, calls in meter.stages.items() if meter else ():
            yield endpoint, str(stage), calls


def _operation(endpoint: EndpointAffairs, stage: str) -> Labels:
    # Any compatible server is "openai" to the conventions: what is told apart is the protocol.
    address = urlsplit(endpoint.url).hostname or ""
    return "chat", "openai", endpoint.model, address, endpoint.name, stage


def _durations(sight: Sight) -> Values:
    for endpoint, stage, calls in _meters(sight):
        labels = _operation(endpoint, stage)
        yield (*labels, ""), calls.answers
        for kind, failed in calls.failures.items():
            yield (*labels, kind), failed


def _usage(sight: Sight) -> Values:
    for endpoint, stage, calls in _meters(sight):
        labels = _operation(endpoint, stage)
        yield (*labels, "input"), calls.input
        yield (*labels, "output"), calls.output


def _by_stage(read: Callable[[CallMeter], float | Distribution]) -> Callable[[Sight], Values]:
    return lambda sight: [
        ((endpoint.name, stage), read(calls)) for endpoint, stage, calls in _meters(sight)
    ]


def _by_endpoint(read: Callable[[EndpointAffairs], float]) -> Callable[[Sight], Values]:
    return lambda sight: [((one.name,), read(one)) for one in sight.affairs.endpoints]


def _states(sight: Sight) -> Values:
    return [
        ((one.name, state), state is one.state)
        for one in sight.affairs.endpoints
        for state in EndpointState
    ]


def _calls(sight: Sight) -> Values:
    calls = sight.affairs.report.calls
    return [
        (("answered",), calls.answered),
        (("failed",), calls.failed),
        (("truncated",), calls.truncated),
        (("lost",), calls.in_flight_lost),
    ]


def _tokens(sight: Sight) -> Values:
    tokens = sight.affairs.report.tokens
    return [(("input",), tokens.input), (("cached",), tokens.cached), (("output",), tokens.output)]


TEACHER = (
    histogram(
        "gen_ai_client_operation_duration_seconds",
        "Time from a request's leaving to the end of its answer, or to its failure (error_type).",
        (*OPERATION, "error_type"),
        _durations,
    ),
    histogram(
        "gen_ai_client_token_usage",
        "Tokens of each answer, by what they were for.",
        (*OPERATION, "gen_ai_token_type"),
        _usage,
    ),
    counter(
        "codeiod_teacher_calls_total",
        "Requests by how they ended; lost: in flight when a daemon died; over all runs.",
        ("outcome",),
        _calls,
    ),
    counter(
        "codeiod_tokens_total",
        "Tokens of all answers; cached ones are input, too; over all runs.",
        ("type",),
        _tokens,
    ),
    counter(
        "codeiod_teacher_cached_tokens_total",
        "Input tokens that an endpoint had in its cache.",
        STAGE,
        _by_stage(lambda calls: calls.cached_tokens),
    ),
    counter(
        "codeiod_teacher_truncated_total",
        "Answers that were cut off.",
        STAGE,
        _by_stage(lambda calls: calls.truncated),
    ),
    histogram(
        "codeiod_teacher_queue_seconds",
        "Time that requests waited for a place, and for the pace.",
        STAGE,
        _by_stage(lambda calls: calls.queued),
    ),
    gauge(
        "codeiod_oldest_call_seconds",
        "How long the oldest call has been in flight.",
        (),
        lambda s: alone(max((call.seconds for call in s.affairs.calls), default=0.0)),
    ),
    gauge(
        "codeiod_endpoint_state",
        "1 for how an endpoint stands: up, resting (tried now and then), out (until it is mended).",
        (*ENDPOINT, "state"),
        _states,
    ),
    gauge(
        "codeiod_endpoint_in_flight",
        "Requests that an endpoint works on.",
        ENDPOINT,
        _by_endpoint(lambda one: one.in_flight),
    ),
    gauge(
        "codeiod_endpoint_in_flight_limit",
        "How many may be in flight now, as far as was found to pay.",
        ENDPOINT,
        _by_endpoint(lambda one: one.limit),
    ),
    gauge(
        "codeiod_endpoint_in_flight_max",
        "How many may be in flight at the most: the setting.",
        ENDPOINT,
        _by_endpoint(lambda one: one.max_in_flight),
    ),
    gauge(
        "codeiod_endpoint_waiting",
        "Requests in line for a place.",
        ENDPOINT,
        _by_endpoint(lambda one: one.waiting),
    ),
    gauge(
        "codeiod_endpoint_retrying",
        "Requests that wait for their next try.",
        ENDPOINT,
        _by_endpoint(lambda one: one.retrying),
    ),
    gauge(
        "codeiod_endpoint_request_rate_limit",
        "Requests a second that may leave; 0: no limit.",
        ENDPOINT,
        _by_endpoint(lambda one: one.requests_per_minute / 60),
    ),
    gauge(
        "codeiod_endpoint_token_rate_limit",
        "Tokens a second that may be used; 0: no limit.",
        ENDPOINT,
        _by_endpoint(lambda one: one.tokens_per_minute / 60),
    ),
)
