"""The contract suites hold for every adapter of ours, and each of them catches adapters with a seeded defect."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from pydantic import SecretStr
from rich.console import Console

from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.signing import CertificateSigner, SignerError
from esozflow.adapters.signing.envelope import seal
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.testing.gateways import GatewayContract, ScriptedEsoz
from esozflow.adapters.testing.interfaces import Choice, UserInterfaceContract
from esozflow.adapters.testing.signers import SignerContract
from esozflow.adapters.testing.stores import StoreContract
from esozflow.adapters.ui import ScriptedUi
from esozflow.adapters.ui.terminal import TerminalUi
from esozflow.flow import Call, Clock, Conflict, Event, Outcome, Page, Unanswered, Unreachable
from esozflow.states import SignUp
from esozflow.states.answers import Answered

AUTHORITY = SandboxAuthority.create()
IDENTITY = AUTHORITY.issue(Signatory(drfo="3221302486"))


class TestHttpGateway(GatewayContract):
    def gateway(self, base_url: str, client_secret: SecretStr | None) -> HttpGateway:
        return HttpGateway(
            auth_base_url=base_url, api_base_url=base_url, client_secret=client_secret, jitter=lambda: 0.0
        )


class TestSandboxGateway(GatewayContract):
    def gateway_to(self, esoz: ScriptedEsoz, base_url: str, client_secret: SecretStr | None) -> SandboxGateway:
        return SandboxGateway(esoz, client_secret=client_secret)


class TestScriptedUi(UserInterfaceContract):
    def interface(self, choices: Sequence[Choice]) -> ScriptedUi:
        steps = [choice() if choice else None for choice in choices]
        pages = ("register_unknown", "confirm", "params_refused")
        return ScriptedUi({page: list(steps) for page in pages})


class Typing:
    """A person at a terminal who types the number of what is chosen, and nothing into any field."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.left = list(choices)
        self.page: Page | None = None

    def __call__(self, prompt: str) -> str:
        assert self.page is not None
        if "1–" not in prompt and "0" not in prompt:
            return ""
        choice = self.left.pop(0)
        events = [action.event for action in self.page.actions]
        return "0" if choice is None else str(events.index(choice) + 1)


class AtTerminal(TerminalUi):
    def __init__(self, choices: Sequence[Choice]) -> None:
        self.typing = Typing(choices)
        super().__init__(Console(file=StringIO(), width=100), ask=self.typing)

    def show(self, page: Page) -> Event | None:
        self.typing.page = page
        return super().show(page)


class TestTerminalUi(UserInterfaceContract):
    def interface(self, choices: Sequence[Choice]) -> TerminalUi:
        return AtTerminal(choices)


class TestCertificateSigner(SignerContract):
    def signer(self) -> CertificateSigner:
        return CertificateSigner(IDENTITY)

    def failing(self) -> CertificateSigner:
        def now() -> datetime:
            raise ValueError("canary-content")

        return CertificateSigner(IDENTITY, clock=cast(Clock, SimpleNamespace(now=now)))


class TestRsaSigner(SignerContract):
    def signer(self) -> CertificateSigner:
        return CertificateSigner(AUTHORITY.issue(Signatory(drfo="3221302486"), key="rsa"))


def broken(suite: type[Any], **overrides: Callable[..., Any]) -> set[str]:
    """Run all tests of a suite on an adapter; give the names of those that failed."""
    one = type("Broken", (suite,), overrides)
    found = set()
    for name, _ in inspect.getmembers(one, inspect.isfunction):
        if name.startswith("test_"):
            try:
                getattr(one(), name)()
            except Exception:
                found.add(name)
    return found


class RaisesWhatItLikes(MemoryStore[SignUp]):
    def create(self, snapshot: Any) -> None:
        try:
            super().create(snapshot)
        except Conflict:
            raise OSError("locked") from None


def test_what_a_store_raises_in_a_thread_is_told() -> None:
    class Suite(StoreContract):
        def store(self) -> RaisesWhatItLikes:
            return RaisesWhatItLikes()

    with pytest.raises(AssertionError, match="OSError"):
        Suite().test_of_many_creations_of_one_id_exactly_one_wins()


@pytest.mark.parametrize(
    ("suite", "test", "what"),
    [
        (StoreContract, "test_errors_hold_no_secret", "store"),
        (GatewayContract, "test_a_read_has_no_body", "gateway"),
        (UserInterfaceContract, "test_who_leaves_does_nothing", "interface"),
        (SignerContract, "test_its_repr_shows_nothing_of_the_key", "signer"),
    ],
)
def test_a_suite_without_an_adapter_says_what_to_override(suite: type[Any], test: str, what: str) -> None:
    with pytest.raises(NotImplementedError, match=f"Override `{what}` in your subclass"):
        getattr(suite(), test)()


# --- gateways


class Spoilt:
    """A gateway around another, which does one thing wrong."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def perform(self, call: Call) -> Outcome:
        outcome: Outcome = self.inner.perform(call)
        return outcome


class SendsTwice(Spoilt):
    def perform(self, call: Call) -> Outcome:
        outcome = self.inner.perform(call)
        return self.inner.perform(call) if isinstance(outcome, Unanswered) else outcome


class DeniesLosses(Spoilt):
    def perform(self, call: Call) -> Outcome:
        outcome = self.inner.perform(call)
        return Unreachable(reason="lost") if isinstance(outcome, Unanswered) else outcome


class Raises(Spoilt):
    def perform(self, call: Call) -> Outcome:
        outcome = self.inner.perform(call)
        if isinstance(outcome, Unanswered):
            raise OSError("lost")
        return outcome


class Forgets(Spoilt):
    def perform(self, call: Call) -> Outcome:
        outcome = self.inner.perform(call)
        return outcome.model_copy(update={self.field: None}) if isinstance(outcome, Answered) else outcome

    field = "redirect"


class ForgetsErrors(Forgets):
    field = "error"


class SendsTheSecretEverywhere(Spoilt):
    def perform(self, call: Call) -> Outcome:
        with suppress(AttributeError, TypeError):
            call = replace(call, request=replace(call.request, api_key=True))
        return self.inner.perform(call)


class TakesAnything(Spoilt):
    def perform(self, call: Call) -> Outcome:
        with suppress(Exception):
            return self.inner.perform(call)
        return Unanswered(reason="x")


class DropsTheBearer(Spoilt):
    def perform(self, call: Call) -> Outcome:
        with suppress(AttributeError, TypeError):
            call = replace(call, request=replace(call.request, bearer=None))
        return self.inner.perform(call)


@pytest.mark.parametrize(
    ("defect", "caught"),
    [
        (SendsTwice, "test_a_lost_answer_is_unanswered_and_a_write_is_made_once"),
        (DeniesLosses, "test_an_answer_that_cannot_be_read_is_unanswered"),
        (Raises, "test_a_lost_answer_is_unanswered_and_a_write_is_made_once"),
        (Forgets, "test_a_redirect_is_told_and_not_followed"),
        (ForgetsErrors, "test_a_refusal_is_an_answer_with_its_error"),
        (SendsTheSecretEverywhere, "test_the_client_secret_goes_only_where_it_is_asked_for"),
        (TakesAnything, "test_a_request_of_another_port_is_a_mistake_of_the_caller"),
        (DropsTheBearer, "test_the_request_arrives_as_it_was_meant"),
    ],
)
def test_a_gateway_with_a_defect_is_caught(defect: type[Spoilt], caught: str) -> None:
    def gateway_to(_: Any, esoz: ScriptedEsoz, base_url: str, client_secret: SecretStr | None) -> Spoilt:
        return defect(SandboxGateway(esoz, client_secret=client_secret))

    failed = broken(GatewayContract, gateway_to=gateway_to)

    assert caught in failed
    assert len(failed) < 8


class Naive:
    """What somebody writes in five minutes: it follows redirects, knows no deadline, and shows what it sent."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def perform(self, call: Call) -> Outcome:
        bearer = call.request.bearer.get_secret_value() if call.request.bearer else ""
        response = requests.post(
            self.base_url + call.request.path, json={"a": 1}, headers={"Authorization": f"Bearer {bearer}"}, timeout=2
        )
        return Answered(status=response.status_code, data=response.json()["data"])


def test_a_naive_gateway_fails_most_of_the_suite() -> None:
    failed = broken(GatewayContract, gateway=lambda _, base_url, secret: Naive(base_url))

    assert failed >= {
        "test_what_cannot_be_a_header_is_never_sent",
        "test_a_redirect_is_told_and_not_followed",
        "test_a_lost_answer_is_unanswered_and_a_write_is_made_once",
        "test_an_answer_that_cannot_be_read_is_unanswered",
        "test_a_request_of_another_port_is_a_mistake_of_the_caller",
    }


# --- stores


class LastWins(MemoryStore[Any]):
    """Stores whatever comes, whoever was first."""

    def commit(self, snapshot: Any, move: Any) -> None:
        with self._lock:
            kept = self._found(snapshot.id)
            kept.snapshot = snapshot
            kept.journal.append(move)


class Overwrites(MemoryStore[Any]):
    def create(self, snapshot: Any) -> None:
        self.forget(snapshot.id)
        super().create(snapshot)


class LosesTheJournal(MemoryStore[Any]):
    def journal(self, id: str) -> Any:
        return super().journal(id)[-1:]


class LendsItsJournal(MemoryStore[Any]):
    def journal(self, id: str) -> Any:
        return self._found(id).journal


class OneForAll(MemoryStore[Any]):
    def _found(self, id: str) -> Any:
        return super()._found(id.lower() if id.lower() in self._kept else id)


class Tells(MemoryStore[Any]):
    def create(self, snapshot: Any) -> None:
        try:
            super().create(snapshot)
        except Exception as error:
            error.args = (snapshot.context.oauth_state.get_secret_value(),)
            raise


@pytest.mark.parametrize(
    ("store", "caught"),
    [
        (LastWins, "test_only_the_next_revision_is_accepted_and_a_refused_one_changes_nothing"),
        (Overwrites, "test_the_id_of_an_instance_is_taken_once"),
        (LosesTheJournal, "test_a_commit_replaces_the_snapshot_and_appends_to_the_journal"),
        (LendsItsJournal, "test_a_journal_that_was_given_out_does_not_change_afterwards"),
        (OneForAll, "test_odd_ids_are_only_names"),
        (Tells, "test_errors_hold_no_secret"),
    ],
)
def test_a_store_with_a_defect_is_caught(store: type[MemoryStore[SignUp]], caught: str) -> None:
    failed = broken(StoreContract, store=lambda _: store())

    assert caught in failed
    assert len(failed) < 6


# --- user interfaces


class AlwaysTheFirst:
    def __init__(self, choices: Sequence[Choice]) -> None:
        self.left = list(choices)

    def show(self, page: Page) -> Event | None:
        return page.actions[0].event() if self.left.pop(0) else None


class NeverLeaves(AlwaysTheFirst):
    def show(self, page: Page) -> Event | None:
        choice = self.left.pop(0)
        return (choice or page.actions[0].event)()


class FillsIn(AlwaysTheFirst):
    def show(self, page: Page) -> Event | None:
        choice = self.left.pop(0)
        asked = {name: SecretStr("") for action in page.actions if action.event is choice for name in action.asks}
        return choice(**asked) if choice else None


class Remembers(AlwaysTheFirst):
    seen: str = ""

    def show(self, page: Page) -> Event | None:
        self.seen = page.leads_to.get_secret_value() if page.leads_to else ""
        choice = self.left.pop(0)
        return choice() if choice else None

    def __repr__(self) -> str:
        return f"Remembers({self.seen})"


class BreaksOnText(AlwaysTheFirst):
    def show(self, page: Page) -> Event | None:
        for field in (field for group in page.groups for field in group.fields):
            str(field.value).encode("ascii" if "\x1b" in str(field.value) else "utf-8")
        choice = self.left.pop(0)
        return choice() if choice else None


@pytest.mark.parametrize(
    ("interface", "caught"),
    [
        (AlwaysTheFirst, "test_the_chosen_action_comes_back_as_its_event"),
        (NeverLeaves, "test_who_leaves_does_nothing"),
        (FillsIn, "test_optional_fields_that_are_not_filled_in_are_left_out"),
        (Remembers, "test_a_secret_address_is_in_no_repr"),
        (BreaksOnText, "test_any_text_is_shown_and_only_shown"),
    ],
)
def test_an_interface_with_a_defect_is_caught(interface: Any, caught: str) -> None:
    assert caught in broken(UserInterfaceContract, interface=lambda _, choices: interface(choices))


# --- signers


class Wrong(CertificateSigner):
    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        super().__init__(IDENTITY)
        self.sign = sign  # type: ignore[method-assign]


def twice(content: bytes) -> bytes:
    other = AUTHORITY.issue(Signatory(drfo="3221302487"))
    return seal(content, [IDENTITY, other], at=CertificateSigner(IDENTITY)._clock.now())


def raising(content: bytes) -> bytes:
    raise SignerError(content.decode(), hint="no")


@pytest.mark.parametrize(
    ("sign", "caught"),
    [
        (twice, "test_there_is_exactly_one_signature_and_a_certificate_with_it"),
        (lambda content: CertificateSigner(IDENTITY).sign(content.strip()), "test_the_content_is_in_the_container"),
        (lambda content: CertificateSigner(IDENTITY).sign(b"{}"), "test_the_content_is_in_the_container"),
        (lambda content: content, "test_the_content_is_in_the_container"),
        (lambda content: CertificateSigner(IDENTITY).sign(content) + b"\n", "test_the_content_is_in_the_container"),
    ],
)
def test_a_signer_with_a_defect_is_caught(sign: Callable[[bytes], bytes], caught: str) -> None:
    failed = broken(SignerContract, signer=lambda _: Wrong(sign))

    assert any(name.startswith(caught) for name in failed)


def test_a_signer_that_tells_the_content_is_caught() -> None:
    failed = broken(SignerContract, signer=lambda _: CertificateSigner(IDENTITY), failing=lambda _: Wrong(raising))

    assert failed == {"test_a_signature_that_was_not_made_is_a_peer_error_without_the_content"}
