"""What every user interface must do, as tests. Subclass `UserInterfaceContract` as `Test…`:

class TestMyUi(UserInterfaceContract):
    def interface(self, choices):
        return MyUi(a_person_who_chooses(choices))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import SecretStr

from ...flow import Action, Engine, Event, Field, FieldGroup, Message, Page, UserInterface, play
from ...states.events import Confirm, Decline, Leave, OpenedMalformed, RegisterAgain
from ...states.flow import auth_ui
from ...states.names import Name
from ...states.signup import SignUp
from ..sandbox import Esoz, SandboxSettings
from ..sandbox.gateway import SandboxGateway
from ..stores.memory import MemoryStore

Choice = type[Event] | None
"""The action that a person chooses on a page, by its class of event, or (`None`) that the person leaves."""

_HOSTILE: Final = "<script>alert(1)</script>\x1b[2J\x07\u202e\r\n[bold]{{7*7}}\0"
_PAGE: Final = Page(
    name=Name.REGISTER_UNKNOWN,
    section="4.5",
    title=Message(code="register_unknown.title"),
    messages=(Message(code="register_unknown"),),
    groups=(
        FieldGroup(
            title=Message(code="group", params={"name": "person"}),
            fields=(Field(label=Message(code="field", params={"name": "last_name"}), value="Садовий"),),
        ),
    ),
    actions=(
        Action(label=Message(code="register_again"), event=RegisterAgain),
        Action(label=Message(code="leave"), event=Leave),
    ),
    request_id="request-1",
)


class UserInterfaceContract:
    """The promises of `flow.UserInterface`. Override `interface`."""

    def interface(self, choices: Sequence[Choice]) -> UserInterface:
        """Give a new interface with a person who takes one choice a page, in order, and fills in nothing."""
        raise NotImplementedError("Override `interface` in your subclass: it gives an interface of yours.")

    def test_the_chosen_action_comes_back_as_its_event(self) -> None:
        for choice in (RegisterAgain, Leave):
            assert self.interface([choice]).show(_PAGE) == choice()

    def test_who_leaves_does_nothing(self) -> None:
        assert self.interface([None]).show(_PAGE) is None

    def test_choices_of_one_page_after_the_other_do_not_mix(self) -> None:
        interface = self.interface([Leave, None, RegisterAgain])
        assert [interface.show(_PAGE) for _ in range(3)] == [Leave(), None, RegisterAgain()]

    def test_optional_fields_that_are_not_filled_in_are_left_out(self) -> None:
        asking = Action(label=Message(code="accept_and_proceed"), event=Confirm, asks=("otp",))
        declining = Action(label=Message(code="decline"), event=Decline)
        page = replace(_PAGE, name=Name.CONFIRM, actions=(asking, declining))
        assert self.interface([Confirm]).show(page) == Confirm()
        assert self.interface([Decline]).show(page) == Decline()

    def test_where_nothing_is_offered_nothing_comes_back(self) -> None:
        assert self.interface([None]).show(replace(_PAGE, actions=())) is None

    def test_any_text_is_shown_and_only_shown(self) -> None:
        field = Field(label=Message(code="field", params={"name": _HOSTILE}), value=_HOSTILE)
        group = FieldGroup(title=Message(code="group", params={"name": _HOSTILE}), fields=(field,))
        message = Message(code="answer", params={"text": _HOSTILE})
        page = replace(_PAGE, messages=(message,), groups=(group,), request_id=_HOSTILE)
        assert self.interface([Leave]).show(page) == Leave()

    def test_a_secret_address_is_in_no_repr(self) -> None:
        interface = self.interface([None])
        interface.show(replace(_PAGE, actions=(), leads_to=SecretStr("https://pis.example.ua/cb?code=canary-code")))
        assert "canary" not in repr(interface)

    def test_it_plays_to_an_end(self) -> None:
        ports = {"esoz": SandboxGateway(Esoz(SandboxSettings(signature_mode="plain")))}
        engine = Engine(auth_ui(), store=MemoryStore[SignUp](), ports=ports)
        begun = engine.begin()
        engine.send(begun, OpenedMalformed(path="client_id", rule="doubled"))
        assert play(engine, begun.id, self.interface([None])).state == Name.PARAMS_REFUSED
