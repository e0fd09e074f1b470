"""Checks and what they find. A check walks through one situation and says of each requirement in it whether it holds.

What a check says never holds a value that it saw: no token, no datum, no address with a query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Generic, Literal, TypeVar

from ...flow import PeerError

Verdict = Literal["holds", "does not hold", "not observed"]
_OF_MANY: Final[dict[Verdict, str]] = {
    "does not hold": "do not hold",
    "not observed": "not observed",
    "holds": "hold",
}
VERDICTS: Final = tuple(_OF_MANY)

B = TypeVar("B")


class SiteFailed(PeerError):
    """The site under test gave no answer that a browser can show. The address is not told: it may hold a token."""

    default_code = "site_failed"


class NotObservable(Exception):
    """A check cannot go on: what it wants to look at does not come about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `says` tells what must be so; `holds` is None where it could not be seen."""

    requirement: str
    says: str
    holds: bool | None
    check: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as the report writes it."""
        return {"check": self.check, "says": self.says, "holds": self.holds}


def seen(requirement: str, says: str, holds: bool) -> Finding:  # noqa: FBT001 - it reads as a sentence
    """Give a finding."""
    return Finding(requirement=requirement, says=says, holds=holds)


def unseen(requirement: str, because: str) -> Finding:
    """Give a finding of something that could not be seen."""
    return Finding(requirement=requirement, says=because, holds=None)


@dataclass(frozen=True, slots=True)
class Check(Generic[B]):
    """A situation: its name, the requirements that it looks at, and how it is brought about on a bench."""

    name: str
    asks: tuple[str, ...]
    says: str
    walk: Callable[[B], Iterator[Finding]] = field(repr=False)

    def findings(self, bench: B) -> list[Finding]:
        """Bring it about. Where it stops, what it did not come to is unobserved, with the reason."""
        found: list[Finding] = []
        reason = ""
        try:
            found.extend(self.walk(bench))
        except NotObservable as stopped:
            reason = str(stopped)
        except SiteFailed as failed:
            reason = failed.args[0]
        if reason:
            met = {finding.requirement for finding in found}
            # Where it stopped is not known; when something was said of all of them, it stopped before the end of each.
            missed = [one for one in self.asks if one not in met] or self.asks
            found += [unseen(requirement, reason) for requirement in missed]
        return [Finding(requirement=one.requirement, says=one.says, holds=one.holds, check=self.name) for one in found]


class Checks(Generic[B]):
    """The checks of one party, in order. Use an instance as a decorator of a generator of findings."""

    def __init__(self) -> None:
        self.all: dict[str, Check[B]] = {}

    def __call__(self, *asks: str) -> Callable[[Callable[[B], Iterator[Finding]]], Callable[[B], Iterator[Finding]]]:
        """Add the decorated function; its name and the first line of its docstring are those of the check."""

        def added(walk: Callable[[B], Iterator[Finding]]) -> Callable[[B], Iterator[Finding]]:
            name = walk.__name__.replace("_", "-")
            self.all[name] = Check(name, asks, (walk.__doc__ or "").partition("\n")[0], walk)
            return walk

        return added


@dataclass(frozen=True)
class Judged:
    """One requirement, and everything that was found about it."""

    id: str
    words: str
    findings: tuple[Finding, ...]

    @cached_property
    def verdict(self) -> Verdict:
        """One thing that does not hold decides; what nobody could see holds nothing."""
        held = {finding.holds for finding in self.findings}
        if False in held:
            return "does not hold"
        return "holds" if True in held else "not observed"

    def as_json(self) -> dict[str, Any]:
        """The requirement as the report writes it."""
        return {
            "id": self.id,
            "says": self.words,
            "verdict": self.verdict,
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class Report:
    """What conforms and what does not: `target` is the kind of party, `url` where it is."""

    target: str
    url: str
    judged: tuple[Judged, ...]

    @classmethod
    def of(cls, target: str, url: str, requirements: Mapping[str, str], found: list[Finding]) -> Report:
        """Sort findings by what they are about."""
        return cls(
            target,
            url,
            tuple(
                Judged(asked, words, tuple(one for one in found if one.requirement == asked))
                for asked, words in requirements.items()
            ),
        )

    @property
    def holds(self) -> bool:
        """Whether everything that could be observed holds, and something could."""
        return self.count("does not hold") == 0 and self.count("holds") > 0

    def count(self, verdict: Verdict) -> int:
        """How many requirements have this verdict."""
        return sum(one.verdict == verdict for one in self.judged)

    def broken(self) -> set[str]:
        """Give the ids of the requirements that do not hold."""
        return {one.id for one in self.judged if one.verdict == "does not hold"}

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "target": self.target,
            "url": self.url,
            "holds": self.holds,
            "counts": {verdict: self.count(verdict) for verdict in VERDICTS},
            "requirements": [one.as_json() for one in self.judged],
        }

    def text(self) -> str:
        """The report for people: a line a requirement, and under it what does not hold or was not observed."""
        lines = [f"{self.target} at {self.url}", ""]
        for one in self.judged:
            lines.append(f"{one.verdict:<14}{one.id:<17}{one.words}")
            lines += [f"{'':<14}{told}" for told in _told(one)]
        counts = ", ".join(f"{self.count(verdict)} {of_many}" for verdict, of_many in _OF_MANY.items())
        return "\n".join([*lines, "", f"{len(self.judged)} requirements: {counts}.", ""])


def _told(judged: Judged) -> list[str]:
    """Give one line for each thing that does not hold or was not seen, with the checks that say so."""
    lines: dict[str, list[str]] = {}
    for finding in judged.findings:
        if finding.holds is not True:
            word = "not observed" if finding.holds is None else "not so"
            lines.setdefault(f"{word}: {finding.says}", []).append(finding.check)
    return [f"{line} [{', '.join(dict.fromkeys(checks))}]" for line, checks in lines.items()]
