"""The driver: decide, commit, perform; and what happens when the world does not play along."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from esozflow.flow import (
    Answered,
    CallInProgress,
    Conflict,
    EventRefused,
    Expired,
    FlowBroken,
    ForeignSnapshot,
    Move,
    PeerError,
    RandomIds,
    StaleRevision,
    StoreFailed,
    SystemClock,
    Unanswered,
    UnknownInstance,
    Unreachable,
    UsageError,
    play,
)
from esozflow.flow import Engine as PublicEngine
from esozflow.flow.system import InUtc

CANARY = "canary-7f3a"


def test_a_new_instance_is_stored_before_anything_else_and_rests_where_the_flow_begins(office: Any) -> None:
    begun = office.engine.begin()
    assert office.log == ["create draft"]
    assert (begun.state, begun.revision, begun.id) == ("draft", 0, "pin-1")
    assert begun.context.pin == "pin-2"
    assert office.engine.load(begun.id) == begun


def test_an_instance_may_be_given_its_id_and_no_two_share_one(office: Any) -> None:
    assert office.engine.begin("an-id-of-the-host").id == "an-id-of-the-host"
    with pytest.raises(Conflict):
        office.engine.begin("an-id-of-the-host")


def test_the_journal_is_read_through_the_engine(office: Any) -> None:
    quoted = office.quoted()
    assert office.engine.journal(quoted.id) == office.store.kept.journal(quoted.id)
    with pytest.raises(UnknownInstance):
        office.engine.journal("nobody")


def test_a_flow_that_begins_with_a_call_makes_it_at_once(parcels: Any) -> None:
    states = tuple(state for state in parcels.declared() if state.name != "draft")
    office = parcels.Office(parcels.build(states, initial="pricing"))
    assert office.engine.begin().state == "quoted"
    assert office.log == ["create pricing", "perform price", "commit quoted"]


def test_each_step_is_committed_before_its_call_is_performed(office: Any) -> None:
    quoted = office.quoted()
    posted = office.engine.send(quoted, accepted(office, quoted))
    assert office.log == [
        "commit paying",
        "perform pay",
        "commit labelling",
        "perform label",
        "commit posted",
    ]
    assert (posted.state, posted.context.receipt) == ("posted", "R-1")


def test_during_a_call_the_store_already_knows_of_it(office: Any) -> None:
    seen = []
    office.till.during = lambda call: seen.append(office.store.kept.load(call.instance).state)
    quoted = office.quoted()
    office.engine.send(quoted, accepted(office, quoted))
    assert seen == ["paying"]


def test_a_port_gets_the_call_of_its_own_instance(office: Any) -> None:
    quoted = office.quoted()
    [call] = office.tariffs.calls
    assert (call.instance, call.name, call.deadline) == (quoted.id, "price", 30.0)
    assert call.request == {"weight": 5, "address": "Lviv"}


def test_a_commit_that_fails_means_that_no_call_is_made(office: Any) -> None:
    quoted = office.quoted()
    office.store.failing.add("commit paying")
    with pytest.raises(StoreFailed) as caught:
        office.engine.send(quoted, accepted(office, quoted))
    assert isinstance(caught.value, PeerError)
    assert not office.till.calls
    assert office.store.kept.load(quoted.id) == quoted
    office.store.failing.clear()
    assert office.engine.send(quoted, accepted(office, quoted)).state == "posted"
    assert len(office.till.calls) == 1


def test_a_creation_that_fails_leaves_nothing_behind(office: Any) -> None:
    office.store.failing.add("create")
    with pytest.raises(StoreFailed):
        office.engine.begin()
    with pytest.raises(UnknownInstance):
        office.engine.load("pin-1")


def test_a_load_that_fails_changes_nothing(office: Any) -> None:
    quoted = office.quoted()
    office.store.failing.add("load")
    for use in (
        lambda: office.engine.load(quoted.id),
        lambda: office.engine.resume(quoted.id),
    ):
        with pytest.raises(StoreFailed):
            use()
    assert not office.till.calls
    assert office.store.kept.load(quoted.id) == quoted


def test_an_answer_that_cannot_be_stored_is_not_asked_for_again_by_itself(office: Any) -> None:
    quoted = office.quoted()
    office.store.failing.add("commit labelling")
    with pytest.raises(StoreFailed):
        office.engine.send(quoted, accepted(office, quoted))
    assert office.store.kept.load(quoted.id).state == "paying"
    office.store.failing.clear()
    office.clock.forward(seconds=20)
    assert office.engine.resume(quoted.id).state == "payment_unknown"
    assert len(office.till.calls) == 1


def test_two_instances_of_one_id_are_a_conflict(parcels: Any) -> None:
    office = parcels.Office(parcels.flow, ids=parcels.FixedIds())
    office.engine.begin()
    with pytest.raises(Conflict, match="already stored"):
        office.engine.begin()


@pytest.mark.parametrize(
    "lost", [RuntimeError(CANARY), ValueError(CANARY), StaleRevision()], ids=lambda e: type(e).__name__
)
def test_a_port_that_raises_leaves_the_call_unanswered(
    office: Any, lost: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    quoted = office.quoted()
    office.till.script = [lost]
    assert office.engine.send(quoted, accepted(office, quoted)).state == "payment_unknown"
    [told] = caplog.messages
    assert re.fullmatch(rf"port till failed in call pay: {type(lost).__name__} at conftest\.py:\d+", told)
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "nonsense", [None, "done", Answered(status=200), Expired(), type("Paid", (Answered,), {})(status=200)], ids=repr
)
def test_a_port_that_returns_what_the_state_does_not_know_leaves_the_call_unanswered(
    office: Any, nonsense: Any, caplog: pytest.LogCaptureFixture
) -> None:
    quoted = office.quoted()
    office.till.script = [nonsense]
    assert office.engine.send(quoted, accepted(office, quoted)).state == "payment_unknown"
    assert caplog.messages == [f"port till failed in call pay: returned {type(nonsense).__name__}"]
    assert len(office.till.calls) == 1


def test_the_reason_of_a_failed_port_reaches_the_declaration(parcels: Any) -> None:
    reasons = []

    def kept(parcel: Any, event: Unanswered) -> Any:
        reasons.append(event.reason)
        return parcel

    def noting(state: Any) -> Any:
        moves = (replace(move, keep=kept) if move.event is Unanswered else move for move in state.moves)
        return replace(state, moves=tuple(moves))

    office = parcels.Office(parcels.build(tuple(noting(state) for state in parcels.declared())))
    quoted = office.quoted()
    office.till.script = [OSError(CANARY)]
    office.engine.send(quoted, accepted(office, quoted))
    stranded = office.stranded("paying")
    office.clock.forward(minutes=1)
    office.engine.resume(stranded.id)
    assert reasons == ["port_failed", "interrupted"]


def test_a_port_that_is_interrupted_is_not_held_back(office: Any) -> None:
    quoted = office.quoted()
    office.till.script = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        office.engine.send(quoted, accepted(office, quoted))
    assert office.store.kept.load(quoted.id).state == "paying"


def test_an_unreachable_other_side_may_be_tried_again(office: Any) -> None:
    quoted = office.quoted()
    office.till.script = [Unreachable(reason="refused")]
    unpaid = office.engine.send(quoted, accepted(office, quoted))
    assert unpaid.state == "unpaid"
    retried = office.engine.send(unpaid, unpaid_retry(office))
    assert retried.state == "posted"


def unpaid_retry(office: Any) -> Any:
    page = office.engine.page(office.store.kept.load("pin-1"))
    return page.actions[0].event()


def accepted(office: Any, snapshot: Any) -> Any:
    return next(move.event for move in office.flow.states["quoted"].moves)(pin=office.pin(snapshot.id))


def test_observers_hear_of_every_move_after_it_is_stored(parcels: Any) -> None:
    heard: list[Any] = []
    stored: list[int] = []

    def observer(moved: Any) -> None:
        heard.append(moved)
        stored.append(office.store.kept.load(moved.id).revision)

    office = parcels.Office(parcels.flow, observers=(observer,))
    quoted = office.quoted()
    office.engine.send(quoted, accepted(office, quoted))
    told = [(m.move.event, m.call, m.status, m.seconds) for m in heard]
    assert told == [
        ("Described", None, None, None),
        ("Priced", "price", 200, 0.5),
        ("Accepted", None, None, None),
        ("Paid", "pay", 200, 0.5),
        ("Answered", "label", 201, 0.5),
    ]
    assert [moved.move for moved in heard] == list(office.store.kept.journal(quoted.id))
    assert {moved.id for moved in heard} == {quoted.id}
    assert stored == [moved.move.revision for moved in heard]


def test_an_outcome_without_a_status_is_told_without_one(parcels: Any) -> None:
    heard: list[Any] = []
    office = parcels.Office(parcels.flow, observers=(heard.append,))
    office.tariffs.script = [Unanswered(reason="timeout")]
    office.quoted()
    assert (heard[-1].call, heard[-1].status, heard[-1].seconds) == ("price", None, 0.5)


def test_an_observer_that_raises_stops_neither_the_flow_nor_the_other_observers(
    parcels: Any, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Any] = []

    def broken(moved: Any) -> None:
        raise ZeroDivisionError(CANARY)

    office = parcels.Office(parcels.flow, observers=(broken, heard.append))
    assert office.quoted().state == "quoted"
    assert len(heard) == 2
    assert len(caplog.messages) == 2
    assert all(
        re.fullmatch(r"an observer failed: ZeroDivisionError at test_engine\.py:\d+", told) for told in caplog.messages
    )
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "event",
    [Expired(), Answered(status=200), Unanswered(reason="timeout"), Unreachable(reason="refused")],
    ids=lambda event: type(event).__name__,
)
def test_what_only_the_driver_may_say_is_refused_from_users(office: Any, parcels: Any, event: Any) -> None:
    for stranded in (office.quoted(), office.stranded("labelling")):
        office.log.clear()
        with pytest.raises(EventRefused) as caught:
            office.engine.send(stranded, event)
        assert (caught.value.state, caught.value.code) == ("any", "not_a_users_event")
        assert caught.value.event == type(event).__name__
        assert not office.log, "not even loaded"


def test_an_event_that_the_state_does_not_know_is_refused_and_nothing_is_stored(office: Any, parcels: Any) -> None:
    quoted = office.quoted()
    for event, code in (
        (parcels.Retried(), "not_expected_here"),
        (parcels.Unheard(), "not_expected_here"),
        (parcels.Described(weight=3), "already_described"),
    ):
        with pytest.raises(EventRefused) as caught:
            office.engine.send(quoted, event)
        assert caught.value.code == code
    assert not office.log
    assert office.store.kept.load(quoted.id) == quoted


@pytest.mark.parametrize("off", [-1, 1])
def test_an_event_for_another_revision_is_stale_and_does_nothing(office: Any, off: int) -> None:
    quoted = office.quoted()
    with pytest.raises(StaleRevision) as caught:
        office.engine.send(replace(quoted, revision=quoted.revision + off), accepted(office, quoted))
    assert isinstance(caught.value, Conflict)
    assert office.store.kept.load(quoted.id) == quoted
    assert not office.till.calls
    assert office.engine.send(quoted, accepted(office, quoted)).state == "posted"


def test_what_was_seen_before_it_moved_moves_nothing(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    moved = office.engine.send(begun, parcels.Described(weight=5))
    with pytest.raises(StaleRevision):
        office.engine.send(begun, parcels.Discarded())
    assert office.engine.load(begun.id) == moved


def test_an_instance_is_loaded_for_a_page_only_while_it_rests_on_that_page(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    assert office.engine.load(begun.id, revision=0) == begun
    moved = office.engine.send(begun, parcels.Described(weight=5))
    assert office.engine.load(begun.id, revision=moved.revision) == moved
    for other in (0, moved.revision - 1, moved.revision + 1):
        with pytest.raises(StaleRevision):
            office.engine.load(begun.id, revision=other)


def test_a_page_that_has_expired_is_none_that_an_instance_rests_on(office: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=10)
    with pytest.raises(StaleRevision):
        office.engine.load(quoted.id, revision=quoted.revision)
    assert office.engine.load(quoted.id, revision=quoted.revision + 1).state == "lapsed"


def test_nobody_moves_an_instance_whose_call_is_under_way(office: Any, parcels: Any) -> None:
    stranded = office.stranded("paying")
    with pytest.raises(CallInProgress) as caught:
        office.engine.send(stranded, parcels.Discarded())
    assert isinstance(caught.value, Conflict)
    assert "state paying" in str(caught.value)
    assert office.store.kept.load(stranded.id) == stranded


def test_a_second_sender_during_the_call_is_turned_away(office: Any) -> None:
    quoted = office.quoted()
    event, turned_away = accepted(office, quoted), []

    def second(call: Any) -> None:
        with pytest.raises(CallInProgress):
            office.open().send(office.engine.load(quoted.id), event)
        with pytest.raises(StaleRevision):
            office.open().send(quoted, event)
        turned_away.append(call.name)

    office.till.during = second
    office.engine.send(quoted, event)
    assert turned_away == ["pay"]
    assert len(office.till.calls) == 1


@pytest.mark.parametrize(
    ("state", "deadline", "goes_on_in", "calls"),
    [("pricing", 30, "quoted", 1), ("paying", 20, "payment_unknown", 0), ("labelling", 5, "label_lost", 0)],
)
def test_an_interrupted_call_is_repeated_only_where_it_is_free(
    office: Any, state: str, deadline: int, goes_on_in: str, calls: int
) -> None:
    stranded = office.stranded(state)
    office.clock.forward(seconds=deadline - 0.001)
    with pytest.raises(CallInProgress, match=f"The call of state {state} is under way"):
        office.engine.resume(stranded.id)
    assert office.store.kept.load(stranded.id) == stranded
    office.clock.forward(seconds=0.001)
    assert office.engine.resume(stranded.id).state == goes_on_in
    assert len(office.tariffs.calls + office.till.calls + office.printer.calls) == calls


def test_a_clock_that_was_set_back_does_not_let_a_call_be_repeated(office: Any) -> None:
    stranded = office.stranded("pricing")
    office.clock.forward(days=-400)
    with pytest.raises(CallInProgress):
        office.engine.resume(stranded.id)
    assert not office.tariffs.calls


def test_the_process_that_was_believed_dead_cannot_overwrite_what_came_after_it(office: Any) -> None:
    quoted = office.quoted()

    def given_up(call: Any) -> None:
        office.clock.forward(seconds=21)
        assert office.open().resume(call.instance).state == "payment_unknown"

    office.till.during = given_up
    late = office.engine.send(quoted, accepted(office, quoted))
    assert late == office.store.kept.load(quoted.id)
    assert late.state == "payment_unknown"
    assert len(office.till.calls) == 1


def test_resuming_an_instance_that_waits_gives_it_back_unchanged(office: Any) -> None:
    quoted = office.quoted()
    assert office.engine.resume(quoted.id) == quoted
    assert office.log == ["load"]


def test_resuming_an_expired_instance_lets_it_expire(office: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=11)
    assert office.engine.resume(quoted.id).state == "lapsed"


@pytest.mark.parametrize(
    ("seconds", "state"), [(-86_400, "quoted"), (599, "quoted"), (600, "lapsed"), (601, "lapsed"), (10**9, "lapsed")]
)
def test_a_page_expires_at_its_deadline_and_not_a_second_before(office: Any, seconds: int, state: str) -> None:
    quoted = office.quoted()
    office.clock.forward(seconds=seconds)
    assert office.engine.load(quoted.id).state == state
    assert [move.event for move in office.store.kept.journal(quoted.id)][2:] == (
        ["Expired"] if state == "lapsed" else []
    )


def test_what_has_expired_stays_expired_when_the_clock_is_set_back(office: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=10)
    lapsed = office.engine.load(quoted.id)
    office.clock.forward(days=-1)
    assert office.engine.load(quoted.id) == lapsed


def test_an_event_that_comes_too_late_finds_the_instance_expired(office: Any, parcels: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=10)
    with pytest.raises(StaleRevision):
        office.engine.send(quoted, accepted(office, quoted))
    assert office.store.kept.load(quoted.id).state == "lapsed"
    with pytest.raises(StaleRevision):
        office.engine.send(quoted, parcels.Unheard())
    with pytest.raises(EventRefused, match="state lapsed"):
        office.engine.send(office.engine.load(quoted.id), accepted(office, quoted))
    assert not office.till.calls


def test_a_wrong_attempt_starts_the_lifetime_of_the_page_anew(office: Any, parcels: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=9)
    office.engine.send(quoted, parcels.Accepted(pin="wrong"))
    office.clock.forward(minutes=9)
    assert office.engine.load(quoted.id).state == "quoted"


def test_two_who_see_an_instance_expire_at_once_both_get_what_it_became(office: Any) -> None:
    quoted = office.quoted()
    office.clock.forward(minutes=10)
    other, commit = office.open(), office.store.commit

    def beaten(snapshot: Any, move: Any) -> None:
        office.store.commit = commit
        other.load(quoted.id)
        commit(snapshot, move)

    office.store.commit = beaten
    assert office.engine.load(quoted.id).state == "lapsed"
    assert len(office.store.kept.journal(quoted.id)) == 3


@pytest.mark.parametrize("given", [(), ("till",), ("till", "tariffs")])
def test_an_engine_without_a_port_that_its_flow_needs_is_not_built(office: Any, given: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        PublicEngine(office.flow, store=office.store, ports=dict.fromkeys(given, office.till))
    assert caught.value.code == "missing_port"
    missing = sorted({"printer", "tariffs", "till"} - set(given))
    assert caught.value.args[0] == f"Flow parcels calls ports that were not given: {', '.join(missing)}"
    assert caught.value.hint == "Pass ports={'name': port} with each of them."


class Silent:
    def perform(self, call: Any) -> Any:
        return Unanswered(reason="silent")


@pytest.mark.parametrize(
    ("unfit", "told"),
    [
        ({"flow": lambda: None}, "flow must be of type Flow, not function"),
        ({"store": None}, "store must be an object with create, load, commit, journal, not NoneType"),
        ({"store": RandomIds}, "not the class RandomIds"),
        ({"store": "sqlite:///canary.db"}, "not str"),
        ({"ports": ["till"]}, "ports must be of type Mapping, not list"),
        ({"ports": {"till": None}}, "the port till must be an object with perform, not NoneType"),
        ({"ports": {"till": Silent}}, "the port till must be an object with perform, not the class Silent"),
        ({"ports": {"spare": lambda call: None}}, "the port spare must be an object with perform, not function"),
        ({"clock": SystemClock}, "clock must be an object with now, monotonic, not the class SystemClock"),
        ({"ids": RandomIds}, "ids must be an object with token, not the class RandomIds"),
        ({"observers": print}, "observers must be of type Sequence, not builtin_function_or_method"),
        ({"observers": [None]}, "an observer must be an object with __call__, not NoneType"),
        ({"observers": (list,)}, "not the class list"),
    ],
)
def test_an_engine_of_unfit_parts_is_not_built(office: Any, unfit: dict[str, Any], told: str) -> None:
    parts = {"flow": office.flow, "store": office.store, "ports": dict.fromkeys(office.flow.ports, office.till)}
    if isinstance(unfit.get("ports"), dict):
        unfit = {"ports": parts["ports"] | unfit["ports"]}
    parts |= unfit
    with pytest.raises(UsageError) as caught:
        PublicEngine(parts.pop("flow"), **parts)
    assert caught.value.code == "wrong_type"
    assert told in caught.value.args[0]
    assert "canary" not in str(caught.value)


def test_a_revision_that_comes_as_text_is_told_from_one_that_is_over(office: Any) -> None:
    quoted = office.engine.begin()
    assert office.engine.load(quoted.id, revision=quoted.revision) == quoted
    with pytest.raises(UsageError, match="revision must be of type int, not str") as caught:
        office.engine.load(quoted.id, revision=str(quoted.revision))
    assert caught.value.code == "wrong_type"
    with pytest.raises(StaleRevision):
        office.engine.load(quoted.id, revision=quoted.revision + 1)


def test_ports_are_taken_as_they_were_given(office: Any, parcels: Any) -> None:
    ports = {"tariffs": office.tariffs, "till": office.till, "printer": office.printer, "spare": office.till}
    engine = PublicEngine(office.flow, store=office.store, ports=ports)
    ports.clear()
    begun = engine.begin()
    assert engine.send(begun, parcels.Described(weight=5)).state == "quoted"


@pytest.mark.parametrize("change", [{"flow": "letters"}, {"version": 2}, {"state": "lost_at_sea"}], ids=str)
@pytest.mark.parametrize("expired", [True, False])
def test_a_foreign_snapshot_in_the_store_is_not_touched(
    office: Any, parcels: Any, change: dict[str, Any], expired: bool
) -> None:
    foreign = parcels.snapshot(**change, expires_at=parcels.START if expired else None)
    office.store.kept.create(foreign)
    for use in (
        lambda: office.engine.load("p"),
        lambda: office.engine.send(foreign, parcels.Discarded()),
        lambda: office.engine.resume("p"),
        lambda: office.engine.page(foreign),
    ):
        with pytest.raises(ForeignSnapshot):
            use()
    assert office.store.kept.load("p") == foreign
    assert not office.store.kept.journal("p")


def test_an_unknown_id_is_unknown(office: Any, parcels: Any) -> None:
    for use in (
        lambda: office.engine.load("nobody"),
        lambda: office.engine.send(parcels.snapshot(), parcels.Discarded()),
        lambda: office.engine.resume("nobody"),
    ):
        with pytest.raises(UnknownInstance):
            use()


def test_a_definition_that_fails_in_the_middle_leaves_the_last_stored_step(parcels: Any) -> None:
    def failing(parcel: Any, event: Any) -> Any:
        raise RuntimeError(CANARY)

    states = tuple(
        replace(state, moves=(replace(state.moves[0], keep=failing), *state.moves[1:]))
        if state.name == "paying"
        else state
        for state in parcels.declared()
    )
    office = parcels.Office(parcels.build(states))
    quoted = office.quoted()
    with pytest.raises(FlowBroken):
        office.engine.send(quoted, accepted(office, quoted))
    assert office.store.kept.load(quoted.id).state == "paying"
    office.clock.forward(seconds=20)
    assert office.engine.resume(quoted.id).state == "payment_unknown"
    assert len(office.till.calls) == 1


def test_the_journal_tells_who_moved_what_when_and_where(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    office.clock.forward(seconds=3)
    office.engine.send(begun, parcels.Described(weight=5))
    assert office.store.kept.journal(begun.id)[0] == Move(
        revision=1,
        event="Described",
        from_state="draft",
        to_state="pricing",
        section="1",
        actor="sender",
        at=office.clock.now(),
    )


def test_a_port_is_called_with_the_instance_bound_to_its_log_lines(office: Any) -> None:
    from structlog.contextvars import bound_contextvars, get_contextvars

    bound: list[dict[str, Any]] = []
    office.tariffs.during = lambda call: bound.append(get_contextvars())
    with bound_contextvars(instance="of the caller", request="r"):
        quoted = office.quoted()
        assert get_contextvars() == {"instance": "of the caller", "request": "r"}
    own = {"instance": quoted.id, "section": "2", "actor": "sender", "state": "pricing"}
    assert bound == [{**own, "request": "r"}]
    assert get_contextvars() == {}


def test_the_engine_configures_no_logging(office: Any) -> None:
    before = list(logging.getLogger().handlers), logging.getLogger().level
    office.quoted()
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before
    assert not logging.getLogger("esozflow").handlers


class Reader:
    """A user who does what is scripted, page after page."""

    def __init__(self, *acts: Any) -> None:
        self.acts = list(acts)
        self.seen: list[str] = []

    def show(self, page: Any) -> Any:
        self.seen.append(page.name)
        act = self.acts.pop(0) if self.acts else None
        return act() if callable(act) else act


def test_playing_shows_page_after_page_until_the_flow_ends(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    reader = Reader(
        parcels.Described(weight=5),
        parcels.Accepted(pin="wrong"),
        parcels.Accepted(pin=begun.context.pin),
        parcels.Discarded(),
    )
    assert play(office.engine, begun.id, reader).state == "posted"
    assert reader.seen == ["draft", "quoted", "quoted", "posted"]


def test_playing_stops_when_the_user_leaves(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    reader = Reader(parcels.Described(weight=5))
    assert play(office.engine, begun.id, reader).state == "quoted"
    assert reader.seen == ["draft", "quoted"]


def test_playing_stops_where_there_is_no_page(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    office.till.script = [Unanswered(reason="timeout")]
    reader = Reader(parcels.Described(weight=5), parcels.Accepted(pin=begun.context.pin), parcels.Retried())
    assert play(office.engine, begun.id, reader).state == "payment_unknown"
    assert reader.seen == ["draft", "quoted"]


def test_playing_goes_on_with_the_page_that_took_the_place_of_an_expired_one(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()

    def too_late() -> Any:
        office.clock.forward(minutes=10)
        return parcels.Accepted(pin=begun.context.pin)

    reader = Reader(parcels.Described(weight=5), too_late)
    assert play(office.engine, begun.id, reader).state == "lapsed"
    assert reader.seen == ["draft", "quoted", "lapsed"]
    assert not office.till.calls


def test_playing_tells_of_a_refusal(office: Any, parcels: Any) -> None:
    begun = office.engine.begin()
    with pytest.raises(EventRefused, match="too_heavy"):
        play(office.engine, begun.id, Reader(parcels.Described(weight=31)))


def test_an_id_is_never_taken_for_an_option_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = iter(["-first", "-second", "third-"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size: next(tokens))
    assert RandomIds().token() == "third-"


def test_the_clock_and_the_ids_of_the_system_serve_by_default(office: Any, parcels: Any) -> None:
    clock, ids = SystemClock(), RandomIds()
    assert clock.now().tzinfo is UTC
    assert InUtc(clock).now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
    tokens = {ids.token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    engine = PublicEngine(office.flow, store=office.store, ports=dict.fromkeys(office.flow.ports, office.till))
    before = datetime.now(UTC)
    begun = engine.begin()
    assert before <= begun.entered_at <= datetime.now(UTC)
    assert len(begun.id) == 43
    assert begun.id != begun.context.pin


def test_an_id_of_another_type_is_no_unknown_one(office: Any) -> None:
    begun = office.engine.begin()
    for use in (office.engine.begin, office.engine.load, office.engine.resume, office.engine.journal):
        with pytest.raises(UsageError, match="id must be of type str") as caught:
            use(begun)
        assert caught.value.code == "wrong_type"
