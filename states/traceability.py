"""Which transition, text, call or page serves which sentence of the document, and which sentences nobody serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..flow import UsageError
from ..flow.diagrams import Language
from .document import SENTENCES
from .document_words import IN_OUR_WORDS
from .flow import sign_up
from .names import Name
from .settings import Settings
from .texts import CATALOGUE

CALLS: Final = {
    "validate": ("2.1", "4.3.1"),
    "register": ("2.1", "4.5.1", "4.5.2"),
    "approve": ("4.7.1", "4.7.2"),
    "exchange": ("4.9.1",),
    "save_tokens": ("4.9.2",),
}
"""What the request of a call serves beside the transitions around it."""

PAGES: Final = {
    Name.PREPARE: ("2.2", "4.1.1"),
    Name.SIGN: ("2.3", "4.1.3"),
    Name.HAND_OVER: ("4.1.4",),
    Name.CONFIRM: ("4.4.1", "4.4.2"),
    Name.CONSENT: ("4.6.3",),
    Name.REDIRECT: ("4.8.1",),
}
"""What the page of a state serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Who serves one sentence. `tests` are known only where the tests are at hand."""

    id: str
    transitions: tuple[str, ...]
    texts: tuple[str, ...]
    calls: tuple[str, ...]
    pages: tuple[str, ...]
    tests: tuple[str, ...] = field(default=())

    @property
    def by_code(self) -> bool:
        """Whether anything in the library serves it."""
        return bool(self.transitions or self.texts or self.calls or self.pages)


def traced(tests: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Served, ...]:
    """Give for every sentence who serves it.

    `tests` names the tests by the ids that they are marked with. Raises `UsageError` for an id that no sentence has.
    """
    if unknown := sorted((tests or {}).keys() - SENTENCES.keys()):
        raise UsageError(
            f"Tests are marked with sentences that the document does not have: {', '.join(unknown)}",
            hint="Mark them with ids of states/document.py.",
        )
    transitions: dict[str, dict[str, None]] = {}
    for (state, event), rows in sign_up(Settings()).table.items():
        for row in rows:
            sentence = row.declared.because.partition(": ")[0]
            transitions.setdefault(sentence, {})[f"{state}: {event.__name__} → {row.to or row.declared.refusal}"] = None
    return tuple(
        Served(
            id=sentence,
            transitions=tuple(transitions.get(sentence, ())),
            texts=tuple(code for code, text in CATALOGUE.items() if sentence in text.asked_by),
            calls=tuple(name for name, ids in CALLS.items() if sentence in ids),
            pages=tuple(str(name) for name, ids in PAGES.items() if sentence in ids),
            tests=(tests or {}).get(sentence, ()),
        )
        for sentence in SENTENCES
    )


def uncovered(served: tuple[Served, ...]) -> tuple[str, ...]:
    """Say of each sentence that no code serves or no test checks what it lacks."""
    return tuple(
        f"{one.id} is served by no {what}"
        for one in served
        for what, there in (("transition, text, call or page", one.by_code), ("test", bool(one.tests)))
        if not there
    )


COLUMNS: Final[dict[Language, tuple[str, ...]]] = {
    "uk": ("Речення", "Нашими словами", "Переходи", "Тексти", "Запити", "Сторінки", "Тести"),
    "en": ("Sentence", "In our words", "Transitions", "Texts", "Calls", "Pages", "Tests"),
}


def rows(served: tuple[Served, ...], lang: Language = "uk") -> list[tuple[str, ...]]:
    """Give the cells of every line of the table, in the order of `COLUMNS`."""
    return [
        (
            one.id,
            IN_OUR_WORDS[one.id].en if lang == "en" else IN_OUR_WORDS[one.id].uk,
            *("; ".join(names) for names in (one.transitions, one.texts, one.calls, one.pages, one.tests)),
        )
        for one in served
    ]


def markdown(served: tuple[Served, ...], lang: Language = "uk") -> str:
    """Write the table as Markdown."""
    lines = [COLUMNS[lang], ("---",) * len(COLUMNS[lang]), *rows(served, lang)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
