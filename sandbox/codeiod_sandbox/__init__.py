"""codeiod_sandbox: run untrusted Python programs, fast and contained; usable without the daemon.

    async with Sandbox(workers=2, limits=Limits(call_seconds=5)) as sandbox:
        outcomes = await sandbox.run(Program(source), [Call("main_solution", {"n": 3}, seed=7)])

There is one outcome per call, in order: a value of one of eight types, never an exception. Only a
fault of the sandbox itself raises, `SandboxError`. `SyncSandbox` is the same for plain functions,
`HelperSandbox` the same in processes of its own; `probe` says what this machine can do. Read
`pool.py` first, then `guest/main.py`; `sandbox/README.md` is for those who use it.
"""

from codeiod_sandbox.blocking import SyncSandbox
from codeiod_sandbox.helper import HelperSandbox
from codeiod_sandbox.modules import DEFAULT_MODULES, Modules
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
from codeiod_sandbox.traces import DEFAULT_TRACE_LIMITS, Trace, Traced, TraceLimits

__all__ = [
    "DEFAULT_MODULES",
    "DEFAULT_TRACE_LIMITS",
    "Call",
    "Died",
    "HelperSandbox",
    "Limits",
    "LoadFailed",
    "Modules",
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
    "SyncSandbox",
    "TimedOut",
    "Trace",
    "TraceLimits",
    "Traced",
    "probe",
]
