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
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pydantic import SecretStr

from esozflow.adapters.sandbox import Fault
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.testing.sandboxed import Sandbox, SandboxedSignUp, next_event
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import PeerError, UsageError
from esozflow.flow.testing import FlowMachine, HandClock, How, Life, NamedEvent, followed
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
from esozflow.states.testing import walk_cases

SOAK = "SOAK" in os.environ
WRITES = ("register", "approve", "exchange")
PATHS = {"register": "/api/pis/confidant/register", "approve": "/oauth/apps/authorize", "exchange": "/oauth/tokens"}
# Where a sign-up may be found although the event was refused: its time was over before the event came.
LAPSED = ("not_handed_over", "expired", "not_returned", "left_unknown", "exchange_unknown")
FAULTS: dict[str, dict[str, Any]] = {
    "dropped after the effect": {"kind": "drop", "after_effect": True},
    "dropped before the effect": {"kind": "drop", "after_effect": False},
    "refused": {"kind": "status", "status": 422, "message": "no"},
    "a gateway failed": {"kind": "status", "status": 502, "envelope": False},
    "wrong types": {"kind": "wrong_types"},
    "no token": {"kind": "missing_token"},
    "broken JSON": {"kind": "broken_json"},
}
# What has to be behind whoever stands in a state.
BEFORE = {
    "confirm": {"validate"},
    "consent": {"validate", "register"},
    "redirect": {"validate", "register", "approve"},
    "save_tokens": {"validate", "register", "approve", "exchange"},
    "signed_up": {"validate", "register", "approve", "exchange"},
}


class WholeSignUps(FlowMachine[SignUp]):
    """Whole sign-ups against the sandbox: what must hold of them, besides what holds of every flow."""

    cases = staticmethod(walk_cases)
    scope: str
    shared: Sandbox

    def clock(self) -> HandClock:
        self.sandbox = Sandbox(HandClock(self.shared.clock.now()))
        return self.sandbox.clock

    def ports(self) -> Any:
        return {"esoz": At(self), "vault": MemoryVault()}

    def heads(self) -> Any:
        """Lives that only go on, up to each page on which a user decides."""
        kind = type(self)
        if kind not in self._heads:
            led = kind()
            life = led._life = Life(
                self.flow, lambda *_: (How.ITSELF, None), ports=led.ports(), ids=self.ids, clock=led.clock()
            )
            life.begin()
            records = [life.record]
            while (event := led.here().get("going on")) is not None:
                life.send(NamedEvent("going on", event))
                records.append(life.record)
            self._heads[kind] = tuple(records)
        return self._heads[kind]

    def offered(self, snapshot: Any) -> Any:
        going_on = next_event(self.flow, snapshot, self.sandbox)
        if isinstance(going_on, Opened):
            going_on = going_on.model_copy(update={"scope": self.scope})
        acts = (Confirm(), Accept(), HandedOver(), Retry(), RegisterAgain(), Leave(), EditAgain(), Decline())
        return {
            **({"going on": going_on} if going_on else {}),
            **{type(act).__name__: act for act in acts},
            "cancelled": SigningFailed(code="cancelled"),
        }

    @rule(forged=st.sampled_from(["", "code=x", "code=x&state=y", "error=access_denied&state=y"]))
    def forge_a_callback(self, forged: str) -> None:
        self.act("forge", forged)

    def act_forge(self, forged: str) -> None:
        state = self.life.stored.state
        self.life.send(NamedEvent("forged", CallbackReceived.from_query(forged)))
        self.life.steps.pop()  # the act is what is recorded
        assert self.life.stored.state in {state, *LAPSED}

    @rule(
        endpoint=st.sampled_from([*WRITES, "validate", "dictionaries", "client_details", "user_roles"]),
        fault=st.sampled_from(sorted(FAULTS)),
    )
    def script(self, endpoint: str, fault: str) -> None:
        self.act("script", f"{endpoint}: {fault}")

    def act_script(self, argument: str) -> None:
        endpoint, fault = argument.split(": ")
        self.sandbox.esoz.clear_faults()
        self.sandbox.esoz.script(Fault.read({"endpoint": endpoint, **FAULTS[fault]}))

    @invariant()
    def nothing_is_done_more_often_than_a_person_asked(self) -> None:
        moves = [(move.event, move.to_state) for move in self.life.journal]
        asked = {
            "register": sum(one in {("Confirm", "register"), ("RegisterAgain", "register")} for one in moves),
            "approve": moves.count(("Accept", "approve")),
            "exchange": 1,
        }
        for kind, path in PATHS.items():
            # The sandbox answers a repeated registration from its memory, so the requests are counted too.
            assert sum(request.path == path for request in self.sandbox.requests) <= asked[kind]
            assert self.sandbox.esoz.ledger.count(kind) <= asked[kind]

    @invariant()
    def no_step_was_skipped(self) -> None:
        for kind in BEFORE.get(self.life.stored.state, ()):
            assert self.sandbox.esoz.ledger.count(kind) >= 1

    @invariant()
    def it_rests_on_a_page_or_calls(self) -> None:
        stored = self.life.stored
        rests = self.flow.page(stored) is not None or stored.state == "validate_params"
        assert rests is (self.flow.call(stored) is None)

    @invariant()
    def a_patient_who_may_be_registered_is_never_denied(self) -> None:
        not_denied(self.sandbox, self.flow.page(self.life.stored))


class At:
    """The gateway to the sandbox of the machine's present life."""

    def __init__(self, machine: WholeSignUps) -> None:
        self.machine = machine

    def perform(self, call: Any) -> Any:
        return self.machine.sandbox.gateway().perform(call)


def not_denied(sandbox: Sandbox, page: Any) -> None:
    codes = {message.code for message in page.messages} if page else set[str]()
    if sandbox.esoz.ledger.count("register"):
        assert not codes & {"nothing_done", "not_registered"}
    if sandbox.esoz.ledger.count("approve"):
        assert "registered_not_approved" not in codes or "redirect_foreign" in codes


def lives(sandbox: Sandbox, *, redirect_known: bool, roles: bool) -> type[WholeSignUps]:
    known = frozenset({(sandbox.client.client_id, sandbox.client.redirect_uri)})
    flow = sign_up(Settings(known_redirects=known if redirect_known else frozenset()))
    return type(
        "WholeSignUps",
        (WholeSignUps,),
        {"flow": flow, "scope": " " if roles else sandbox.client.scope, "shared": sandbox},
    )


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
                self.engines[party].send(before, event)
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
                snapshot, journal = self.at(party), self.stores[party].journal(self.ids[party])
                assert (snapshot.state, snapshot.revision) == (followed(one.flow, journal), len(journal))
                assert one.flow.call(snapshot) is None

        @invariant()
        def each_party_holds_only_its_own_credentials(self) -> None:
            at_pis, at_auth_ui = self.at("pis").context, self.at("auth_ui").context
            assert (at_pis.jwt, at_pis.session_token, at_pis.patient) == (None, None, None)
            assert (at_auth_ui.code, at_auth_ui.tokens, at_auth_ui.content) == (None, None, None)

    return TwoParties


def promised(machine: Any, examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("redirect_known", [True, False])
@pytest.mark.parametrize("roles", [True, False])
def test_the_whole_sign_up_keeps_its_promises(sandbox: Sandbox, redirect_known: bool, roles: bool) -> None:
    promised(lives(sandbox, redirect_known=redirect_known, roles=roles), 500 if SOAK else 40)


def test_two_parties_keep_their_promises(given: SimpleNamespace) -> None:
    promised(machine_of_two(given), 2_000 if SOAK else 100)


def test_two_parties_that_only_go_on_reach_the_tokens(given: SimpleNamespace) -> None:
    machine = machine_of_two(given)()
    machine.begin(ahead=6)
    machine.go_on("pis")
    assert machine.at("pis").state == "signed_up"
    machine.nothing_is_done_more_often_than_a_person_asked()
    machine.each_party_holds_only_its_own_credentials()


def test_the_machine_would_notice_a_second_registration(sandbox: Sandbox) -> None:
    machine = lives(sandbox, redirect_known=True, roles=False)()
    machine.life.begin()
    machine.nothing_is_done_more_often_than_a_person_asked()
    machine.sandbox.esoz.ledger.count = lambda kind: 2  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        machine.nothing_is_done_more_often_than_a_person_asked()


def test_a_registration_asked_for_again_and_refused_is_not_denied(sandbox: Sandbox, signup: SandboxedSignUp) -> None:
    signup.go_to("confirm")
    sandbox.esoz.script(
        Fault(endpoint="register", kind="drop", after_effect=True),
        Fault(endpoint="register", kind="status", status=409),
    )
    signup.send(Confirm())
    assert signup.send(RegisterAgain()).state == "register_refused"
    not_denied(sandbox, signup.page)
