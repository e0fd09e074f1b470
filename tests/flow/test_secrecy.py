"""What an instance carries appears in no repr, no error, no log and no journal."""

from __future__ import annotations

import copy
import logging
import traceback
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr, TypeAdapter
from pydantic_core import PydanticSerializationError

from esozflow.flow import (
    IN_CLEAR,
    Action,
    Answered,
    Call,
    EventRefused,
    Field,
    FieldGroup,
    FlowError,
    InvalidInput,
    Message,
    Page,
    Repeat,
    Secret,
    SecretUtf8,
    Value,
)

CANARY = "canary-7f3a"


class Person(Value):
    name: str


class Applied(Value):
    shown = ("status",)

    status: int = 1
    person: Person
    code: SecretStr


class Kept(Answered):
    body: dict[str, str]


MESSAGE = Message(code="hello", params={"name": CANARY})
THINGS: dict[str, Any] = {
    "a value": Applied(person=Person(name=CANARY), code=SecretStr(CANARY)),
    "an answer": Kept(status=200, body={"token": CANARY}),
    "a message": MESSAGE,
    "a field": Field(label=MESSAGE, value=CANARY),
    "a field of a message": Field(label=MESSAGE, value=MESSAGE),
    "a page": Page(
        name="page",
        section="1",
        title=MESSAGE,
        messages=(MESSAGE,),
        groups=(FieldGroup(title=MESSAGE, fields=(Field(label=MESSAGE, value=CANARY),)),),
        actions=(Action(label=MESSAGE, event=Kept, asks=("body",)),),
        leads_to=SecretStr(f"https://x.example/?code={CANARY}"),
        payload=SecretStr(CANARY),
    ),
    "a call": Call(instance="i", name="n", port="p", repeat=Repeat.NEVER, deadline=1.0, request={"token": CANARY}),
}


@pytest.mark.parametrize("what", THINGS)
def test_no_text_of_a_thing_shows_what_it_carries(what: str) -> None:
    thing = THINGS[what]
    shown = f"{thing!r} {thing} {thing:} {[thing]} {traceback.format_exception(ValueError(thing))}"
    assert CANARY not in shown
    assert type(thing).__name__ in repr(thing)


def test_a_value_shows_only_the_fields_that_it_names() -> None:
    assert repr(THINGS["a value"]) == "Applied(status=1)"
    assert repr(THINGS["an answer"]) == "Kept(status=200)"
    assert str(THINGS["an answer"]) == "status=200"


def test_a_snapshot_and_its_step_show_no_context(parcels: Any) -> None:
    snapshot = parcels.snapshot("quoted", context=parcels.Parcel(pin=CANARY, address=CANARY))
    stepped = parcels.flow.step(snapshot, parcels.Accepted(pin=CANARY), parcels.START)
    assert stepped.snapshot.context.pin == CANARY
    assert stepped.call.request["address"] == CANARY
    page = parcels.flow.page(snapshot)
    assert CANARY not in f"{snapshot!r} {snapshot} {stepped!r} {stepped} {page!r} {parcels.flow!r}"


def test_no_error_and_no_log_line_of_a_whole_life_shows_what_was_carried(
    parcels: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[Any] = []

    def deaf(moved: Any) -> None:
        heard.append(moved)
        raise RuntimeError(CANARY)

    office = parcels.Office(parcels.flow, observers=(deaf,))
    quoted = office.engine.send(office.engine.begin(), parcels.Described(weight=3, address=CANARY))
    refusals = []
    for event in (parcels.Described(weight=3, address=CANARY), parcels.Unheard(), Kept(status=1, body={"x": CANARY})):
        with pytest.raises(EventRefused) as caught:
            office.engine.send(quoted, event)
        refusals.append(caught.value)
    office.till.script = [RuntimeError(CANARY)]
    office.engine.send(quoted, parcels.Accepted(pin=office.pin(quoted.id)))
    told = "".join("".join(traceback.format_exception(refusal)) for refusal in refusals)
    assert CANARY not in told + caplog.text + repr(heard) + repr(office.store.kept.journal(quoted.id))
    assert "RuntimeError" in caplog.text


def test_a_planted_leak_would_be_seen(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("esozflow").error("leak: %s", CANARY)
    assert CANARY in caplog.text


def test_invalid_input_does_not_drag_the_refused_value_along() -> None:
    for refused in (
        lambda: Applied(person=Person(name="x"), code=SecretStr("x"), status=CANARY),
        lambda: Applied.read({"status": CANARY, "person": {"name": [CANARY]}, "code": {CANARY: 1}}),
        lambda: Applied.read_json(f'{{"status": "{CANARY}"}}'),
        lambda: Applied.read_json(f'{{"status": {CANARY}'),
    ):
        with pytest.raises(InvalidInput) as caught:
            refused()
        error = caught.value
        assert CANARY not in f"{error!r} {error} {error.problems} {error.args} {vars(error)}"
        assert error.__cause__ is None
        assert error.__context__ is None, "whoever logs the chain would log the value"


def test_errors_say_what_to_do_in_one_line() -> None:
    error = FlowError("The door is shut", hint="Knock.")
    assert str(error) == "The door is shut [flow_error] Knock."
    assert (error.code, error.hint) == ("flow_error", "Knock.")
    assert FlowError("x", hint="y", code="z").code == "z"


def test_a_snapshot_can_be_changed_only_into_another_one(parcels: Any) -> None:
    snapshot = parcels.snapshot()
    with pytest.raises(AttributeError):
        snapshot.state = "posted"
    assert replace(snapshot, state="posted") != snapshot
    assert copy.deepcopy(snapshot) == snapshot


class Locked(Value):
    code: Secret
    spare: Secret | None = None


class LockedBytes(Value):
    code: SecretUtf8
    spare: SecretUtf8 | None = None


@pytest.mark.parametrize(
    ("kind", "secret"), [(Locked, SecretStr(f"ї{CANARY}")), (LockedBytes, SecretBytes(f"ї{CANARY}".encode()))]
)
def test_a_secret_is_in_json_as_asterisks_unless_it_is_asked_for_in_clear(kind: Any, secret: object) -> None:
    locked, serializer = kind(code=secret), TypeAdapter(kind).serializer
    assert serializer.to_json(locked) == b'{"code":"**********","spare":null}'
    assert serializer.to_json(locked, context={"anything": 1}) == serializer.to_json(locked)
    told = serializer.to_json(locked, context=IN_CLEAR)
    assert told == f'{{"code":"ї{CANARY}","spare":null}}'.encode()
    assert kind.read_json(told) == locked
    assert serializer.to_python(locked, context=IN_CLEAR) == {"code": secret, "spare": None}


@pytest.mark.parametrize("context", [None, IN_CLEAR], ids=["masked", "in clear"])
@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Locked, CANARY),
        (LockedBytes, CANARY),
        (LockedBytes, CANARY.encode()),
    ],
    ids=["text", "text for bytes", "bytes"],
)
def test_what_is_no_secret_of_its_type_is_in_no_json(kind: type[Value], wrong: object, context: object) -> None:
    wrongly = kind.model_construct(code=wrong)
    for told in (
        lambda: TypeAdapter(kind).serializer.to_json(wrongly, context=context),
        lambda: wrongly.model_dump(mode="json", context=context),
    ):
        with pytest.raises(PydanticSerializationError) as caught:
            told()
        links = (caught.value, caught.value.__cause__, caught.value.__context__)
        assert CANARY not in " ".join(f"{link!r} {link} {link and link.args}" for link in links)


def test_bytes_that_are_no_text_are_in_no_json_and_no_error() -> None:
    wrongly = LockedBytes.model_construct(code=SecretBytes(b"\xff" + CANARY.encode()))
    assert wrongly.model_dump_json() == '{"code":"**********","spare":null}'
    for told in (
        lambda: wrongly.model_dump_json(context=IN_CLEAR),
        lambda: wrongly.model_dump(mode="json", context=IN_CLEAR),
    ):
        with pytest.raises(PydanticSerializationError) as caught:
            told()
        links = (caught.value, caught.value.__cause__, caught.value.__cause__ and caught.value.__cause__.__context__)
        assert CANARY not in " ".join(f"{link!r} {link} {link and link.args}" for link in links)


@pytest.mark.parametrize("given", [SecretBytes(b"\xff" + CANARY.encode()), b"\xff" + CANARY.encode()], ids=type)
def test_bytes_that_are_no_text_stop_at_the_door(given: Any) -> None:
    for made in (lambda: LockedBytes(code=given), lambda: LockedBytes.read({"code": given})):
        with pytest.raises(InvalidInput) as caught:
            made()
        assert [(one.path, one.rule) for one in caught.value.problems] == [("code", "string_unicode")]
        assert caught.value.__cause__ is caught.value.__context__ is None
    assert LockedBytes.read({"code": f"ї{CANARY}"}) == LockedBytes(code=SecretBytes(f"ї{CANARY}".encode()))
