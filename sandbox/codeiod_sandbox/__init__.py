"""codeiod_sandbox: run untrusted Python programs, fast and contained; usable without the daemon."""

from codeiod_sandbox.outcomes import (
    Call,
    Died,
    Limits,
    LoadFailed,
    NotJson,
    Outcome,
    OverMemory,
    OverOutput,
    Program,
    Raised,
    Returned,
    SandboxError,
    SandboxLevel,
    TimedOut,
)
from codeiod_sandbox.pool import Sandbox
from codeiod_sandbox.probe import Probe, probe

__all__ = [
    "Call",
    "Died",
    "Limits",
    "LoadFailed",
    "NotJson",
    "Outcome",
    "OverMemory",
    "OverOutput",
    "Probe",
    "Program",
    "Raised",
    "Returned",
    "Sandbox",
    "SandboxError",
    "SandboxLevel",
    "TimedOut",
    "probe",
]
