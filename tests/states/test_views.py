"""The pictures of the sign-up: words for everything, the document's lanes, requests as they are sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from esozflow.flow.diagrams import mermaid, mermaid_sequence, picture
from esozflow.states import diagram_words, document_words
from esozflow.states.document import SECTIONS, SENTENCES
from esozflow.states.drawing import cast, words
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.names import Actor, Name
from esozflow.states.settings import Settings
from esozflow.states.views import FORMATS, View, view

DIAGRAMS = Path(__file__).parents[2] / "diagrams"
CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)


def test_everything_that_is_drawn_has_words_in_both_languages(variation: Settings) -> None:
    drawn = picture(sign_up(variation))

    for lang in ("uk", "en"):
        labels = words(lang, variation)
        for node in drawn.nodes:
            assert node.name in labels.states
            assert node.actor in labels.actors
            assert node.section in labels.sections
            assert node.call is None or node.call in labels.calls
        for edge in drawn.edges:
            assert edge.event in labels.events
            assert set(edge.guards) <= labels.guards.keys()
            assert lang == "en" or CYRILLIC.search(labels.because(edge.because))
            assert edge.because.startswith("ours: ") or edge.because in labels.becauses


def test_no_word_is_left_over() -> None:
    everything = Settings(available_scopes_check=True, known_redirects=frozenset({("a", "https://a.example/")}))
    table = sign_up(everything).table
    rows = [row for tried in table.values() for row in tried]

    assert {guard.name for row in rows for guard in row.guards} == set(diagram_words.GUARDS)
    assert {event.__name__ for _, event in table} == set(diagram_words.EVENTS)
    assert set(diagram_words.SECTIONS) == set(SECTIONS)
    assert set(document_words.IN_OUR_WORDS) == set(SENTENCES)
    reasons = {row.declared.because.removeprefix("ours: ") for row in rows if row.declared.because.startswith("ours: ")}
    assert reasons == set(document_words.REASONS_IN_UKRAINIAN)
    assert set(diagram_words.STATES) <= set(Name)
    assert set(diagram_words.ACTORS) == set(Actor)


def test_every_text_is_there_in_both_languages() -> None:
    tables: list[Any] = [
        diagram_words.ACTORS,
        diagram_words.LANES,
        diagram_words.STATES,
        diagram_words.EVENTS,
        diagram_words.GUARDS,
        document_words.IN_OUR_WORDS,
    ]
    for table in tables:
        for text in table.values():
            assert text.uk
            assert text.en


def test_english_labels_are_english_and_ukrainian_ones_ukrainian() -> None:
    for lang in ("uk", "en"):
        labels = words(lang)
        assert labels.lang == lang
        for texts in (labels.states, labels.events, labels.guards, labels.sections, labels.becauses):
            latin = [text for text in texts.values() if not CYRILLIC.search(text.replace("ЕСОЗ", ""))]
            assert len(latin) == len(texts) if lang == "en" else len(latin) < len(texts) / 5
    assert words("en").actors == {"pis": "PIS", "auth_ui": "Auth UI (pages of ЕСОЗ)"}
    assert words("uk").actors == {"pis": "ПІС", "auth_ui": "Auth UI (сторінки ЕСОЗ)"}


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_every_view_is_written_in_each_of_its_formats(lang: Any) -> None:
    assert set(FORMATS) == set(get_args(View))
    for name, forms in FORMATS.items():
        for form in forms:
            assert view(name, form, lang)
    with pytest.raises(KeyError):
        view("sequence", "dot")


@pytest.mark.parametrize(
    ("file", "heading", "name", "form"),
    [
        ("whole.mmd", "", "whole", "mermaid"),
        ("auth-ui.mmd", "", "auth-ui", "mermaid"),
        ("pis.mmd", "", "pis", "mermaid"),
        ("sequence.mmd", "", "sequence", "mermaid"),
        ("sequence.svg", "", "sequence", "svg"),
        ("transitions.md", "# Таблиця переходів\n\n", "whole", "markdown"),
    ],
)
def test_what_reviewers_read_is_what_runs(file: str, heading: str, name: str, form: str) -> None:
    """Written anew with `make diagrams`, which also draws what only Graphviz can."""
    assert (DIAGRAMS / file).read_text(encoding="utf-8") == heading + view(name, form)


def test_the_sequence_has_the_documents_lanes_in_its_order() -> None:
    assert list(cast("en").lanes.values()) == ["User", "PIS FE", "PIS BE", "Auth UI", "ЕСОЗ BE"]


@pytest.mark.parametrize(
    "line",
    [
        "auth_ui->>esoz: POST<br/>/api/pis/confidant/sign-<br/>up_validation",
        "auth_ui->>esoz: POST /api/pis/confidant/register",
        "auth_ui->>esoz: GET /api/dictionaries",
        "auth_ui->>esoz: GET<br/>/oauth/clients/{client_id}/details",
        "auth_ui->>esoz: POST /oauth/apps/authorize",
        "pis_be->>esoz: POST /oauth/tokens",
        "Note over pis_be: save the tokens",
        "pis_fe->>pis_be: hands over to the back-end",
        "user->>auth_ui: The link of the PIS is opened",
    ],
)
def test_the_sequence_shows_the_calls_as_they_are_sent(line: str) -> None:
    flat = re.sub(r"<br/>", "", line).replace(" ", "")
    assert flat in re.sub(r"<br/>", "", view("sequence", "mermaid", "en")).replace(" ", "")


def test_the_sequence_shows_the_reads_of_roles_where_they_branch_off() -> None:
    text = view("sequence", "mermaid", "en")

    assert "auth_ui->>esoz: GET /user/roles" in text
    assert "auth_ui->>esoz: GET" in text


@pytest.mark.parametrize("name", ["whole", "auth-ui", "pis", "sequence"])
def test_a_view_is_of_these_settings_and_in_this_language(name: str) -> None:
    settings = Settings(
        dictionaries_version="v2",
        client_details_path="/clients/{client_id}",
        known_redirects=frozenset({("a", "https://a.example/")}),
    )
    flow = {"auth-ui": auth_ui, "pis": pis}.get(name, sign_up)(settings)

    for lang in ("uk", "en"):
        by_hand = (
            mermaid_sequence(flow, cast(lang), words(lang, settings))
            if name == "sequence"
            else mermaid(flow, words(lang, settings))
        )
        assert view(name, "mermaid", lang, settings) == by_hand
        assert by_hand != view(name, "mermaid", lang) or name == "pis"
    assert view(name, "mermaid") == view(name, "mermaid", "uk", Settings())
    assert cast() == cast("uk")
    assert words() == words("uk", Settings())


def test_no_secret_of_an_example_is_drawn() -> None:
    for name, forms in FORMATS.items():
        for form in forms:
            assert not re.search("query token|client secret", view(name, form, "en").replace("\n", " "))
