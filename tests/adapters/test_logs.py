"""Log lines tell what happened and nothing about whom."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.adapters.logs import log_moves, redact
from esozflow.flow import Move, Moved, Value
from esozflow.states.names import Actor, Name
from esozflow.states.signup import SignUp

from ..sizes import size

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
JWT = "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJwaXMtcmVnaXN0cmF0aW9uIn0.c2ln"
HARMLESS = "the call register of state confirm took 0.25 s, status 201, 3 attempts"


def shown(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", {"event": "e", **event}))


def moved(**outcome: Any) -> Moved:
    move = Move(
        revision=7,
        event="Answered",
        from_state=Name.REGISTER,
        to_state=Name.USER_ROLES,
        section="4.5",
        actor=Actor.AUTH_UI,
        at=AT,
    )
    return Moved(id="Zk3vJq0bY7sV2cT9Zk3vJq0bY7sV2cT9Zk3vJq0bY7s", move=move, **outcome)


@pytest.fixture
def line() -> Callable[[Callable[[Any], Any]], dict[str, Any]]:
    def written(act: Callable[[Any], Any]) -> dict[str, Any]:
        lines: list[str] = []
        logger = structlog.wrap_logger(
            structlog.PrintLogger(),
            processors=[structlog.processors.add_log_level, redact, structlog.processors.JSONRenderer(), keep(lines)],
        )
        act(logger)
        return dict(json.loads(lines[0]))

    return written


def keep(lines: list[str]) -> Callable[..., Any]:
    def processor(_: Any, __: str, rendered: str) -> str:
        lines.append(rendered)
        raise structlog.DropEvent

    return processor


def test_a_move_is_logged_with_its_instance_place_and_outcome(line: Any) -> None:
    found = line(lambda logger: log_moves(logger)(moved(call="register", status=201, seconds=0.25)))
    assert found == {
        "event": "moved",
        "level": "info",
        "instance": moved().id,
        "section": "4.5",
        "actor": "auth_ui",
        "state": "register",
        "to": "user_roles",
        "on": "Answered",
        "revision": 7,
        "call": "register",
        "status": 201,
        "seconds": 0.25,
    }


def test_a_users_move_has_no_call_status_or_seconds(line: Any) -> None:
    assert not {"call", "status", "seconds"} & line(lambda logger: log_moves(logger)(moved())).keys()


def test_without_a_logger_moves_go_where_the_host_configured_structlog_to_send_them() -> None:
    observer = log_moves()
    with structlog.testing.capture_logs() as lines:
        observer(moved())
    assert [one["to"] for one in lines] == ["user_roles"]


def test_making_an_observer_configures_no_logging() -> None:
    before = (
        structlog.is_configured(),
        list(logging.getLogger().handlers),
        list(logging.getLogger("esozflow").handlers),
    )
    log_moves()
    after = (
        structlog.is_configured(),
        list(logging.getLogger().handlers),
        list(logging.getLogger("esozflow").handlers),
    )
    assert before == after


@pytest.mark.parametrize(
    "key",
    ["token", "Token", "jwt", "code", "client_secret", "client-secret", "API-key", "signed_content", "user_data",
     "Authorization", "first_name", "tax_id", "phones", "otp", "Set-Cookie", "person", "documents", "birth_date"],
)  # fmt: skip
def test_a_key_that_names_a_secret_or_a_personal_datum_hides_its_value_at_any_depth(key: str) -> None:
    for value in ("canary", 5, ["canary"], {"a": "canary"}, SecretStr("canary")):
        assert "canary" not in str(shown(**{key: value}, inner={"list": [{key: value}]}))
        assert shown(**{key: value})[key] == "[hidden]"


class Patient(Value):
    shown = ("name",)

    name: str


@dataclass
class Anything:
    name: str = "canary"


@pytest.mark.parametrize(
    "value",
    [SecretStr("canary"), Patient(name="canary"), b"canary", bytearray(b"canary"), memoryview(b"canary"), Anything(),
     SignUp(oauth_state=SecretStr("canary"), client_name="canary"), ValueError("canary"), object(), lambda: "canary"],
)  # fmt: skip
def test_only_plain_values_are_shown_and_others_are_named_by_type(value: Any) -> None:
    found = shown(x=value, y=[value], z={"a": value})
    assert "canary" not in str(found)
    assert found["x"] == f"<{type(value).__name__}>"


def test_plain_values_are_shown_as_they_are() -> None:
    uuid = UUID("6498d88e-97fb-47e2-85a5-99e884f888aa")
    plain = {
        "event": HARMLESS,
        "none": None,
        "flag": True,
        "seconds": 0.25,
        "status": 201,
        "actor": Actor.AUTH_UI,
        "at": AT,
        "day": date(2026, 1, 31),
        "id": uuid,
        "hex": str(uuid),
        "name": "validation_unavailable_at_the_auth_ui",
        "module": "esozflow.adapters.http.gateway",
        "timestamp": "2026-01-31T12:00:00.123456Z",
        "nested": {"list": [1, "two", None]},
        "request_id": "6617aeec-15e2-4d6f-b9bd-53559c358f97#17810",
    }
    assert redact(None, "info", dict(plain)) == plain


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"sent {JWT} to", JWT),
        ("Authorization: Bearer abc.def-123", "abc.def"),
        ("bearer   tok", "tok"),
        ("value SnNRdCtvU0tTOENBV2dLRUZwNmIzZz09 seen", "SnNRdCtv"),
        ("MIIN0AYJKoZIhvcNAQcCoIIN" * 20, "MIIN"),
        ("a" * 64, "aaaa"),
        ("tax 3126509816.", "3126509816"),
        ("call +380 (50) 123-45-67 now", "123-45"),
        ("call 0501234567 now", "0501234567"),
        ("unzr 20100203-12345", "20100203"),
        ("passport АА 123456", "123456"),
        ("mail olena.k@example.com.ua", "olena"),
        ("GET /oauth/apps?client_id=1&code=abc HTTP", "abc"),
        ("https://pis.example.ua/cb?code=abc&state=x", "abc"),
        ("https://pis.example.ua/cb#access_token=abc", "abc"),
        ('{"first_name": "Олена", "x": 1}', "Олена"),
        ("{'last_name': 'Їжак'}", "Їжак"),
        ("client_secret=abc, x", "abc"),
        ("code: abc", "abc"),
    ],
)
def test_text_that_looks_like_a_secret_or_a_personal_datum_is_masked(text: str, secret: str) -> None:
    for found in (
        shown(x=text),
        redact(None, "info", {"event": text}),
        shown(x={"y": [text]}),
        shown(x={text: 1}),
    ):
        assert secret not in str(found)
        assert "[hidden]" in str(found)


def test_an_exception_is_shown_by_kind_and_place_without_its_text() -> None:
    try:
        raise ValueError("canary")
    except ValueError as error:
        caught = error
        for exc_info in (True, caught, (ValueError, caught, caught.__traceback__)):
            found = shown(exc_info=exc_info)
            assert "canary" not in str(found)
            assert found["exception"].startswith("ValueError at ")
            assert "test_logs.py" in found["exception"]
    assert "exception" not in shown(exc_info=False)
    assert shown(exc_info=True)["exception"] == "[hidden]"


def test_the_keys_that_structlog_needs_for_itself_stay() -> None:
    record = logging.makeLogRecord({"msg": "x"})
    assert shown(_record=record, _from_structlog=False)["_record"] is record


def test_cycles_and_deep_values_end() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    assert "<list>" in str(shown(x=cycle))


def test_long_text_is_cut_and_quickly_masked() -> None:
    for text in ("a" * 10_000_000, "?a=" * 1_000_000, "+1 " * 1_000_000, "token=" * 1_000_000, "1" * 1_000_000 + "x"):
        assert len(shown(x=text)["x"]) < 100_000


@settings(max_examples=size(300), deadline=None)
@given(st.dictionaries(st.text(), st.recursive(
    st.none() | st.text() | st.integers() | st.binary() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=10,
)))  # fmt: skip
def test_redacting_never_fails_and_changes_no_input(event: dict[str, Any]) -> None:
    before = repr(event)
    redact(None, "info", event)
    assert repr(event) == before
