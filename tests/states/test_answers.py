"""Whatever an answer looks like, it leads to a declared state; what it says is told in words that are safe to show."""

from __future__ import annotations

import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.states.answers import MAX_DEPTH, MAX_PARTS, Answered, ApiError
from esozflow.states.flow import sign_up
from esozflow.states.refusals import description_of, messages_of, oauth_error_of
from esozflow.states.scope_names import translations
from esozflow.states.settings import Settings

from ..sizes import size

MALFORMED, SOAK_MALFORMED = 100, 1_000
EVERYTHING = Settings(available_scopes_check=True)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def calling(examples: SimpleNamespace) -> dict[str, Any]:
    """Give a snapshot for every state that calls ЕСОЗ."""
    flow = sign_up(EVERYTHING)
    roles = (*examples.way_to("validate_params"), examples.opened(scope=" "), *examples.way_to("register")[4:])
    named = (*examples.way_to("register"), examples.REGISTERED, examples.answered(200, {"scope": examples.SCOPE}))
    ways = {
        "init_validation": examples.way_to("init_validation"),
        "register": examples.way_to("register"),
        "user_roles": (*roles, examples.REGISTERED),
        "global_roles": (*roles, examples.REGISTERED, examples.ROLES),
        "available_scopes": (*examples.way_to("register"), examples.REGISTERED),
        "scope_names": named,
        "client_details": (*named, examples.DICTIONARY_V2),
        "approve": (*named, examples.DICTIONARY_V2, examples.CLIENT, examples.Accept()),
        "exchange": (
            *named,
            examples.DICTIONARY_V2,
            examples.CLIENT,
            examples.Accept(),
            examples.APPROVED,
            examples.callback(),
        ),
    }
    found = {name: examples.at(flow, *way) for name, way in ways.items()}
    assert {name: str(snapshot.state) for name, snapshot in found.items()} == {name: name for name in ways}
    return found


def mangled(value: Any, chance: random.Random) -> Any:
    """Spoil a documented answer somewhere: drop, retype, nest or replace a part of it."""
    if isinstance(value, dict) and value and chance.random() < 0.7:
        name = chance.choice(list(value))
        rest = {key: inner for key, inner in value.items() if key != name}
        return rest if chance.random() < 0.3 else {**value, name: mangled(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.7:
        return [*value[:-1], mangled(value[-1], chance)]
    odd: tuple[Any, ...] = (None, "", 0, -1, 1.5, True, [], {}, [[]], "x" * 10_000, {"": None}, [None], deep(60), "\n")
    return chance.choice(odd)


def test_a_malformed_answer_to_any_call_leads_to_a_declared_state_with_a_page_or_a_call(
    examples: SimpleNamespace,
) -> None:
    flow, chance = sign_up(EVERYTHING), random.Random(15)
    documented = [answer for answer in examples.ANSWERS if answer.data]
    for name, snapshot in calling(examples).items():
        targets = {move.to for move in flow.states[name].moves if move.event is Answered}
        for _ in range(SOAK_MALFORMED if examples.SOAK else MALFORMED):
            whole = chance.choice(documented)
            data = mangled(whole.data, chance)
            answer = Answered(status=whole.status, data=data, redirect=whole.redirect)
            stepped = flow.step(snapshot, answer, examples.NOW)
            assert stepped.snapshot.state in targets
            assert stepped.call or flow.page(stepped.snapshot) is not None


@settings(deadline=None, max_examples=size(150))
@given(data=json_values, status=st.sampled_from([200, 201, 202, 204, 299, 302, 400, 404, 422, 500, 599]))
def test_any_json_is_a_possible_answer_to_any_call(examples: SimpleNamespace, data: Any, status: int) -> None:
    flow = sign_up(EVERYTHING)
    for snapshot in calling(examples).values():
        stepped = flow.step(snapshot, Answered(status=status, data=data), examples.NOW)
        assert stepped.call or flow.page(stepped.snapshot) is not None


@pytest.mark.parametrize(
    "person",
    [
        {},
        [],
        None,
        "x",
        deep(10_000),
        deep(MAX_DEPTH + 1),
        {"a": [[[]]] * MAX_PARTS},
        {str(number): number for number in range(MAX_PARTS + 1)},
    ],
    ids=["empty", "list", "null", "text", "10 000 deep", "too deep", "too many lists", "too many values"],
)
def test_patient_data_that_no_page_could_show_are_no_usable_answer(examples: SimpleNamespace, person: Any) -> None:
    flow = sign_up()
    answer = examples.answered(200, {"person": person, "token": "canary-jwt"})

    snapshot = examples.at(flow, *examples.way_to("init_validation"), answer)

    assert snapshot.state == "validation_unavailable"
    assert examples.codes(flow.page(snapshot)) == ("answer_unreadable", "nothing_done")


@pytest.mark.parametrize("person", [deep(MAX_DEPTH - 1), {str(number): number for number in range(MAX_PARTS)}])
def test_patient_data_at_the_limit_are_shown(examples: SimpleNamespace, person: Any) -> None:
    flow = sign_up()
    answer = examples.answered(200, {"person": person, "token": "canary-jwt"})

    snapshot = examples.at(flow, *examples.way_to("init_validation"), answer)

    assert snapshot.state == "confirm"
    assert flow.page(snapshot).groups


@pytest.mark.asks("4.3.2")
@pytest.mark.parametrize(
    ("status", "data", "state"),
    [
        (200, {"person": {"first_name": "А"}}, "validation_unavailable"),
        (200, {"person": {"first_name": "А"}, "token": ""}, "validation_unavailable"),
        (200, {"person": {"first_name": "А"}, "jwt": "x"}, "validation_unavailable"),
        (200, {"token": "x"}, "validation_unavailable"),
        (200, None, "validation_unavailable"),
        (201, {"person": {"first_name": "А"}, "token": "x"}, "validation_unavailable"),
        (302, {"person": {"first_name": "А"}, "token": "x"}, "validation_refused"),
        (400, {"person": {"first_name": "А"}, "token": "x"}, "validation_refused"),
        (502, None, "validation_unavailable"),
    ],
)
def test_only_200_with_patient_data_and_jwt_lets_a_sign_up_proceed_to_confirm(
    examples: SimpleNamespace, status: int, data: Any, state: str
) -> None:
    flow = sign_up()

    assert examples.at(flow, *examples.way_to("init_validation"), examples.answered(status, data)).state == state


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"status": 200}, "register_unknown"),
        ({"status": 201, "data": {}}, "register_unknown"),
        ({"status": 202, "data": None}, "register_unknown"),
        ({"status": 204}, "register_unknown"),
        ({"status": 299}, "register_unknown"),
        ({"status": 300}, "register_unknown"),
        ({"status": 400}, "register_refused"),
        ({"status": 499}, "register_refused"),
        ({"status": 500}, "register_unknown"),
        ({"status": 504}, "register_unknown"),
        ({"status": 500, "error": ApiError(type="internal_error", message="Failed to save signed content")}, None),
        ({"status": 401, "error": ApiError(message="User is blocked.")}, "register_refused"),
    ],
)
def test_a_registration_whose_result_is_not_known_is_told_to_be_unknown(
    examples: SimpleNamespace, answer: dict[str, Any], state: str | None
) -> None:
    snapshot = examples.at(sign_up(), *examples.way_to("register"), Answered(**answer))

    assert snapshot.state == (state or "register_refused")


@pytest.mark.asks("4.5.3")
@pytest.mark.parametrize("field", ["person", "user", "access_token"])
def test_a_registration_answer_that_lacks_a_promised_part_is_a_result_unknown(
    examples: SimpleNamespace, field: str
) -> None:
    data = examples.registered(id=examples.USER_ID)
    del data[field]

    assert (
        examples.at(sign_up(), *examples.way_to("register"), examples.answered(201, data)).state == "register_unknown"
    )


@pytest.mark.asks("4.9.2")
@pytest.mark.parametrize(
    ("status", "data", "state"),
    [
        (201, {"details": {"scope": "person:details_pis"}}, "save_tokens"),
        (201, {"details": {"scope": ""}}, "save_tokens"),
        (201, {"details": {"scope": "person:details_pis person:details_pi"}}, "exchange_refused"),
        (201, {"details": {"scope": "Person:details_pis"}}, "exchange_refused"),
        (200, {}, "exchange_unknown"),
        (201, {"value": ""}, "exchange_unknown"),
        (201, {"expires_at": "1702592000"}, "exchange_unknown"),
        (201, {"expires_at": True}, "exchange_unknown"),
        (201, {"details": {"refresh_token": None}}, "exchange_unknown"),
        (201, {"details": None}, "exchange_unknown"),
        (201, {"user_id": None}, "exchange_unknown"),
        (201, {"user": {"person_id": 5}}, "exchange_unknown"),
        (201, {"user": {}}, "save_tokens"),
        (299, {}, "exchange_unknown"),
        (302, {}, "exchange_unknown"),
        (401, {}, "exchange_refused"),
        (502, {}, "exchange_unknown"),
    ],
)
def test_only_201_with_both_tokens_for_no_more_than_was_asked_brings_tokens(
    examples: SimpleNamespace, status: int, data: dict[str, Any], state: str
) -> None:
    tokens = examples.tokens()
    details = data.get("details", {})
    whole = {**tokens, **data, "details": {**tokens["details"], **details} if details is not None else None}

    snapshot = examples.at(sign_up(), *examples.way_to("exchange"), examples.answered(status, whole))

    assert snapshot.state == state
    assert (snapshot.context.tokens is not None) is (state == "save_tokens")
    if state == "exchange_refused" and status == 201:
        assert examples.codes(sign_up().page(snapshot)) == ("scope_widened", "no_tokens")


def test_a_blank_request_leaves_nothing_that_could_be_widened(examples: SimpleNamespace) -> None:
    way = list(examples.way_to("exchange"))
    way[0] = examples.filled(scope="  ")

    assert examples.at(sign_up(), *way, examples.EXCHANGED).state == "save_tokens"


@pytest.mark.asks("4.6.2")
@pytest.mark.parametrize(
    ("data", "names"),
    [
        ([{"name": "SCOPES", "values": {"a": "А", "b": 5, "c": ""}}], {"a": "А"}),
        ([{"name": "SCOPES", "values": [{"code": "a", "description": "А"}, {"code": "b"}, 5, None]}], {"a": "А"}),
        ([{"name": "SCOPES", "values": {"a": "А"}}, {"name": "SCOPES", "values": {"b": "Б"}}], {"a": "А", "b": "Б"}),
        ([{"name": "OTHER", "values": {"a": "А"}}], {}),
        ([{"name": "SCOPES"}], {}),
        ([5, None, "SCOPES"], {}),
        ({"name": "SCOPES", "values": {"a": "А"}}, {}),
        (None, {}),
    ],
)
def test_names_of_scopes_are_read_from_either_edition_of_the_dictionaries(data: Any, names: dict[str, str]) -> None:
    assert translations(data) == names


@pytest.mark.parametrize("outcome", ["away", "unanswered", "refused", "unknown"])
def test_a_scope_without_a_translation_is_shown_by_its_code(examples: SimpleNamespace, outcome: str) -> None:
    event = {
        "away": examples.Unreachable(reason="refused"),
        "unanswered": examples.Unanswered(reason="timeout"),
        "refused": examples.refused(500),
        "unknown": examples.answered(200, []),
    }[outcome]

    snapshot = examples.at(sign_up(), *examples.way_to("scope_names"), event)

    assert snapshot.state == "client_details"
    assert snapshot.context.scope_names == (
        ("person:details_pis", "person:details_pis"),
        ("declaration:read_pis", "declaration:read_pis"),
    )


def test_retry_after_roles_could_not_be_read_reads_the_roles_again(examples: SimpleNamespace) -> None:
    flow = sign_up()
    blank = (*examples.way_to("validate_params"), examples.opened(scope=" "), *examples.way_to("register")[4:])
    failed = (*blank, examples.REGISTERED, examples.ROLES, examples.Unanswered(reason="timeout"))

    *_, (snapshot, call) = examples.walk(flow, *failed, examples.Retry())

    assert (snapshot.state, call.name) == ("user_roles", "user_roles")


@pytest.mark.asks("4.6.1")
@pytest.mark.parametrize(
    ("own", "of_all", "scopes"),
    [
        (["a b", "b c"], ["c d", "a"], ("a", "b", "c", "d")),
        (["a"], [], ("a",)),
        ([], ["d"], ("d",)),
    ],
)
def test_the_scopes_of_a_blank_query_are_those_of_the_users_roles_and_of_the_global_ones(
    examples: SimpleNamespace, own: list[str], of_all: list[str], scopes: tuple[str, ...]
) -> None:
    blank = (*examples.way_to("validate_params"), examples.opened(scope=" "), *examples.way_to("register")[4:])
    roles = (examples.answered(200, [{"scope": scope} for scope in names]) for names in (own, of_all))

    snapshot = examples.at(sign_up(), *blank, examples.REGISTERED, *roles)

    assert (snapshot.state, snapshot.context.scopes) == ("scope_names", scopes)


def test_retry_after_another_read_reads_what_comes_after_the_scopes(examples: SimpleNamespace) -> None:
    failed = (*examples.way_to("client_details"), examples.answered(500), examples.Retry())

    assert examples.at(sign_up(), *failed).state == "scope_names"


def told(error: ApiError | None, status: int = 422) -> list[tuple[str, dict[str, str]]]:
    messages = messages_of(Answered(status=status, error=error))
    return [(message.code, dict(message.params)) for message in messages]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("user_data missing", "user_data_missing"),
        ("Invalid signed content", "signed_content_invalid"),
        ("Invalid signed content.", "signed_content_invalid"),
        ("  Invalid signed content.  ", "signed_content_invalid"),
        ("JWT is invalid.", "jwt_invalid"),
        ("Unable to authenticate signer", "signer_not_authenticated"),
        ("expected true but got false for attribute patient_signed", "patient_signed_false"),
        ("expected true but got false for attribute process_disclosure_data_consent", "disclosure_consent_false"),
        ("Confidant person and signer must be the same", "confidant_is_not_signer"),
        ("Registration person and person that sign should be the same", "signer_is_not_person"),
        ("Input name doesn't match name from digital signature", "signer_is_not_person"),
        ("User with such tax_id already exists", "tax_id_exists"),
        ("Invalid access token", "session_expired"),
        ("Digital signature timestamp is expired", "signature_expired"),
        ("Unauthorized", "jwt_expired"),
        ("JWT expired", "jwt_expired"),
        ("It is impossible to uniquely identify the person.", "person_ambiguous"),
        ("User is blocked.", "user_blocked"),
        ("User blocked", "user_blocked"),
        ("Applicant user is blocked.", "user_blocked"),
    ],
)
def test_a_message_that_has_a_translation_is_told_by_its_code(message: str, code: str) -> None:
    assert told(ApiError(message=message)) == [(code, {})]
    assert told(ApiError(message=message, type="email_exists")) == [(code, {})]


@pytest.mark.parametrize("type", ["tax_id_exists", "email_exists", "jwt_expired"])
def test_an_error_may_be_known_by_its_type_alone(type: str) -> None:
    assert told(ApiError(type=type, message="Something else")) == [(type, {})]
    assert told(ApiError(type=type)) == [(type, {})]


def test_every_violated_rule_is_told_once_and_in_order() -> None:
    error = ApiError(
        message="Validation failed. You can find validators description at our API Manifest: http://docs…",
        descriptions=(
            "required property person was not present",
            "expected a minimum of 1 items but got 0",
            "required property person was not present",
            "required property phones was not present.",
            "value is not allowed in enum",
        ),
    )

    assert told(error) == [
        ("property_missing", {"property": "person"}),
        ("too_few_items", {"min": "1"}),
        ("property_missing", {"property": "phones"}),
    ]


def test_what_has_no_translation_is_told_as_it_was_received() -> None:
    assert told(ApiError(message="Scope is not allowed by client type.", descriptions=("is invalid",))) == [
        ("answer", {"text": "Scope is not allowed by client type."}),
        ("answer", {"text": "is invalid"}),
    ]


@pytest.mark.parametrize("error", [None, ApiError(), ApiError(message="   "), ApiError(message="\x00\u202e")])
def test_an_answer_without_a_text_is_told_to_be_unreadable_with_its_status(error: ApiError | None) -> None:
    assert told(error, 418) == [("answer_unreadable", {"status": "418"})]


def test_texts_of_an_answer_are_bounded_and_cannot_turn_the_page_around() -> None:
    error = ApiError(
        message="a\u202eb\x00c\nd\u200fe" + "x" * 10_000, descriptions=tuple(str(number) for number in range(1_000))
    )

    found = told(error)

    assert len(found) == 20
    assert found[0][1]["text"].startswith("abc dex")
    assert all(len(params["text"]) <= 500 for _, params in found)


@settings(deadline=None, max_examples=size(300))
@given(message=st.none() | st.text(), descriptions=st.lists(st.text(), max_size=30), status=st.integers(100, 599))
def test_whatever_an_answer_says_there_is_something_to_tell(
    message: str | None, descriptions: list[str], status: int
) -> None:
    answer = Answered(status=status, error=ApiError(message=message, descriptions=tuple(descriptions)))

    messages = messages_of(answer)

    assert 1 <= len(messages) <= 20
    assert all(value.isprintable() for one in messages for value in one.params.values())
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{0,500}", description_of(answer))


@pytest.mark.parametrize(
    ("message", "description"),
    [
        ("Invalid access token", "Invalid access token"),
        ("User is blocked.", "User is blocked"),
        ('expected "sadova@example.com" to be an email address', ""),
        ("Помилка: bad", ""),
        ("a\r\nSet-Cookie: b", ""),
        (None, ""),
    ],
)
def test_only_a_published_message_becomes_the_description_of_an_error(message: str | None, description: str) -> None:
    found = description_of(Answered(status=400, error=ApiError(message=message)))

    assert found == description


def test_an_answer_without_an_error_has_no_description() -> None:
    assert description_of(Answered(status=502)) == ""


@pytest.mark.parametrize(
    ("statuses", "error"),
    [
        ((424, 429, 503), "temporarily_unavailable"),
        ((500, 501, 502, 504, 599), "server_error"),
        ((401, 403, 404, 409), "access_denied"),
        ((400, 402, 406, 413, 415, 422, 499), "invalid_request"),
    ],
)
def test_every_status_has_its_rfc_6749_error(statuses: tuple[int, ...], error: str) -> None:
    assert {oauth_error_of(Answered(status=status)) for status in statuses} == {error}


@pytest.mark.asks("4.3.3", "4.5.4", "4.9.3")
def test_a_refused_call_shows_its_message_and_the_request_id(examples: SimpleNamespace) -> None:
    flow = sign_up()
    for name in ("init_validation", "register", "approve", "exchange"):
        page = flow.page(examples.at(flow, *examples.way_to(name), examples.refused(422, "Something new")))

        assert page.messages[0].code == "answer"
        assert page.messages[0].params == {"text": "Something new"}
        assert page.request_id == "request-422"


@pytest.mark.asks("4.7.4")
def test_a_refused_approval_is_told_on_the_same_consent_page_and_may_be_accepted_again(
    examples: SimpleNamespace,
) -> None:
    flow = sign_up()
    failures = (examples.refused(422), examples.Unanswered(reason="timeout"), examples.Unreachable(reason="refused"))
    for failure, code in zip(failures, ("signed_content_invalid", "no_answer", "no_connection"), strict=True):
        snapshot = examples.at(flow, *examples.way_to("approve"), failure)

        assert snapshot.state == "consent"
        assert examples.codes(flow.page(snapshot)) == (code,)
        again = flow.step(snapshot, examples.Accept(), examples.NOW)
        assert again.call.name == "approve"
        assert again.snapshot.context.messages == ()


def test_an_answers_redirect_is_kept_as_a_secret() -> None:
    assert "canary" not in repr(Answered(status=201, redirect=SecretStr("https://a.example/?code=canary")))
