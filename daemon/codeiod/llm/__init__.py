"""Traffic with LLM endpoints: one request at a time, its retries, limits, health, routing.

Read ``client`` first, then ``retry``, ``limits``, ``pace``, ``concurrency``, ``router``. May import
``items``, ``config`` and ``errors``; knows nothing of items' lives or of the journal.
"""

from codeiod.llm.client import ChatRequest, Client, Completer
from codeiod.llm.demand import Demand, Rates
from codeiod.llm.endpoint import Endpoint
from codeiod.llm.estimate import Estimator, cost
from codeiod.llm.faults import FaultKind, Refused, RefusedKind, TransportFault
from codeiod.llm.health import Health, Standing
from codeiod.llm.limits import Place, Slots
from codeiod.llm.pace import Pace
from codeiod.llm.replies import Completion
from codeiod.llm.retry import POLICY, GivenUp, Policy, Tries, persist
from codeiod.llm.router import Router
from codeiod.llm.watch import Watch

__all__ = [
    "POLICY",
    "ChatRequest",
    "Client",
    "Completer",
    "Completion",
    "Demand",
    "Endpoint",
    "Estimator",
    "FaultKind",
    "GivenUp",
    "Health",
    "Pace",
    "Place",
    "Policy",
    "Rates",
    "Refused",
    "RefusedKind",
    "Router",
    "Slots",
    "Standing",
    "TransportFault",
    "Tries",
    "Watch",
    "cost",
    "persist",
]
