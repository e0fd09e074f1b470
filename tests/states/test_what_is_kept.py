"""What a sign-up keeps, for how long, and what it drops once it has served; nothing of it shows in a repr."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.flow import EventRefused, Expired, InvalidInput, Message
from esozflow.states.calls import Tokens
from esozflow.states.events import RequestFilled, RequestSigned, SigningFailed
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.registration import RegistrationRequest
from esozflow.states.settings import RegisterAuth, Settings
from esozflow.states.signup import Query, SignUp, User, gathered
from esozflow.states.token_end import MAX_LENGTH, end_of

from ..people import TODAY, example_request

SECRETS = ("confidant_token", "content", "user_data", "code", "tokens", "patient", "jwt", "otp", "session_token")

# The state, and which secrets a sign-up of the whole flow holds when it rests or calls there.
HELD = {
    "prepare": set(),
    "sign": {"confidant_token", "content"},
    "hand_over": {"confidant_token", "user_data"},
    "validate_params": {"confidant_token", "user_data"},
    "init_validation": {"query"},
    "confirm": {"query", "patient", "jwt"},
    "register": {"query", "patient", "jwt", "otp"},
    "scope_names": {"patient", "session_token"},
    "client_details": {"patient", "session_token"},
    "consent": {"patient", "session_token"},
    "approve": {"patient", "session_token"},
    "redirect": set(),
    "exchange": {"code"},
    "save_tokens": {"tokens"},
    "signed_up": set(),
}


def held(context: SignUp) -> set[str]:
    found = {name for name in SECRETS if getattr(context, name) is not None}
    query = context.query
    if query and (query.user_data.get_secret_value() or query.token.get_secret_value()):
        found.add("query")
    return found


def test_every_secret_is_dropped_as_soon_as_it_has_served(examples: SimpleNamespace) -> None:
    flow = sign_up()

    snapshots = list(examples.walk(flow, *(event for event, _ in examples.WAY)))

    assert {str(snapshot.state): held(snapshot.context) for snapshot, _ in snapshots} == HELD


def ways_to_ends(examples: SimpleNamespace) -> dict[str, tuple[Any, ...]]:
    way, x = examples.way_to, examples
    blank = (*way("validate_params"), x.opened(scope=" "), *way("register")[4:])
    refused = x.refused(422)
    return {
        "form expired": (x.Expired(),),
        "signing expired": (*way("sign"), x.Expired()),
        "never opened": (*way("validate_params"), x.Expired()),
        "params_refused": (*way("validate_params"), x.opened(token=SecretStr(""))),
        "link malformed": (*way("validate_params"), x.OpenedMalformed(path="scope", rule="doubled")),
        "validation_refused": (*way("init_validation"), refused),
        "validation expired": (*way("init_validation"), x.answered(502), x.Expired()),
        "confirm declined": (*way("confirm"), x.Decline()),
        "confirm expired": (*way("confirm"), x.Expired()),
        "confirm again expired": (*way("register"), x.Unreachable(reason="refused"), x.Expired()),
        "register_refused": (*way("register"), refused),
        "left": (*way("register"), x.Unanswered(reason="timeout"), x.Leave()),
        "left, expired": (*way("register"), x.Unanswered(reason="timeout"), x.Expired()),
        "no access": (*blank, x.REGISTERED, x.answered(200, []), x.answered(200, [])),
        "no access, no id": (*blank, x.answered(201, x.registered(tax_id="1")), x.answered(200, [])),
        "consent reads expired": (*blank, x.REGISTERED, refused, x.Expired()),
        "client_refused": (*way("client_details"), x.refused(404)),
        "consent declined": (*way("consent"), x.Decline()),
        "consent expired": (*way("consent"), x.Expired()),
        "redirect_refused": (*way("approve"), x.answered(201)),
        "returned_error": (*way("redirect"), x.callback(code=None, error="access_denied")),
        "exchange_refused": (*way("exchange"), refused),
        "scope widened": (*way("exchange"), x.answered(201, x.tokens(scope="other"))),
        "exchange_unknown": (*way("exchange"), x.Unanswered(reason="timeout")),
        "exchange without tokens": (*way("exchange"), x.answered(201, {})),
        "exchange behind a broken gateway": (*way("exchange"), x.answered(502)),
        "exchange expired": (*way("exchange"), x.Unreachable(reason="refused"), x.Expired()),
    }


def test_whatever_ends_a_sign_up_leaves_no_secret_and_no_personal_datum_of_the_patient_in_it(
    examples: SimpleNamespace,
) -> None:
    flow = sign_up()
    for name, way in ways_to_ends(examples).items():
        snapshot = examples.at(flow, *way)
        assert flow.states[snapshot.state].final, name
        assert held(snapshot.context) == set(), name
        assert snapshot.context.user is None or snapshot.context.user.tax_id is None


def test_a_user_who_never_came_back_leaves_nothing_at_the_pis(examples: SimpleNamespace) -> None:
    flow = pis()

    snapshot = examples.at(flow, *examples.way_to("hand_over"), Expired())

    assert snapshot.state == "not_returned"
    assert held(snapshot.context) == set()


def test_an_error_that_comes_back_leaves_nothing_at_the_pis(examples: SimpleNamespace) -> None:
    flow = pis()
    error = examples.callback(code=None, error="access_denied")

    snapshot = examples.at(flow, *examples.way_to("hand_over"), error)

    assert snapshot.state == "returned_error"
    assert held(snapshot.context) == set()


def test_a_browser_that_came_back_with_a_code_leaves_the_code_alone_at_the_pis(examples: SimpleNamespace) -> None:
    snapshot = examples.at(pis(), *examples.way_to("hand_over"), examples.callback())

    assert snapshot.state == "exchange"
    assert held(snapshot.context) == {"code"}


def test_a_message_does_not_outlive_the_trouble_that_it_tells_of(examples: SimpleNamespace) -> None:
    x, way = examples, examples.way_to
    for events, state in (
        ((*way("sign"), x.SigningFailed(code="cancelled"), x.EditAgain()), "prepare"),
        ((*way("sign"), x.SigningFailed(code="cancelled"), way("hand_over")[-1]), "hand_over"),
        ((*way("save_tokens"), x.VaultAnswered(status=503), x.Retry(), x.VaultAnswered(status=200)), "signed_up"),
    ):
        snapshot = x.at(sign_up(), *events)
        assert snapshot.state == state
        assert snapshot.context.messages == ()


# Moves that say nothing and forget nothing: whatever leads there has forgotten already.
SILENT = {
    ("hand_over", "HandedOver", "validate_params"),
    ("hand_over", "Expired", "not_returned"),
    ("validate_params", "Opened", "init_validation"),
    ("available_scopes", "Answered", "scope_names"),
    ("scope_names", "Answered", "client_details"),
    ("scope_names", "Unanswered", "client_details"),
    ("scope_names", "Unreachable", "client_details"),
    ("client_details", "Answered", "consent"),
}


def test_no_other_move_keeps_a_message_or_an_id_of_what_was_before(examples: SimpleNamespace) -> None:
    x = examples
    known = frozenset({(x.CLIENT_ID, x.REDIRECT_URI)})
    flow = sign_up(Settings(available_scopes_check=True, redirect_errors=True, known_redirects=known))
    first = next(iter(x.walk(flow)))[0]
    context = SignUp(
        client=x.client(),
        oauth_state=SecretStr(x.STATE),
        code=SecretStr("c"),
        query=Query(
            client_id=x.CLIENT_ID,
            redirect_uri=x.REDIRECT_URI,
            scope=x.SCOPE,
            user_data=SecretStr("AAAA"),
            token=SecretStr("t"),
        ),
        patient=SecretStr("{}"),
        jwt=SecretStr("j"),
        user=User(person_id="p", id=x.USER_ID),
        session_token=SecretStr("s"),
        tokens=Tokens(access_token=SecretStr("a"), refresh_token=SecretStr("r"), expires_at=1, scope="", user_id="u"),
        scopes=tuple(x.SCOPE.split()),
        messages=(Message(code="stale"),),
        request_id="stale",
    )
    keeping: set[tuple[str, str, str]] = set()
    for state, kind in flow.table:
        for event in (event for event in x.EVENTS if type(event) is kind):
            try:
                after = flow.step(replace(first, state=state, context=context), event, x.NOW).snapshot
            except EventRefused:
                continue
            if Message(code="stale") in after.context.messages:
                keeping.add((state, kind.__name__, after.state))
            elif state in ("exchange", "exchange_unsent", "register", "init_validation", "approve", "confirm"):
                assert after.context.request_id != "stale", (state, event)
            assert isinstance(after.context.messages, tuple)
    assert keeping == SILENT


def test_the_query_is_kept_as_it_came_until_its_credentials_have_served(examples: SimpleNamespace) -> None:
    kept = {"client_id": examples.CLIENT_ID, "redirect_uri": examples.REDIRECT_URI, "scope": examples.SCOPE}
    secrets = {
        "init_validation": {"user_data": examples.CANARIES["user_data"], "token": examples.CANARIES["query_token"]},
        "scope_names": {"user_data": "", "token": ""},
    }
    for state, served in secrets.items():
        query = examples.at(auth_ui(), *examples.way_to(state, part="auth_ui")).context.query
        assert query == Query(
            **kept, **{name: SecretStr(value) for name, value in served.items()}, state=SecretStr(examples.STATE)
        )


def test_the_patient_is_kept_in_the_letters_in_which_the_answer_came(examples: SimpleNamespace) -> None:
    patient = examples.at(auth_ui(), *examples.way_to("confirm", part="auth_ui")).context.patient

    assert json.loads(patient.get_secret_value()) == examples.patient()
    assert "мама" in patient.get_secret_value()


def test_available_scopes_that_end_a_sign_up_leave_nothing(examples: SimpleNamespace) -> None:
    flow = auth_ui(Settings(available_scopes_check=True))
    none = examples.answered(200, {"scope": "other"})

    snapshot = examples.at(flow, *examples.way_to("register", part="auth_ui"), examples.REGISTERED, none)

    assert snapshot.state == "no_access"
    assert held(snapshot.context) == set()


def test_a_declined_sign_up_that_is_redirected_leaves_nothing(examples: SimpleNamespace) -> None:
    known = frozenset({(examples.CLIENT_ID, examples.REDIRECT_URI)})
    flow = auth_ui(Settings(known_redirects=known))

    snapshot = examples.at(flow, *examples.way_to("consent", part="auth_ui"), examples.Decline())

    assert snapshot.state == "decline_redirect"
    assert held(snapshot.context) == set()


def test_tokens_that_could_not_be_saved_wait_without_a_lifetime_until_they_are(examples: SimpleNamespace) -> None:
    flow = pis()
    way = (*examples.way_to("hand_over"), examples.callback(), examples.EXCHANGED)
    for failure in (
        examples.VaultAnswered(status=503),
        examples.Unanswered(reason="timeout"),
        examples.Unreachable(reason="refused"),
    ):
        *_, (unsaved, _) = examples.walk(flow, *way, failure)
        assert (unsaved.state, unsaved.expires_at) == ("tokens_unsaved", None)
        assert examples.codes(flow.page(unsaved)) == ("tokens_unsaved",)
        again = flow.step(unsaved, examples.Retry(), examples.NOW)
        assert again.call.request.tokens == unsaved.context.tokens
        assert flow.step(again.snapshot, examples.VaultAnswered(status=200), examples.NOW).snapshot.state == "signed_up"


def test_a_code_that_was_not_sent_is_kept_and_can_be_exchanged_while_it_lives(examples: SimpleNamespace) -> None:
    flow = pis()
    way = (*examples.way_to("hand_over"), examples.callback(), examples.Unreachable(reason="refused"))

    *_, (unsent, _) = examples.walk(flow, *way)
    again = flow.step(unsent, examples.Retry(), examples.NOW)

    assert unsent.state == "exchange_unsent"
    assert examples.codes(flow.page(unsent)) == ("no_connection",)
    assert again.call.request.body["token"]["code"].get_secret_value() == "canary-code"


@pytest.mark.parametrize("state", ["confirm", "consent"])
def test_a_page_stays_open_for_its_lifetime_and_then_says_the_truth(examples: SimpleNamespace, state: str) -> None:
    flow = auth_ui(Settings(page_lifetime=timedelta(minutes=5)))

    open_page = examples.at(flow, *examples.way_to(state, part="auth_ui"))
    expired = flow.step(open_page, Expired(), examples.NOW).snapshot

    assert open_page.expires_at == examples.NOW + timedelta(minutes=5)
    assert expired.state == "expired"
    assert expired.expires_at is None
    truth = "nothing_done" if state == "confirm" else "registered_not_approved"
    assert examples.codes(flow.page(expired)) == (truth,)


def test_the_pis_waits_for_the_browser_for_its_own_lifetime(examples: SimpleNamespace) -> None:
    flow = pis(Settings(hand_over_lifetime=timedelta(minutes=7), page_lifetime=timedelta(minutes=3)))

    waiting = examples.at(flow, *examples.way_to("hand_over"))
    unsent = examples.at(
        flow, *examples.way_to("hand_over"), examples.callback(), examples.Unreachable(reason="refused")
    )

    assert waiting.expires_at == examples.NOW + timedelta(minutes=7)
    assert unsent.expires_at == examples.NOW + timedelta(minutes=3)
    assert flow.page(flow.step(waiting, Expired(), examples.NOW).snapshot).messages[-1].code == "not_returned"


def test_the_deadline_of_every_call_is_the_configured_one(examples: SimpleNamespace) -> None:
    flow = sign_up(Settings(call_deadline=7.5, available_scopes_check=True))

    assert {state.call.deadline for state in flow.states.values() if state.call} == {7.5}


@pytest.mark.parametrize("state", ["prepare", "sign"])
def test_a_form_stays_open_for_its_lifetime_and_then_nothing_was_submitted(
    examples: SimpleNamespace, state: str
) -> None:
    flow = pis(Settings(prepare_lifetime=timedelta(hours=2)))

    open_form = examples.at(flow, *examples.way_to(state))
    expired = flow.step(open_form, Expired(), examples.NOW).snapshot

    assert open_form.expires_at == examples.NOW + timedelta(hours=2)
    assert expired.state == "not_handed_over"
    assert examples.codes(flow.page(expired)) == ("not_handed_over",)


def test_a_sign_up_that_is_kept_alive_ends_with_its_own_lifetime(examples: SimpleNamespace) -> None:
    flow = pis(Settings(sign_up_lifetime=timedelta(hours=3)))
    snapshot = examples.at(flow)
    for hour in (1, 2):
        now = examples.NOW + timedelta(hours=hour)
        snapshot = flow.step(snapshot, examples.filled(), now).snapshot
        snapshot = flow.step(snapshot, examples.EditAgain(), now).snapshot

    assert snapshot.entered_at == examples.NOW + timedelta(hours=2)
    assert snapshot.expires_at == examples.NOW + timedelta(hours=3)


def jwt(claims: object, *, parts: int = 3) -> str:
    text = claims if isinstance(claims, str) else json.dumps(claims)
    return ".".join(["head", urlsafe_b64encode(text.encode()).decode().rstrip("="), "signature", "more"][:parts])


NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("exp", "minutes"), [(NOON + 600, 10), (NOON + 600.5, 10), (NOON + 7200, 60), (NOON, 60), (NOON - 600, 60), (0, 60)]
)
def test_the_patients_data_and_the_consent_wait_no_longer_than_the_token_that_they_need_lives(
    examples: SimpleNamespace, exp: float, minutes: int
) -> None:
    flow, token = auth_ui(), jwt({"exp": exp, "aud": "pis-registration"})
    validated = examples.answered(200, {"person": examples.patient(), "token": token})
    registered = examples.answered(201, examples.registered(id=examples.USER_ID) | {"access_token": token})

    confirm = examples.at(flow, examples.opened(), validated)
    way = (*examples.way_to("register", part="auth_ui"), registered, examples.DICTIONARY_V1, examples.CLIENT)
    consent = examples.at(flow, *way)

    assert (confirm.state, consent.state) == ("confirm", "consent")
    assert confirm.expires_at == consent.expires_at
    assert confirm.expires_at.replace(microsecond=0) == examples.NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "token",
    [
        "opaque",
        jwt({"exp": NOON + 60}, parts=2),
        jwt({"exp": NOON + 60}, parts=4),
        "a.!!!.c",
        "a.\u0457.c",
        "a.e.c",
        jwt("{"),
        jwt("[" * 12_000),
        jwt([]),
        jwt({}),
        jwt({"exp": True}),
        jwt({"exp": "2027"}),
        jwt({"exp": None}),
        jwt({"exp": 10**30}),
        jwt('{"exp": 1e400}'),
        jwt('{"exp": NaN}'),
        jwt({"exp": NOON + 60, "more": "x" * 20_000}),
        "\ud800.\ud800.\ud800",
    ],
)
def test_a_token_that_does_not_say_when_it_ends_limits_nothing(token: str) -> None:
    assert end_of(SecretStr(token)) is None
    assert end_of(None) is None


@pytest.mark.parametrize("length", range(8))
def test_a_token_says_when_it_ends_whatever_its_length(length: int) -> None:
    assert end_of(SecretStr(jwt({"exp": 60, "more": "x" * length}))) == datetime.fromtimestamp(60, UTC)


def test_a_token_as_long_as_a_gateway_lets_pass_is_read() -> None:
    token = jwt({"exp": 60, "more": "x" * 12_265})
    assert len(token.split(".")[1]) == MAX_LENGTH
    assert end_of(SecretStr(token)) == datetime.fromtimestamp(60, UTC)


@pytest.mark.parametrize("field", ["page_lifetime", "prepare_lifetime", "hand_over_lifetime", "sign_up_lifetime"])
@pytest.mark.parametrize("value", [timedelta(), timedelta(seconds=-1)])
def test_a_lifetime_is_longer_than_nothing(field: str, value: timedelta) -> None:
    with pytest.raises(InvalidInput):
        Settings(**{field: value})
    with pytest.raises(InvalidInput):
        Settings(call_deadline=0.0)


def test_a_result_that_is_unknown_is_told_with_both_ways_on(examples: SimpleNamespace) -> None:
    flow = auth_ui()
    way = examples.way_to("register", part="auth_ui")

    lost = flow.page(examples.at(flow, *way, examples.Unanswered(reason="timeout")))
    broken = flow.page(examples.at(flow, *way, examples.answered(502)))
    left = flow.page(examples.at(flow, *way, examples.Unanswered(reason="timeout"), examples.Leave()))

    assert examples.codes(lost) == ("register_unknown", "sign_in_instead")
    assert examples.codes(broken) == ("register_unknown", "sign_in_instead", "answer_unreadable")
    assert [action.event.__name__ for action in lost.actions] == ["Leave", "RegisterAgain"]
    assert "register_unknown" in examples.codes(left)


@pytest.mark.parametrize("lost", ["unanswered", "broken gateway", "success without a result"])
@pytest.mark.parametrize("then", ["refused", "left", "expired"])
def test_a_registration_whose_result_was_once_unknown_is_never_denied_afterwards(
    examples: SimpleNamespace, lost: str, then: str
) -> None:
    flow = auth_ui()
    first = {
        "unanswered": examples.Unanswered(reason="timeout"),
        "broken gateway": examples.answered(502),
        "success without a result": examples.answered(201, {}),
    }[lost]
    unsent = examples.Unreachable(reason="refused")
    ends = {
        "refused": (examples.refused(409, "User with such tax_id already exists"),),
        "left": (unsent, examples.Leave()),
        "expired": (unsent, examples.Expired()),
    }[then]
    way = (*examples.way_to("register", part="auth_ui"), first, examples.RegisterAgain(), *ends)

    snapshot = examples.at(flow, *way)

    assert flow.states[snapshot.state].final
    assert examples.codes(flow.page(snapshot))[-1] == "register_unknown"


@pytest.mark.parametrize("lost", ["unanswered", "broken gateway", "failed inside"])
@pytest.mark.parametrize("then", ["declined", "expired", "refused and declined"])
def test_an_approval_that_may_stand_is_never_denied(examples: SimpleNamespace, lost: str, then: str) -> None:
    flow = auth_ui()
    first = {
        "unanswered": examples.Unanswered(reason="timeout"),
        "broken gateway": examples.answered(502),
        "failed inside": examples.refused(500),
    }[lost]
    ends = {
        "declined": (examples.Decline(),),
        "expired": (examples.Expired(),),
        "refused and declined": (examples.Accept(), examples.refused(422), examples.Decline()),
    }[then]

    snapshot = examples.at(flow, *examples.way_to("approve", part="auth_ui"), first, *ends)

    assert flow.states[snapshot.state].final
    assert examples.codes(flow.page(snapshot))[-1] == "registered_maybe_approved"


@pytest.mark.parametrize("answer", ["refused", "not sent"])
def test_an_approval_that_was_not_given_is_told_to_be_none(examples: SimpleNamespace, answer: str) -> None:
    flow = auth_ui()
    first = {"refused": examples.refused(422), "not sent": examples.Unreachable(reason="refused")}[answer]

    snapshot = examples.at(flow, *examples.way_to("approve", part="auth_ui"), first, examples.Decline())

    assert examples.codes(flow.page(snapshot))[-1] == "registered_not_approved"


def test_a_registration_that_was_refused_at_once_is_told_to_be_none(examples: SimpleNamespace) -> None:
    flow = auth_ui()

    snapshot = examples.at(flow, *examples.way_to("register", part="auth_ui"), examples.refused(409))

    assert examples.codes(flow.page(snapshot))[-1] == "not_registered"


def test_a_registration_asked_for_again_sends_the_same_request(examples: SimpleNamespace) -> None:
    flow = auth_ui()
    way = (*examples.way_to("register", part="auth_ui"), examples.Unanswered(reason="t"), examples.RegisterAgain())

    calls = [call for _, call in examples.walk(flow, *way) if call and call.name == "register"]

    assert len(calls) == 2
    assert calls[0].request == calls[1].request


def test_an_otp_of_an_earlier_attempt_is_replaced_or_dropped(examples: SimpleNamespace) -> None:
    flow = auth_ui()
    unsent = examples.at(flow, *examples.way_to("register", part="auth_ui"), examples.Unreachable(reason="refused"))
    assert examples.codes(flow.page(unsent)) == ("no_connection",)

    again = flow.step(unsent, examples.Confirm(), examples.NOW)

    assert "otp" not in again.call.request.body
    assert again.snapshot.context.messages == ()


def test_a_validation_asked_for_again_starts_without_the_old_messages(examples: SimpleNamespace) -> None:
    flow = auth_ui()
    failed = examples.at(flow, examples.opened(), examples.answered(502))
    assert examples.codes(flow.page(failed)) == ("answer_unreadable", "nothing_done")

    again = flow.step(failed, examples.Retry(), examples.NOW)

    assert (again.snapshot.state, again.call.name) == ("init_validation", "validate")
    assert (again.snapshot.context.messages, again.snapshot.context.request_id) == ((), None)


@pytest.mark.asks("2.3", "4.1.3")
def test_what_is_signed_is_what_was_filled_in_and_can_be_corrected_before(examples: SimpleNamespace) -> None:
    flow = pis()
    filled = examples.at(flow, *examples.way_to("sign"))
    assert flow.page(filled).payload.get_secret_value() == '{"note": "canary-content"}'

    failed = flow.step(filled, SigningFailed(code="cancelled"), examples.NOW).snapshot
    edited = flow.step(failed, examples.EditAgain(), examples.NOW).snapshot
    signed = flow.step(failed, RequestSigned.of(b"container"), examples.NOW).snapshot

    assert [(one.code, one.params) for one in flow.page(failed).messages] == [("not_signed", {"reason": "cancelled"})]
    assert flow.page(failed).payload == flow.page(filled).payload
    assert (edited.state, edited.context.content) == ("prepare", None)
    assert (signed.state, signed.context.content, signed.context.messages) == ("hand_over", None, ())


@pytest.mark.asks("4.1.2")
def test_a_filled_in_request_must_hold_on_the_day_it_was_filled_in(examples: SimpleNamespace) -> None:
    given: dict[str, Any] = {
        "client": examples.client(),
        "token": SecretStr("canary-query-token"),
        "request": RegistrationRequest.read(example_request()),
    }
    RequestFilled(**given, filled_on=TODAY)
    with pytest.raises(InvalidInput) as raised:
        RequestFilled(**given, filled_on=date(2014, 1, 1))
    assert {(one.path, one.rule) for one in raised.value.problems} >= {
        ("person.birth_date", "birth_date_invalid"),
        ("person.documents.0.issued_at", "issued_in_future"),
    }


@pytest.mark.asks("2.2", "4.1.1")
def test_a_request_is_filled_in_by_somebody_who_is_signed_in(examples: SimpleNamespace) -> None:
    with pytest.raises(InvalidInput) as raised:
        RequestFilled(
            client=examples.client(),
            token=SecretStr(""),
            request=RegistrationRequest.model_construct(),
            filled_on=date(2026, 3, 1),
        )
    assert [problem.path for problem in raised.value.problems] == ["token"]


def test_no_repr_of_a_sign_up_its_events_calls_and_settings_shows_a_canary(examples: SimpleNamespace) -> None:
    texts: list[str] = [repr(event) + str(event) for event in examples.EVENTS]
    for variation in examples.VARIATIONS.values():
        flow = sign_up(variation)
        texts.extend((repr(variation), repr(flow)))
    for snapshot, call in examples.walk(sign_up(), *(event for event, _ in examples.WAY)):
        page = sign_up().page(snapshot)
        texts.extend((repr(snapshot), repr(snapshot.context), str(snapshot.context), repr(call), repr(page)))
        texts.append(repr(call.request) if call else "")
    shown = "\n".join(texts)

    assert [name for name, canary in examples.CANARIES.items() if canary in shown] == []
    assert "known_redirects" not in repr(Settings(known_redirects=frozenset({("a", "https://canary.example/")})))


def test_a_sign_up_tells_what_it_has_gathered_by_name_only(examples: SimpleNamespace) -> None:
    assert repr(SignUp()) == "<SignUp with nothing yet>"
    assert repr(examples.at(sign_up(), *examples.way_to("sign")).context) == (
        "<SignUp with oauth_state, client, confidant_token, content>"
    )


def test_what_an_earlier_step_left_out_is_not_made_up() -> None:
    assert gathered(0) == 0
    with pytest.raises(LookupError):
        gathered(None)


def test_a_sign_up_cannot_be_changed_in_place(examples: SimpleNamespace) -> None:
    with pytest.raises(AttributeError):
        SignUp().jwt = SecretStr("x")  # type: ignore[misc]
    assert replace(SignUp(), client_name="x") != SignUp()
    with pytest.raises(Exception, match="frozen"):
        Settings().append_state = False  # type: ignore[misc]


def test_the_switches_have_the_documented_defaults() -> None:
    found = Settings()

    assert (found.generation, found.register_auth) == ("g1", RegisterAuth.JWT_HEADER)
    assert (found.send_jwt_in_body, found.redirect_errors, found.append_state) == (True, False, True)
    assert (found.available_scopes_check, found.dictionaries_version) == (False, "v1")
    assert found.client_details_path == "/oauth/clients/{client_id}/details"
    assert (found.user_roles_path, found.global_roles_path) == ("/user/roles", "/admin/users/{user_id}/global_roles")
    assert found.known_redirects == frozenset()
