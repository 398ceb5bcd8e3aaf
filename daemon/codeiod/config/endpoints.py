"""The settings of an endpoint: where it is, what it takes, what it costs.

May import pydantic and ``section``. The texts below keys are what the example settings say.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from codeiod.config.section import Section


class Price(Section):
    """What tokens cost, per million of them."""

    currency: str = ""
    """Any name; needed where there is a price."""
    input: float = Field(default=0.0, ge=0)
    cached_input: float = Field(default=0.0, ge=0)
    """0: as much as ``input``."""
    output: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _names_its_currency(self) -> Self:
        if not self.currency and (self.input or self.cached_input or self.output):
            raise ValueError("a price needs a currency")
        return self


class EndpointSettings(Section):
    """Where an LLM answers; one such section for each."""

    name: str = Field(default="main", min_length=1)
    """By which stages, metrics and logs call it."""
    base_url: str = Field(pattern=r"^https?://[^\s]+$")
    """``http://HOST/v1``, without ``/chat/completions``."""
    model: str = Field(min_length=1)
    """The model to ask."""
    api_key_env: str = ""
    """The variable that holds its key."""
    api_key_file: str = ""
    """Or the file; a relative name is looked up in ``$CREDENTIALS_DIRECTORY`` first."""
    weight: float = Field(default=1.0, gt=0)
    """Its share of the work beside other endpoints."""
    requests_per_minute: float = Field(default=0.0, ge=0)
    """Paces requests; 0: by what the endpoint announces, or shows by refusing. Those below too."""
    tokens_per_minute: float = Field(default=0.0, ge=0)
    """Of input and output together."""
    input_tokens_per_minute: float = Field(default=0.0, ge=0)
    """Of input alone."""
    output_tokens_per_minute: float = Field(default=0.0, ge=0)
    """Of output alone."""
    concurrency: Literal["adaptive", "fixed"] = "adaptive"
    """adaptive: how many calls at once pay is found by trying; fixed: always ``max_in_flight``."""
    start_in_flight: int = Field(default=8, ge=1)
    """Where adaptive concurrency starts; between ``min_in_flight`` and ``max_in_flight``."""
    min_in_flight: int = Field(default=1, ge=1)
    """Calls at once at least."""
    max_in_flight: int = Field(default=64, ge=1)
    """Calls at once at most."""
    timeout_seconds: float = Field(default=600.0, gt=0)
    """How long one call may take; where answers are streamed, how long the first word may."""
    stream: bool = False
    """Whether answers are streamed, so that one that stands still is cut soon."""
    idle_seconds: float = Field(default=60.0, gt=0)
    """How long a streamed answer may stand still before it is cut."""
    price: Price = Price()
    """Per million tokens, as ``{ currency = "USD", input = 0.5, output = 2.0 }``."""
    headers: dict[str, str] = Field(default={})
    """Sent along with each request."""
    extra_body: dict[str, Any] = Field(default={})
    """Merged into the JSON of each request."""

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.min_in_flight > self.max_in_flight:
            raise ValueError(
                f"min_in_flight is {self.min_in_flight}, above max_in_flight {self.max_in_flight}"
            )
        return self
