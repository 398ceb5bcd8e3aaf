"""The settings as models: their defaults, and what a value may be.

May import pydantic, ``section``, ``endpoints``, ``stages`` and ``errors``. The texts below keys are
what the example settings say: each key has one.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from codeiod.config.endpoints import EndpointSettings
from codeiod.config.section import Section
from codeiod.config.stages import (
    ASKING_STAGES,
    PredictSettings,
    ReviseSettings,
    SampleSettings,
    UnifySettings,
)
from codeiod.errors import SettingsError


class OutputSettings(Section):
    """Where the data goes."""

    dir: str = Field(default="out", min_length=1)
    """Where journal and dataset are kept; created where it is missing."""


class TeacherSettings(Section):
    """Who answers."""

    kind: Literal["", "openai", "builtin"] = ""
    """``""``: openai where an endpoint is configured, else a refusal that says so."""


class PromptsSettings(Section):
    """What is said to a teacher."""

    language: Literal["en", "zh"] = "en"
    """English or Chinese; the built-in teacher writes English alone."""


ModuleName = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]


class SandboxSettings(Section):
    """How programs are run, which no one trusts."""

    workers: int = Field(default=0, ge=0)
    """Programs that run at once; 0: as many as there are cores."""
    call_seconds: float = Field(default=5.0, gt=0)
    """CPU time of one call; on the clock it may take four times that."""
    memory_bytes: int = Field(default=1 << 30, ge=64 << 20)
    """Of one program."""
    minimum_level: int = Field(default=2, ge=1, le=4)
    """Below this level of isolation nothing is run; ``codeiod doctor`` tells the level here."""
    modules: tuple[ModuleName, ...] = ()
    """What programs may import beside the standard library; empty: all that is installed."""
    preload: tuple[ModuleName, ...] = ()
    """What is imported before a program asks for it; empty: the usual ones."""
    helpers: int = Field(default=0, ge=0)
    """Processes that run the sandbox in the daemon's place."""


class ItemsSettings(Section):
    """What is taken in."""

    in_flight: int = Field(default=0, ge=0)
    """Items inside at once at most; 0: as many as the traffic needs."""
    max_bytes: int = Field(default=1 << 20, ge=1)
    """A larger file is rejected as ``oversized``."""
    content_field: str = "content"
    """Where the code stands in JSONL and Parquet."""
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
    """What is kept beside it, as metadata."""


class BudgetSettings(Section):
    """Caps on what is spent in the output directory, over all runs; 0: none. Days are in UTC."""

    money: float = Field(default=0.0, ge=0)
    """In the currency of the endpoints' prices."""
    money_per_day: float = Field(default=0.0, ge=0)
    """The same for each day."""
    tokens: int = Field(default=0, ge=0)
    """Input and output together."""
    tokens_per_day: int = Field(default=0, ge=0)
    """The same for each day."""


class JournalSettings(Section):
    """How the journal is kept."""

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
    """The daemon: ``codeiod serve``."""

    watch: tuple[str, ...] = ()
    """Folders whose files are taken in as they come."""
    settle_seconds: float = Field(default=2.0, ge=0)
    """How long a file that is written in place must have stood still before it is taken."""
    rescan_seconds: float = Field(default=10.0, gt=0)
    """How often a watched folder is looked through, at the shortest."""
    taken: Literal["keep", "move", "delete"] = "keep"
    """What becomes of a file once it is taken in for good; move: to ``done/`` in the folder."""
    archive_members: int = Field(default=1_000_000, ge=1)
    """How many members one archive may have; those beyond are not read."""
    archive_bytes: int = Field(default=16 << 30, ge=1)
    """How much one archive may unpack to; what is beyond is not read."""
    listen: str = "127.0.0.1:8642"
    """Where the page, the API and the metrics are served; ``""``: nowhere."""
    hosts: tuple[str, ...] = ()
    """Names under which the page is asked for, beside that of ``listen`` and those of loopback."""
    token_env: str = ""
    """The variable that holds the bearer token, without which only loopback may be listened on."""
    token_file: str = ""
    """Or the file; a relative name is looked up in ``$CREDENTIALS_DIRECTORY`` first."""
    socket: str = ""
    """The control socket; ``""``: ``control.sock`` in the output directory."""
    socket_mode: str = Field(default="0600", pattern=r"^0?[0-7]{3}$")
    """Who may control the daemon: the permissions of its socket, octal."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged, and all above it."""
    grace_seconds: float = Field(default=120.0, ge=0)
    """How long calls in flight may take to land after a signal."""


class Settings(Section):
    """All settings; see ``docs/settings.md`` for what each means."""

    output: OutputSettings = OutputSettings()
    teacher: TeacherSettings = TeacherSettings()
    prompts: PromptsSettings = PromptsSettings()
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

    @model_validator(mode="after")
    def _teacher_knows_the_language(self) -> Self:
        if self.teacher.kind == "builtin" and self.prompts.language != "en":
            raise ValueError(
                f"prompts.language is {self.prompts.language!r}, and the built-in teacher writes"
                " English alone: configure an [[endpoint]]"
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
