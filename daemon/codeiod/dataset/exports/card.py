"""The card of an export, its ``README.md``: what it is, where it is from, and what it is worth.

May import items, ``journal.state``, ``counting``, ``front_matter``, ``options`` and ``rows``. It
holds nothing of the moment at which it is written: the same export has the same card.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from codeiod.dataset.exports.counting import Counts, Exported
from codeiod.dataset.exports.front_matter import front_matter
from codeiod.dataset.exports.options import Keep, Options
from codeiod.dataset.exports.rows import Shape
from codeiod.items import item_id_of
from codeiod.journal.state import State

NAME_IN_CARDS = "Verified reasoning over code: input and output prediction"
SHOWN_NAMES = 30
HIDDEN_IN_RECIPES = frozenset({"prompts"})

LIMITS = """\
- An answer is checked, the reasoning before it is not, but for the claims that `agreement` counts:
  a right answer may stand behind a wrong argument.
- The problem statements and the descriptions of arguments were written by a model from code, and
  are not checked against it.
- The labels `difficulty` (where `difficulty_by` is `program`) and `tokens` are estimates.
- A program is deterministic as far as two runs under other seeds, clocks and layouts can tell.
- The code comes from the sources named above, under their licences: the field `license` of a
  program's `meta` tells it where the source did.
"""

CITATION = """\
The method is CodeI/O's (and CodeI/O++'s, where second turns are used):

```bibtex
@article{li2025codeio,
  title   = {CodeI/O: Condensing Reasoning Patterns via Code Input-Output Prediction},
  author  = {Li, Junlong and Guo, Daya and Yang, Dejian and Xu, Runxin and Wu, Yu and He, Junxian},
  journal = {arXiv preprint arXiv:2502.07316},
  year    = {2025}
}
```
"""


def card(options: Options, shape: Shape, state: State, exported: Exported) -> str:
    """Write the card."""
    head = front_matter(NAME_IN_CARDS, options.licence, shape.configs, exported.shards)
    sections = {
        "": shape.told,
        "What it holds": "\n".join(_holds(exported)),
        "How right it is": "\n".join(_rightness(exported.counts)),
        "Where it comes from": "\n".join(_origin(exported.counts)),
        "Yield of the whole run": "\n".join(_yields(state)),
        "Who answered, and what it cost": "\n".join(_cost(exported.counts, state)),
        "How it was made": "\n".join(_recipes(state)),
        "How it was chosen": "\n".join(_choice(options)),
        "Limits": LIMITS,
        "Citation": CITATION,
    }
    body = "\n".join(
        f"## {title}\n\n{text.rstrip()}\n" if title else f"{text.rstrip()}\n"
        for title, text in sections.items()
    )
    return f"{head}\n# {NAME_IN_CARDS}\n\n{body}"


def _holds(exported: Exported) -> Iterator[str]:
    yield "| config | split | rows |"
    yield "|---|---|---:|"
    for config, splits in exported.rows().items():
        for split in sorted(splits, reverse=True):
            yield f"| `{config}` | `{split}` | {splits[split]:,} |"
    counts = exported.counts
    yield ""
    yield f"They come of {counts.samples:,} samples of {counts.programs:,} programs."


def _rightness(counts: Counts) -> Iterator[str]:
    yield "| task | samples | right at turn 1 | at turn 2 | never | hard | tokens, about |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for task, of in counts.tasks.items():
        never = of.total - of.right_1 - of.right_2
        shares = " | ".join(_share(n, of.total) for n in (of.right_1, of.right_2, never, of.hard))
        yield f"| {task} | {of.total:,} | {shares} | {of.tokens:,} |"
    checked = sum(of.claims_checked for of in counts.tasks.values())
    if checked:
        agreeing = sum(of.claims_agreeing for of in counts.tasks.values())
        yield ""
        yield (
            f"Claims of the reasoning were checked against a trace of the run in {checked:,}"
            f" samples; all of them hold in {_share(agreeing, checked)}."
        )


def _origin(counts: Counts) -> Iterator[str]:
    yield from _table("source", "programs", counts.sources)
    yield ""
    yield from _table("language of the file", "programs", counts.languages)
    yield ""
    yield from _table("programs ran in", "programs", counts.sandboxes)


def _yields(state: State) -> Iterator[str]:
    rejected = sum(state.rejected.values())
    steps = {
        "entries met": state.entries,
        "of them duplicates": state.duplicates,
        "items, each file once": state.items,
        "rejected": rejected,
        "still pending": len(state.pending),
        "finished: programs with samples": state.finished,
        "samples": sum(tally.total for tally in state.tally.samples.values()),
    }
    yield "| step | number |"
    yield "|---|---:|"
    for step, number in steps.items():
        yield f"| {step} | {number:,} |"
    lost: Counter[str] = Counter({str(reason): n for reason, n in state.rejected.items() if n})
    if lost:
        yield ""
        yield from _table("items rejected for", "items", lost)
    given_up = Counter({str(why): n for why, n in state.tally.rejected_samples.items() if n})
    if given_up:
        yield ""
        yield from _table("samples given up for", "samples", given_up)


def _cost(counts: Counts, state: State) -> Iterator[str]:
    yield from _table("model or teacher", "turns", counts.models)
    usage = state.calls.usage
    yield ""
    yield (
        f"The whole run took {state.calls.answered:,} answers with {usage.input:,} tokens in"
        f" ({usage.cached:,} of them cached) and {usage.output:,} out."
    )
    for currency, amount in sorted(state.calls.money.items()):
        if currency:
            yield f"They cost {amount:,.2f} {currency}."


def _recipes(state: State) -> Iterator[str]:
    yield (
        "A sample's `recipe` names what shaped it: the digest of prompts, models, settings and"
        " limits. Prompts are told by their digest here."
    )
    for digest, body in state.recipes.items():
        yield ""
        yield f"`{digest}`:"
        yield ""
        yield "```json"
        yield json.dumps(told_recipe(body), indent=2, ensure_ascii=False)
        yield "```"


def told_recipe(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe with its prompts by their digest alone."""
    texts = json.dumps(body["prompts"], sort_keys=True, separators=(",", ":"))
    told = {key: value for key, value in body.items() if key not in HIDDEN_IN_RECIPES}
    return {"prompts": item_id_of(texts.encode()), **told}


def _choice(options: Options) -> Iterator[str]:
    kept = {
        Keep.ALL: "All samples, right or wrong.",
        Keep.ONLY_RIGHT: "Only samples that were right"
        + (" at some turn." if options.takes_second_turns else " at the first turn."),
        Keep.ONLY_HARD: "Only samples whose `difficulty` is 0.5 or more.",
    }
    yield kept[options.keep]
    if options.max_per_program:
        yield f"At most {options.max_per_program:,} samples of a program."
    if options.weights:
        told = ", ".join(f"{task} {weight:g}" for task, weight in options.weights.items())
        yield f"Tasks thinned out to about the weights {told}."
    if options.holdout:
        yield f"{_percent(options.holdout)} of the items, with all that comes of them, are `test`."
    yield f"Seed {options.seed}."


def _table(name: str, unit: str, counts: Counter[str]) -> Iterator[str]:
    yield f"| {name} | {unit} |"
    yield "|---|---:|"
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    for told, number in ranked[:SHOWN_NAMES]:
        yield f"| {cell(told) or '(not told)'} | {number:,} |"
    if rest := ranked[SHOWN_NAMES:]:
        yield f"| {len(rest):,} others | {sum(number for _, number in rest):,} |"


def cell(text: str) -> str:
    """Write a text that stands in a table: it may hold anything that a file's name may."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({_percent(part / whole)})" if whole else f"{part:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
