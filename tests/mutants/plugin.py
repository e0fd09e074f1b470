"""How pytest runs the tests under mutmut."""

# pyright: reportMissingImports=false
# `make mutants` installs mutmut.

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.state import state

from .selection import ITSELF, forget, in_time, in_turn, limit_time


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
        _import_all()
        config.pluginmanager.register(_Reach())
    elif not config.option.collectonly:
        limit_time()
        nodes = [node for node in config.args if "::" in node] or list(state().duration_by_test)
        config.args = in_time(nodes, get_mutant_under_test())


def pytest_sessionstart() -> None:
    forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    turned = in_turn([item.nodeid for item in items], get_mutant_under_test())
    turns = {node: turn for turn, node in enumerate(turned)}
    items.sort(key=lambda item: turns[item.nodeid])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.INTERRUPTED:  # the tests could not be imported: mutmut would take it for Ctrl-C
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _import_all() -> None:
    """Import all that is mutated: what a module calls then would be noted for the first test file that imports it."""
    for package in ("esozflow.flow", "esozflow.states"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{found.__name__}."):
            importlib.import_module(module.name)


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
        forget()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        reached = state()._stats
        reached |= {f"{function}{ITSELF}" for function in reached}
        reached |= self._everywhere
        for node in item.listchain():
            reached |= self._by_module[node.nodeid]
        for name in getattr(item, "fixturenames", ()):
            reached |= self._by_fixture[name]


def _taken() -> set[str]:
    taken = set(state()._stats)
    state()._stats.clear()
    return taken
