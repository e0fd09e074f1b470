"""Systematic walks take what the cases lead to, say what they missed, and notice a flow that does not do as it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from esozflow.flow import Event, EventRefused, Flow, State, guard, on, refuse
from esozflow.flow.testing import Coverage, Do, GuardOutcome, How, Pair, RowOf, explore


class Go(Event):
    steps: int = 0


class Stop(Event):
    pass


@guard("few steps")
def few(context: int, event: Go) -> bool:
    return event.steps < 3


@guard("it went before")
def went(context: int, event: Go) -> bool:
    return context > 0


def flow(*moves: Any) -> Flow[int]:
    start = State[int](name="start", section="1", actor="walker", moves=moves)
    return Flow(
        "walk",
        states=(start, State(name="end", section="1", actor="walker", final=True)),
        initial="start",
        begin=lambda ids: 0,
    )


def because(event: type[Event], to: str, **given: Any) -> Any:
    return on(event, to=to, because="the rules", **given)


WALK = flow(
    refuse(Go, when=few, code="too_few", because="the rules"),
    because(Go, "end", when=went),
    because(Go, "start", keep=lambda context, event: context + 1),
    because(Stop, "end"),
)


def cases(state: str, event: type[Event]) -> Any:
    return [(context, Go(steps=steps)) for context in (0, 1) for steps in (0, 2, 3)] if event is Go else None


def row(event: str, place: int) -> RowOf:
    return RowOf("start", event, place)


def test_contexts_that_the_guards_tell_apart_are_all_visited_and_the_walk_ends() -> None:
    explored = explore(WALK, cases)

    assert explored.transitions.complete
    assert explored.pairs.unexplained == (Pair(row("Go", 2), row("Go", 2)),)
    assert explored.outcomes.complete
    assert [(one.state, one.context) for one in explored.reached] == [
        ("start", 0),
        ("start", 1),
        ("end", 0),
        ("end", 1),
    ]
    assert (explored.transitions.done, explored.transitions.all_) == (4, 4)
    assert explored.met == {("start", Go), ("start", Stop), ("end", Go), ("end", Stop)}


def test_what_no_case_leads_to_is_missing_and_says_why() -> None:
    explored = explore(WALK, lambda state, event: [(0, Go(steps=5))] if event is Go else None)

    assert explored.transitions.missing == {row("Go", 0): "no declared case leads to it"}
    assert not explored.transitions.complete
    assert "  MISSING   start · Go · 0: no declared case leads to it\n" in explored.text()
    assert explored.outcomes.missing == {
        GuardOutcome(row("Go", 0), "few", held=True): "no walk takes start · Go · 0",
    }
    assert "  MISSING   start · Go · 0: few holds: no walk takes start · Go · 0\n" in explored.text()
    assert str(GuardOutcome(row("Go", 0), "few", held=False)) == "start · Go · 0: few does not hold"
    why = explored.pairs.missing[Pair(row("Go", 2), row("Go", 0))]
    assert why == "no walk takes start · Go · 0"


@pytest.mark.parametrize(
    ("walked", "complete"), [(flow(because(Stop, "end")), True), (WALK, False)], ids=["no guards", "no cases"]
)
def test_a_flow_without_guards_and_one_without_cases_are_told_like_any_other(walked: Flow[int], complete: bool) -> None:
    explored = explore(walked, lambda *_: None)

    assert explored.outcomes.complete is complete
    assert "guard outcomes: " in explored.text()


def test_an_outcome_that_no_case_gives_though_its_row_is_taken_says_so() -> None:
    explored = explore(WALK, lambda state, event: [(0, Go(steps=0))] if event is Go else None)

    missing = explored.outcomes.missing
    assert missing[GuardOutcome(row("Go", 0), "few", held=False)] == "no declared case leads to it"


def test_a_reason_makes_it_complete_and_a_wrong_reason_is_refuted() -> None:
    twice = Pair(row("Go", 2), row("Go", 2))
    explained = explore(WALK, cases, never={twice: "it went before"}).pairs
    refuted = explore(WALK, cases, never={row("Stop", 0): "nobody stops"}).transitions

    assert explained.complete
    assert f"  never     {twice}: it went before\n" in explained.text()
    assert refuted.refuted == (row("Stop", 0),)
    assert not refuted.complete
    assert "  REFUTED   start · Stop · 0: it was said to be impossible, and happened\n" in refuted.text()


def test_no_walk_is_the_beginning_of_another_and_together_they_take_every_row() -> None:
    walks = explore(WALK, cases).transitions.walks
    texts = [walk.text().removesuffix("]}") for walk in walks]

    assert len(walks) == 3
    assert not any(one != two and two.startswith(one) for one in texts for two in texts)


def test_a_walk_is_written_as_what_is_done_to_an_engine(parcels: Any) -> None:
    walks = explore(parcels.flow, parcels.cases, ids=parcels.FixedIds()).transitions.walks
    steps = [step for walk in walks for step in walk.steps]

    assert {step.do for step in steps} == {Do.BEGIN, Do.SEND, Do.EXPIRE}
    assert all((step.case or "").startswith(f"{step.event}(") for step in steps if step.do is Do.SEND)
    answers = [answer for step in steps for answer in step.answers]
    assert {answer.how for answer in answers} == {How.CASE, How.DIES_BEFORE}
    assert all((answer.case or "").startswith(f"{answer.event}(") for answer in answers if answer.how is How.CASE)


@guard("it goes farther than it went")
def farther(context: int, event: Go) -> bool:
    return event.steps > context


def test_contexts_are_told_apart_by_guards_that_compare_them_with_the_event() -> None:
    going = flow(because(Go, "end", when=farther), because(Go, "start", keep=lambda context, event: context + 1))

    explored = explore(
        going, lambda state, event: [(context, Go(steps=steps)) for context in (0, 2) for steps in (0, 2)]
    )

    assert {one.context for one in explored.reached if one.state == "start"} == {0, 1, 2}


def test_every_snapshot_is_shown_to_whoever_looks() -> None:
    seen: list[Any] = []
    explored = explore(WALK, cases, look=seen.append)

    assert seen == explored.reached
    assert {one.state for one in seen} == {"start", "end"}


def test_coverage_of_nothing_is_complete() -> None:
    assert Coverage(what="rows", done=0, all_=0).complete


class Wrong(Flow[int]):
    """A flow whose step does something else than its table says."""

    def step(self, snapshot: Any, event: Event, now: Any) -> Any:
        stepped = super().step(snapshot, event, now)
        return self.spoil(stepped)

    def spoil(self, stepped: Any) -> Any:
        raise NotImplementedError


def wrong(spoil: Any) -> Flow[int]:
    twin = Wrong("walk", states=WALK.states.values(), initial="start", begin=lambda ids: 0)
    twin.spoil = spoil  # type: ignore[method-assign]
    return twin


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda one: one._replace(snapshot=replace(one.snapshot, state="start")), "led to start"),
        (lambda one: one._replace(snapshot=replace(one.snapshot, revision=7)), "did not raise the revision by one"),
        (lambda one: one._replace(call=object()), "makes another call than it declares"),
    ],
)
def test_a_step_that_does_not_do_what_its_row_says_is_noticed(spoil: Any, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        explore(wrong(spoil), cases)


def test_what_is_not_refused_is_noticed() -> None:
    lenient = wrong(lambda one: one)
    lenient.step = lambda snapshot, event, now: WALK.step(snapshot, event, now) if event != Go() else None  # type: ignore
    with pytest.raises(AssertionError, match="Go was refused in start with None instead of too_few"):
        explore(lenient, cases)


def test_an_event_that_is_taken_where_the_table_has_no_row_is_noticed() -> None:
    lenient = wrong(lambda one: one)
    lenient.step = lambda snapshot, event, now: (  # type: ignore[method-assign,misc]
        None if snapshot.state == "end" and isinstance(event, Stop) else WALK.step(snapshot, event, now)
    )
    with pytest.raises(AssertionError, match="Stop was refused in end with None instead of not_expected_here"):
        explore(lenient, cases)


def test_a_refusal_with_another_code_is_noticed() -> None:
    def step(snapshot: Any, event: Event, now: Any) -> Any:
        if snapshot.state == "end":
            raise EventRefused(state="end", event="Go", code="other")
        return WALK.step(snapshot, event, now)

    moody = wrong(lambda one: one)
    moody.step = step  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="with other instead of not_expected_here"):
        explore(moody, cases)


def test_a_table_with_a_gap_is_noticed() -> None:
    tampered = flow(because(Go, "end", when=few), because(Go, "end"))
    tampered._table["start", Go] = tampered._table["start", Go][:1]
    with pytest.raises(AssertionError, match="no row of start takes Go"):
        explore(tampered, cases)
