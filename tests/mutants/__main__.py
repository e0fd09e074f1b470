"""Change the engine and the states in thousands of small ways and see whether a test fails for each.

python -m tests.mutants [--jobs 2] [--only 'esozflow.states.register.*']

Works in build/mutants and keeps its results there: what was killed is not tried again until its function changes.
Which tests reach what is measured anew, which takes minutes, when a source or a test has changed. Delete the folder to
begin anew. What lives on is tried once more, with more tests, unless docs/mutants.md explains it. Exits with 1 when
fewer than 90 % are killed, when a mutant of a guard survives, or when a survivor is not in docs/mutants.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from .tree import MUTATED, lay_out
from .verdicts import ALIVE, KILLED, Verdict, by_package, listed, verdicts

ROOT = Path(__file__).parents[2]
TREE = ROOT / "build" / "mutants"
SURVIVORS = ROOT / "docs" / "mutants.md"
LEAST = 0.90


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    arguments.add_argument("--only", default="*", help="mutants to try, as a pattern of names; the score is of these")
    arguments.add_argument("--report", action="store_true", help="only tell what the last run found")
    given = arguments.parse_args()
    guards = lay_out(ROOT, TREE)
    os.chdir(TREE)
    if not given.report:
        _measure_anew_when_changed()
        _try(given.jobs, [] if given.only == "*" else [given.only])
        explained = listed(SURVIVORS)
        alive = [verdict for verdict in _found(given.only) if verdict.status in ALIVE]
        survivors = [verdict.mutant for verdict in alive if verdict.change() not in explained]
        if survivors:
            _try(given.jobs, survivors, afresh=True)
    return _judge(_found(given.only), guards, whole=given.only == "*")


def _measure_anew_when_changed() -> None:
    """Drop what mutmut knows of which tests reach what: it would keep that, and look at none but tests that are new."""
    files = sorted(file for folder in (*MUTATED, "tests") for file in (ROOT / folder).rglob("*.py"))
    now = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    measured = TREE / "measured"
    if not measured.exists() or measured.read_text("utf-8") != now:
        (TREE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
        measured.write_text(now, "utf-8")


def _try(jobs: int, mutants: list[str], *, afresh: bool = False) -> None:
    """Run mutmut; `afresh`, with a process per mutant that imports all of ours with the mutant in place.

    The first run forks from a process that has imported the tests, which is many times faster and kills nothing
    wrongly, but would miss a mutant whose result a test module keeps from when it was imported.
    """
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "MUTANTS_KILLERS": str(TREE / "killers")}
    environment = os.environ | ours | ({"MUTANTS_AFRESH": "1"} if afresh else {})
    program = Path(sys.executable).with_name("mutmut")
    subprocess.run([program, "run", "--max-children", str(jobs), *mutants], env=environment, check=True)


def _found(only: str) -> list[Verdict]:
    return [verdict for verdict in verdicts() if fnmatchcase(verdict.mutant, only)]


def _judge(found: list[Verdict], guards: frozenset[str], *, whole: bool) -> int:
    for package, counted in by_package(found).items():
        _say(f"{package}: " + ", ".join(f"{count} {status}" for status, count in counted.most_common()))
    killed = sum(verdict.status in KILLED for verdict in found)
    _say(f"{killed} of {len(found)} killed: {killed / max(len(found), 1):.1%}")

    untold = [verdict for verdict in found if verdict.status not in KILLED | ALIVE]
    alive = {verdict.change(): verdict for verdict in found if verdict.status in ALIVE}
    of_guards = [change for change, verdict in alive.items() if verdict.function in guards or change.of_when]
    explained = listed(SURVIVORS)
    return max(
        _complain("There are none", () if found else ("Nothing was tried yet, or no mutant has such a name.",)),
        _complain("No verdict yet on mutants of", {verdict.function for verdict in untold}),
        _complain("A mutant of a guard survives", of_guards),
        _complain(f"Not in {SURVIVORS.relative_to(ROOT)}", set(alive) - explained),
        _complain("Listed, but killed or gone", explained - set(alive) if whole else ()),
        int(killed < LEAST * len(found)),
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _complain(what: str, about: Iterable[object]) -> int:
    lines = sorted(map(str, about))
    if lines:
        _say("\n".join((f"\n{what} ({len(lines)}):", *lines)))
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
