"""What mutmut found, and the list of survivors that a person has explained."""

# pyright: reportMissingImports=false
# `make mutants` installs mutmut.

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

# What mutmut calls a segfault is SIGKILL after the limit of time; "interrupted" is a test file that cannot be imported.
KILLED = frozenset({"killed", "timeout", "segfault", "check was interrupted by user"})
NOT_JUDGED = "### Not judged yet"
"""The last heading of the list."""
ALIVE = frozenset({"survived", "no tests"})
_WHEN = re.compile(r"\bwhen=(?:\([^)]*\)|\w+)")
_LISTED = re.compile(r"^- `(?P<function>[^`]+)`: `(?P<was>[^`]*)` → `(?P<is_now>[^`]*)`$")


@dataclass(frozen=True, order=True)
class Change:
    """One mutation, in the words of its source, so that a list of them outlives an edit above it."""

    function: str
    was: str
    is_now: str

    @property
    def of_when(self) -> bool:
        """Whether the guards of a transition were changed."""
        return _WHEN.findall(self.was) != _WHEN.findall(self.is_now)

    def __str__(self) -> str:
        return f"- `{self.function}`: `{self.was}` → `{self.is_now}`"


@dataclass(frozen=True)
class Verdict:
    mutant: str
    status: str
    source: Path

    @property
    def function(self) -> str:
        module, _, mangled = self.mutant.partition("__mutmut_")[0].rpartition(".")
        return f"{module}.{mangled.removeprefix('xǁ').removeprefix('x_').replace('ǁ', '.')}"

    def change(self) -> Change:
        lines = get_diff_for_mutant(self.mutant, path=self.source).splitlines()[3:]
        was, is_now = (" ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
        return Change(self.function, was, is_now)


def verdicts() -> Iterator[Verdict]:
    """Read what the last run left in the working folder."""
    for meta in sorted(Path("mutants", "src").rglob("*.meta")):
        source = meta.relative_to("mutants").with_suffix("")
        for mutant, code in json.loads(meta.read_text("utf-8"))["exit_code_by_key"].items():
            # pytest that broke down has run no test: mutmut would call it a kill.
            status = "survived" if code == pytest.ExitCode.INTERNAL_ERROR else status_by_exit_code[code]
            yield Verdict(mutant, status, source)


def by_package(found: list[Verdict]) -> Mapping[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {}
    for verdict in found:
        package = ".".join(verdict.mutant.split(".")[1:2])
        counted.setdefault(package, Counter())[verdict.status] += 1
    return counted


def listed(file: Path) -> set[Change]:
    """Read the survivors that the list explains; the ones that nobody has judged yet stand there without a reason."""
    explained = (file.read_text("utf-8") if file.exists() else "").partition(f"\n{NOT_JUDGED}\n")[0]
    return {Change(*found.groups()) for line in explained.splitlines() if (found := _LISTED.match(line))}
