"""Sign-ups through the gateway of the clinic, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from clinic.gateway import ClinicGateway
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from esozflow.adapters.demo.scenario import Scenario
from esozflow.adapters.sandbox import Fault, Reset, serve
from esozflow.adapters.testing.sandboxed import Sandbox, SandboxedSignUp, next_event
from esozflow.flow import Event, Port, Snapshot
from esozflow.flow.testing import FlowMachine, HandClock
from esozflow.states import Accept, Confirm, Decline, Leave, Name, RegisterAgain, Retry, SignUp, auth_ui


@pytest.fixture
def served(sandbox: Sandbox) -> Iterator[str]:
    with serve(sandbox.esoz) as base_url:
        yield base_url


def test_the_auth_ui_goes_from_the_query_to_the_redirect(sandbox: Sandbox, served: str) -> None:
    sign_up = SandboxedSignUp(sandbox, flow=auth_ui(), ports={"esoz": ClinicGateway(served)})
    sign_up.go_to(Name.CONFIRM)
    assert sign_up.page is not None
    assert sign_up.page.groups
    sign_up.go_to(Name.REDIRECT)
    assert sandbox.esoz.ledger.count("register") == 1


def test_an_answer_that_is_lost_is_not_asked_for_again(sandbox: Sandbox, served: str) -> None:
    sign_up = SandboxedSignUp(sandbox, flow=auth_ui(), ports={"esoz": ClinicGateway(served)})
    sign_up.go_to(Name.CONFIRM)
    sandbox.esoz.script(Fault(endpoint="register", kind="drop", after_effect=True))
    assert sign_up.send(Confirm()).state == Name.REGISTER_UNKNOWN
    assert sandbox.esoz.ledger.count("register") == 1


def test_a_scenario_in_the_words_of_the_demonstration(sandbox: Sandbox) -> None:
    performance = sandbox.perform(
        Scenario(
            name="second-thoughts",
            says="4.6 the user reads the scopes and declines",
            acts={Name.CONSENT: (Decline(),)},
            ends=(Name.DECLINE_REDIRECT, Name.RETURNED_ERROR),
            ledger={"register": 1, "approve": 0},
        )
    )
    assert performance.differences == ()


class Lives(FlowMachine[SignUp]):
    """Users do what they like, and the sandbox fails as it likes, through the gateway of the clinic."""

    flow = auth_ui()
    sandbox: Sandbox
    base_url: str

    def clock(self) -> HandClock:
        return self.sandbox.clock

    def ports(self) -> Mapping[str, Port]:
        self.sandbox.esoz.turn(Reset())
        self.sandbox.esoz.clear_faults()
        self.before = self.sandbox.esoz.ledger.count("register")
        return {"esoz": ClinicGateway(self.base_url)}

    def offered(self, snapshot: Snapshot[SignUp]) -> Mapping[str, Event]:
        acts: list[Event] = [Confirm(), Accept(), Decline(), Retry(), RegisterAgain(), Leave()]
        going_on = next_event(self.flow, snapshot, self.sandbox)
        return {**({"going on": going_on} if going_on else {}), **{type(act).__name__: act for act in acts}}

    @rule(endpoint=st.sampled_from(["validate", "register", "approve"]))
    def an_answer_is_lost(self, endpoint: str) -> None:
        self.act("lose", endpoint)

    def act_lose(self, endpoint: str) -> None:
        """What `act` calls, now and when the life is replayed."""
        self.sandbox.esoz.script(Fault.read({"endpoint": endpoint, "kind": "drop", "after_effect": True}))

    @invariant()
    def the_patient_is_registered_once(self) -> None:
        assert self.sandbox.esoz.ledger.count("register") - self.before <= 1


def test_random_lives_keep_every_promise(sandbox: Sandbox, served: str) -> None:
    lives = type("ClinicLives", (Lives,), {"sandbox": sandbox, "base_url": served})
    run_state_machine_as_test(lives, settings=settings(max_examples=15, stateful_step_count=15, deadline=None))
