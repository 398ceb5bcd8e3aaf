"""The settings: what they are, where each value in force comes from, and clear refusals.

May import pydantic and ``errors``.
"""

from codeiod.config.keys import read_api_key
from codeiod.config.layers import Loaded, load
from codeiod.config.settings import (
    ASKING_STAGES,
    TRAFFIC_KEYS,
    BudgetSettings,
    EndpointSettings,
    ItemsSettings,
    JournalSettings,
    OutputSettings,
    PredictSettings,
    Price,
    ReviseSettings,
    SampleSettings,
    SandboxSettings,
    Section,
    ServiceSettings,
    Settings,
    StageSettings,
    TeacherSettings,
    UnifySettings,
)

__all__ = [
    "ASKING_STAGES",
    "TRAFFIC_KEYS",
    "BudgetSettings",
    "EndpointSettings",
    "ItemsSettings",
    "JournalSettings",
    "Loaded",
    "OutputSettings",
    "PredictSettings",
    "Price",
    "ReviseSettings",
    "SampleSettings",
    "SandboxSettings",
    "Section",
    "ServiceSettings",
    "Settings",
    "StageSettings",
    "TeacherSettings",
    "UnifySettings",
    "load",
    "read_api_key",
]
