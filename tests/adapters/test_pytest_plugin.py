"""The pytest plugin as a host service meets it: three fixtures, and nothing at all where none is used."""

from __future__ import annotations

import pytest

from esozflow.adapters.demo.scenario import Scenario
from esozflow.adapters.demo.scenarios import BY_NAME, SCENARIOS
from esozflow.adapters.sandbox import Fault
from esozflow.adapters.testing.sandboxed import Sandbox, SandboxedSignUp
from esozflow.flow.testing import HandClock
from esozflow.states import Confirm, Decline, Name, Settings, auth_ui, sign_up

HOST = """
from datetime import timedelta

from esozflow.states import Confirm


def test_a_sign_up_from_end_to_end(signup, sandbox):
    assert signup.go_to("confirm").state == "confirm"
    assert signup.page.groups
    signup.send(Confirm())
    signup.go_to("signed_up")
    counts = sandbox.esoz.ledger.counts()
    assert (counts["register"], counts["approve"], counts["exchange"]) == (1, 1, 1)
    assert len(sandbox.requests) > 5


def test_time_passes_when_it_is_moved(signup, clock):
    signup.go_to("confirm")
    clock.forward(timedelta(days=1))
    assert signup.state == "expired"


def test_each_test_has_its_own(signup):
    assert signup.state == "prepare"
"""
UNUSED = """
import sys


def test_nothing_was_imported():
    heavy = {"hypothesis", "esozflow.flow", "esozflow.states", "cryptography", "pydantic", "requests", "transitions"}
    assert not heavy & sys.modules.keys()
"""


def test_the_fixtures_are_there_without_a_line_of_configuration(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HOST)
    pytester.runpytest_subprocess("-p", "no:randomly", "-W", "error").assert_outcomes(passed=3)
    shown = pytester.runpytest_subprocess("--fixtures").stdout.str()
    for line in ("clock -- ", "sandbox -- ", "signup -- "):
        assert line in shown


def test_nothing_is_imported_where_no_fixture_is_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(UNUSED)
    others = ("hypothesispytest", "randomly", "xdist", "pytest_cov", "playwright", "base_url")
    found = pytester.runpytest_subprocess(*(f"-pno:{one}" for one in others))
    found.assert_outcomes(passed=1)


def test_a_scenario_of_ones_own_is_performed(sandbox: Sandbox) -> None:
    performance = sandbox.perform(
        Scenario(
            name="second-thoughts",
            says="4.4 the answer is lost, and the user declines",
            faults=({"endpoint": "validate", "kind": "status", "status": 503, "envelope": False},),
            acts={Name.CONFIRM: (Decline(),)},
            ends=(Name.DECLINE_REDIRECT, Name.RETURNED_ERROR),
            ledger={"register": 0},
        )
    )
    assert performance.differences == ()


def test_scenarios_of_one_sandbox_do_not_touch_each_other(sandbox: Sandbox) -> None:
    for name in ("register-answer-lost", "main", "client-blocked", "main"):
        assert sandbox.perform(BY_NAME[name]).differences == ()


def test_a_scenario_that_ends_elsewhere_is_told(sandbox: Sandbox) -> None:
    declined, main = BY_NAME["decline"], BY_NAME["main"]
    wrong = Scenario(name="wrong", says="", ends=main.ends, ledger=main.ledger, acts=declined.acts)
    assert len(sandbox.perform(wrong).differences) == 2
    assert len(SCENARIOS) > 40


def test_who_goes_on_reaches_the_tokens_whatever_is_repeated(sandbox: Sandbox, signup: SandboxedSignUp) -> None:
    sandbox.esoz.script(Fault(endpoint="validate", kind="status", status=503, envelope=False))
    signup.go_to(Name.SIGNED_UP)
    assert signup.next() is None
    with pytest.raises(AssertionError, match="nobody can go on from signed_up"):
        signup.go_on()


def test_what_is_not_reached_is_told(signup: SandboxedSignUp) -> None:
    with pytest.raises(AssertionError, match="nobody can go on"):
        signup.go_to("exchange_unknown")
    with pytest.raises(AssertionError, match=r"no state is called nowhere; there are prepare, sign, "):
        signup.go_to("nowhere")


def test_the_part_of_the_auth_ui_is_a_sign_up_too(sandbox: Sandbox) -> None:
    one = SandboxedSignUp(sandbox, flow=auth_ui())
    assert one.go_to(Name.CONSENT).context.session_token
    one.go_to(Name.REDIRECT)
    assert one.page
    assert one.page.leads_to


def test_who_declines_comes_back_to_a_pis_that_is_known(sandbox: Sandbox) -> None:
    known = frozenset({(sandbox.client.client_id, sandbox.client.redirect_uri)})
    one = SandboxedSignUp(sandbox, flow=sign_up(Settings(known_redirects=known)))
    one.go_to(Name.CONFIRM)
    one.send(Decline())
    assert one.go_on().state == Name.RETURNED_ERROR


def test_the_sandbox_shares_the_clock_of_the_test(sandbox: Sandbox, signup: SandboxedSignUp, clock: HandClock) -> None:
    signup.go_to(Name.CONFIRM)
    assert sandbox.esoz.now() == clock.now()
    assert signup.send(Confirm()).state == Name.CONSENT


def test_a_request_repeats_byte_for_byte(clock: HandClock) -> None:
    one, two = Sandbox(clock), Sandbox(clock)
    assert one.filled() == two.filled()
    assert one.esoz.seed == two.esoz.seed
