"""What all sections of the settings have in common.

May import pydantic.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

MOST = 1 << 62
"""No number of the settings is larger: one more byte is still an index, and JSON can hold it."""


class Section(BaseModel):
    """One section of the settings; frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )

    @field_validator("*")
    @classmethod
    def _holdable(cls, value: Any) -> Any:
        if isinstance(value, int) and abs(value) > MOST:
            raise ValueError("no number of the settings is that large")
        return value
