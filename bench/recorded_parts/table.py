"""Goals, what was measured of each, and the table of both at the end.

Imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN_FINDINGS = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One goal."""

    what: str
    goal: str
    measured: str
    ok: bool


@dataclass(slots=True)
class Table:
    """All goals so far; a row is printed as soon as it is known."""

    rows: list[Row] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.rows)

    def add(self, what: str, goal: object, measured: object, *, ok: bool) -> None:
        """Add a goal and say at once how it stands."""
        row = Row(what, str(goal), str(measured), ok)
        self.rows.append(row)
        print(
            f"  {'ok  ' if ok else 'MISS'} {row.what}: {row.measured} (goal {row.goal})", flush=True
        )

    def none_of(self, what: str, findings: list[str]) -> None:
        """Add a goal that nothing is found; show what is."""
        for finding in findings[:SHOWN_FINDINGS]:
            print(f"       {finding}")
        self.add(what, 0, len(findings), ok=not findings)

    def equal(self, what: str, goal: object, measured: object) -> None:
        """Add a goal that two values are the same."""
        self.add(what, goal, measured, ok=goal == measured)

    def at_least(self, what: str, goal: float, measured: float, told: str = "") -> None:
        """Add a goal that a figure reaches another."""
        shown = f"{measured:.4g}" + (f" ({told})" if told else "")
        self.add(what, f">= {goal:g}", shown, ok=measured >= goal)

    def at_most(self, what: str, goal: float, measured: float, told: str = "") -> None:
        """Add a goal that a figure stays below another."""
        shown = f"{measured:.4g}" + (f" ({told})" if told else "")
        self.add(what, f"<= {goal:g}", shown, ok=measured <= goal)

    def print(self) -> None:
        """Print all goals in columns."""
        rows = [Row("what", "goal", "measured", ok=True), *self.rows]
        widths = [max(len(getattr(row, name)) for row in rows) for name in ("what", "goal")]
        print()
        for number, row in enumerate(rows):
            mark = "" if number == 0 else "ok" if row.ok else "MISSED"
            print(f"{row.what:<{widths[0]}}  {row.goal:<{widths[1]}}  {mark:<6}  {row.measured}")
