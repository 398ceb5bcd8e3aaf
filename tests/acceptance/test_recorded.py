"""Runs over real files with a teacher whose truth is known: judged again, killed, faulted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from recorded_parts import dataset, recheck
from recorded_parts.daemon import Run
from recorded_parts.killing import run_with_kills
from recorded_parts.material import File
from recorded_parts.soundness import findings
from recorded_parts.teacher import Teacher
from recorded_parts.undisturbed import Undisturbed, missing

KILLS = 4
KILLED_FILES = 20
FAULTED_FILES = 30


Taught = Callable[..., AbstractContextManager[tuple[Run, Teacher]]]
"""Prepares a run and its teacher."""


def test_a_run_ends_well_and_pays_for_no_prompt_twice(
    undisturbed: Undisturbed, files: list[File]
) -> None:
    """Every file is finished or rejected; the report, the teacher and the lines agree."""
    report = undisturbed.run.report()
    assert undisturbed.status == 0
    assert undisturbed.run.findings() == ""
    assert report["entries"] == len(files)
    assert undisturbed.stats["repeated"] == 0
    assert undisturbed.stats["answers"] == report["calls"]["answered"]
    assert list(dataset.broken_equations(undisturbed.lines, report)) == []


def test_lines_hold_to_the_contract(undisturbed: Undisturbed) -> None:
    """Every key has its type, nothing is null, nothing stands twice, prompts and turns fit."""
    lines = undisturbed.lines
    assert list(dataset.wrong_forms(lines)) == []
    assert list(dataset.repeated(lines)) == []
    assert list(recheck.wrong_prompts(lines)) == []
    assert list(recheck.wrong_turns(lines)) == []


def test_sound_programs_get_in_and_nondeterministic_ones_stay_out(
    undisturbed: Undisturbed, files: list[File]
) -> None:
    """What reproduces in fresh processes becomes a program; what differs among them does not."""
    judged = findings(files)
    programs = {program["item_id"] for program in undisturbed.lines.programs}
    sound = {name for name, finding in judged.items() if finding.sound}
    odd = {name for name, finding in judged.items() if finding.nondeterministic}
    assert sound
    assert sound - odd <= programs
    assert not odd & programs


def test_pairs_and_verdicts_stand_up_to_a_second_judge(undisturbed: Undisturbed) -> None:
    """Pairs reproduce in fresh processes, and answers judged there come to the same status."""
    assert list(recheck.wrong_pairs(undisturbed.lines)) == []
    assert list(recheck.wrong_verdicts(undisturbed.lines)) == []


def test_kills_lose_nothing_and_pay_again_only_for_what_was_in_flight(
    taught: Taught, undisturbed: Undisturbed, files: list[File]
) -> None:
    """The same instances come out, the directory is sound after each kill, no process stays."""
    expected = undisturbed.lines.of({file.item_id for file in files[:KILLED_FILES]})
    share = KILLED_FILES / len(files)
    with taught(items=KILLED_FILES, latency=0.2) as (run, teacher):
        cold = Run(run.directory, run.sources, run.options)  # each start hashes in its own way
        killed = run_with_kills(cold, KILLS, int(undisturbed.run.journal_bytes() * share))
        repeated = teacher.stats()["repeated"]
    assert killed.kills > 0
    assert killed.status == 0
    assert killed.findings == []
    assert killed.orphans == 0
    assert dataset.read(run.directory).ids == expected.ids
    assert repeated <= run.report()["calls"]["in_flight_lost"]


def test_faults_of_the_endpoint_cost_no_sample_unnamed(
    taught: Taught, undisturbed: Undisturbed, files: list[File]
) -> None:
    """One call in ten fails in some way: all else comes out as if none had."""
    with taught("endpoint.0.timeout_seconds=2.0", items=FAULTED_FILES, fault=0.1, hang=3.0) as (
        run,
        teacher,
    ):
        status = run.finish()
        faults = [name for name in teacher.stats()["status"] if name.startswith("fault-")]
    lines = dataset.read(run.directory)
    expected = undisturbed.lines.of({file.item_id for file in files[:FAULTED_FILES]})
    assert status == 0
    assert faults
    assert run.findings() == ""
    assert missing(expected, lines) == []
    assert lines.ids <= expected.ids
    assert list(dataset.broken_equations(lines, run.report())) == []
