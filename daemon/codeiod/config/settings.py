"""The settings as models: their defaults, and what a value may be.

May import pydantic and ``errors``. Frozen; a section refuses keys that it does not know.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from codeiod.errors import SettingsError

ASKING_STAGES = ("unify", "predict", "revise")
"""The sections that say how a teacher is asked."""


class Section(BaseModel):
    """One section of the settings; frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


class OutputSettings(Section):
    dir: str = Field(default="out", min_length=1)


class TeacherSettings(Section):
    kind: Literal["", "openai", "builtin"] = ""
    """``""``: openai where an endpoint is configured, else a refusal that says so."""


class Price(Section):
    """Per million tokens."""

    currency: str = ""
    input: float = Field(default=0.0, ge=0)
    cached_input: float = Field(default=0.0, ge=0)
    output: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _names_its_currency(self) -> Self:
        if not self.currency and (self.input or self.cached_input or self.output):
            raise ValueError("a price needs a currency")
        return self


class EndpointSettings(Section):
    name: str = Field(default="main", min_length=1)
    base_url: str = Field(pattern=r"^https?://[^\s]+$")
    model: str = Field(min_length=1)
    api_key_env: str = ""
    api_key_file: str = ""
    weight: float = Field(default=1.0, gt=0)
    """Its share of the work beside other endpoints."""
    requests_per_minute: float = Field(default=0.0, ge=0)
    tokens_per_minute: float = Field(default=0.0, ge=0)
    input_tokens_per_minute: float = Field(default=0.0, ge=0)
    output_tokens_per_minute: float = Field(default=0.0, ge=0)
    concurrency: Literal["adaptive", "fixed"] = "adaptive"
    start_in_flight: int = Field(default=8, ge=1)
    """Where adaptive concurrency starts; between ``min_in_flight`` and ``max_in_flight``."""
    min_in_flight: int = Field(default=1, ge=1)
    max_in_flight: int = Field(default=64, ge=1)
    timeout_seconds: float = Field(default=600.0, gt=0)
    stream: bool = False
    idle_seconds: float = Field(default=60.0, gt=0)
    """How long a streamed answer may stand still before it is cut."""
    price: Price = Price()
    headers: dict[str, str] = {}
    extra_body: dict[str, Any] = {}

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.min_in_flight > self.max_in_flight:
            raise ValueError(
                f"min_in_flight is {self.min_in_flight}, above max_in_flight {self.max_in_flight}"
            )
        return self


class StageSettings(Section):
    """What a stage asks a teacher with; what is absent is not sent."""

    endpoint: str = ""
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    deadline_seconds: float = Field(default=0.0, ge=0)
    """How long one request may take; 0: as long as its endpoint's ``timeout_seconds``."""
    hedge_percentile: float = Field(default=0.0, ge=0, lt=100)
    """A request slower than this percentile of its stage is sent once more; 0: never."""


TRAFFIC_KEYS = frozenset({"endpoint", "deadline_seconds", "hedge_percentile"})
"""What of a stage's settings says how a request travels, and does not shape the data."""


class UnifySettings(StageSettings):
    attempts: int = Field(default=2, ge=1, le=2)


class SampleSettings(Section):
    pairs: int = Field(default=10, ge=2)
    draws: int = Field(default=50, ge=2)
    seed: int = 0
    trivial: Literal["reject", "mark"] = "reject"


class PredictSettings(StageSettings):
    output_pairs: int = Field(default=3, ge=0)
    input_pairs: int = Field(default=3, ge=0)
    samples: int = Field(default=1, ge=1)
    trace_check: Literal["auto", "on", "off"] = "auto"
    """Whether claims of a rationale are checked against a trace; auto: those of builtin are."""


class ReviseSettings(StageSettings):
    turns: int = Field(default=1, ge=0, le=1)
    name_divergence: bool = False
    """Whether the feedback names the first claim that the trace contradicts."""


ModuleName = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]


class SandboxSettings(Section):
    workers: int = Field(default=0, ge=0)
    call_seconds: float = Field(default=5.0, gt=0)
    memory_bytes: int = Field(default=1 << 30, ge=64 << 20)
    minimum_level: int = Field(default=2, ge=1, le=4)
    modules: tuple[ModuleName, ...] = ()
    """What programs may import beside the standard library; empty: all that is installed."""
    preload: tuple[ModuleName, ...] = ()
    """What is imported before a program asks for it; empty: the usual ones."""
    helpers: int = Field(default=0, ge=0)


class ItemsSettings(Section):
    in_flight: int = Field(default=0, ge=0)
    max_bytes: int = Field(default=1 << 20, ge=1)
    content_field: str = "content"
    meta_fields: tuple[str, ...] = (
        "path",
        "repo_name",
        "blob_id",
        "language",
        "license",
        "url",
        "source",
        "category",
    )


class BudgetSettings(Section):
    money: float = Field(default=0.0, ge=0)
    money_per_day: float = Field(default=0.0, ge=0)
    tokens: int = Field(default=0, ge=0)
    tokens_per_day: int = Field(default=0, ge=0)


class JournalSettings(Section):
    segment_bytes: int = Field(default=64 << 20, ge=1 << 16)
    """A segment that has grown to this is sealed, and another one is begun."""
    compress: bool = True
    """Whether sealed segments are compressed."""
    retention: Literal["keep", "archive", "drop"] = "keep"
    """What becomes of sealed segments whose items are all done, once a snapshot covers them."""
    snapshot_records: int = Field(default=100_000, ge=100)
    """After how many records a snapshot is taken at the latest, so that a start is quick."""
    reserve_bytes: int = Field(default=64 << 20, ge=0)
    """Set aside on the disk for what is in flight when it fills up; 0: nothing."""


class ServiceSettings(Section):
    watch: tuple[str, ...] = ()
    """Folders whose files are taken in as they come."""
    settle_seconds: float = Field(default=2.0, ge=0)
    """How long a file that is written in place must have stood still before it is taken."""
    rescan_seconds: float = Field(default=10.0, gt=0)
    """How often a watched folder is looked through, at the shortest."""
    taken: Literal["keep", "move", "delete"] = "keep"
    """What becomes of a watched file once it is taken in for good; move: to ``done/`` beside it."""
    archive_members: int = Field(default=1_000_000, ge=1)
    """How many members of one archive are taken at the most."""
    archive_bytes: int = Field(default=16 << 30, ge=1)
    """How much one archive may unpack to."""
    listen: str = "127.0.0.1:8642"
    """Where the page, the API and the metrics are served; ``""``: nowhere."""
    token_env: str = ""
    token_file: str = ""
    """Where the bearer token is found without which only loopback may be listened on."""
    socket: str = ""
    """The control socket; ``""``: ``control.sock`` in the output directory."""
    socket_mode: str = Field(default="0600", pattern=r"^0?[0-7]{3}$")
    """Who may control the daemon: the permissions of its socket, octal."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    grace_seconds: float = Field(default=120.0, ge=0)


class Settings(Section):
    """All settings; see ``docs/settings.md`` for what each means."""

    output: OutputSettings = OutputSettings()
    teacher: TeacherSettings = TeacherSettings()
    endpoint: tuple[EndpointSettings, ...] = ()
    unify: UnifySettings = UnifySettings()
    sample: SampleSettings = SampleSettings()
    predict: PredictSettings = PredictSettings()
    revise: ReviseSettings = ReviseSettings()
    sandbox: SandboxSettings = SandboxSettings()
    items: ItemsSettings = ItemsSettings()
    budget: BudgetSettings = BudgetSettings()
    journal: JournalSettings = JournalSettings()
    service: ServiceSettings = ServiceSettings()

    @model_validator(mode="after")
    def _endpoints_are_named(self) -> Self:
        names = [endpoint.name for endpoint in self.endpoint]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two endpoints are named {name!r}")
        for stage in ASKING_STAGES:
            wanted = getattr(self, stage).endpoint
            if wanted and wanted not in names:
                raise ValueError(
                    f"{stage}.endpoint names {wanted!r}, and no endpoint has that name"
                )
        return self

    @property
    def teacher_kind(self) -> str:
        """The teacher in force.

        :raises SettingsError: none is named, and no endpoint is configured.
        """
        if self.teacher.kind == "builtin":
            return "builtin"
        if self.endpoint:
            return "openai"
        raise SettingsError(
            "no teacher: configure an [[endpoint]], give --base-url and --model,"
            " or take --teacher builtin"
        )

    def endpoints_of(self, stage: str) -> tuple[EndpointSettings, ...]:
        """Return the endpoints that a stage (``unify``, ``predict``, ``revise``) may use."""
        wanted = getattr(self, stage).endpoint
        return tuple(e for e in self.endpoint if not wanted or e.name == wanted)
