"""Random users, random faults, random delays: the whole sign-up keeps its promises."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import SecretStr

from esozflow.adapters.sandbox import Fault
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import Moved, PeerError, StaleRevision, UsageError
from esozflow.states import (
    Accept,
    CallbackReceived,
    Confirm,
    Decline,
    EditAgain,
    HandedOver,
    Leave,
    Opened,
    RegisterAgain,
    Retry,
    Settings,
    SigningFailed,
    SignUp,
    auth_ui,
    pis,
    sign_up,
)

SOAK = "SOAK" in os.environ
WRITES = ("register", "approve", "exchange")
PATHS = {"register": "/api/pis/confidant/register", "approve": "/oauth/apps/authorize", "exchange": "/oauth/tokens"}
# Where a sign-up may be found although the event was refused: its time was over before the event came.
LAPSED = ("not_handed_over", "expired", "not_returned", "left_unknown", "exchange_unknown")
# What has to be behind whoever stands in a state.
BEFORE = {
    "confirm": {"validate"},
    "consent": {"validate", "register"},
    "redirect": {"validate", "register", "approve"},
    "save_tokens": {"validate", "register", "approve", "exchange"},
    "signed_up": {"validate", "register", "approve", "exchange"},
}


def machine_of(given: SimpleNamespace) -> type[RuleBasedStateMachine]:
    known = frozenset({(given.CLIENT.client_id, given.CLIENT.redirect_uri)})

    class WholeSignUp(RuleBasedStateMachine):
        @initialize(redirect_known=st.booleans(), roles=st.booleans(), ahead=st.sampled_from([0, 0, 4, 4, 4, 5]))
        def begin(self, redirect_known: bool, roles: bool, ahead: int = 0) -> None:
            self.esoz = given.Recorded(given.new_esoz())
            self.clock = given.HandClock()
            self.moves: list[Moved] = []
            self.asked: Counter[str] = Counter()
            self.store = MemoryStore[SignUp]()
            self.scope = " " if roles else given.CLIENT.scope
            port = SandboxGateway(self.esoz, client_secret=SecretStr(given.SEED.pis.secret))
            self.engine = given.engine(
                sign_up(Settings(known_redirects=known if redirect_known else frozenset())),
                port,
                store=self.store,
                clock=self.clock,
                observers=(self.moves.append,),
            )
            self.id = self.engine.begin().id
            for _ in range(ahead):
                self.go_on_once()

        def send(self, event: Any) -> None:
            before = self.store.load(self.id)
            try:
                self.engine.send(self.id, event)
            except (UsageError, PeerError):
                assert self.store.load(self.id) == before or self.store.load(self.id).state in LAPSED
                return
            assert not self.engine.flow.states[before.state].final
            if type(event) in (Confirm, RegisterAgain):
                self.asked["register"] += 1
            self.asked["approve"] += isinstance(event, Accept)

        @rule(
            event=st.sampled_from([Confirm(), Accept(), HandedOver(), Retry(), RegisterAgain(), Leave(), EditAgain()])
        )
        def act(self, event: Any) -> None:
            self.send(event)

        @rule()
        def go_on(self) -> None:
            self.go_on_once()

        @rule()
        def insist(self) -> None:
            """A user who does not give up."""
            self.send(RegisterAgain() if self.store.load(self.id).state == "register_unknown" else Retry())

        def go_on_once(self) -> None:
            events = {
                "prepare": given.filled,
                "sign": given.signed,
                "hand_over": HandedOver,
                "validate_params": lambda: given.opened(scope=self.scope),
                "confirm": Confirm,
                "consent": Accept,
                "redirect": self.callback,
                "decline_redirect": self.callback,
            }
            make = events.get(self.store.load(self.id).state)
            self.send(make() if make else Retry())

        @rule(event=st.sampled_from([Confirm(), Accept(), RegisterAgain(), Retry()]))
        def come_from_an_old_page(self, event: Any) -> None:
            before = self.store.load(self.id)
            with pytest.raises(StaleRevision):
                self.engine.send(self.id, event, revision=before.revision - 1)
            assert self.store.load(self.id) == before or self.store.load(self.id).state in LAPSED

        @rule(event=st.sampled_from([Decline(), SigningFailed(code="cancelled")]))
        def refuse(self, event: Any) -> None:
            self.send(event)

        @rule(forged=st.sampled_from(["", "code=x", "code=x&state=y", "error=access_denied&state=y"]))
        def forge_a_callback(self, forged: str) -> None:
            state = self.store.load(self.id).state
            self.send(CallbackReceived.from_query(forged))
            assert self.store.load(self.id).state in {state, *LAPSED}

        @rule(
            endpoint=st.sampled_from([*WRITES, "validate", "dictionaries", "client_details", "user_roles"]),
            fault=st.sampled_from(
                [
                    {"kind": "drop", "after_effect": True},
                    {"kind": "drop", "after_effect": False},
                    {"kind": "status", "status": 422, "message": "no"},
                    {"kind": "status", "status": 502, "envelope": False},
                    {"kind": "wrong_types"},
                    {"kind": "missing_token"},
                    {"kind": "broken_json"},
                ]
            ),
        )
        def script(self, endpoint: Any, fault: dict[str, Any]) -> None:
            self.esoz.clear_faults()
            self.esoz.script(Fault(endpoint=endpoint, **fault))

        @precondition(lambda self: len(self.moves) > 6)
        @rule(minutes=st.sampled_from([1, 59, 61, 13 * 60]))
        def wait(self, minutes: int) -> None:
            self.clock.forward(timedelta(minutes=minutes))

        def callback(self) -> CallbackReceived:
            page = self.engine.page(self.store.load(self.id))
            query = page.leads_to.get_secret_value().partition("?")[2]
            state = self.store.load(self.id).context.oauth_state.get_secret_value()
            return CallbackReceived.from_query(query.replace("the-state-of-the-pis", state))

        @invariant()
        def nothing_is_done_more_often_than_a_person_asked(self) -> None:
            assert self.esoz.ledger.count("register") <= max(1, self.asked["register"])
            assert self.esoz.ledger.count("approve") <= self.asked["approve"]
            assert self.esoz.ledger.count("exchange") <= 1
            # The sandbox answers a repeated registration from its memory, so the requests are counted too.
            assert self.esoz.times(PATHS["register"]) <= self.asked["register"]
            assert self.esoz.times(PATHS["approve"]) <= self.asked["approve"]
            assert self.esoz.times(PATHS["exchange"]) <= 1

        @invariant()
        def no_step_was_skipped(self) -> None:
            snapshot = self.store.load(self.id)
            for kind in BEFORE.get(snapshot.state, ()):
                assert self.esoz.ledger.count(kind) >= 1

        @invariant()
        def the_journal_replays_to_the_snapshot(self) -> None:
            state, revision = "prepare", 0
            for move in self.store.journal(self.id):
                assert (move.from_state, move.revision) == (state, revision + 1)
                state, revision = move.to_state, move.revision
            snapshot = self.store.load(self.id)
            assert (snapshot.state, snapshot.revision) == (state, revision)

        @invariant()
        def it_rests_on_a_page_and_waits_for_somebody(self) -> None:
            snapshot = self.store.load(self.id)
            assert self.engine.flow.call(snapshot) is None
            assert self.engine.page(snapshot) is not None or snapshot.state == "validate_params"

        @invariant()
        def a_patient_who_may_be_registered_is_never_denied(self) -> None:
            page = self.engine.page(self.store.load(self.id))
            codes = {message.code for message in page.messages} if page else set[str]()
            if self.esoz.ledger.count("register"):
                assert not codes & {"nothing_done", "not_registered"}
            if self.esoz.ledger.count("approve"):
                assert "registered_not_approved" not in codes or "redirect_foreign" in codes

    return WholeSignUp


def machine_of_two(given: SimpleNamespace) -> type[RuleBasedStateMachine]:
    known = frozenset({(given.CLIENT.client_id, given.CLIENT.redirect_uri)})

    class TwoParties(RuleBasedStateMachine):
        """The PIS and the Auth UI, which share nothing, and a browser that goes between them, or goes astray."""

        @initialize(ahead=st.sampled_from([0, 3, 6, 9]))
        def begin(self, ahead: int) -> None:
            self.esoz = given.Recorded(given.new_esoz())
            self.clock = given.HandClock()
            self.asked: Counter[str] = Counter()
            self.stores = {"pis": MemoryStore[SignUp](), "auth_ui": MemoryStore[SignUp]()}
            settings_of_both = Settings(known_redirects=known)
            secret = SecretStr(given.SEED.pis.secret)
            self.engines = {
                party: given.engine(
                    flow,
                    SandboxGateway(self.esoz, client_secret=secret if party == "pis" else None),
                    store=self.stores[party],
                    clock=self.clock,
                )
                for party, flow in (("pis", pis(settings_of_both)), ("auth_ui", auth_ui(settings_of_both)))
            }
            self.ids = {party: one.begin().id for party, one in self.engines.items()}
            for step in range(ahead):
                self.go_on("pis" if step < 2 else "auth_ui")

        def at(self, party: str) -> Any:
            return self.stores[party].load(self.ids[party])

        def send(self, party: str, event: Any) -> None:
            before = self.at(party)
            try:
                self.engines[party].send(self.ids[party], event)
            except (UsageError, PeerError):
                assert self.at(party) == before or self.at(party).state in LAPSED
                return
            assert not self.engines[party].flow.states[before.state].final
            self.asked["register"] += type(event) in (Confirm, RegisterAgain)
            self.asked["approve"] += isinstance(event, Accept)

        def url_from(self, party: str) -> str:
            page = self.engines[party].page(self.at(party))
            return page.leads_to.get_secret_value() if page and page.leads_to else ""

        @rule(party=st.sampled_from(["pis", "auth_ui", "auth_ui"]))
        def go_on(self, party: str) -> None:
            makes = {
                "prepare": given.filled,
                "sign": given.signed,
                "hand_over": lambda: CallbackReceived.from_query(self.url_from("auth_ui").partition("?")[2]),
                "validate_params": lambda: Opened.from_query(self.url_from("pis").partition("?")[2]),
                "confirm": Confirm,
                "consent": Accept,
            }
            make = makes.get(self.at(party).state)
            self.send(party, make() if make else Retry())

        @rule(
            party=st.sampled_from(["pis", "auth_ui"]),
            event=st.sampled_from([Confirm(), Accept(), Retry(), RegisterAgain(), Leave(), EditAgain(), Decline()]),
        )
        def act(self, party: str, event: Any) -> None:
            self.send(party, event)

        @rule(forged=st.sampled_from(["", "code=x", "code=x&state=y", "error=access_denied&state=y"]))
        def forge_a_callback(self, forged: str) -> None:
            state = self.at("pis").state
            self.send("pis", CallbackReceived.from_query(forged))
            assert self.at("pis").state in {state, *LAPSED}

        @rule(
            endpoint=st.sampled_from([*WRITES, "validate", "client_details"]),
            fault=st.sampled_from(
                [
                    {"kind": "drop", "after_effect": True},
                    {"kind": "drop", "after_effect": False},
                    {"kind": "status", "status": 422, "message": "no"},
                    {"kind": "wrong_types"},
                    {"kind": "missing_token"},
                ]
            ),
        )
        def script(self, endpoint: Any, fault: dict[str, Any]) -> None:
            self.esoz.clear_faults()
            self.esoz.script(Fault(endpoint=endpoint, **fault))

        @rule(minutes=st.sampled_from([1, 59, 61, 13 * 60]))
        def wait(self, minutes: int) -> None:
            if self.asked["register"]:  # before that, waiting only ends what has hardly begun
                self.clock.forward(timedelta(minutes=minutes))

        @invariant()
        def nothing_is_done_more_often_than_a_person_asked(self) -> None:
            for kind, path in PATHS.items():
                allowed = 1 if kind == "exchange" else self.asked[kind]
                assert self.esoz.times(path) <= allowed
                assert self.esoz.ledger.count(kind) <= min(allowed, 1) or kind == "approve"

        @invariant()
        def nobody_gets_tokens_without_all_that_comes_before(self) -> None:
            if self.at("pis").state == "signed_up":
                assert min(self.esoz.ledger.count(kind) for kind in ("validate", *WRITES)) >= 1

        @invariant()
        def both_journals_replay_and_both_parties_rest(self) -> None:
            for party, one in self.engines.items():
                snapshot, state, revision = self.at(party), one.flow.initial, 0
                for move in self.stores[party].journal(self.ids[party]):
                    assert (move.from_state, move.revision) == (state, revision + 1)
                    state, revision = move.to_state, move.revision
                assert (snapshot.state, snapshot.revision) == (state, revision)
                assert one.flow.call(snapshot) is None

        @invariant()
        def each_party_holds_only_its_own_credentials(self) -> None:
            at_pis, at_auth_ui = self.at("pis").context, self.at("auth_ui").context
            assert (at_pis.jwt, at_pis.session_token, at_pis.patient) == (None, None, None)
            assert (at_auth_ui.code, at_auth_ui.tokens, at_auth_ui.content) == (None, None, None)

    return TwoParties


@pytest.mark.parametrize("machine", [machine_of, machine_of_two], ids=["whole", "two parties"])
def test_the_sign_up_keeps_its_promises(given: SimpleNamespace, machine: Any) -> None:
    run_state_machine_as_test(
        machine(given),
        settings=settings(
            max_examples=2_000 if SOAK else 250,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_two_parties_that_only_go_on_reach_the_tokens(given: SimpleNamespace) -> None:
    machine = machine_of_two(given)()
    machine.begin(ahead=6)
    machine.go_on("pis")
    assert machine.at("pis").state == "signed_up"
    machine.nothing_is_done_more_often_than_a_person_asked()
    machine.each_party_holds_only_its_own_credentials()


def test_the_machine_would_notice_a_second_registration(given: SimpleNamespace) -> None:
    machine = machine_of(given)()
    machine.begin(redirect_known=True, roles=False)
    machine.asked["register"] = 1
    machine.esoz.ledger.count = lambda kind: 2  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        machine.nothing_is_done_more_often_than_a_person_asked()


def test_a_registration_asked_for_again_and_refused_is_not_denied(given: SimpleNamespace) -> None:
    machine = machine_of(given)()
    machine.begin(redirect_known=True, roles=False, ahead=4)
    machine.esoz.script(
        Fault(endpoint="register", kind="drop", after_effect=True),
        Fault(endpoint="register", kind="status", status=409),
    )
    machine.send(Confirm())
    machine.send(RegisterAgain())
    assert machine.store.load(machine.id).state == "register_refused"
    machine.a_patient_who_may_be_registered_is_never_denied()
