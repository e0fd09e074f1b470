"""What browsers bring: query strings are read strictly, and signed content survives the way byte for byte."""

from __future__ import annotations

import base64
import random
from contextlib import suppress
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.flow import InvalidInput, Problem
from esozflow.states.case_space import URI
from esozflow.states.events import MAX_USER_DATA, CallbackReceived, Confirm, Opened, RequestSigned, SigningFailed
from esozflow.states.flow import auth_ui, sign_up
from esozflow.states.query import MAX_LENGTH
from esozflow.states.testing import PIECES, hostile_queries, queries

from ..sizes import size

QUERIES, SOAK_QUERIES = 2_000, 20_000


def refused(query: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as raised:
        Opened.from_query(query)
    return raised.value


def test_any_query_is_accepted_or_refused_with_a_typed_error(examples: SimpleNamespace) -> None:
    chance = random.Random(20)
    accepted, refusals = 0, list[InvalidInput]()
    for _ in range(SOAK_QUERIES if examples.SOAK else QUERIES):
        query = "".join(chance.choices(PIECES, k=chance.randrange(0, 24)))
        for event in (Opened, CallbackReceived):
            try:
                event.from_query(query)
                accepted += 1
            except InvalidInput as refusal:
                refusals.append(refusal)
    assert min(accepted, len(refusals)) > 100
    assert all(refusal.problems and "AAAA" not in str(refusal) for refusal in refusals)


@settings(max_examples=size(300))
@given(query=hostile_queries())
def test_arbitrary_text_is_accepted_or_refused_with_a_typed_error(query: str) -> None:
    for event in (Opened, CallbackReceived):
        with suppress(InvalidInput):
            event.from_query(query)


def drawn(strategy: st.SearchStrategy[str]) -> list[str]:
    """Give what the strategy gives, in the order in which it does."""
    found: list[str] = []

    @settings(max_examples=300, database=None, derandomize=True, phases=(Phase.generate,))
    @given(strategy)
    def note(one: str) -> None:
        found.append(one)

    note()
    return found


def test_queries_of_a_pis_hold_what_is_documented_and_sometimes_a_state() -> None:
    made = [dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) for query in drawn(queries())]
    documented = frozenset({"client_id", "redirect_uri", "scope", "user_data", "token"})

    assert {frozenset(one) for one in made} == {documented, documented | {"state"}}
    assert all(str(UUID(one["client_id"])) == one["client_id"] for one in made)
    assert {one["redirect_uri"] for one in made} == {URI}
    assert {scope for one in made for scope in one["scope"].split(" ") if one["scope"]} == {
        "person:details_pis",
        "app:read_pis",
        "declaration:read_pis",
    }
    assert all(one["user_data"] and one["token"] for one in made)
    states = [one["state"] for one in made if "state" in one]
    assert all(state.isascii() and (state.isprintable() or not state) and len(state) <= 40 for state in states)
    assert "" in states
    assert any(" " in state for state in states)


def test_hostile_queries_are_put_together_from_pieces_or_are_any_text() -> None:
    made = drawn(hostile_queries())
    rules = {problem.rule for query in made for problem in problems_of(query)}

    assert {"bad_escape", "not_utf_8", "control_character"} <= rules
    assert sum(any(piece in query for piece in ("client_id", "%C3%A9", "redirect_uri")) for query in made) > 20
    assert any(ord(sign) > 0xFFFF and sign != "🙂" for query in made for sign in query)


def problems_of(query: str) -> tuple[Problem, ...]:
    try:
        Opened.from_query(query)
    except InvalidInput as refusal:
        return refusal.problems
    return ()


@given(query=queries())
def test_what_a_pis_sends_is_read(query: str) -> None:
    opened = Opened.from_query(query)
    assert opened.client_id
    assert opened.user_data.get_secret_value()


@pytest.mark.parametrize(
    ("query", "path", "rule"),
    [
        ("client_id=a&client_id=a", "client_id", "doubled"),
        ("token=a&x=1&token=", "token", "doubled"),
        ("client_id=%", "", "bad_escape"),
        ("client_id=%2", "", "bad_escape"),
        ("x=%zz", "", "bad_escape"),
        ("client_id=%ff", "", "not_utf_8"),
        ("client_id=%ed%a0%80", "", "not_utf_8"),
        ("scope=a%00b", "scope", "control_character"),
        ("token=a%0d%0aX-Evil:%201", "token", "control_character"),
        ("redirect_uri=https://a.example/%E2%80%AEb", "redirect_uri", "control_character"),
        ("client_id=\ud800", "client_id", "control_character"),
        ("scope=%EF%BB%BFa", "scope", "control_character"),
        ("&".join(f"x{number}=1" for number in range(51)), "", "too_many_parameters"),
        ("state=%D1%96", "state", "printable_ascii"),
        (f"state={'a' * 2001}", "state", "printable_ascii"),
        ("a" * (MAX_LENGTH + 1), "", "too_long"),
        ("user_data=" + "A" * 1_048_576, "", "too_long"),
    ],
)
def test_a_malformed_query_is_refused_by_rule_and_without_its_value(query: str, path: str, rule: str) -> None:
    error = refused(query)

    assert [(problem.path, problem.rule) for problem in error.problems] == [(path, rule)]
    what = "Opened" if rule == "printable_ascii" else "query"
    assert str(error).startswith(f"{what} is not valid: {path or what}: {rule}.")
    assert "X-Evil" not in str(error)


def test_a_query_that_is_too_long_says_how_long_it_may_be() -> None:
    assert refused("a" * (MAX_LENGTH + 1)).problems[0].params == {"max_length": 320 * 1024}


def test_the_longest_query_is_still_read() -> None:
    query = "x=" + "a" * (MAX_LENGTH - 2)

    assert Opened.from_query(query) == Opened()


def test_unknown_parameters_are_ignored_even_when_they_come_twice() -> None:
    assert Opened.from_query("utm=1&utm=%00&client_id=a").client_id == "a"


def test_fifty_parameters_are_still_read() -> None:
    query = "&".join([*(f"x{number}=1" for number in range(49)), "client_id=a"])

    assert Opened.from_query(query).client_id == "a"


@pytest.mark.parametrize("query", ["", "client_id", "client_id=", "x=1"])
def test_absent_parameters_are_empty(query: str) -> None:
    assert Opened.from_query(query) == Opened()


def test_pluses_lost_on_the_way_and_url_safe_letters_are_brought_back() -> None:
    found = Opened.from_query("user_data=a+b%20c-d_e%2Bf&token=t+u%20v-w_x&scope=a+b%20c")

    assert found.user_data.get_secret_value() == "a+b+c+d/e+f"
    assert found.token.get_secret_value() == "t+u+v-w_x"
    assert found.scope == "a b c"


def test_an_absent_state_is_none_and_a_present_one_is_kept() -> None:
    assert Opened.from_query("client_id=a").state is None
    state = Opened.from_query("state=a%20~b").state
    assert state is not None
    assert state.get_secret_value() == "a ~b"


@pytest.mark.parametrize("state", ["a\r\nb", "\ud800", "é", "a" * 2001])
def test_a_state_that_could_not_be_returned_is_refused_at_the_door(state: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Opened(state=SecretStr(state))
    assert [(problem.path, problem.rule) for problem in raised.value.problems] == [("state", "printable_ascii")]


LARGE = {
    "64 KB of random bytes": base64.b64encode(random.Random(1).randbytes(48 * 1024)).decode(),
    "nothing but pluses": "+" * (64 * 1024),
    "nothing but slashes and padding": "/" * (64 * 1024 - 2) + "==",
    "as long as may be signed, all of it percent-encoded": "+" * MAX_USER_DATA,
    "one byte": "AA==",
}


@pytest.mark.parametrize("user_data", LARGE.values(), ids=LARGE.keys())
def test_signed_content_survives_from_the_hand_over_to_the_validation_byte_for_byte(
    examples: SimpleNamespace, user_data: str
) -> None:
    whole, part = sign_up(), auth_ui()
    handing_over = examples.at(whole, *examples.way_to("sign"), RequestSigned(user_data=SecretStr(user_data)))
    url = whole.page(handing_over).leads_to.get_secret_value()

    *_, (_, call) = examples.walk(part, Opened.from_query(url.partition("?")[2]))

    body = examples.revealed(call.request.body)
    assert body == {"signed_content": user_data, "signed_content_encoding": "base64"}
    assert call.request.bearer.get_secret_value() == "canary-query-token"


@pytest.mark.asks("4.1.4")
def test_the_hand_over_leads_to_the_documented_page_with_the_documented_parameters(examples: SimpleNamespace) -> None:
    flow = sign_up()

    url = flow.page(examples.at(flow, *examples.way_to("hand_over"))).leads_to.get_secret_value()

    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://auth.example.ua/confidant/sign-up"
    assert parse_qsl(parts.query) == [
        ("client_id", examples.CLIENT_ID),
        ("redirect_uri", "https://pis.example.ua/oauth/callback"),
        ("scope", "person:details_pis declaration:read_pis"),
        ("user_data", "canaryUserData00"),
        ("token", "canary-query-token"),
        ("state", "canary-oauth-state"),
    ]


def test_a_base_url_with_a_final_slash_leads_to_the_same_page(examples: SimpleNamespace) -> None:
    flow = sign_up()
    way = (examples.filled(auth_ui="https://auth.example.ua/"), *examples.way_to("hand_over")[1:])

    url = flow.page(examples.at(flow, *way)).leads_to.get_secret_value()

    assert url.startswith("https://auth.example.ua/confidant/sign-up?client_id=")


def test_the_hand_over_brings_no_state_where_the_settings_forbid_it(examples: SimpleNamespace) -> None:
    flow = sign_up(examples.Settings(append_state=False))

    url = flow.page(examples.at(flow, *examples.way_to("hand_over"))).leads_to.get_secret_value()

    assert [name for name, _ in parse_qsl(urlsplit(url).query)][-1] == "token"


def test_what_comes_back_is_read_with_the_same_strictness() -> None:
    found = CallbackReceived.from_query("code=a%2Fb%3D&state=s&x=1")

    assert (found.code and found.code.get_secret_value(), found.error) == ("a/b=", None)
    refusal = CallbackReceived.from_query(urlencode({"error": "access_denied", "error_description": "ні"}))
    assert (refusal.code, refusal.state, refusal.error, refusal.error_description) == (
        None,
        None,
        "access_denied",
        "ні",
    )
    for query in ("code=a&code=b", "state=a&state=a", "code=%00", "error=%ff"):
        with pytest.raises(InvalidInput):
            CallbackReceived.from_query(query)


@pytest.mark.parametrize("signed", ["", "A", "AAA", "A===", "AA=A", "A-_A", "AA A", "AAAA\n", "АААА"])
def test_signed_content_that_is_no_standard_base64_is_refused_at_the_door(signed: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        RequestSigned(user_data=SecretStr(signed))
    assert [(problem.path, problem.rule) for problem in raised.value.problems] == [("user_data", "base64")]


def test_signed_content_may_be_as_long_as_the_limit_and_a_longer_one_is_told_it() -> None:
    longest = "A" * MAX_USER_DATA
    assert RequestSigned(user_data=SecretStr(longest)).user_data.get_secret_value() == longest

    with pytest.raises(InvalidInput) as raised:
        RequestSigned(user_data=SecretStr(f"{longest}AAAA"))

    [problem] = raised.value.problems
    assert (problem.path, problem.rule, problem.params) == (
        "user_data",
        "string_too_long",
        {"max_length": MAX_USER_DATA},
    )


def test_the_container_of_a_signer_becomes_standard_base64() -> None:
    event = RequestSigned.of(b"\xfb\xff\xfe")

    assert event.user_data.get_secret_value() == "+//+"


@pytest.mark.parametrize("otp", ["123", "123456789", "12 4", "१२३४", "12a4", "1234\n", ""])
def test_an_otp_that_is_no_code_is_refused_at_the_door(otp: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Confirm(otp=SecretStr(otp))
    assert [(problem.path, problem.rule) for problem in raised.value.problems] == [("otp", "otp")]


@pytest.mark.parametrize("otp", ["0000", "012345", "12345678"])
def test_an_otp_keeps_its_leading_zeros(examples: SimpleNamespace, otp: str) -> None:
    *_, (_, call) = examples.walk(auth_ui(), *examples.way_to("confirm", part="auth_ui"), Confirm(otp=SecretStr(otp)))

    assert examples.revealed(call.request.body)["otp"] == otp


@pytest.mark.parametrize("code", ["Cancelled", "", "a b", "a\n", "x" * 65, "ключ"])
def test_the_reason_of_a_failed_signature_is_a_short_code(code: str) -> None:
    with pytest.raises(InvalidInput):
        SigningFailed(code=code)


@settings(deadline=None)
@given(values=st.dictionaries(st.sampled_from(["client_id", "scope", "redirect_uri"]), st.text("abc/:%+& =?#і🙂")))
def test_what_is_percent_encoded_is_read_back_as_it_was(values: dict[str, str]) -> None:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())

    found = Opened.from_query(query)

    assert {name: getattr(found, name) for name in values} == values
