"""How pytest runs the tests under mutmut."""

from __future__ import annotations

import os
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Generator
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.state import state

AFRESH = bool(os.environ.get("MUTANTS_AFRESH"))
ENOUGH = 60.0 if AFRESH else 10.0
"""Seconds of tests for one mutant."""
MOST = 1_000 if AFRESH else 150
"""Tests for one mutant: to collect them takes time too."""
CASE = 0.02
"""Seconds by which each further case of a test is put off."""


def pytest_configure(config: pytest.Config) -> None:
    # A verdict must not depend on luck, and a counter-example need not be small to kill.
    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    if get_mutant_under_test() == "stats":
        config.pluginmanager.register(_Reach())
    elif not config.option.collectonly:
        # mutmut's own limit is made for all tests of the mutant.
        limit = int(process_time() + 6 * ENOUGH)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        config.args = _in_time([node for node in config.args if "::" in node] or list(state().duration_by_test))


def _in_turn(nodes: list[str]) -> list[str]:
    """Fast tests first, and of the many cases of one test only a few before all others had a turn."""
    seconds = state().duration_by_test
    cases: Counter[str] = Counter()
    turns = {}
    for node in sorted(nodes, key=lambda node: seconds.get(node, 0.0)):
        test = node.partition("[")[0]
        turns[node] = seconds.get(node, 0.0) + cases[test] * CASE
        cases[test] += 1
    return sorted(turns, key=turns.__getitem__)


def _in_time(nodes: list[str]) -> list[str]:
    """Leave out what would take too long; a mutant that lives on is called a survivor, so this flatters nobody."""
    spent, chosen = 0.0, []
    for node in _in_turn(nodes):
        spent += state().duration_by_test.get(node, 0.0)
        if chosen and (spent > ENOUGH or len(chosen) == MOST):
            break
        chosen.append(node)
    return chosen


def pytest_sessionstart() -> None:
    _forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    turns = {node: turn for turn, node in enumerate(_in_turn([item.nodeid for item in items]))}
    items.sort(key=lambda item: turns[item.nodeid])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.INTERRUPTED:  # the tests could not be imported: mutmut would take it for Ctrl-C
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class _Reach:
    """Tells mutmut which tests reach a function that was called before they began.

    mutmut notes what is called during a test. What a module, a fixture of a wider scope or a cache keeps would be noted
    for the first test alone.
    """

    def __init__(self) -> None:
        self._by_module: dict[str, set[str]] = defaultdict(set)
        self._by_fixture: dict[str, set[str]] = defaultdict(set)
        self._everywhere: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        self._everywhere |= _taken()
        report = yield
        self._by_module[collector.nodeid] |= _taken()
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        before = _taken()
        result = yield
        self._by_fixture[fixturedef.argname] |= _taken()
        state()._stats |= before
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        _forget()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        reached = state()._stats
        reached |= self._everywhere
        for node in item.listchain():
            reached |= self._by_module[node.nodeid]
        for name in getattr(item, "fixturenames", ()):
            reached |= self._by_fixture[name]


def _taken() -> set[str]:
    taken = set(state()._stats)
    state()._stats.clear()
    return taken


def _forget() -> None:
    """Empty every cache, so that what is made in a test is made by what is under test."""
    for name, module in list(sys.modules.items()):
        if name.startswith("esozflow."):
            for value in list(vars(module).values()):
                if callable(forget := getattr(value, "cache_clear", None)):
                    forget()
