"""The kit catches what breaks a promise: engines, stores and ports with one seeded defect each."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, run_state_machine_as_test

from esozflow.flow import (
    Answered,
    Calling,
    CallInProgress,
    Conflict,
    Engine,
    EventRefused,
    Flow,
    Repeat,
    StaleRevision,
    State,
    StoreFailed,
    Unanswered,
    UnknownInstance,
    Unreachable,
    UsageError,
    on,
)
from esozflow.flow.testing import (
    Do,
    FlowMachine,
    HandClock,
    How,
    Life,
    NamedEvent,
    RecordDiverged,
    Recorded,
    RecordedStep,
    StoreFault,
    explore,
    machine_for,
    replay,
)
from esozflow.flow.testing.recorded import RecordedAnswer
from esozflow.flow.testing.witness import Died, Kept, Witness, WitnessPort

QUICK = settings(
    max_examples=100,
    stateful_step_count=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)


@pytest.fixture(scope="module")
def machine(parcels: Any) -> type[FlowMachine[Any]]:
    return machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds())


def life(parcels: Any, *answers: Any, **given: Any) -> Life[Any]:
    """A life whose calls are answered with these, in order: events, or what happens on the way."""
    left = list(answers)

    def answering(call: Any, snapshot: Any) -> Any:
        one = left.pop(0) if left else How.UNSENT
        return (one, None) if isinstance(one, How) else (How.CASE, NamedEvent(repr(one), one))

    made = Life(parcels.flow, answering, ids=parcels.FixedIds(), **given)
    made.begin()
    return made


def named(event: Any) -> NamedEvent:
    return NamedEvent(repr(event), event)


def quoted(parcels: Any, *answers: Any, **given: Any) -> Life[Any]:
    made = life(parcels, parcels.Priced(status=200), *answers, **given)
    made.send(named(parcels.Described(weight=5)))
    assert made.stored.state == "quoted"
    return made


def scribble(engine: Any, id: str) -> None:
    """Write into the innermost store, past everybody."""
    kept = engine._store._inner._snapshots
    kept[id] = replace(kept[id], context=replace(kept[id].context, weight=99))


class Skips(Engine[Any]):
    """Stores another state than the step decided."""

    def _store_step(self, snapshot: Any, event: Any, **about: Any) -> Any:
        before, decided = self._store.load(snapshot.id), []
        commit, self._store.commit = self._store.commit, lambda one, move: decided.append((one, move))
        try:
            stepped = super()._store_step(snapshot, event, **about)
        finally:
            del self._store.commit
        commit(replace(decided[0][0], context=replace(before.context, weight=99)), decided[0][1])
        return stepped


class Repeats(Engine[Any]):
    """Makes a call again when the process died in it."""

    def _outcome(self, snapshot: Any, call: Any) -> Any:
        try:
            return super()._outcome(snapshot, call)
        except Died:
            return super()._outcome(snapshot, call)


class Invents(Engine[Any]):
    """Makes another call than was decided."""

    def _outcome(self, snapshot: Any, call: Any) -> Any:
        return super()._outcome(snapshot, replace(call, request={"weight": 99}))


class Awake(Engine[Any]):
    """Takes an event at the end, and does nothing with it."""

    def send(self, snapshot: Any, event: Any) -> Any:
        with suppress(EventRefused):
            return super().send(snapshot, event)
        return self._store.load(snapshot.id)


class Pretends(Engine[Any]):
    """Gives another snapshot than it stored."""

    def send(self, snapshot: Any, event: Any) -> Any:
        return replace(super().send(snapshot, event), revision=99)


class Touches(Engine[Any]):
    """Changes what it refuses to change."""

    def send(self, snapshot: Any, event: Any) -> Any:
        try:
            return super().send(snapshot, event)
        except EventRefused:
            scribble(self, snapshot.id)
            raise


class Reloads(Engine[Any]):
    """Moves what is there now, whatever the user saw."""

    def send(self, snapshot: Any, event: Any) -> Any:
        return super().send(self.load(snapshot.id), event)


class RefusesAll(Engine[Any]):
    """Refuses what the step takes."""

    def send(self, snapshot: Any, event: Any) -> Any:
        raise EventRefused(state="draft", event="Described")


class RefusesOtherwise(Engine[Any]):
    """Refuses with a code of its own."""

    def send(self, snapshot: Any, event: Any) -> Any:
        try:
            return super().send(snapshot, event)
        except EventRefused as refusal:
            raise EventRefused(state=refusal.state, event=refusal.event, code="because") from None


class Disturbs(Engine[Any]):
    """Changes what it must wait for."""

    def resume(self, id: str) -> Any:
        try:
            return super().resume(id)
        except CallInProgress:
            scribble(self, id)
            raise


class WritesBadly(Engine[Any]):
    """Writes another party into the journal."""

    def _store_step(self, snapshot: Any, event: Any, **about: Any) -> Any:
        commit = self._store.commit
        self._store.commit = lambda one, move: commit(one, move._replace(actor="nobody"))
        try:
            return super()._store_step(snapshot, event, **about)
        finally:
            del self._store.commit


class LosesLines(Kept[Any]):
    """Loses the first line of the journal."""

    def journal(self, id: str) -> Any:
        return super().journal(id)[1:]


class Miscounts(Kept[Any]):
    """Gives the last revision wrongly."""

    def load(self, id: str) -> Any:
        kept = super().load(id)
        return replace(kept, revision=kept.revision + 1) if kept.state == "discarded" else kept


def lived(parcels: Any, **given: Any) -> Life[Any]:
    """A life in which a bit of everything happens."""
    accepted = named(parcels.Accepted(pin=parcels.PIN))
    one = life(parcels, parcels.Priced(status=200), How.DIES_AFTER, **given)
    one.send(named(parcels.Described(weight=5)))
    for refused in (parcels.Described(weight=5), parcels.Unheard(), parcels.Priced(status=200)):
        one.send(named(refused))
    one.send(accepted, behind=1)
    one.send(accepted)
    one.resume()
    one.wait(20.0)
    one.resume()
    for event in (parcels.Discarded(), parcels.Retried()):
        one.send(named(event))
    one.load()
    return one


def test_a_life_without_a_defect_breaks_no_promise(parcels: Any) -> None:
    one = lived(parcels)
    one.check()
    assert [move.to_state for move in one.journal] == ["pricing", "quoted", "paying", "payment_unknown", "discarded"]


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        (Skips, "the engine equals the pure step"),
        (Repeats, "a call is made once an entry"),
        (Invents, "a call is what was decided"),
        (Awake, "an end accepts nothing"),
        (Pretends, "the engine equals the pure step: it gave"),
        (Touches, "a refused event changes nothing: Described was refused in quoted, and changed it"),
        (Reloads, "an old page moves nothing: Accepted was accepted from revision 1 of 2"),
        (RefusesAll, "the engine equals the pure step: Described was refused in draft with not_expected_here"),
        (RefusesOtherwise, "the engine equals the pure step: Described was refused in quoted with because"),
        (Disturbs, "a refused event changes nothing: a call was disturbed"),
        (WritesBadly, "line 1 is of another party"),
    ],
)
def test_an_engine_with_a_defect_is_caught(
    parcels: Any, monkeypatch: pytest.MonkeyPatch, engine: type[Engine[Any]], says: str
) -> None:
    monkeypatch.setattr("esozflow.flow.testing.life.Engine", engine)
    with pytest.raises(AssertionError, match=f"(^|; ){says}"):
        lived(parcels).check()


@pytest.mark.parametrize(
    ("store", "says"),
    [
        (LosesLines, "the journal is the path: the store's journal differs from what was committed"),
        (Miscounts, "the journal is the path: revision 6 after 5 moves"),
    ],
)
def test_a_store_with_a_defect_is_caught(parcels: Any, store: Callable[[], Any], says: str) -> None:
    with pytest.raises(AssertionError, match=f"(^|; ){says}"):
        lived(parcels, store=store()).check()


def test_random_lives_find_a_defect_too(parcels: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esozflow.flow.testing.life.Engine", Skips)
    with pytest.raises(AssertionError, match="the engine equals the pure step"):
        run_state_machine_as_test(machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds()), settings=QUICK)


def test_a_life_may_begin_with_a_walk_unless_ports_answer_for_themselves(
    parcels: Any, machine: type[FlowMachine[Any]]
) -> None:
    heads = machine().heads()

    assert {*heads} == {*explore(parcels.flow, parcels.cases, ids=parcels.FixedIds()).transitions.walks}
    assert [len(head.steps) for head in heads] == sorted(len(head.steps) for head in heads)
    answering = machine_for(parcels.flow, parcels.cases, ports=lambda: {"tariffs": Any})  # type: ignore[dict-item]
    assert answering().heads() == ()


def test_random_lives_hold_everything_that_can_be_done(parcels: Any) -> None:
    lives = machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds())
    led: list[list[RecordedStep]] = []

    class Told(lives):  # type: ignore[valid-type, misc]
        def teardown(self) -> None:
            led.append(self.life.steps)

    run_state_machine_as_test(Told, settings=settings(QUICK, max_examples=200))

    steps = [step for life in led for step in life]
    heads = [list(head.steps) for head in lives().heads() if len(head.steps) > 2]
    continued = [life[len(head) :] for life in led for head in heads if life[: len(head)] == head]
    assert any(answer.how is How.CASE for rest in continued for step in rest for answer in step.answers)
    assert {step.event for step in steps} <= {None, *(event.__name__ for event in parcels.flow.events)}
    assert all((answer.how is How.CASE) is (answer.case is not None) for step in steps for answer in step.answers)

    assert {step.do for step in steps} == {*Do} - {Do.OWN}
    assert {step.store for step in steps} == {None, *StoreFault}
    assert {step.behind for step in steps if step.do is Do.SEND} == {0, 1, 2, 3}
    assert {answer.how for step in steps for answer in step.answers} > {How.CASE}
    assert any(step.answers for step in steps if step.do is Do.RESUME)
    waits = {step.seconds for step in steps if step.do is Do.WAIT}
    # Its own two, and when something is over: deadlines of 5, 20 and 30 seconds, ten minutes, and a second before each.
    assert waits <= {1.0, 60.0, 4.0, 5.0, 19.0, 20.0, 29.0, 30.0, 599.0, 600.0}
    assert waits >= {4.0, 5.0, 599.0, 600.0}


def test_a_record_holds_names_and_no_values(parcels: Any) -> None:
    one = quoted(parcels, parcels.Paid(status=402))
    one.send(named(parcels.Accepted(pin=parcels.PIN)))
    text = one.record.text()

    assert Recorded.read_json(text) == one.record
    assert parcels.PIN not in text
    assert json.loads(text)["steps"][2] == {
        "do": "send",
        "event": "Accepted",
        "case": "Accepted()",
        "answers": [{"call": "pay", "how": "case", "event": "Paid", "case": "Paid(status=402)"}],
    }


def test_whatever_happens_on_the_way_of_a_call_breaks_no_promise_and_is_a_state(parcels: Any) -> None:
    ends = {}
    for how in How:
        if how not in (How.CASE, How.ITSELF):
            one = quoted(parcels, how)
            one.send(named(parcels.Accepted(pin=parcels.PIN)))
            one.check()
            ends[how] = (one.stored.state, [call.name for call in one.witness.calls].count("pay"))
    assert ends == {
        How.LOST: ("payment_unknown", 1),
        How.UNSENT: ("unpaid", 0),
        How.RAISES: ("payment_unknown", 1),
        How.WRONG: ("payment_unknown", 1),
        How.DIES_BEFORE: ("paying", 0),
        How.DIES_AFTER: ("paying", 1),
    }


def test_another_process_takes_over_when_the_deadline_has_passed(parcels: Any) -> None:
    one = quoted(parcels, How.DIES_AFTER)
    one.send(named(parcels.Accepted(pin=parcels.PIN)))
    one.send(named(parcels.Retried()))
    one.resume()
    assert one.stored.state == "paying"
    one.wait(20.0)
    one.resume()
    assert one.stored.state == "payment_unknown"
    one.check()


def test_a_store_that_fails_before_or_after_leaves_a_life_that_keeps_its_promises(parcels: Any) -> None:
    for fault, state in ((StoreFault.BEFORE, "quoted"), (StoreFault.AFTER, "discarded")):
        one = quoted(parcels)
        one.store_fails(fault)
        one.send(named(parcels.Discarded()))
        one.check()
        assert one.stored.state == state
        assert one.record.steps[-1].store is fault


def test_an_instance_expires_before_a_late_event_is_refused(parcels: Any) -> None:
    one = quoted(parcels)
    one.wait(600.0)
    one.send(named(parcels.Accepted(pin=parcels.PIN)))
    one.check()
    assert (one.stored.state, one.ended) == ("lapsed", True)
    one.expire()
    one.check()


def test_a_port_of_ones_own_answers_for_itself(parcels: Any) -> None:
    class Tariffs:
        def perform(self, call: Any) -> Any:
            return parcels.Priced(status=200, price=77)

    one = life(parcels, How.ITSELF, ports={"tariffs": Tariffs()})
    one.send(named(parcels.Described(weight=5)))
    one.check()
    assert one.stored.context.price == 77
    assert one.record.steps[-1].answers[0].how is How.ITSELF


def test_the_plain_store_refuses_like_every_store(parcels: Any) -> None:
    store = Kept[Any]()
    snapshot = parcels.snapshot(revision=0)
    store.create(snapshot)
    with pytest.raises(Conflict, match=r"^An instance of this id is already stored \["):
        store.create(snapshot)
    with pytest.raises(Conflict):
        store.commit(snapshot, Any)  # type: ignore[arg-type]
    with pytest.raises(UnknownInstance):
        store.load("nobody")


class Watched(FlowMachine[Any]):
    """A machine of an embedder: an invariant and an act of its own."""

    def act_forward(self, argument: str) -> None:
        self.life.clock.forward(timedelta(minutes=float(argument or "1")))

    @precondition(lambda self: self.life.ended)
    @invariant()
    def nothing_is_discarded(self) -> None:
        assert self.life.stored.state != "discarded"


def watched(parcels: Any) -> Any:
    given = {"flow": parcels.flow, "cases": staticmethod(parcels.cases), "ids": parcels.FixedIds()}
    return type("WatchedParcels", (Watched,), given)


def test_a_failing_life_prints_a_record_that_fails_again_when_it_is_replayed(
    parcels: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AssertionError, match="discarded") as failed:
        run_state_machine_as_test(
            watched(parcels), settings=settings(QUICK, phases=(Phase.generate,), print_blob=False)
        )
    told = "\n".join(getattr(failed.value, "__notes__", ())) + capsys.readouterr().out
    record = next(line for line in told.splitlines() if line.startswith('{"flow":"parcels"'))

    assert parcels.PIN not in record
    assert "To lead this life again: WatchedParcels.replay(record)" in told
    with pytest.raises(AssertionError, match="discarded"):
        watched(parcels).replay(record)
    assert replay(parcels.flow, record, parcels.cases, ids=parcels.FixedIds()).state == "discarded"


def test_an_act_of_ones_own_is_recorded_and_replayed(parcels: Any) -> None:
    first = watched(parcels)()
    first.life.begin()
    before = first.life.clock.now()
    first.act("forward", "7")
    first.act("forward")

    again = watched(parcels).replay(first.life.record)

    assert again.life.clock.now() - before == timedelta(minutes=8)
    assert again.life.record == first.life.record


@pytest.mark.parametrize(("behind", "state"), [(0, "discarded"), (1, "quoted")])
def test_what_came_from_an_old_page_comes_from_one_again_when_it_is_replayed(
    parcels: Any, behind: int, state: str
) -> None:
    priced = {"call": "price", "how": "case", "event": "Priced", "case": "Priced(status=200)"}
    described = {"do": "send", "event": "Described", "case": "Described()", "answers": [priced]}
    discarded = {"do": "send", "event": "Discarded", "case": "Discarded()", "behind": behind}
    record = {"flow": "parcels", "version": 1, "steps": [{"do": "begin"}, described, discarded]}
    assert replay(parcels.flow, json.dumps(record), parcels.cases, ids=parcels.FixedIds()).state == state


def test_events_of_strategies_are_replayed_only_where_their_values_may_be_held(parcels: Any) -> None:
    drawn = {parcels.Described: st.builds(parcels.Described, weight=st.just(7), address=st.just("Rivne"))}
    lives = machine_for(parcels.flow, parcels.cases, ids=parcels.FixedIds(), strategies=drawn)
    seen: list[str] = []

    class Told(lives):  # type: ignore[valid-type, misc]
        def teardown(self) -> None:
            seen.append(self.life.record.text())
            super().teardown()

    for holds in (True, False):
        seen.clear()
        Told.keeps_values = holds
        run_state_machine_as_test(Told, settings=settings(QUICK, max_examples=10))
        record = max((text for text in seen if '"case":"drawn"' in text), key=len)
        assert ("Rivne" in record) is holds
        if holds:
            assert Told.replay(record).life.record.text() == record
        else:
            with pytest.raises(UsageError, match="no_such_case"):
                Told.replay(record)


def test_ports_of_ones_own_are_taken_by_a_machine(parcels: Any) -> None:
    asked: list[str] = []

    class Counter:
        def perform(self, call: Any) -> Any:
            asked.append(call.name)
            return parcels.Priced(status=200) if call.name == "price" else parcels.Paid(status=402)

    lives = machine_for(
        parcels.flow,
        parcels.cases,
        ids=parcels.FixedIds(),
        store=Kept,
        ports=lambda: {"tariffs": Counter(), "till": Counter()},
    )
    answers: list[RecordedAnswer] = []

    class Told(lives):  # type: ignore[valid-type, misc]
        def teardown(self) -> None:
            answers.extend(answer for step in self.life.steps for answer in step.answers)

    run_state_machine_as_test(Told, settings=settings(QUICK, max_examples=10))
    assert "price" in asked
    assert {answer.call for answer in answers if answer.how is How.ITSELF} <= {"price", "pay"}
    assert {answer.call for answer in answers if answer.how is How.CASE} <= {"label"}
    assert {answer.how for answer in answers} >= {How.ITSELF}


def test_a_record_is_replayed_on_a_store_and_ports_and_ids_of_ones_own(parcels: Any) -> None:
    class Tariffs:
        def perform(self, call: Any) -> Any:
            return parcels.Priced(status=200, price=77)

    kept = Kept[Any]()
    step = {"do": "send", "event": "Described", "case": "Described()", "answers": [{"call": "price", "how": "itself"}]}
    record = json.dumps({"flow": "parcels", "version": 1, "steps": [{"do": "begin"}, step]})

    ended = replay(
        parcels.flow,
        record,
        parcels.cases,
        store=lambda: kept,
        ports=lambda: {"tariffs": Tariffs()},
        ids=parcels.FixedIds(),
    )

    assert (ended.state, ended.context.price, ended.context.pin) == ("quoted", 77, parcels.PIN)
    assert kept.load(ended.id) == ended


def test_a_machine_is_called_by_the_name_of_its_flow(parcels: Any) -> None:
    assert machine_for(parcels.build(name="small_parcels.office")).__name__ == "LifeOfSmallParcelsOffice"


def test_without_cases_events_are_made_from_their_fields(parcels: Any) -> None:
    run_state_machine_as_test(machine_for(parcels.flow), settings=settings(QUICK, max_examples=10))


def answers(**changes: Any) -> Callable[[Recorded], Any]:
    return lambda record: tuple(one.model_copy(update=changes) for one in record.steps[1].answers)


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (
            lambda record: record.model_copy(update={"version": 7}),
            "foreign_record",
            "The record is of parcels v7, this flow is parcels v1",
        ),
        (
            lambda record: record.model_copy(update={"flow": "x"}),
            "foreign_record",
            "The record is of x v1, this flow is parcels v1",
        ),
        (
            lambda record: with_answers(record, ()),
            "record_diverged",
            "price is made, and was not recorded here",
        ),
        (
            lambda record: with_answers(record, record.steps[1].answers * 2),
            "record_diverged",
            "price was recorded, and is not made",
        ),
        (
            lambda record: with_answers(record, answers(call="pay")(record)),
            "record_diverged",
            "price is made, and was not recorded here",
        ),
        (lambda record: with_answers(record, answers(case="gone")(record)), "no_such_case", "There is no case gone"),
        (lambda record: with_answers(record, (), case="gone"), "no_such_case", "There is no case gone"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(
    parcels: Any, machine: type[FlowMachine[Any]], spoil: Callable[[Any], Any], code: str, says: str
) -> None:
    walks = explore(parcels.flow, parcels.cases, ids=parcels.FixedIds()).transitions.walks
    record = next(walk for walk in walks if len(walk.steps) > 2 and walk.steps[1].answers)
    machine.replay(record)

    with pytest.raises(UsageError) as refused:
        machine.replay(spoil(record))

    assert (refused.value.code, refused.value.args) == (code, (says,))
    assert isinstance(refused.value, RecordDiverged) is (code == "record_diverged")


def test_an_act_or_an_event_that_the_machine_does_not_know_is_refused(parcels: Any) -> None:
    record = watched(parcels)()
    record.life.begin()
    begun = record.life.record
    for step, code, told in (
        (RecordedStep(do=Do.OWN, event="vanish"), "no_such_act", "WatchedParcels has no method act_vanish"),
        (RecordedStep(do=Do.OWN), "no_such_act", "WatchedParcels has no method act_"),
        (RecordedStep(do=Do.SEND, event="Described"), "no_such_case", "There is no case "),
        (
            RecordedStep(do=Do.SEND, event="Vanished", case="drawn", values={}),
            "no_such_case",
            "There is no event Vanished",
        ),
    ):
        with pytest.raises(UsageError) as refused:
            watched(parcels).replay(begun.model_copy(update={"steps": (*begun.steps, step)}))
        assert (refused.value.code, refused.value.args) == (code, (told,))


def with_answers(record: Recorded, answers: Any, **about: Any) -> Recorded:
    steps = list(record.steps)
    steps[1] = steps[1].model_copy(update={"answers": tuple(answers), **about})
    return record.model_copy(update={"steps": tuple(steps[:2])})


def test_every_kind_of_act_is_replayed_from_its_text(parcels: Any, machine: type[FlowMachine[Any]]) -> None:
    price = [{"call": "price", "how": "case", "event": "Priced", "case": "Priced(status=200)"}]
    pay = [{"call": "pay", "how": "dies_after"}]
    steps = [
        {"do": "begin"},
        {"do": "send", "event": "Described", "case": "Described()", "answers": price},
        {"do": "send", "event": "Accepted", "case": "Accepted()", "store": "before"},
        {"do": "send", "event": "Accepted", "case": "Accepted()", "answers": pay},
        {"do": "resume"},
        {"do": "wait", "seconds": 20.0},
        {"do": "resume"},
        {"do": "wait", "seconds": 0.0},
        {"do": "expire"},
        {"do": "load"},
    ]
    text = json.dumps({"flow": "parcels", "version": 1, "steps": steps})

    life = machine.replay(text).life

    assert life.stored.state == "payment_unknown"
    assert json.loads(life.record.text()) == json.loads(text)


def test_a_machine_offers_what_a_user_may_send_and_knows_its_own_flow(
    parcels: Any, machine: type[FlowMachine[Any]]
) -> None:
    one = machine()
    one.life.begin()

    assert {type(event) for event in one.here().values()} == {parcels.Described, parcels.Discarded}
    assert one.repertoire is machine().repertoire
    assert one.repertoire is not machine_for(parcels.flow)().repertoire


@pytest.mark.parametrize(("behind", "state"), [(0, "quoted"), (1, "pricing"), (2, "draft"), (9, "draft")])
def test_an_old_page_is_the_instance_as_it_was_then(parcels: Any, behind: int, state: str) -> None:
    one = quoted(parcels)
    seen: list[str] = []

    def send(page: Any, event: Any) -> Any:
        seen.append(page.state)
        raise StaleRevision

    one.engine.send = send  # type: ignore[method-assign]  # listens in place of the engine
    one.send(named(parcels.Discarded()), behind=behind)
    assert seen == [state]
    assert one.record.steps[-1].behind == behind


def test_what_a_user_sends_is_recorded_by_the_name_under_which_it_was_offered(
    parcels: Any, machine: type[FlowMachine[Any]]
) -> None:
    @settings(QUICK, max_examples=1)
    @given(data=st.data())
    def led(data: st.DataObject) -> None:
        one = machine()
        one.life.begin()
        offered = {name: type(event).__name__ for name, event in one.here().items()}
        one.a_user_sends_what_is_offered(data)
        sent = one.life.record.steps[-1]
        assert (sent.do, sent.event) == (Do.SEND, offered[str(sent.case)])

    led()


def test_an_event_from_an_old_page_is_sent_as_one(parcels: Any) -> None:
    one = quoted(parcels)
    one.send(named(parcels.Discarded()), behind=1)
    assert one.stored.state == "quoted"
    one.send(named(parcels.Discarded()))
    assert one.stored.state == "discarded"


def test_all_broken_promises_are_told_together(parcels: Any) -> None:
    one = quoted(parcels)
    for promise, what in (("a", "x"), ("a", "y"), ("b", "z")):
        one.witness.says(promise, what)
    with pytest.raises(AssertionError, match=r"^a: x, y; b: z$"):
        one.check()


def test_what_happens_on_the_way_of_a_call_is_what_its_port_gives(parcels: Any) -> None:
    stepped = parcels.flow.step(parcels.snapshot("quoted"), parcels.Accepted(pin=parcels.PIN), parcels.START)

    def given(how: How) -> Any:
        port = WitnessPort(
            None, Witness(parcels.flow), lambda: stepped.snapshot, lambda *_: (how, parcels.Paid(status=200))
        )
        return port.perform(stepped.call)

    assert given(How.CASE) == parcels.Paid(status=200)
    assert given(How.UNSENT) == Unreachable(reason="unsent")
    assert given(How.LOST) == Unanswered(reason="lost")
    assert given(How.WRONG) is None
    with pytest.raises(OSError, match=r"^a port breaks its word on purpose$"):
        given(How.RAISES)


def test_a_store_that_fails_says_that_it_does_so_on_purpose(parcels: Any) -> None:
    one = quoted(parcels)
    one.store_fails(StoreFault.BEFORE)
    with pytest.raises(StoreFailed, match=r"^The store fails on purpose"):
        one.store.commit(one.stored, one.journal[-1])


@pytest.mark.parametrize(("how", "reason"), [(How.RAISES, "port_failed"), (How.DIES_AFTER, "interrupted")])
def test_a_life_that_begins_with_a_call_knows_why_the_engine_has_no_answer(how: How, reason: str) -> None:
    call = Calling[str](name="ask", port="p", repeat=Repeat.NEVER, request=lambda context: None)
    asking = State[str](
        name="ask",
        section="1",
        actor="a",
        call=call,
        moves=(
            on(Answered, to="end", because="so"),
            on(Unanswered, to="end", keep=lambda context, event: event.reason, because="so"),
            on(Unreachable, to="end", because="so"),
        ),
    )
    end = State[str](name="end", section="1", actor="a", final=True)
    one = Life(Flow[str]("asking", states=(asking, end), initial="ask", begin=lambda ids: ""), lambda *_: (how, None))

    one.begin()
    one.wait(call.deadline)
    one.resume()

    one.check()
    assert (one.stored.state, one.stored.context) == ("end", reason)


def test_what_a_machine_offers_under_a_name_of_its_own_is_replayed(parcels: Any) -> None:
    by_hand = HandClock()

    class Offering(FlowMachine[Any]):
        flow = parcels.flow
        cases = staticmethod(parcels.cases)

        def clock(self) -> HandClock:
            return by_hand

        def offered(self, snapshot: Any) -> Any:
            return {"a light one": parcels.Described(weight=3)} if snapshot.state == "draft" else {}

    steps = [{"do": "begin"}, {"do": "send", "event": "Described", "case": "a light one"}]
    steps[1]["answers"] = [{"call": "price", "how": "unsent"}]  # type: ignore[assignment]

    life = Offering.replay(json.dumps({"flow": "parcels", "version": 1, "steps": steps})).life

    assert (life.stored.state, life.stored.context.weight) == ("unpriced", 3)
    assert life.clock is by_hand


def test_a_commit_that_the_pure_step_refuses_is_seen(parcels: Any) -> None:
    one = quoted(parcels)
    before = one.stored
    one.witness.sent = parcels.Described(weight=5)
    move = one.journal[-1]._replace(event="Described", from_state="quoted", to_state="pricing", revision=3)
    one.witness.committed(before, replace(before, state="pricing", revision=3), move)
    assert one.witness.wrong["the engine equals the pure step"] == ["Described in quoted led to pricing"]
    assert one.witness.wrong["the journal is the path"] == ["the line of revision 3 is wrong"]


@pytest.mark.parametrize(("fault", "then"), [(StoreFault.BEFORE, "quoted"), (StoreFault.AFTER, "lapsed")])
def test_a_store_that_fails_while_an_instance_expires_fails_nobody(parcels: Any, fault: StoreFault, then: str) -> None:
    one = quoted(parcels)
    one.store_fails(fault)
    one.expire()
    assert one.stored.state == then
    one.check()
    one.expire()
    assert one.stored.state == "lapsed"
    one.check()
