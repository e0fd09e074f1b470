"""The headings of the page for reviewers."""

from __future__ import annotations

from typing import Final

from ...flow.diagrams import Language

HEADINGS: Final[dict[Language, dict[str, str]]] = {
    "uk": {
        "title": "Реєстрація пацієнта законним представником: огляд для рецензента",
        "intro": "Усе тут зроблено з таблиці, яку виконує програма. Номери біля ліній — рядки таблиці переходів.",
        "contents": "Зміст",
        "live": "Шлях однієї реєстрації",
        "live_note": "Пройдені стани й лінії виділено на діаграмах нижче.",
        "sequence": "Послідовність",
        "whole": "Увесь процес",
        "auth-ui": "Частина Auth UI",
        "pis": "Частина ПІС",
        "transitions": "Таблиця переходів",
        "proof": "Доведення",
        "holds": "виконується",
        "wrong": "не виконується",
        "open": "не вирішено",
        "traceability": "Простежуваність",
        "uncovered": "Не охоплено",
        "versions": "Версії",
        "flow": "Процес",
        "revision": "Ревізія",
        "section": "Розділ",
        "from": "Звідки",
        "event": "Подія",
        "to": "Куди",
        "at": "Коли",
    },
    "en": {
        "title": "Sign-up of a patient by a confidant person: for the reviewer",
        "intro": "All of this is made from the table that runs. Numbers at lines are rows of the table of transitions.",
        "contents": "Contents",
        "live": "The way of one sign-up",
        "live_note": "The states and lines that it took are marked in the pictures below.",
        "sequence": "Sequence",
        "whole": "The whole flow",
        "auth-ui": "The part of the Auth UI",
        "pis": "The part of the PIS",
        "transitions": "Table of transitions",
        "proof": "Proof",
        "holds": "holds",
        "wrong": "does not hold",
        "open": "open",
        "traceability": "Traceability",
        "uncovered": "Not covered",
        "versions": "Versions",
        "flow": "Flow",
        "revision": "Revision",
        "section": "Section",
        "from": "From",
        "event": "Event",
        "to": "To",
        "at": "At",
    },
}
