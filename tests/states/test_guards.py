"""Every guard at its edges: each status of HTTP, each shape of an answer, each thing a context may lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow import Event, Guard, Unreachable
from esozflow.states.answers import VaultAnswered
from esozflow.states.events import Retry
from esozflow.states.flow import sign_up
from esozflow.states.settings import Settings
from esozflow.states.signup import Query, SignUp, User

EVERYTHING = Settings(available_scopes_check=True)
ALL = range(100, 600)
SUCCESS_OR_REDIRECT = frozenset(range(200, 400))
SUCCESS = frozenset(range(200, 300))
SERVER_ERROR = frozenset(range(500, 600))
GATEWAY_FAILED = SERVER_ERROR | {408}


@pytest.fixture
def guards() -> dict[str, Guard[Any, Any]]:
    found = {guard.name: guard for rows in sign_up(EVERYTHING).table.values() for row in rows for guard in row.guards}
    return found | {guard.name: guard for rows in sign_up().table.values() for row in rows for guard in row.guards}


@pytest.fixture
def context(examples: SimpleNamespace) -> SignUp:
    """A sign-up that has gathered everything that guards look at."""
    return SignUp(
        query=Query(
            client_id=examples.CLIENT_ID,
            redirect_uri=examples.REDIRECT_URI,
            scope=examples.SCOPE,
            user_data=SecretStr("content"),
            token=SecretStr("token"),
        ),
        client=examples.client(),
        oauth_state=SecretStr(examples.STATE),
        scopes=tuple(examples.SCOPE.split()),
        user=User(person_id="person", id=examples.USER_ID),
    )


def given(examples: SimpleNamespace, data: str) -> dict[str, Any]:
    """What an answer brings beside its status."""
    return {
        "nothing": {},
        "an error": {"error": examples.refused(400).error},
        "a patient": {"data": {"person": examples.patient(), "token": "jwt"}},
        "a registration": {"data": examples.registered()},
        "roles": {"data": [{"scope": "a:read"}]},
        "no roles": {"data": []},
        "available scopes": {"data": {"scope": examples.SCOPE}},
        "no available scope": {"data": {"scope": ""}},
        "a client": {"data": {"name": "PIS"}},
        "a code": {"redirect": examples.approved()},
        "a foreign code": {"redirect": SecretStr("https://evil.example/?code=x")},
        "tokens": {"data": examples.tokens()},
        "wider tokens": {"data": examples.tokens(scope=f"{examples.SCOPE} employee:write")},
        "another shape": {"data": {"unheard": "of"}},
    }[data]


@pytest.mark.parametrize(
    ("name", "data", "statuses"),
    [
        ("patient_and_jwt_returned", "a patient", {200}),
        ("patient_and_jwt_returned", "another shape", set()),
        ("no_usable_answer", "an error", SUCCESS),
        ("no_usable_answer", "nothing", SUCCESS | GATEWAY_FAILED),
        ("registered", "a registration", {201}),
        ("registered", "another shape", set()),
        ("result_unknown", "an error", SUCCESS_OR_REDIRECT),
        ("result_unknown", "nothing", SUCCESS_OR_REDIRECT | GATEWAY_FAILED),
        ("failed_inside", "an error", SERVER_ERROR),
        ("roles_returned", "roles", {200}),
        ("roles_returned", "no roles", {200}),
        ("roles_returned", "another shape", set()),
        ("some_scope", "roles", {200}),
        ("some_scope", "another shape", set()),
        ("some_available", "available scopes", {200}),
        ("some_available", "no available scope", set()),
        ("some_available", "another shape", set()),
        ("none_available", "available scopes", {200}),
        ("none_available", "no available scope", {200}),
        ("none_available", "another shape", set()),
        ("read_unknown", "an error", {404, 405}),
        ("client_returned", "a client", {200}),
        ("client_returned", "another shape", set()),
        ("client_not_found", "an error", {404, 422}),
        ("code_for_the_requested_uri", "a code", {200, 201}),
        ("code_for_the_requested_uri", "a foreign code", set()),
        ("code_for_the_requested_uri", "nothing", set()),
        ("approval_in_doubt", "an error", SERVER_ERROR),
        ("approval_in_doubt", "nothing", GATEWAY_FAILED),
        ("redirect_foreign", "a foreign code", SUCCESS_OR_REDIRECT),
        ("tokens_returned", "tokens", {201}),
        ("tokens_returned", "wider tokens", set()),
        ("tokens_returned", "another shape", set()),
        ("scope_widened", "tokens", set()),
        ("scope_widened", "wider tokens", {201}),
        ("scope_widened", "another shape", set()),
        ("tokens_missing", "nothing", SUCCESS_OR_REDIRECT),
        ("outcome_unknown", "an error", set()),
        ("outcome_unknown", "nothing", GATEWAY_FAILED),
    ],
)
def test_a_guard_of_an_answer_holds_for_exactly_these_statuses(
    name: str,
    data: str,
    statuses: set[int],
    guards: dict[str, Guard[Any, Any]],
    context: SignUp,
    examples: SimpleNamespace,
) -> None:
    brought = given(examples, data)
    held = {status: guards[name].holds(context, examples.answered(status, **brought)) for status in ALL}

    assert {status for status, holds in held.items() if holds} == set(statuses)
    assert all(isinstance(holds, bool) for holds in held.values())


def test_the_vault_keeps_the_tokens_only_when_it_says_200(guards: dict[str, Guard[Any, Any]], context: SignUp) -> None:
    assert [status for status in ALL if guards["saved"].holds(context, VaultAnswered(status=status))] == [200]


def test_each_guard_of_the_query_looks_at_its_own_parameter(
    guards: dict[str, Guard[Any, Any]], context: SignUp, examples: SimpleNamespace
) -> None:
    checks = [
        "no_client_id",
        "no_redirect_uri",
        "no_scope",
        "no_user_data",
        "no_token",
        "client_id_malformed",
        "redirect_uri_unsafe",
    ]
    for opened, holding in (
        (examples.opened(), []),
        (examples.opened(client_id=""), ["no_client_id", "client_id_malformed"]),
        (examples.opened(redirect_uri=""), ["no_redirect_uri", "redirect_uri_unsafe"]),
        (examples.opened(scope=""), ["no_scope"]),
        (examples.opened(scope=" "), []),
        (examples.opened(user_data=SecretStr("")), ["no_user_data"]),
        (examples.opened(token=SecretStr("")), ["no_token"]),
        (examples.opened(client_id="a/b"), ["client_id_malformed"]),
        (examples.opened(redirect_uri="http://pis.example.ua/"), ["redirect_uri_unsafe"]),
    ):
        assert [name for name in checks if guards[name].holds(context, opened)] == holding


def test_each_guard_of_the_callback_looks_at_its_own_parameters(
    guards: dict[str, Guard[Any, Any]], context: SignUp, examples: SimpleNamespace
) -> None:
    checks = ["state_missing", "state_foreign", "ambiguous", "error_returned", "code_returned"]
    for callback, holding in (
        (examples.callback(), ["code_returned"]),
        (examples.callback(state=None), ["state_missing", "state_foreign", "code_returned"]),
        (examples.callback(state=SecretStr("")), ["state_foreign", "code_returned"]),
        (examples.callback(state=SecretStr("another")), ["state_foreign", "code_returned"]),
        (examples.callback(state=SecretStr("\ud800")), ["state_foreign", "code_returned"]),
        (examples.callback(error="access_denied"), ["ambiguous", "error_returned", "code_returned"]),
        (examples.callback(error=""), ["ambiguous", "code_returned"]),
        (examples.callback(code=None, error="access_denied"), ["error_returned"]),
        (examples.callback(code=SecretStr(""), error="access_denied"), ["error_returned"]),
        (examples.callback(code=None), []),
        (examples.callback(code=SecretStr("")), []),
    ):
        assert [name for name in checks if guards[name].holds(context, callback)] == holding
    assert guards["state_foreign"].holds(SignUp(), examples.callback())


@pytest.mark.parametrize(
    ("name", "changes", "holds"),
    [
        ("scopes_requested", {}, True),
        ("scopes_requested", {"scopes": ()}, False),
        ("sent_before", {}, False),
        ("sent_before", {"maybe_registered": True}, True),
        ("user_has_id", {}, True),
        ("user_has_id", {"user": None}, False),
        ("user_has_id", {"user": User(person_id="person")}, False),
        ("user_has_id", {"user": User(person_id="person", id="../x")}, False),
        ("scopes_come_from_roles", {}, False),
        ("scopes_come_from_roles", {"query": None}, False),
        ("scopes_come_from_roles", {"query": "of blanks"}, True),
        ("code_for_the_requested_uri", {"query": None}, False),
        ("code_for_the_requested_uri", {}, True),
        ("some_scope", {"scopes": ()}, True),
        ("some_available", {"scopes": ()}, False),
        ("tokens_returned", {"client": None}, True),
        ("tokens_returned", {"client": "of blanks"}, True),
        ("scope_widened", {"client": None}, False),
        ("scope_widened", {"client": "of blanks"}, False),
    ],
)
def test_a_guard_of_what_was_gathered_holds_for_exactly_this(
    name: str,
    changes: dict[str, Any],
    holds: bool,
    guards: dict[str, Guard[Any, Any]],
    context: SignUp,
    examples: SimpleNamespace,
) -> None:
    assert context.query is not None
    blank = {"query": context.query.model_copy(update={"scope": "  "}), "client": examples.client(scope=" ")}
    changed = {field: blank[field] if value == "of blanks" else value for field, value in changes.items()}
    events: dict[str, Event] = {
        "sent_before": Unreachable(reason="refused"),
        "scopes_come_from_roles": Retry(),
        "code_for_the_requested_uri": examples.answered(201, **given(examples, "a code")),
        "some_scope": examples.answered(200, **given(examples, "roles")),
        "some_available": examples.answered(200, **given(examples, "available scopes")),
        "tokens_returned": examples.answered(201, **given(examples, "wider tokens")),
        "scope_widened": examples.answered(201, **given(examples, "wider tokens")),
    }

    assert guards[name].holds(replace(context, **changed), events.get(name, examples.answered(201))) is holds


def test_roles_without_a_scope_give_nothing_to_approve(
    guards: dict[str, Guard[Any, Any]], examples: SimpleNamespace
) -> None:
    for roles, holds in (([], False), ([{"scope": " "}], False), (["no role"], False), ([{"scope": "a:read"}], True)):
        assert guards["some_scope"].holds(SignUp(), examples.answered(200, roles)) is holds


def test_fewer_scopes_than_requested_are_not_wider(
    guards: dict[str, Guard[Any, Any]], context: SignUp, examples: SimpleNamespace
) -> None:
    fewer, none, same_turned, other = (
        examples.answered(201, examples.tokens(scope=scope))
        for scope in (
            examples.SCOPE.split()[0],
            "",
            " ".join(reversed(examples.SCOPE.split())),
            f"{examples.SCOPE.split()[0]} app:read",
        )
    )
    for answer in (fewer, none, same_turned):
        assert guards["tokens_returned"].holds(context, answer)
        assert not guards["scope_widened"].holds(context, answer)
    assert guards["scope_widened"].holds(context, other)
    assert not guards["tokens_returned"].holds(context, other)


def test_every_guard_stands_in_these_tests(guards: dict[str, Guard[Any, Any]]) -> None:
    """A new guard needs its edges here; its name in the text of this file is what can be seen."""
    text = Path(__file__).read_text("utf-8")
    assert {name for name in guards if f'"{name}"' not in text} == set()
