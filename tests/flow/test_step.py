"""The pure step: every event in every state, what it may do, and what it may never do."""

from __future__ import annotations

import operator
import os
import random
import secrets
import socket
import time
from dataclasses import FrozenInstanceError, fields, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import transitions
from hypothesis import given, settings
from hypothesis import strategies as st

from esozflow.flow import (
    Call,
    Calling,
    EventRefused,
    Expired,
    FlowBroken,
    ForeignSnapshot,
    Guard,
    Page,
    Repeat,
    Snapshot,
    UsageError,
)

WALKS = 10_000 if os.environ.get("SOAK") == "1" else 2_000
NOW = datetime.fromisoformat("2024-03-31T00:59:59+00:00")
CANARY = "canary-7f3a"


def declared_row(flow: Any, snapshot: Any, event: Any) -> Any:
    """Find in the declaration itself, without the table, what must happen."""
    moves = [move for move in flow.states[snapshot.state].moves if move.event is type(event)]
    return next((move for move in moves if all(one.holds(snapshot.context, event) for one in move.when)), None)


def test_every_event_in_every_state_is_a_declared_transition_or_a_refusal_that_changes_nothing(parcels: Any) -> None:
    moved, refused = set(), set()
    for name in parcels.flow.states:
        for attempts in (0, 2):
            snapshot = parcels.snapshot(name, context=parcels.Parcel(pin="pin-1", attempts=attempts))
            for event in parcels.events:
                before, move = replace(snapshot), declared_row(parcels.flow, snapshot, event)
                if move is None or move.to is None:
                    with pytest.raises(EventRefused) as caught:
                        parcels.flow.step(snapshot, event, NOW)
                    assert caught.value.code == ("not_expected_here" if move is None else move.refusal)
                    assert (caught.value.state, caught.value.event) == (name, type(event).__name__)
                    refused.add(move)
                else:
                    after = parcels.flow.step(snapshot, event, NOW).snapshot
                    kept = move.keep(snapshot.context, event) if move.keep else snapshot.context
                    assert (after.state, after.revision, after.context) == (move.to, 8, kept)
                    assert (after.id, after.flow, after.version, after.entered_at) == ("p", "parcels", 1, NOW)
                    moved.add(move)
                assert snapshot == before
    everything = {move for state in parcels.flow.states.values() for move in state.moves}
    assert moved == {move for move in everything if move.to is not None}
    assert refused == {move for move in everything if move.to is None} | {None}


def test_a_final_state_takes_no_event_at_all(parcels: Any) -> None:
    for state in parcels.flow.states.values():
        for event in parcels.events if state.final else ():
            with pytest.raises(EventRefused, match="not_expected_here"):
                parcels.flow.step(parcels.snapshot(state.name), event, NOW)


def test_a_subclass_of_an_event_is_another_event(parcels: Any) -> None:
    class Redescribed(parcels.Described):
        pass

    with pytest.raises(EventRefused, match="Redescribed is refused in state draft"):
        parcels.flow.step(parcels.snapshot(), Redescribed(weight=5), NOW)


def test_guards_are_asked_in_order_and_only_until_one_case_is_decided(parcels: Any) -> None:
    consulted: list[str] = []
    flow = parcels.build(parcels.watched(parcels.declared(), consulted))
    for weight, expected in ((5, ["heavy", "heavy"]), (31, ["heavy", "too_heavy"])):
        consulted.clear()
        if weight == 31:
            with pytest.raises(EventRefused, match="too_heavy"):
                flow.step(parcels.snapshot(), parcels.Described(weight=weight), NOW)
        else:
            flow.step(parcels.snapshot(), parcels.Described(weight=weight), NOW)
        assert consulted == expected
    consulted.clear()
    flow.step(parcels.snapshot("quoted"), parcels.Accepted(pin="pin-1"), NOW)
    assert consulted == ["pin_right"]


def test_the_table_is_the_machine_is_the_declaration(parcels: Any) -> None:
    machine, table = parcels.flow.machine, parcels.flow.table
    declared = [
        (state.name, move.event.__name__, move.to, tuple(one.name for one in move.when))
        for state in parcels.declared()
        for move in state.moves
    ]
    tabled = [
        (state, event.__name__, row.to, tuple(one.name for one in row.guards))
        for (state, event), rows in table.items()
        for row in rows
    ]
    in_machine = [
        (source, name, move.dest, tuple(one.func.guard.name for one in move.conditions))
        for name, event in machine.events.items()
        for source, moves in event.transitions.items()
        for move in moves
    ]
    assert in_machine == tabled
    assert sorted(tabled, key=str) == sorted(declared, key=str)
    for (state, event), rows in table.items():
        assert [row.declared for row in rows] == [m for m in parcels.flow.states[state].moves if m.event is event]
    assert list(machine.states) == list(parcels.flow.states)
    assert machine.initial == "draft"


def test_nothing_can_be_done_behind_the_back_of_the_step(parcels: Any) -> None:
    machine = parcels.flow.machine
    assert machine.models == []
    assert not [name for name in machine.events if name.startswith("to_")]
    assert set(machine.events) == {event.__name__ for event in parcels.flow.events}
    for callbacks in ("before_state_change", "after_state_change", "prepare_event", "finalize_event", "on_exception"):
        assert not getattr(machine, callbacks)
    for state in machine.states.values():
        assert not state.on_enter
        assert not state.on_exit
    for event in machine.events.values():
        for moves in event.transitions.values():
            assert not [move for move in moves if move.before or move.after or move.prepare]


def test_what_is_done_to_the_table_that_was_given_out_changes_nothing(parcels: Any) -> None:
    parcels.flow.table.clear()
    assert parcels.flow.table
    parcels.flow.step(parcels.snapshot(), parcels.Discarded(), NOW)


class Carrier:
    """The least that `transitions` can drive."""

    def __init__(self, context: Any) -> None:
        self.context = context


class Driven:
    """The flow as `transitions` itself runs it, on a Machine of its own."""

    def __init__(self, parcels: Any) -> None:
        self.consulted: list[str] = []
        self.machine = parcels.build(parcels.watched(parcels.declared(), self.consulted)).machine
        self.taken: list[Any] = []
        self.machine.before_state_change = [lambda data: self.taken.append(data.transition.declared)]

    def fire(self, state: str, context: Any, event: Any) -> tuple[str, str | None, Any, list[str]]:
        """Give the state after the event, the code of a refusal, the context, and the guards that were asked."""
        self.consulted.clear()
        self.taken.clear()
        carrier = Carrier(context)
        self.machine.add_model(carrier, initial=state)
        try:
            known = type(event).__name__ in self.machine.events
            if not (known and carrier.trigger(type(event).__name__, event=event)):
                return carrier.state, "not_expected_here", context, []
        except transitions.MachineError:
            return carrier.state, "not_expected_here", context, []
        finally:
            self.machine.remove_model(carrier)
        [move] = self.taken
        context = move.keep(context, event) if move.keep else context
        return carrier.state, move.refusal, context, list(self.consulted)


def next_event(parcels: Any, state: str, choice: int) -> Any:
    """Choose mostly among the events that the state knows, so that a walk gets somewhere."""
    known = {move.event for move in parcels.flow.states[state].moves}
    likely = [event for event in parcels.events if type(event) in known]
    events = likely if likely and choice % 4 else parcels.events
    return events[choice // 4 % len(events)]


def test_transitions_asks_the_guards_of_an_event_that_it_is_given(parcels: Any) -> None:
    driven = Driven(parcels)
    for weight, asked, to, code in (
        (5, ["heavy", "heavy"], "pricing", None),
        (31, ["heavy", "too_heavy"], "draft", "too_heavy"),
    ):
        state, refusal, _, consulted = driven.fire(
            "draft", parcels.snapshot().context, parcels.Described(weight=weight)
        )
        assert (state, refusal, consulted) == (to, code, asked)


def test_the_step_goes_where_transitions_goes(parcels: Any) -> None:
    driven, consulted, reached = Driven(parcels), [], set()
    flow = parcels.build(parcels.watched(parcels.declared(), consulted))

    def stepped(snapshot: Any, event: Any) -> tuple[Any, str | None]:
        consulted.clear()
        try:
            return flow.step(snapshot, event, NOW).snapshot, None
        except EventRefused as refused:
            return snapshot, refused.code

    @settings(max_examples=WALKS, deadline=None, database=None)
    @given(choices=st.binary(max_size=50))
    def walk(choices: bytes) -> None:
        snapshot = parcels.snapshot()
        for choice in choices:
            event = next_event(parcels, snapshot.state, choice)
            state, refusal, context, asked = driven.fire(snapshot.state, snapshot.context, event)
            snapshot, code = stepped(snapshot, event)
            assert (snapshot.state, code, snapshot.context, consulted) == (state, refusal, context, asked)
            reached.add(state)

    walk()
    assert reached == set(flow.states)


def test_no_walk_posts_a_parcel_that_was_not_priced_accepted_and_paid(parcels: Any) -> None:
    reached = set()

    @settings(max_examples=WALKS, deadline=None, database=None)
    @given(choices=st.binary(max_size=50))
    def walk(choices: bytes) -> None:
        snapshot, path = parcels.snapshot(), []
        for choice in choices:
            event = next_event(parcels, snapshot.state, choice)
            ended = parcels.flow.states[snapshot.state].final
            try:
                stepped = parcels.flow.step(snapshot, event, NOW)
            except EventRefused:
                continue
            assert not ended
            assert stepped.snapshot.revision == snapshot.revision + 1
            assert (stepped.call is None) == (parcels.flow.states[stepped.snapshot.state].call is None)
            snapshot = stepped.snapshot
            path.append(type(event).__name__)
        reached.add(snapshot.state)
        if snapshot.state == "posted":
            assert path.index("Described") < path.index("Priced") < path.index("Accepted") < path.index("Paid")
            assert path[-2:] == ["Paid", "Answered"]

    walk()
    assert "posted" in reached


def test_the_same_input_gives_the_same_output(parcels: Any) -> None:
    for name in parcels.flow.states:
        for event in parcels.events:
            first, second = parcels.snapshot(name), parcels.snapshot(name)
            assert outcome(parcels.flow, first, event) == outcome(parcels.flow, second, event)
            assert first == second
    assert parcels.flow.begin("p", parcels.FixedIds(), NOW) == parcels.flow.begin("p", parcels.FixedIds(), NOW)


def outcome(flow: Any, snapshot: Any, event: Any) -> Any:
    try:
        return flow.step(snapshot, event, NOW)
    except EventRefused as refused:
        return str(refused)


def test_a_step_touches_no_socket_no_clock_and_no_chance(parcels: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("the step reached for the world")

    class NoClock(datetime):
        now = utcnow = today = forbidden

    for module, names in (
        (socket, ("socket", "create_connection", "getaddrinfo")),
        (time, ("time", "monotonic", "time_ns", "monotonic_ns", "perf_counter", "sleep")),
        (random, ("random", "randint", "choice", "getrandbits")),
        (secrets, ("token_urlsafe", "token_hex", "token_bytes", "choice")),
        (os, ("urandom", "getrandom")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, forbidden)
    monkeypatch.setattr("esozflow.flow.system.datetime", NoClock)
    monkeypatch.setattr("esozflow.flow.flow.datetime", NoClock)
    for name in parcels.flow.states:
        snapshot = parcels.snapshot(name)
        for event in parcels.events:
            outcome(parcels.flow, snapshot, event)
        parcels.flow.call(snapshot)
        parcels.flow.page(snapshot)
    parcels.flow.begin("p", parcels.FixedIds(), NOW)


def test_a_flow_begins_in_its_initial_state(parcels: Any) -> None:
    begun = parcels.flow.begin("p-1", parcels.FixedIds(), NOW)
    assert begun.call is None
    assert begun.snapshot == parcels.snapshot(id="p-1", revision=0, begun_at=NOW, entered_at=NOW)


def test_what_a_step_gives_is_a_snapshot_like_any_other(parcels: Any) -> None:
    begun = parcels.flow.begin("p", parcels.FixedIds(), NOW).snapshot
    stepped = parcels.flow.step(begun, parcels.Discarded(), NOW).snapshot
    for snapshot in (begun, stepped):
        assert type(snapshot) is Snapshot
        with pytest.raises(FrozenInstanceError):
            snapshot.state = "posted"
        with pytest.raises(FrozenInstanceError):
            del snapshot.state
    assert stepped == Snapshot(**{one.name: getattr(stepped, one.name) for one in fields(Snapshot)})
    assert (stepped.begun_at, stepped.state, stepped.context) == (NOW, "discarded", begun.context)


def test_entering_a_state_sets_its_deadline_and_leaving_it_drops_the_deadline(parcels: Any) -> None:
    quoted = parcels.flow.step(parcels.snapshot("pricing"), parcels.Priced(status=200), NOW).snapshot
    assert quoted.expires_at == NOW + timedelta(minutes=10)
    assert parcels.flow.step(quoted, Expired(), NOW).snapshot.expires_at is None


def quoted(parcels: Any, *, ends_by: Any = None, begun_at: datetime = NOW, **given: Any) -> Any:
    """Give a parcel that has just come to rest on its quotation, which stays open for ten minutes."""
    states = tuple(replace(state, ends_by=ends_by) if state.name == "quoted" else state for state in parcels.declared())
    flow = parcels.build(states, **given)
    return flow.step(parcels.snapshot("pricing", begun_at=begun_at), parcels.Priced(status=200), NOW).snapshot


@pytest.mark.parametrize(("old", "left"), [(0, 10), (49, 10), (50, 10), (51, 9), (60, 0), (61, -1)])
def test_an_instance_that_is_kept_alive_still_ends_with_the_lifetime_of_the_flow(
    parcels: Any, old: int, left: int
) -> None:
    found = quoted(parcels, begun_at=NOW - timedelta(minutes=old), lifetime=timedelta(hours=1))
    assert found.expires_at == NOW + timedelta(minutes=left)
    assert found.begun_at == NOW - timedelta(minutes=old)


def test_a_state_without_a_lifetime_does_not_expire_with_the_flow(parcels: Any) -> None:
    flow = parcels.build(lifetime=timedelta(hours=1))
    assert flow.begin("p", parcels.FixedIds(), NOW).snapshot.expires_at is None


@pytest.mark.parametrize(("known", "left"), [(9, 9), (10, 10), (11, 10), (None, 10), (0, 10), (-1, 10)])
def test_a_state_ends_no_later_than_what_its_context_holds_unless_that_was_over_already(
    parcels: Any, known: int | None, left: int
) -> None:
    found = quoted(parcels, ends_by=lambda parcel: None if known is None else NOW + timedelta(minutes=known))
    assert found.expires_at == NOW + timedelta(minutes=left)


@pytest.mark.parametrize("wrong", [lambda parcel: 1 / 0, lambda parcel: datetime(2030, 1, 1), lambda parcel: "soon"])
def test_an_end_that_cannot_be_told_breaks_the_flow_and_moves_nothing(parcels: Any, wrong: Any) -> None:
    with pytest.raises(FlowBroken, match="ends_by of quoted"):
        quoted(parcels, ends_by=wrong)


def test_a_state_that_calls_gives_its_call_as_data(parcels: Any) -> None:
    snapshot, call = parcels.flow.step(parcels.snapshot("quoted"), parcels.Accepted(pin="pin-1"), NOW)
    assert call == Call(
        instance="p",
        name="pay",
        port="till",
        repeat=Repeat.WHEN_ASKED,
        deadline=20.0,
        request={"weight": 0, "address": ""},
    )
    assert parcels.flow.call(snapshot) == call
    assert parcels.flow.call(parcels.snapshot("posted")) is None


def test_a_state_shows_its_page_and_a_calling_one_shows_none(parcels: Any) -> None:
    shown = parcels.flow.page(parcels.snapshot("draft"))
    assert isinstance(shown, Page)
    assert [action.event for action in shown.actions] == [parcels.Described, parcels.Discarded]
    assert parcels.flow.page(parcels.snapshot("pricing")) is None


def uses(flow: Any, snapshot: Any, event: Any) -> tuple[Any, ...]:
    return (
        lambda: flow.step(snapshot, event, NOW),
        lambda: flow.call(snapshot),
        lambda: flow.page(snapshot),
        lambda: flow.belongs(snapshot),
    )


@pytest.mark.parametrize("foreign", [{"flow": "letters"}, {"version": 2}, {"state": "lost_at_sea"}], ids=str)
def test_a_foreign_snapshot_is_told_from_an_own_one(parcels: Any, foreign: dict[str, Any]) -> None:
    snapshot = replace(parcels.snapshot(), **foreign)
    known, unknown = uses(parcels.flow, snapshot, parcels.Discarded()), uses(parcels.flow, snapshot, parcels.Unheard())
    for use in (*known, *unknown):
        with pytest.raises(ForeignSnapshot) as caught:
            use()
        assert str(next(iter(foreign.values()))) in str(caught.value)
        assert "this flow is parcels v1" in str(caught.value)
        assert caught.value.code == "foreign_snapshot"


@pytest.mark.parametrize("wrong", ["canary-id", None, {"state": "described"}, SimpleNamespace(state=[])], ids=str)
def test_what_is_no_snapshot_is_refused_with_what_to_pass_instead(parcels: Any, wrong: Any) -> None:
    for use in uses(parcels.flow, wrong, parcels.Discarded()):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.code == "not_a_snapshot"
        assert "engine.load" in caught.value.hint
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is caught.value.__context__ is None, "an AttributeError holds its object"


def test_what_is_no_event_is_refused_with_what_to_pass_instead(parcels: Any) -> None:
    for wrong, named in ((parcels.Discarded, "the class Discarded"), ({"canary": 1}, "dict"), ("canary", "str")):
        with pytest.raises(UsageError, match=f"not {named}") as caught:
            parcels.flow.step(parcels.snapshot(), wrong, NOW)
        assert caught.value.code == "not_an_event"
        assert "canary" not in str(caught.value)


class Awkward(Exception):
    pass


def failing(*args: Any) -> Any:
    raise Awkward(CANARY)


def with_move(parcels: Any, **change: Any) -> Any:
    """Give the flow with one change in the transition of `Discarded` in the draft."""

    def changed(move: Any) -> Any:
        return replace(move, **change) if move.event is parcels.Discarded else move

    draft, *others = parcels.declared()
    moves = tuple(changed(move) for move in draft.moves)
    plain = tuple(replace(move, when=(), keep=None) for move in draft.moves if move.event is parcels.Discarded)
    return parcels.build((replace(draft, moves=(*moves, *(plain if change.get("when") else ()))), *others))


def broken(parcels: Any, what: str) -> Any:
    """Give a use of a flow in which `what` raises."""
    draft, pricing, *others = parcels.declared()
    snapshot, discarded = parcels.snapshot(), parcels.Discarded()
    match what:
        case "guard":
            flow = with_move(parcels, when=(Guard("torn", "it is torn", failing),))
            return lambda: flow.step(snapshot, discarded, NOW)
        case "keep":
            flow = with_move(parcels, keep=failing)
            return lambda: flow.step(snapshot, discarded, NOW)
        case "begin":
            flow = parcels.build(begin=failing)
            return lambda: flow.begin("p", parcels.FixedIds(), NOW)
        case "page":
            flow = parcels.build((replace(draft, page=failing), pricing, *others))
            return lambda: flow.page(snapshot)
        case _:
            calling = Calling(
                name="price", port="tariffs", repeat=Repeat.FREELY, request=failing, answer=parcels.Priced
            )
            flow = parcels.build((draft, replace(pricing, call=calling), *others))
            return lambda: flow.step(snapshot, parcels.Described(weight=5), NOW)


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("guard", "guard torn"),
        ("keep", "keep of Discarded"),
        ("begin", "begin"),
        ("page", "page of draft"),
        ("call", "call price"),
    ],
)
def test_a_definition_that_raises_is_named_and_its_words_are_not_repeated(parcels: Any, what: str, named: str) -> None:
    with pytest.raises(FlowBroken) as caught:
        broken(parcels, what)()
    line = failing.__code__.co_firstlineno + 1
    assert str(caught.value).startswith(f"{named} of flow parcels raised Awkward at test_step.py:{line} ")
    assert caught.value.hint == "The instance was not moved. Correct the definition."
    assert CANARY not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "whoever logs the chain would log the value"
    assert isinstance(caught.value, UsageError)


def test_a_definition_that_fails_in_no_line_of_python_is_named_all_the_same(parcels: Any) -> None:
    flow = with_move(parcels, keep=operator.truediv)
    with pytest.raises(FlowBroken, match="keep of Discarded of flow parcels raised TypeError "):
        flow.step(parcels.snapshot(), parcels.Discarded(), NOW)


def test_even_an_error_of_ours_is_not_passed_through_from_a_definition(parcels: Any) -> None:
    def sly(*args: Any) -> Any:
        raise FlowBroken(CANARY, hint=CANARY)

    flow = with_move(parcels, keep=sly)
    with pytest.raises(FlowBroken) as caught:
        flow.step(parcels.snapshot(), parcels.Discarded(), NOW)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("answer", [1, 0, None, "", "yes", CANARY, [], NotImplemented], ids=repr)
def test_a_guard_must_say_true_or_false_and_nothing_like_it(parcels: Any, answer: Any) -> None:
    flow = with_move(parcels, when=(Guard("vague", "it is vague", lambda context, event: answer),))
    snapshot = parcels.snapshot()
    with pytest.raises(FlowBroken, match="Guard vague returned no bool") as caught:
        flow.step(snapshot, parcels.Discarded(), NOW)
    assert caught.value.hint == "Return True or False from every guard."
    assert CANARY not in str(caught.value)
    assert snapshot == parcels.snapshot()


def test_an_interruption_from_the_keyboard_is_not_swallowed(parcels: Any) -> None:
    def interrupted(*args: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with_move(parcels, keep=interrupted).step(parcels.snapshot(), parcels.Discarded(), NOW)
