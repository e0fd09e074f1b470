"""The proof finds each seeded defect, and nothing in a flow that has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from esozflow.flow import (
    Answered,
    Calling,
    Event,
    Expired,
    Flow,
    Repeat,
    State,
    Unanswered,
    Unreachable,
    guard,
    on,
    refuse,
)
from esozflow.flow.proof import Finding, Report, proof
from esozflow.flow.proof.guards import Decided, decided


class Go(Event):
    steps: int = 0


@guard("few steps")
def few(context: None, event: Go) -> bool:
    return event.steps < 3


@guard("very few steps")
def very_few(context: None, event: Go) -> bool:
    return event.steps < 2


@guard("an even number of steps")
def even(context: None, event: Go) -> bool:
    return event.steps % 2 == 0


@guard("no number")
def raises(context: None, event: Go) -> bool:
    raise RuntimeError


@guard("a number")
def no_bool(context: None, event: Go) -> bool:
    return event.steps  # type: ignore[return-value]


def to(event: type[Event], target: str = "end", **given: Any) -> Any:
    return on(event, to=target, because="the rules", **given)


def state(name: str, *moves: Any, **given: Any) -> State[None]:
    return State(name=name, section="1", actor="walker", moves=moves, **given)


END = state("end", final=True)


def flow(*states: State[None]) -> Flow[None]:
    return Flow("walk", states=(*states, END), initial="start", begin=lambda ids: None)


def choosing(*moves: Any) -> Flow[None]:
    return flow(state("start", *moves))


def cases(name: str, event: type[Event]) -> Any:
    return [(None, Go(steps=steps)) for steps in range(5)] if event is Go else None


RULES = {
    "the definition has no mistake",
    "every case is taken by exactly one row",
    "a call is made once unless a person asks for it again",
    "table = Machine = diagram",
}


def said(report: Report) -> list[str]:
    assert {one.rule for one in report.findings} <= RULES
    return [f"{one.where}: {one.says}" for one in report.findings]


def calling(repeat: Repeat, *moves: Any, name: str = "call") -> State[None]:
    call: Calling[None] = Calling(name=name, port="p", repeat=repeat, request=lambda context: None)
    return state(name, *moves, call=call)


def test_a_flow_without_a_defect_holds_and_says_what_was_proved(parcels: Any) -> None:
    report = proof(parcels.flow)
    rows = sum(len(tried) for tried in parcels.flow.table.values())

    assert report.holds
    assert report.facts == (
        "12 states, all reachable, and from each of them one of 4 ends",
        f"{rows} rows, the same in the table, the Machine and the diagrams",
        "3 calls, each with a way on when it is answered, unanswered, or not sent",
        "made once unless a person asks again: label, pay",
        "guards of 0 choices decided over 0 cases",
    )
    assert {(one.where, one.says) for one in report.open} == {
        ("draft", "no cases of Described are declared"),
        ("pricing", "no cases of Priced are declared"),
        ("quoted", "no cases of Accepted are declared"),
        ("paying", "no cases of Paid are declared"),
    }


def test_a_narrower_guard_before_a_wider_one_is_no_defect() -> None:
    report = proof(choosing(to(Go, when=very_few), to(Go, when=few), to(Go)), cases)

    assert report.holds
    assert not report.open
    assert "guards of 1 choices decided over 5 cases" in report.facts


def test_cases_are_counted_by_the_row_that_takes_them() -> None:
    rows = ((very_few,), (few,), ())

    assert decided(rows, cases("start", Go)) == Decided(cases=5, taken=(2, 1, 2), gaps=0, mixed=(), broken=())
    assert decided(rows[:1], cases("start", Go)) == Decided(cases=5, taken=(2,), gaps=3, mixed=(), broken=())
    assert decided(rows, ()) == Decided(cases=0, taken=(0, 0, 0), gaps=0, mixed=(), broken=())


def test_rows_that_no_case_is_left_for_are_told_by_their_guards() -> None:
    report = proof(choosing(to(Go, when=few), to(Go, when=(even, very_few)), to(Go)), lambda *_: [(None, Go(steps=2))])

    assert said(report) == [
        "start: Go: no case is left for even and very_few",
        "start: Go: no case is left for the last row",
    ]


SHADOWED = choosing(to(Go, when=few), to(Go, when=very_few), to(Go))


@pytest.mark.parametrize(
    ("defective", "findings"),
    [
        (SHADOWED, ["no case is left for very_few"]),
        (
            choosing(to(Go, when=few), to(Go, when=even), to(Go)),
            ["few and even share cases, and only their order decides"],
        ),
        (choosing(to(Go, when=raises), to(Go)), ["raises raised RuntimeError", "no case is left for raises"]),
        (choosing(to(Go, when=no_bool), to(Go)), ["no_bool gave no bool"]),
    ],
)
def test_a_defect_of_the_guards_is_found(defective: Flow[None], findings: list[str]) -> None:
    report = proof(defective, cases)

    assert said(report) == [f"start: Go: {finding}" for finding in findings]
    assert {one.rule for one in report.findings} == {"every case is taken by exactly one row"}
    assert not report.holds


def test_an_order_on_purpose_is_no_defect_and_a_needless_claim_of_one_is() -> None:
    shared = choosing(to(Go, when=few), to(Go, when=even), to(Go))
    apart = choosing(to(Go, when=few), to(Go))

    assert proof(shared, cases, {("start", "Go"): "few first"}).holds
    assert said(proof(apart, cases, {("start", "Go"): "few first"})) == [
        "start: Go: an order is claimed where none is needed"
    ]
    assert proof(apart, cases, {("elsewhere", "Go"): "another flow's"}).holds


def test_a_gap_is_found_in_a_table_that_was_tampered_with() -> None:
    tampered = choosing(to(Go, when=few), to(Go))
    tampered._table["start", Go] = tampered._table["start", Go][:1]

    assert "start: Go: 2 of 5 cases are taken by no row" in said(proof(tampered, cases))


def test_a_call_that_only_a_person_repeats_is_no_defect() -> None:
    start = state("start", to(Go, "call"))
    asked = state("asked", to(Go, "call"))
    call = calling(Repeat.WHEN_ASKED, to(Answered), to(Unanswered, "asked"), to(Unreachable, "asked"))
    unsent = calling(Repeat.NEVER, to(Answered), to(Unanswered), to(Unreachable, "asked"))

    assert proof(flow(start, asked, call)).holds
    assert proof(flow(start, asked, unsent)).holds


def test_a_call_that_may_never_be_repeated_is_not_repeated_even_by_a_person() -> None:
    call = calling(Repeat.NEVER, to(Answered), to(Unanswered, "start"), to(Unreachable))

    assert said(proof(flow(state("start", to(Go, "call")), call))) == [
        "call: it can be made again after it may have been sent"
    ]


def test_a_call_that_the_machine_repeats_through_another_state_is_found() -> None:
    twin = replace(calling(Repeat.WHEN_ASKED, to(Answered), to(Unanswered), to(Unreachable)), name="twin")
    call = calling(Repeat.WHEN_ASKED, to(Answered), to(Unanswered, "between"), to(Unreachable))
    between = calling(Repeat.FREELY, to(Answered, "twin"), to(Unanswered), to(Unreachable), name="between")

    found = said(proof(flow(state("start", to(Go, "call")), call, between, twin)))

    assert found == ["call: it can be made again without a person"]


def test_a_call_that_was_not_sent_is_not_sent_by_the_machine_either() -> None:
    waiting = state("waiting", to(Go), to(Expired, "call"), lifetime=timedelta(minutes=1))
    call = calling(Repeat.WHEN_ASKED, to(Answered), to(Unanswered), to(Unreachable, "waiting"))

    found = said(proof(flow(state("start", to(Go, "call")), waiting, call)))

    assert found == ["call: it can be made again without a person"]


def test_a_call_that_the_passing_of_time_repeats_is_found() -> None:
    waiting = state("waiting", to(Go), to(Expired, "call"), lifetime=timedelta(minutes=1))
    call = calling(Repeat.WHEN_ASKED, to(Answered), to(Unanswered, "waiting"), to(Unreachable))

    found = said(proof(flow(state("start", to(Go, "call")), waiting, call)))

    assert found == ["call: it can be made again without a person"]


def test_a_machine_that_differs_from_the_table_is_found() -> None:
    more = choosing(to(Go))
    more.machine.add_transition("fly", "start", "end", declared=more.table["start", Go][0].declared)
    less = choosing(to(Go, when=few), to(Go))
    less._table["start", Go] = less._table["start", Go][1:]

    assert said(proof(more)) == [
        "walk: 1 rows, but 2 in the Machine",
        "walk: the Machine has a trigger fly that the table has not",
    ]
    assert "start: the table and the Machine differ on Go" in said(proof(less))


def test_every_row_in_which_the_machine_differs_is_found() -> None:
    differing = choosing(to(Go, when=few), refuse(Go, code="too_far", because="the rules"))
    differing._table["start", Go] = []

    assert said(proof(differing)) == [
        "start: the table and the Machine differ on Go",
        "start: the table and the Machine differ on Go",
        "walk: 0 rows, but 2 in the Machine",
    ]


def test_a_row_that_leads_elsewhere_than_the_machines_is_found() -> None:
    differing = choosing(to(Go, when=few), to(Go))
    first, last = differing._table["start", Go]
    differing._table["start", Go] = (first._replace(to=None), last)

    assert said(proof(differing)).count("start: the table and the Machine differ on Go") == 2


def test_a_picture_that_differs_from_the_table_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from esozflow.flow.proof import agreement

    whole = choosing(to(Go, when=few), to(Go))
    drawn = agreement.picture(whole)
    monkeypatch.setattr(agreement, "picture", lambda flow: replace(drawn, edges=drawn.edges[:1]))

    assert said(proof(whole)) == [
        "start: the table and the diagram differ on Go",
        "walk: 2 rows, but 1 in the diagram",
    ]


def test_a_name_with_signs_that_a_picture_escapes_is_found_on_it() -> None:
    assert proof(choosing(to(Go, when=guard("a few")(lambda context, event: event.steps < 3)), to(Go))).findings == ()


def test_where_no_call_must_be_made_once_the_proof_says_so() -> None:
    assert "made once unless a person asks again: no call needs it" in proof(choosing(to(Go))).facts


def test_a_report_is_text_and_json() -> None:
    wrong = Finding(rule="a rule", where="here", says="it is wrong")
    report = proof(choosing(to(Go, when=few), to(Go))).with_((wrong,), ("one more",))

    assert report.text().splitlines()[0] == "walk: DOES NOT HOLD"
    assert "  proved    one more\n" in report.text()
    assert report.text().endswith(
        "  open      every case is taken by exactly one row, start: no cases of Go are declared\n"
        "  WRONG     a rule, here: it is wrong\n"
    )
    assert report.as_json() == {
        "flow": "walk",
        "holds": False,
        "facts": list(report.facts),
        "open": [
            {
                "rule": "every case is taken by exactly one row",
                "where": "start",
                "says": "no cases of Go are declared",
            }
        ],
        "findings": [{"rule": "a rule", "where": "here", "says": "it is wrong"}],
    }
    assert proof(choosing(to(Go))).text().startswith("walk: holds\n")


def test_a_definition_that_was_broken_after_its_building_is_found() -> None:
    broken = choosing(to(Go))
    broken.states["island"] = state("island", to(Go))
    broken._table["island", Go] = broken._table["start", Go]

    found = proof(broken).findings
    assert (
        Finding(
            rule="the definition has no mistake",
            where="walk",
            says="state island is unreachable; add a transition to it or drop it",
        )
        in found
    )


def test_a_lifetime_that_was_broken_after_the_building_is_found() -> None:
    broken = choosing(to(Go))
    broken.lifetime = timedelta()

    assert said(proof(broken)) == ["walk: the flow expires before it begins; write a lifetime above zero, or drop it"]


def test_what_is_not_drawn_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from esozflow.flow.proof import agreement

    monkeypatch.setattr(agreement, "mermaid", lambda flow: "")
    monkeypatch.setattr(agreement, "markdown", lambda flow: "")

    assert said(proof(choosing(to(Go)))) == [
        "start: row 1 is not drawn",
        "walk: 1 rows, but -2 in the written table",
    ]
