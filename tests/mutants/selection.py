"""Which tests a mutant is tried with, and for how long."""

# pyright: reportMissingImports=false
# `make mutants` installs mutmut.

from __future__ import annotations

import os
import resource
import sys
from collections import Counter
from pathlib import Path
from time import process_time

from mutmut.state import state

AFRESH = bool(os.environ.get("MUTANTS_AFRESH"))
ENOUGH = 90.0 if AFRESH else 8.0
"""Seconds of tests for one mutant."""
MOST = 1_500 if AFRESH else 200
"""Tests for one mutant."""
CASE = 0.02
"""Seconds by which each further case of a test is put off."""
ITSELF = " itself"
"""Behind the name of a function in mutmut's statistics: here are the tests that call it while they run."""
OTHERS = 3
"""Fast tests that call the function themselves for each of the others."""
KILLED_ONE, CASE_OF_SUCH, KILLED_ONE_OF_MODULE, OTHER = range(4)
"""How near a test is to the function of a mutant; the nearest come first."""
KILLERS = Path(os.environ.get("MUTANTS_KILLERS", "killers")).absolute()
"""A folder with a file for each function, which lists what has killed mutants of it."""


def in_turn(nodes: list[str], mutant: str) -> list[str]:
    """What has killed mutants of the function or of its module first, then fast tests.

    Of the many cases of one test only a few come before all others had a turn. A function that is called while modules
    are imported is reached by every test: those that call it themselves come three times as often as the others, unless
    one takes more than its share of the time.
    """
    seconds = state().duration_by_test
    cases: Counter[str] = Counter()
    turns = {}
    for node in sorted(nodes, key=lambda node: seconds.get(node, 0.0)):
        test = _test(node)
        turns[node] = seconds.get(node, 0.0) + cases[test] * CASE
        cases[test] += 1
    turned = sorted(turns, key=turns.__getitem__)
    calling = state().tests_by_mangled_function_name.get(f"{_function(mutant)}{ITSELF}", set())
    first = {node for node in calling if seconds.get(node, 0.0) <= ENOUGH / MOST}
    places = {node: place for place, node in enumerate(node for node in turned if node in first)}
    places |= {node: (place + 1) * OTHERS for place, node in enumerate(node for node in turned if node not in first)}
    near = _nearness(mutant)
    return sorted(turned, key=lambda node: (near.get(node, near.get(_test(node), OTHER)), places[node]))


def note_killer(mutant: str, node: str) -> None:
    """Remember what killed a mutant: it is likely to kill the next one."""
    KILLERS.mkdir(exist_ok=True)
    with (KILLERS / _function(mutant)).open("a", encoding="utf-8") as file:
        file.write(f"{node}\n")


def _nearness(mutant: str) -> dict[str, int]:
    """Give how near cases and tests are that are not `OTHER`."""
    module = _function(mutant).rpartition(".")[0]
    beside = [file for file in KILLERS.glob(f"{module}.*") if file.name.rpartition(".")[0] == module]
    of_module = {node for file in beside for node in file.read_text("utf-8").splitlines()}
    own = KILLERS / _function(mutant)
    of_function = set(own.read_text("utf-8").splitlines()) if own.is_file() else set[str]()
    found = dict.fromkeys(map(_test, of_module), KILLED_ONE_OF_MODULE)
    found |= dict.fromkeys(map(_test, of_function), CASE_OF_SUCH)
    return found | dict.fromkeys(of_function, KILLED_ONE)


def _function(mutant: str) -> str:
    return mutant.partition("__mutmut_")[0]


def _test(node: str) -> str:
    return node.partition("[")[0]


def in_time(nodes: list[str], mutant: str) -> list[str]:
    """Leave out what would take too long; a mutant that lives on is called a survivor, so this flatters nobody."""
    spent, chosen = 0.0, list[str]()
    for node in in_turn(nodes, mutant):
        spent += state().duration_by_test.get(node, 0.0)
        if chosen and (spent > ENOUGH or len(chosen) == MOST):
            break
        chosen.append(node)
    return chosen


def limit_time() -> None:
    """Let a mutant that loops be killed early: mutmut's own limit is made for all tests of the mutant.

    Where mutmut's is the lower one, it stays: only a privileged process may raise a limit.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    limit = int(process_time() + 6 * ENOUGH)
    if most == resource.RLIM_INFINITY or limit < most:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def forget() -> None:
    """Empty every cache, so that what is made in a test is made by what is under test."""
    for name, module in list(sys.modules.items()):
        if name.startswith("esozflow."):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()
