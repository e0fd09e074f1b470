"""One declaration, two parties: the part of a flow that one of them runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from esozflow.flow import (
    Answered,
    Calling,
    DefinitionError,
    Event,
    Expired,
    Flow,
    Repeat,
    State,
    Unanswered,
    Unreachable,
    guard,
    on,
    part,
    refuse,
)

WHY = "the rules of the library"


class Asked(Event):
    pass


class Ordered(Event):
    pass


class Shipped(Event):
    pass


class Declined(Event):
    pass


class Cancelled(Event):
    pass


@guard("the shipment is ours")
def ours(context: Any, event: Shipped) -> bool:
    return True


def to(event: type[Event], target: str, **given: Any) -> Any:
    return on(event, to=target, because=WHY, **given)


def reader(name: str, *moves: Any, **given: Any) -> State[Any]:
    return State(**{"name": name, "section": "1", "actor": "reader", "moves": moves, **given})


def library(name: str, *moves: Any, **given: Any) -> State[Any]:
    return State(**{"name": name, "section": "2", "actor": "library", "moves": moves, **given})


WEEK = timedelta(weeks=1)

SHIPPED = (
    refuse(Shipped, when=ours, code="not_ours", because=WHY),
    to(Shipped, "reading"),
)
DECLINED = (to(Declined, "sad"),)


def loans(*changed: State[Any], initial: str = "wish") -> Flow[Any]:
    """A reader orders a book; the library finds it, and ships or declines it."""
    states = {
        state.name: state
        for state in (
            reader("wish", to(Asked, "order"), to(Cancelled, "sad")),
            reader(
                "order",
                to(Ordered, "search"),
                to(Cancelled, "sad"),
                to(Expired, "sad"),
                lifetime=timedelta(days=1),
            ),
            library("search", to(Asked, "packing"), *DECLINED),
            library("packing", *SHIPPED, *DECLINED),
            reader("reading", to(Cancelled, "happy")),
            reader("happy", final=True),
            reader("sad", final=True),
            *changed,
        )
    }
    return Flow(
        "loans", states=states.values(), initial=initial, begin=lambda ids: ids.token(), version=3, lifetime=WEEK
    )


def moves_of(flow: Flow[Any], state: str) -> list[tuple[str, str | None]]:
    return [(move.event.__name__, move.to) for move in flow.states[state].moves]


def test_a_part_holds_the_own_states_of_its_actor_only(parcels: Any) -> None:
    mine = part(loans(), "reader")
    assert list(mine.states) == ["wish", "order", "reading", "happy", "sad"]
    assert {state.actor for state in mine.states.values()} == {"reader"}
    assert (mine.name, mine.version, mine.initial, mine.lifetime) == ("loans.reader", 3, "wish", WEEK)
    assert mine.begin("i", parcels.FixedIds(), parcels.START).snapshot.context == "pin-1"


def test_where_the_flow_leaves_the_part_waits_for_what_brings_it_back() -> None:
    mine = part(loans(), "reader")
    assert moves_of(mine, "order") == [
        ("Cancelled", "sad"),
        ("Expired", "sad"),
        ("Declined", "sad"),
        ("Shipped", None),
        ("Shipped", "reading"),
    ]
    assert mine.states["order"].lifetime == timedelta(days=1)
    assert not mine.states["order"].final


def test_a_state_that_never_leaves_is_taken_over_as_it_is() -> None:
    whole = loans()
    mine = part(whole, "reader")
    for name in ("wish", "reading", "happy", "sad"):
        assert mine.states[name] is whole.states[name]


def test_the_other_part_begins_where_the_flow_comes_in_and_ends_where_it_goes_out() -> None:
    theirs = part(loans(), "library")
    assert list(theirs.states) == ["search", "packing"]
    assert theirs.initial == "search"
    assert moves_of(theirs, "search") == [("Asked", "packing")]
    assert theirs.states["packing"].final
    assert not theirs.states["packing"].moves


def test_the_parts_of_the_parcel_flow_are_told_from_each_other(parcels: Any) -> None:
    office = part(parcels.build(), "office")
    assert office.initial == "paying"
    assert office.ports == {"till", "printer"}
    assert moves_of(office, "unpaid") == [("Retried", "paying")]
    with pytest.raises(DefinitionError, match="leaves the part on Accepted in some cases and stays in others"):
        part(parcels.build(), "sender")


def test_a_part_is_the_same_each_time_it_is_derived() -> None:
    for actor in ("reader", "library"):
        first, second = part(loans(), actor), part(loans(), actor)
        assert list(first.states.values()) == list(second.states.values())
        assert list(first.table) == list(second.table)


def test_the_ways_back_stand_in_the_order_of_the_declaration() -> None:
    events = [type(f"Event{number}", (Event,), {}) for number in range(30)]
    search = library("search", to(Asked, "packing"), *(to(event, "sad") for event in events), *DECLINED)
    mine = part(loans(search), "reader")
    names = [name for name, _ in moves_of(mine, "order")][2:-3]
    assert names == [event.__name__ for event in events]


def test_a_snapshot_of_the_whole_is_foreign_to_its_part(parcels: Any) -> None:
    whole = loans()
    begun = whole.begin("i", parcels.FixedIds(), parcels.START).snapshot
    with pytest.raises(DefinitionError.__mro__[1], match=r"this flow is loans\.reader v3"):
        part(whole, "reader").step(begun, Asked(), parcels.START)


def test_an_actor_without_states_has_no_part() -> None:
    with pytest.raises(DefinitionError, match="Flow loans has no states of nobody") as caught:
        part(loans(), "nobody")
    assert caught.value.hint == "Name one of its actors."


def test_an_event_that_comes_back_in_two_ways_is_a_mistake() -> None:
    with pytest.raises(DefinitionError, match="Declined comes back differently from different states") as caught:
        part(loans(library("packing", *SHIPPED, to(Declined, "happy"))), "reader")
    assert caught.value.hint == "Declare the moves of the event once and share them between the states."


def test_a_part_that_is_entered_at_two_states_is_a_mistake() -> None:
    order = reader("order", to(Ordered, "search"), to(Cancelled, "packing"))
    with pytest.raises(DefinitionError, match="The part is entered at 2 states") as caught:
        part(loans(order), "library")
    assert caught.value.hint == "Let the other party lead to exactly one state of it."


def test_an_event_that_leaves_only_sometimes_is_a_mistake_and_no_case_is_lost() -> None:
    order = reader("order", to(Ordered, "sad", when=ours), to(Ordered, "search"))
    with pytest.raises(DefinitionError, match="State order leaves the part on Ordered in some cases") as caught:
        part(loans(order), "reader")
    assert caught.value.hint == "Put a state between, or give the two ways two events."


def test_a_call_whose_answer_leaves_the_part_is_a_mistake() -> None:
    calling = Calling[Any](name="find", port="catalogue", repeat=Repeat.FREELY, request=lambda context: None)
    order = reader("order", to(Answered, "search"), to(Unanswered, "sad"), to(Unreachable, "sad"), call=calling)
    with pytest.raises(DefinitionError, match="leaves Answered of its call open"):
        part(loans(order), "reader")


def test_both_parts_together_walk_the_whole_way(parcels: Any) -> None:
    whole = loans()
    mine, theirs = part(whole, "reader"), part(whole, "library")
    here = mine.begin("i", parcels.FixedIds(), parcels.START).snapshot
    there = theirs.begin("j", parcels.FixedIds(), parcels.START).snapshot
    here = mine.step(here, Asked(), parcels.START).snapshot
    there = theirs.step(there, Asked(), parcels.START).snapshot
    assert (here.state, there.state) == ("order", "packing")
    assert mine.step(here, Declined(), parcels.START).snapshot.state == "sad"
