"""What a text is: Ukrainian and English, each with its author."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Whose the wording is."""

    DOCUMENT = "document"
    """The flow document "UA_PIS. Confidant patient sign-up flow", to the letter."""
    PUBLISHED = "published"
    """To the letter: the page "PIS. Confidant patient sign-up" or its twin "PIS. Patient sign-up", the PIS API
    blueprint, the open-sourced sign-up pages and services, the platform's 2019 dictionaries."""
    OURS = "ours"
    """Our own; nobody else answers for it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in two languages; `{name}` stands for a parameter of the message.

    `source` says whose the Ukrainian wording is, `source_en` whose the English one; `asked_by` are the ids of the
    sentences of the document that ask for the text.
    """

    uk: str
    en: str
    source: Source = Source.OURS
    source_en: Source = Source.OURS
    asked_by: tuple[str, ...] = ()


def document(uk: str, en: str, *asked_by: str) -> Text:
    """Give a Ukrainian text of the document, with our own English, and the ids of the sentences that ask for it."""
    return Text(uk, en, Source.DOCUMENT, asked_by=asked_by)


def published(uk: str, en: str, source_en: Source = Source.OURS, *asked_by: str) -> Text:
    """Give a published Ukrainian text; its English is our own unless said otherwise."""
    return Text(uk, en, Source.PUBLISHED, source_en, asked_by)
