"""Which recipe new items take, and that of each item that is on its way.

May import ``admission.recipe``, ``journal`` and ``errors``.
"""

from __future__ import annotations

import structlog

from codeiod.admission.recipe import Recipe
from codeiod.errors import SettingsError
from codeiod.journal.journal import Journal
from codeiod.journal.records import RecipeSet
from codeiod.journal.state import State

SHOWN_KEYS = 5

log = structlog.get_logger()


class Recipes:
    """The recipes of a directory, read once each."""

    def __init__(self, journal: Journal, current: Recipe) -> None:
        self._journal = journal
        self._read = {current.digest: current}
        self.current = current
        """What new items are admitted under."""

    def of(self, digest: str) -> Recipe:
        """Return the recipe that an item was admitted under."""
        if digest not in self._read:
            self._read[digest] = Recipe.load(self._journal.state.recipes[digest])
        return self._read[digest]


def agree(journal: Journal, present: Recipe, *, new_recipe: bool) -> Recipes:
    """Settle the recipe of new items: the directory's, or the present one where that is wanted.

    A recipe under which nothing has been answered (a model's name was misspelt) has made no data:
    the present one takes its place, also for items on their way.

    :raises SettingsError: the present settings make other data than those of the directory, and
        no new recipe is asked for, or items on their way could not be finished under it.
    """
    state = journal.state
    if not state.recipe:
        journal.append(RecipeSet(present.digest, present.body))
        return Recipes(journal, present)
    stored = Recipe.load(state.recipes[state.recipe])
    changed = present.differences(stored)
    if not changed:
        return Recipes(journal, stored)
    if _nothing_answered(state):
        log.info("recipe.replaced", changed=changed[:SHOWN_KEYS])
        journal.append(RecipeSet(present.digest, present.body, replaces=state.recipe))
        return Recipes(journal, present)
    told = "; ".join(changed[:SHOWN_KEYS]) + (" ..." if len(changed) > SHOWN_KEYS else "")
    if not new_recipe:
        raise SettingsError(
            f"this directory was made with another recipe ({told}); set it back, or give"
            " --new-recipe to take the new one for later items"
        )
    bound = [key for key in present.differing_keys(stored) if binds_pending(key)]
    on_their_way = len(state.pending) + len(state.retriable)
    if bound and on_their_way:
        raise SettingsError(
            f"{on_their_way} items are still on their way under the recipe before, and"
            f" {', '.join(bound)} can't change under them; finish them first, or name"
            " another directory"
        )
    journal.append(RecipeSet(present.digest, present.body))
    return Recipes(journal, present)


def _nothing_answered(state: State) -> bool:
    steps = (made for item in state.pending.values() for made in item.steps.values())
    calls = state.calls
    return not (calls.answered or calls.truncated or any(made.of for made in steps))


def binds_pending(key: str) -> bool:
    """Tell whether a key names what there is one of in a run: who answers, where programs run."""
    return key == "teacher" or key.startswith(("models.", "sandbox."))
