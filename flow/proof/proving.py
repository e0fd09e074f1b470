"""All proofs of a flow together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..events import Event
from ..flow import Flow
from ..snapshot import Repeat
from ..verification import mistakes
from .agreement import disagreements
from .guards import Cases, Decided, Known, decided
from .repetition import repeated
from .report import Finding, Report

DEFINITION = "the definition has no mistake"
GUARDS = "every case is taken by exactly one row"


def proof(
    flow: Flow[Any],
    cases: Cases | None = None,
    ordered: Mapping[tuple[str, str], str] | None = None,
    *,
    known: Known | None = None,
) -> Report:
    """Prove what can be proved of the flow.

    `cases` gives the space over which guards are decided; without it they are open. `ordered` names, with the reason,
    each state and event whose guards share cases on purpose: there the order of the rows decides. `known` keeps what
    was decided, for flows that share states and cases: the same guards are then decided once.
    """
    guards = _Guards(flow, cases or (lambda state, event: None), ordered or {}, {} if known is None else known)
    findings = [Finding(rule=DEFINITION, where=flow.name, says=one) for one in _mistakes(flow)]
    findings += [*repeated(flow), *disagreements(flow), *guards.findings()]
    return Report(flow=flow.name, findings=tuple(findings), open=tuple(guards.undecided()), facts=_facts(flow, guards))


def _mistakes(flow: Flow[Any]) -> Iterator[str]:
    yield from mistakes(tuple(flow.states.values()), flow.initial, flow.lifetime, flow.version)


class _Guards:
    def __init__(self, flow: Flow[Any], cases: Cases, ordered: Mapping[tuple[str, str], str], known: Known) -> None:
        self._flow, self._ordered = flow, ordered
        asked = {key: tuple(row.guards for row in rows) for key, rows in flow.table.items()}
        self._guarded = [key for key, guards in asked.items() if any(guards)]
        spaces = {key: cases(*key) for key in self._guarded}
        self.decided: dict[tuple[str, type[Event]], Decided] = {}
        for key, space in spaces.items():
            if space is not None:
                of = (*key, asked[key])
                if of not in known:
                    known[of] = decided(asked[key], space)
                self.decided[key] = known[of]

    def undecided(self) -> Iterator[Finding]:
        for state, event in self._guarded:
            if (state, event) not in self.decided:
                yield Finding(rule=GUARDS, where=state, says=f"no cases of {event.__name__} are declared")

    def findings(self) -> Iterator[Finding]:
        for (state, event), found in self.decided.items():
            for says in self._wrong(state, event, found):
                yield Finding(rule=GUARDS, where=state, says=f"{event.__name__}: {says}")
        shared = {(state, event.__name__) for (state, event), found in self.decided.items() if found.mixed}
        for state, name in sorted(set(self._ordered) - shared):
            if any((state, name) == (one, event.__name__) for one, event in self.decided):
                yield Finding(rule=GUARDS, where=state, says=f"{name}: an order is claimed where none is needed")

    def _wrong(self, state: str, event: type[Event], found: Decided) -> Iterator[str]:
        rows = self._flow.table[state, event]
        names = [" and ".join(guard.name for guard in row.guards) or "the last row" for row in rows]
        yield from found.broken
        if found.gaps:
            yield f"{found.gaps} of {found.cases} cases are taken by no row"
        for place, times in enumerate(found.taken):
            if not times:
                yield f"no case is left for {names[place]}"
        if (state, event.__name__) not in self._ordered:
            for one, two in found.mixed:
                yield f"{names[one]} and {names[two]} share cases, and only their order decides"


def _facts(flow: Flow[Any], guards: _Guards) -> tuple[str, ...]:
    finals = [name for name, state in flow.states.items() if state.final]
    calls = {state.call.name: state.call for state in flow.states.values() if state.call}
    rows = sum(len(tried) for tried in flow.table.values())
    cases = sum(one.cases for one in guards.decided.values())
    once = sorted(name for name, call in calls.items() if call.repeat is not Repeat.FREELY)
    return (
        f"{len(flow.states)} states, all reachable, and from each of them one of {len(finals)} ends",
        f"{rows} rows, the same in the table, the Machine and the diagrams",
        f"{len(calls)} calls, each with a way on when it is answered, unanswered, or not sent",
        f"made once unless a person asks again: {', '.join(once) or 'no call needs it'}",
        f"guards of {len(guards.decided)} choices decided over {cases} cases",
    )
