"""Collects the tests once, in the process from which the workers are forked; a worker only runs them.

mutmut has pytest collect in each worker, which takes ten times as long as the tests that kill a mutant. What modules
made while they were imported is then made without the mutant, so a mutant that lives on is tried again `AFRESH`.
"""

# pyright: reportMissingImports=false
# `make mutants` installs mutmut.

from __future__ import annotations

import gc
from collections.abc import Iterable

import pytest
from _pytest.config import _prepareconfig
from mutmut.configuration import config
from mutmut.runners.harness import PytestRunner
from mutmut.utils.file_utils import change_cwd

from .selection import AFRESH, forget, in_time, limit_time, note_killer


class _Failure:
    """Notes that a test failed."""

    seen = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seen = self.seen or report.failed


def _collected() -> pytest.Session:
    with change_cwd("mutants"):
        arguments = [*config().pytest_add_cli_args_test_selection, *config().pytest_add_cli_args]
        # What mutmut itself leaves open is no failure of a test.
        plugins = ["-p", "no:unraisableexception", "-p", "no:threadexception"]
        prepared = _prepareconfig(["--rootdir=.", "--tb=no", "--collect-only", "-q", *plugins, *arguments])
        prepared._do_configure()
        session = pytest.Session.from_config(prepared)
        prepared.hook.pytest_sessionstart(session=session)
        session.perform_collect()
    prepared.option.collectonly = False
    return session


def _run_by(session: pytest.Session) -> None:
    items = {item.nodeid: item for item in session.items}

    def run_tests(self: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        limit_time()
        forget()
        failure = _Failure()
        session.config.pluginmanager.register(failure)
        mutant = mutant_name or ""
        chosen = [items[node] for node in in_time(list(tests), mutant)]
        with change_cwd("mutants"):
            for item, following in zip(chosen, [*chosen[1:], None], strict=True):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if failure.seen:
                    note_killer(mutant, item.nodeid)
                    return 1
        return 0

    PytestRunner.run_tests = run_tests  # type: ignore[method-assign,unused-ignore]  # where mutmut is not there


if not AFRESH:
    _run_by(_collected())

# What is frozen stays shared between the processes.
gc.collect()
gc.freeze()
