"""What is said to teachers and how their answers are read: the texts, filling them, parsing.

Imports the standard library only, and never the daemon or the sandbox.
"""

from codeiod_prompts.answers import Found, find_answer
from codeiod_prompts.prediction import Task, form_of, predict_prompt
from codeiod_prompts.programs import ENTRY_POINT, GENERATOR, Parameter, Signature, signature
from codeiod_prompts.prompts import ExtraField, MissingField, PromptError, Prompts, UnknownText
from codeiod_prompts.unification import UnifyParts, Unparsable, parse_unify

__all__ = [
    "ENTRY_POINT",
    "GENERATOR",
    "ExtraField",
    "Found",
    "MissingField",
    "Parameter",
    "PromptError",
    "Prompts",
    "Signature",
    "Task",
    "UnifyParts",
    "UnknownText",
    "Unparsable",
    "find_answer",
    "form_of",
    "parse_unify",
    "predict_prompt",
    "signature",
]
