"""The settings: what they are, where each value in force comes from, and clear refusals.

May import pydantic and ``errors``.
"""

from codeiod.config.endpoints import EndpointSettings, Price
from codeiod.config.keys import read_api_key, read_token
from codeiod.config.layers import Loaded, load
from codeiod.config.section import Section
from codeiod.config.settings import (
    BudgetSettings,
    ItemsSettings,
    JournalSettings,
    OutputSettings,
    PromptsSettings,
    SandboxSettings,
    ServiceSettings,
    Settings,
    TeacherSettings,
)
from codeiod.config.stages import (
    ASKING_STAGES,
    TRAFFIC_KEYS,
    PredictSettings,
    ReviseSettings,
    SampleSettings,
    StageSettings,
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
    "PromptsSettings",
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
    "read_token",
]
