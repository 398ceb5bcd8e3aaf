"""Output prediction: a traced call, narrated as a person would reason.

Imports the sandbox's values and the standard library. Read ``narrate.py`` first.
"""

from codeiod.teachers.builtin.narration.narrate import NARRATION_LIMITS, narrate

__all__ = ["NARRATION_LIMITS", "narrate"]
