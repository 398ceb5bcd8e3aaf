"""The texts that are sent to a teacher: loading, filling, and the digest that names them.

Imports the standard library and its neighbour `phrases`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Self

from codeiod_prompts.phrases import say

TAG = re.compile(r"\{\{([a-z_]+)\}\}")
DIGEST_BYTES = 16
REASONS = frozenset({"why", "reason"})
"""The fields whose values are said in the language of the texts."""


class PromptError(ValueError):
    """A text is asked for or filled wrongly."""


class UnknownText(PromptError):
    """There is no text of this name."""


class MissingField(PromptError):
    """A tag of the text got no value."""


class ExtraField(PromptError):
    """A value was given that the text has no tag for."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """A set of texts by name, as the package ships them or as a recipe stored them.

    A text marks the places to fill with tags like ``{{name}}``.
    """

    texts: Mapping[str, str]

    @classmethod
    def load(cls, language: str = "en") -> Self:
        """Read the texts that the package ships; a file's last newline is not part of its text.

        :raises UnknownText: there are none in this language.
        """
        folder = resources.files(__package__).joinpath("texts", language)
        if not re.fullmatch("[a-z]+", language) or not folder.is_dir():
            raise UnknownText(f"no texts in the language {language!r}")
        files = sorted(
            (f for f in folder.iterdir() if f.name.endswith(".txt")), key=lambda f: f.name
        )
        return cls(
            {
                f.name.removesuffix(".txt"): f.read_text(encoding="utf-8").removesuffix("\n")
                for f in files
            }
        )

    def digest(self) -> str:
        """Name these texts: BLAKE2b-128 in hex over their canonical JSON."""
        canonical = json.dumps(dict(self.texts), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(canonical.encode("ascii"), digest_size=DIGEST_BYTES).hexdigest()

    def fields(self, name: str) -> frozenset[str]:
        """Tell which fields a text wants.

        :raises UnknownText: there is no such text.
        """
        if name not in self.texts:
            raise UnknownText(f"there is no text {name!r}")
        return frozenset(TAG.findall(self.texts[name]))

    def fill(self, name: str, /, **fields: str) -> str:
        """Put values in the place of a text's tags, in one pass: tags in values stay as they are.

        :raises UnknownText: there is no such text.
        :raises MissingField: a tag has no value.
        :raises ExtraField: a value has no tag.
        """
        wanted = self.fields(name)
        if missing := wanted - fields.keys():
            raise MissingField(f"text {name!r} lacks {', '.join(sorted(missing))}")
        if extra := fields.keys() - wanted:
            raise ExtraField(f"text {name!r} has no tag for {', '.join(sorted(extra))}")
        for field in REASONS & fields.keys():
            fields[field] = say(fields[field], self.texts)
        return TAG.sub(lambda tag: fields[tag[1]], self.texts[name])
