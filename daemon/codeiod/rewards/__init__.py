"""What a trainer does with an ``rlvr`` export: judge answers, and draw fresh tasks without end.

May import ``stages``, ``admission``, ``dataset``, items, errors and the sandbox. Plain functions
and threads, no event loop: trainers have none, or one of their own. Read ``tasks`` first, then
``reward`` and ``fresh``; ``environment`` is for the library ``verifiers`` and alone imports it.
"""

from codeiod.rewards.fresh import FreshTask, FreshTasks
from codeiod.rewards.reward import Reward
from codeiod.rewards.tasks import Export, RewardTask

__all__ = ["Export", "FreshTask", "FreshTasks", "Reward", "RewardTask"]
