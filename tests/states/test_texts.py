"""The catalogue: every code that the flow uses has a text, and every published text stands to the letter."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes, SecretStr

import esozflow.flow.errors
from esozflow.flow import FlowError, Message, Page, Problem, Transition
from esozflow.states import (
    Settings,
    SignUp,
    dictionaries,
    hand_over,
    person_page,
    refusals,
    render,
    rules,
    sign_up,
    texts,
    texts_pages,
)
from esozflow.states.answers import Answered, ApiError
from esozflow.states.signup import PisClient, Query, User
from esozflow.states.text import document, published
from esozflow.states.texts import CATALOGUE, DICTIONARIES, FIELDS, GROUPS, REASONS, Source, Text, render_problem
from esozflow.states.validate_params import CHECKS

SOURCES = sorted(Path(texts.__file__).parent.glob("*.py"))
ENGINE_SOURCES = sorted(Path(esozflow.flow.errors.__file__).parent.glob("*.py"))
CODE_TAKERS = {"Message", "told", "refuse"}
PARAMETER = re.compile(r"\{(\w+)\}")
# The errors of who embeds the library, never of a user: their own message and hint are what they need.
FOR_EMBEDDERS = {
    "flow_error",
    "usage",
    "peer",
    "definition",
    "missing_port",
    "day_needed",
    "not_a_snapshot",
    "not_an_event",
    "wrong_type",
    "foreign_store",
}

EVERYTHING = SignUp(
    client=PisClient(
        client_id="6498d88e", redirect_uri="https://pis.example.ua/cb", scope="a", auth_ui="https://a.example"
    ),
    confidant_token=SecretStr("t"),
    content=SecretBytes(b"{}"),
    user_data=SecretStr("AAAA"),
    query=Query(
        client_id="6498d88e",
        redirect_uri="https://pis.example.ua/cb",
        scope="a",
        user_data=SecretStr("AAAA"),
        token=SecretStr("t"),
    ),
    patient=SecretStr(
        '{"last_name": "Садова", "gender": "FEMALE", "secret": "зозуля", "no_tax_id": false, '
        '"documents": [{"type": "PASSPORT", "number": "АА123456"}]}'
    ),
    user=User(person_id="p", tax_id=SecretStr("3221302486")),
    scopes=("declaration:read_pis",),
    scope_names=(("declaration:read_pis", "Перегляд декларацій"),),
    redirect_url=SecretStr("https://pis.example.ua/cb?code=c"),
)
SWITCHES = Settings(
    available_scopes_check=True,
    known_redirects=frozenset({("6498d88e", "https://pis.example.ua/cb")}),
    redirect_errors=True,
)


def named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def code_argument(call: ast.Call) -> ast.expr | None:
    by_name = {keyword.arg: keyword.value for keyword in call.keywords}
    return by_name.get("code") or (call.args[0] if named(call) == "told" and call.args else None)


def literal_codes(expression: ast.expr | None) -> set[str]:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return {expression.value}
    if isinstance(expression, ast.IfExp):
        return literal_codes(expression.body) | literal_codes(expression.orelse)
    return set()


def calls_in(paths: list[Path]) -> Iterator[ast.Call]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def messages_on(page: Page) -> Iterator[Message]:
    yield from (page.title, *page.messages)
    yield from (action.label for action in page.actions)
    for group in page.groups:
        yield group.title
        for field in group.fields:
            yield from (one for one in (field.label, field.value) if isinstance(one, Message))


def moves() -> list[Transition[SignUp]]:
    return [move for state in sign_up(SWITCHES).states.values() for move in state.moves]


def every_page() -> list[Page]:
    found: list[Page] = []
    for state in sign_up(SWITCHES).states.values():
        if state.page is None:
            continue
        found.append(state.page(EVERYTHING))
        try:
            found.append(state.page(SignUp()))
        except LookupError:  # this page needs what an earlier step gathers
            continue
    return found


def test_every_message_that_the_sources_name_is_in_the_catalogue() -> None:
    used = set().union(
        *(literal_codes(code_argument(call)) for call in calls_in(SOURCES) if named(call) in CODE_TAKERS)
    )
    assert {"confirm.title", "no_answer", "no_connection", "state_mismatch", "yes", "no"} <= used
    assert used <= set(CATALOGUE)


def test_every_message_on_every_page_is_in_the_catalogue() -> None:
    used = {message.code for page in every_page() for message in messages_on(page)}
    assert {"signed_up.title", "nothing_done", "registered_not_approved", "accept_and_proceed"} <= used
    assert used <= set(CATALOGUE)


def test_every_check_of_the_query_has_a_text() -> None:
    assert {code for _, code, _ in CHECKS} <= set(CATALOGUE)


def test_every_refusal_of_an_event_has_a_text() -> None:
    assert {move.refusal for move in moves() if move.refusal} <= set(CATALOGUE)


def test_every_translated_answer_has_a_text() -> None:
    translated = {
        message.code
        for call in (
            *refusals._BY_MESSAGE,
            "required property x was not present",
            "expected a minimum of 1 items but got 0",
        )
        for message in refusals.messages_of(Answered(status=422, error=ApiError(message=call)))
    }
    assert "answer" not in translated
    by_type = {
        refusals.messages_of(Answered(status=409, error=ApiError(type=one)))[0].code for one in refusals._BY_TYPE
    }
    assert translated | by_type <= set(CATALOGUE)


def test_every_error_that_a_redirect_may_bring_has_a_text() -> None:
    assert {f"returned.{error}" for error in (*hand_over._ERRORS, "unknown_error")} <= set(CATALOGUE)


def test_every_rule_of_an_input_has_a_text() -> None:
    named_in_sources = {
        rule
        for call in calls_in(SOURCES)
        for keyword in call.keywords
        if named(call) == "Problem" and keyword.arg == "rule"
        for rule in literal_codes(keyword.value)
    }
    raised = {
        rule
        for call in calls_in(SOURCES)
        if named(call) == "PydanticCustomError"
        for rule in literal_codes(call.args[0])
    }
    assert {"doubled", "bad_escape", "otp", "base64"} <= named_in_sources | raised
    assert named_in_sources | raised | set(rules.RULES) <= set(CATALOGUE)


def test_every_error_that_a_user_can_meet_has_a_text() -> None:
    def kinds(kind: type[FlowError]) -> Iterator[type[FlowError]]:
        yield kind
        for one in kind.__subclasses__():
            if one.__module__.startswith("esozflow.flow") and "testing" not in one.__module__:
                yield from kinds(one)

    codes = {kind.default_code for kind in kinds(FlowError)}
    raised = {
        code
        for call in calls_in(ENGINE_SOURCES)
        for keyword in call.keywords
        if keyword.arg == "code"
        for code in literal_codes(keyword.value)
    }
    assert {"stale_revision", "store_failed", "not_a_users_event"} <= codes | raised
    assert (codes | raised) - FOR_EMBEDDERS <= set(CATALOGUE)


def test_every_dictionary_of_the_patients_page_is_known() -> None:
    named_there = {*person_page._DICTIONARIES.values(), *person_page._TYPES.values()} - {"COUNTRY"}
    assert named_there <= set(DICTIONARIES)


def every_text() -> list[tuple[str, Text]]:
    tables = {"": CATALOGUE, "field ": FIELDS, "group ": GROUPS, "reason ": REASONS}
    tables |= {f"{name} ": values for name, values in DICTIONARIES.items()}
    return [(f"{name}{code}", text) for name, table in tables.items() for code, text in table.items()]


def test_both_languages_say_something_with_the_same_parameters() -> None:
    for name, text in every_text():
        assert text.uk.strip() == text.uk != "", name
        assert text.en.strip() == text.en != "", name
        assert sorted(PARAMETER.findall(text.uk)) == sorted(PARAMETER.findall(text.en)), name


def test_our_ukrainian_is_written_in_the_ukrainian_alphabet() -> None:
    mixed = re.compile(r"[’`´]|  |[a-zA-Z][а-яґєії]|[а-яґєії][a-zA-Z]")
    for name, text in every_text():
        if text.source is Source.OURS:
            assert not mixed.search(PARAMETER.sub("", text.uk)), name
            assert name == "name_format" or not re.search("[ыъэёЫЪЭЁ]", text.uk), name


def test_no_code_stands_in_two_tables() -> None:
    own = {"CATALOGUE", "FIELDS", "GROUPS", "REASONS", "DICTIONARIES"}
    tables = [table for name, table in vars(texts).items() if name.isupper() and name[0] != "_" and name not in own]
    assert len(CATALOGUE) == sum(len(table) for table in tables)


DOCUMENT = {
    "client_id_missing": "Не вказаний ідентифікатор додатку для авторизації",
    "redirect_uri_missing": "Не вказано адресу зворотнього визову",
    "scope_missing": "Не вказано скоупів для авторизації",
    "user_data_empty": "Не вказано дані для авторизації",
    "token_missing": "Не вказано токен особи для авторизації",
}


@pytest.mark.asks("4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5")
@pytest.mark.parametrize(("code", "text"), DOCUMENT.items())
def test_the_checks_of_4_2_speak_the_documents_words(code: str, text: str) -> None:
    assert render(Message(code=code)) == text
    assert CATALOGUE[code].source is Source.DOCUMENT


def test_nothing_else_in_ukrainian_is_the_documents() -> None:
    assert {code for code, text in CATALOGUE.items() if text.source is Source.DOCUMENT} == set(DOCUMENT)


@pytest.mark.asks("4.4.1", "4.6.3")
def test_the_button_of_4_4_and_4_6_has_the_documents_caption() -> None:
    button = Message(code="accept_and_proceed")
    assert render(button, "en") == "Accept and proceed"
    assert CATALOGUE["accept_and_proceed"].source_en is Source.DOCUMENT
    assert render(button) == "Прийняти та продовжити"


PUBLISHED = {
    "accept_and_proceed": "Прийняти та продовжити",
    "user_data_missing": "Відсутні дані для реєстрації",
    "signed_content_invalid": "Підписаний контент некоректний або прострочений.",
    "jwt_invalid": "Підписаний контент некоректний або прострочений.",
    "signature_expired": "Підписаний контент некоректний або прострочений.",
    "signer_not_authenticated": "Не вдалося ідентифікувати підписанта",
    "patient_signed_false": "Користувач повинен погодитись з підписанням даних",
    "signer_is_not_person": "Дані з підпису не співпадають з даними для реєстрації",
    "tax_id_exists": "Користувач з таким ідентифікаційним номером вже існує.",
    "email_exists": "Користувач з такою email-адресою вже існує.",
    "jwt_expired": "Час заповнення форми вичерпався. Будь ласка, відправте форму повторно.",
    "session_expired": "Термін \x63\x65\x63ії користувача вичерпано. Радимо повернутися до попереднього кроку",
    "user_blocked": "Користувача заблоковано",
    "no_access": "У даного користувача не має доступу",
    "client_not_found": "Не знайдено додаток за вказанним ідентифікатором",
}


@pytest.mark.parametrize(("code", "text"), PUBLISHED.items())
def test_a_published_text_keeps_its_spelling(code: str, text: str) -> None:
    assert render(Message(code=code)) == text


def test_what_is_marked_as_published_is_exactly_what_is_listed_here() -> None:
    assert {code for code, text in CATALOGUE.items() if text.source is Source.PUBLISHED} == set(PUBLISHED)


def test_a_code_that_is_not_known_is_given_back() -> None:
    assert render(Message(code="no_such_code", params={"a": "b"})) == "no_such_code"


@pytest.mark.parametrize("lang", ["uk", "en"])
@given(params=st.dictionaries(st.sampled_from(["name", "text", "value", "dictionary", "status"]), st.text()))
def test_no_parameters_make_a_known_code_fail(lang: texts.Language, params: dict[str, str]) -> None:
    for code in CATALOGUE:
        assert isinstance(render(Message(code=code, params=params), lang), str)


@given(text=st.text())
def test_a_parameter_is_put_in_as_it_is(text: str) -> None:
    assert render(Message(code="answer", params={"text": text})) == text


def test_a_parameter_is_not_searched_for_parameters() -> None:
    assert render(Message(code="answer", params={"text": "{status} {text}"})) == "{status} {text}"


def test_a_missing_parameter_is_an_ellipsis() -> None:
    assert (
        render(Message(code="answer_unreadable"), "en") == "The answer of eHealth could not be understood (status …)."
    )


@pytest.mark.parametrize(
    ("message", "uk", "en"),
    [
        (Message(code="field", params={"name": "last_name"}), "Прізвище", "Last name"),
        (Message(code="field", params={"name": "new_field"}), "new_field", "new_field"),
        (Message(code="group", params={"name": "documents"}), "Документ", "Document"),
        (Message(code="group", params={"name": "new_group"}), "new_group", "new_group"),
        (Message(code="dictionary", params={"dictionary": "GENDER", "value": "MALE"}), "чоловіча", "male"),
        (Message(code="dictionary", params={"dictionary": "GENDER", "value": "OTHER"}), "OTHER", "OTHER"),
        (Message(code="dictionary", params={"dictionary": "NEW", "value": "MALE"}), "MALE", "MALE"),
        (Message(code="dictionary", params={"value": "MALE"}), "MALE", "MALE"),
        (Message(code="scope", params={"scope": "person:details_pis"}), "person:details_pis", "person:details_pis"),
        (
            Message(code="property_missing", params={"property": "email"}),
            "Не заповнено обов'язкове поле: Електронна пошта",
            "A required field is not filled in: E-mail",
        ),
        (
            Message(code="not_signed", params={"reason": "card_busy"}),
            "Підпис не створено: card_busy. Нічого не надіслано; спробуйте підписати ще раз.",
            "No signature was made: card_busy. Nothing was sent; try to sign again.",
        ),
    ],
)
def test_names_are_looked_up_and_unknown_ones_shown_as_they_are(message: Message, uk: str, en: str) -> None:
    assert (render(message), render(message, "en")) == (uk, en)


def test_a_text_says_whose_its_words_are() -> None:
    assert document("а", "b", "4.2.1", "4.2.2") == Text("а", "b", Source.DOCUMENT, Source.OURS, ("4.2.1", "4.2.2"))
    assert published("а", "b") == Text("а", "b", Source.PUBLISHED, Source.OURS, ())
    assert published("а", "b", Source.DOCUMENT, "4.4.1") == Text(
        "а", "b", Source.PUBLISHED, Source.DOCUMENT, ("4.4.1",)
    )


def test_names_of_dictionary_values_say_whose_they_are() -> None:
    documents = DICTIONARIES["DOCUMENT_TYPE"]
    assert documents["PASSPORT"].source is Source.PUBLISHED
    assert documents["BIRTH_CERTIFICATE_FOREIGN"].source is Source.OURS
    assert {len(DICTIONARIES["STREET_TYPE"]), len(dictionaries.StreetType)} == {42}


@pytest.mark.parametrize(
    ("problem", "uk", "en"),
    [
        (
            Problem(path="person.documents.0.number", rule="string_too_long", params={"max_length": 25}),
            "Пацієнт → Документи (1) → Номер: забагато символів, дозволено щонайбільше 25",
            "Patient → Documents (1) → Number: too long, at most 25 allowed",
        ),
        (
            Problem(path="person.confidant_person.documents_relationship.1.number", rule="brand_new"),
            (
                "Пацієнт → Законний представник → Документи, що підтверджують представництво (2) → Номер: "
                "значення не відповідає вимогам (brand_new)"
            ),
            (
                "Patient → Confidant person → Documents that confirm the representation (2) → Number: "
                "the value does not meet the requirements (brand_new)"
            ),
        ),
        (
            Problem(path="", rule="bad_escape"),
            "Дані загалом: містить некоректне відсоткове кодування",
            "The data as a whole: contains a bad percent-escape",
        ),
        (
            Problem(path="otp", rule="otp"),
            "Код із СМС: потрібно від чотирьох до восьми цифр",
            "Code from the SMS: four to eight digits are needed",
        ),
        (
            Problem(path="0", rule="brand_new"),
            "0: значення не відповідає вимогам (brand_new)",
            "0: the value does not meet the requirements (brand_new)",
        ),
    ],
)
def test_a_problem_names_its_field_and_what_is_needed(problem: Problem, uk: str, en: str) -> None:
    assert (render_problem(problem), render_problem(problem, "en")) == (uk, en)


@pytest.mark.parametrize("code", ["register_unknown", "not_returned"])
def test_where_the_result_is_unknown_the_text_neither_claims_nor_denies_it(code: str) -> None:
    text = render(Message(code=code))
    assert "невідомо, чи зареєстровано" in text
    assert "Не повторюйте" in text
    assert "увійти від імені пацієнта через ПІС" in text


def test_every_end_says_last_what_was_and_was_not_done() -> None:
    ends = [state for state in sign_up(SWITCHES).states.values() if state.final and state.page]
    assert len(ends) >= 12
    for state in ends:
        page = state.page(EVERYTHING) if state.page else None
        assert page
        assert [message.code in texts_pages.OUTCOMES for message in page.messages][-1:] == [True], state.name
