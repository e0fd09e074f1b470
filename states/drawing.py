"""The sign-up as pictures: its words for the diagrams of the engine, and who speaks for whom in the sequence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..flow import Flow
from ..flow.diagrams import Cast, Language, Words
from . import diagram_words, document_words
from .calls import ESOZ, VAULT
from .document import SECTIONS, SENTENCES, asks, ours
from .example import line_of, requests
from .flow import sign_up
from .names import Actor, Name
from .settings import Settings
from .text import Text
from .texts import CATALOGUE


@lru_cache(maxsize=32)
def words(lang: Language = "uk", settings: Settings | None = None) -> Words:
    """Give the labels of the sign-up for `flow.diagrams`."""
    return Words(
        lang=lang,
        states=_in(lang, {name: _title(name) for name in Name}),
        events=_in(lang, diagram_words.EVENTS),
        guards=_in(lang, diagram_words.GUARDS),
        actors=_in(lang, diagram_words.ACTORS),
        sections=SECTIONS if lang == "en" else diagram_words.SECTIONS,
        calls=_calls(lang, sign_up(settings)),
        becauses={**_sentences(lang), **_reasons(lang)},
    )


def cast(lang: Language = "uk") -> Cast:
    """Give the lanes of the document's sequence diagram: user, PIS FE, PIS BE, Auth UI, ЕСОЗ BE."""
    return Cast(
        lanes=_in(lang, diagram_words.LANES),
        user="user",
        fronts={Actor.PIS: "pis_fe", Actor.AUTH_UI: "auth_ui"},
        backs={Actor.PIS: "pis_be", Actor.AUTH_UI: "auth_ui"},
        ports={ESOZ: "esoz", VAULT: "pis_be"},
    )


def _in(lang: Language, texts: Mapping[Any, Text]) -> dict[str, str]:
    return {str(name): text.en if lang == "en" else text.uk for name, text in texts.items()}


def _title(name: Name) -> Text:
    return diagram_words.STATES.get(name) or CATALOGUE[f"{name}.title"]


def _calls(lang: Language, flow: Flow[Any]) -> dict[str, str]:
    kept = "save the tokens" if lang == "en" else "зберегти токени"
    return {name: line_of(request) or kept for name, request in requests(flow).items()}


def _sentences(lang: Language) -> dict[str, str]:
    own = _in(lang, document_words.IN_OUR_WORDS)
    return {asks(sentence): f"{sentence} {own[sentence]}" for sentence in SENTENCES}


def _reasons(lang: Language) -> dict[str, str]:
    if lang == "en":
        return {}
    return {ours(en): f"наше: {uk}" for en, uk in document_words.REASONS_IN_UKRAINIAN.items()}
