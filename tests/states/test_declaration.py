"""The declaration against the document: nine sections in order, whose state is whose, which call is made where."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from esozflow.flow import Answered, Expired, Repeat
from esozflow.states import answers, document
from esozflow.states.calls import ESOZ, VAULT
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.names import Actor, Name
from esozflow.states.settings import Settings

NOBODY_LEFT_OUT = Settings(
    available_scopes_check=True, known_redirects=frozenset({("6498d88e", "https://pis.example.ua/cb")})
)

STATES = {
    "prepare": ("4.1", "pis"),
    "sign": ("4.1", "pis"),
    "hand_over": ("4.1", "pis"),
    "validate_params": ("4.2", "auth_ui"),
    "init_validation": ("4.3", "auth_ui"),
    "validation_unavailable": ("4.3", "auth_ui"),
    "confirm": ("4.4", "auth_ui"),
    "register": ("4.5", "auth_ui"),
    "register_unknown": ("4.5", "auth_ui"),
    "user_roles": ("4.6", "auth_ui"),
    "global_roles": ("4.6", "auth_ui"),
    "available_scopes": ("4.6", "auth_ui"),
    "scope_names": ("4.6", "auth_ui"),
    "client_details": ("4.6", "auth_ui"),
    "consent_unavailable": ("4.6", "auth_ui"),
    "consent": ("4.6", "auth_ui"),
    "approve": ("4.7", "auth_ui"),
    "redirect": ("4.8", "auth_ui"),
    "decline_redirect": ("4.8", "auth_ui"),
    "exchange": ("4.9", "pis"),
    "exchange_unsent": ("4.9", "pis"),
    "save_tokens": ("4.9", "pis"),
    "tokens_unsaved": ("4.9", "pis"),
    # ends
    "not_handed_over": ("4.1", "pis"),
    "params_refused": ("4.2", "auth_ui"),
    "validation_refused": ("4.3", "auth_ui"),
    "register_refused": ("4.5", "auth_ui"),
    "left_unknown": ("4.5", "auth_ui"),
    "client_refused": ("4.6", "auth_ui"),
    "no_access": ("4.6", "auth_ui"),
    "redirect_refused": ("4.8", "auth_ui"),
    "declined": ("4.4", "auth_ui"),
    "expired": ("4.4", "auth_ui"),
    "exchange_refused": ("4.9", "pis"),
    "exchange_unknown": ("4.9", "pis"),
    "signed_up": ("4.9", "pis"),
    "returned_error": ("4.9", "pis"),
    "not_returned": ("4.1", "pis"),
}
CALLS = {
    "init_validation": ("validate", ESOZ, Repeat.FREELY),
    "register": ("register", ESOZ, Repeat.WHEN_ASKED),
    "user_roles": ("user_roles", ESOZ, Repeat.FREELY),
    "global_roles": ("global_roles", ESOZ, Repeat.FREELY),
    "available_scopes": ("available_scopes", ESOZ, Repeat.FREELY),
    "scope_names": ("dictionaries", ESOZ, Repeat.FREELY),
    "client_details": ("client_details", ESOZ, Repeat.FREELY),
    "approve": ("approve", ESOZ, Repeat.WHEN_ASKED),
    "exchange": ("exchange", ESOZ, Repeat.NEVER),
    "save_tokens": ("save_tokens", VAULT, Repeat.FREELY),
}
FINAL = {name for name, _ in list(STATES.items())[23:]}


def test_the_states_stand_in_the_order_of_the_documents_nine_sections() -> None:
    states = [state for state in sign_up(NOBODY_LEFT_OUT).states.values() if not state.final]

    sections = list(dict.fromkeys(state.section for state in states))

    assert sections == ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9"]
    assert [state.section for state in states] == sorted(state.section for state in states)


def test_every_state_has_the_section_and_the_party_that_the_document_gives_it() -> None:
    found = {state.name: (state.section, str(state.actor)) for state in sign_up(NOBODY_LEFT_OUT).states.values()}

    assert found == STATES
    assert set(found) == {str(name) for name in Name}


def test_every_call_has_its_name_its_port_its_answer_and_says_whether_it_may_be_repeated() -> None:
    states = sign_up(NOBODY_LEFT_OUT).states

    found = {name: (s.call.name, s.call.port, s.call.repeat) for name, s in states.items() if s.call}

    assert found == CALLS
    for name, state in states.items():
        if state.call:
            assert state.call.deadline == Settings().call_deadline
            assert issubclass(state.call.answer, Answered)
            assert (state.call.answer is answers.VaultAnswered) is (name == "save_tokens")


def test_the_ends_are_final_and_nothing_else_is() -> None:
    assert {name for name, state in sign_up(NOBODY_LEFT_OUT).states.items() if state.final} == FINAL


def test_every_transition_cites_a_sentence_of_the_document_or_says_that_it_is_ours(variation: Settings) -> None:
    sentences = {document.asks(number) for number in document.SENTENCES}

    for state in sign_up(variation).states.values():
        for move in state.moves:
            assert move.because in sentences or move.because.startswith("ours: ")
            if move.because in sentences:
                section = move.because.split(":")[0].rsplit(".", 1)[0]
                # 4.4's button, 4.6's scopes and 4.9's code are where the step before them leads.
                allowed = {state.section, {"4.5": "4.6", "4.6": "4.7", "4.8": "4.9"}.get(state.section)}
                assert section in allowed or state.section == "4.1"


def test_a_sentence_that_the_document_does_not_have_cannot_be_cited() -> None:
    with pytest.raises(KeyError):
        document.asks("4.10.1")


def test_the_quoted_sentences_are_those_of_the_published_page() -> None:
    assert document.SENTENCES["4.3.2"].startswith("in case 200 with patien data and jwt is returned")
    assert document.SENTENCES["4.9.2"] == (
        "in case 201 with access and refresh tokens is returned - save their values to PIS back-end"
    )
    assert len(document.SENTENCES) == 33


def test_no_end_of_the_client_exists_where_its_details_are_not_read() -> None:
    states = sign_up(Settings(client_details_path="")).states

    assert "client_details" not in states
    assert "client_refused" not in states


def test_each_party_gets_exactly_its_own_states(variation: Settings) -> None:
    whole = sign_up(variation).states

    for flow, actor in ((auth_ui(variation), Actor.AUTH_UI), (pis(variation), Actor.PIS)):
        assert list(flow.states) == [name for name, state in whole.items() if state.actor == actor]
    assert auth_ui(variation).initial == Name.VALIDATE_PARAMS
    assert pis(variation).initial == Name.PREPARE
    assert auth_ui(variation).states["redirect"].final


def test_a_flow_is_built_once_for_equal_settings() -> None:
    assert sign_up(Settings(append_state=False)) is sign_up(Settings(append_state=False))


def test_pages_with_personal_data_and_waits_have_a_lifetime_and_say_what_follows(examples: SimpleNamespace) -> None:
    flow = sign_up(NOBODY_LEFT_OUT)

    lasting = {name for name, state in flow.states.items() if state.lifetime is not None}

    assert lasting == {
        "prepare",
        "sign",
        "hand_over",
        "validate_params",
        "validation_unavailable",
        "confirm",
        "register_unknown",
        "consent_unavailable",
        "consent",
        "exchange_unsent",
    }
    assert all((name, Expired) in flow.table for name in lasting)


def test_every_action_of_every_page_is_an_event_that_its_state_knows(
    examples: SimpleNamespace, variation: Settings
) -> None:
    for flow in (sign_up(variation), pis(variation), auth_ui(variation)):
        part = flow.name.partition(".")[2] or None
        way = examples.way_to("prepare") if part != "auth_ui" else ()
        for snapshot, _ in examples.walk(flow, *way):
            page = flow.page(snapshot)
            assert page is None or all((snapshot.state, action.event) in flow.table for action in page.actions)
