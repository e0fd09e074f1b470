"""Every drawing, byte for byte: the parcel flow in words of two languages, in every format, as it was looked at once.

What a change of the drawing code does to the drawings is written anew with ESOZFLOW_GOLDEN=write. Look at it then: the
texts as they are, the pictures as `dot -Tsvg`, a browser, Mermaid and PlantUML show them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from esozflow.flow import Move
from esozflow.flow.diagrams import (
    Cast,
    Words,
    dot,
    markdown,
    mermaid,
    mermaid_sequence,
    path_of,
    plantuml,
    plantuml_sequence,
    sequence_svg,
)

DRAWN = Path(__file__).parent / "drawn"
SUFFIXES: dict[Callable[..., str], str] = {
    mermaid: "mmd",
    dot: "dot",
    plantuml: "puml",
    markdown: "md",
    mermaid_sequence: "mmd",
    plantuml_sequence: "puml",
    sequence_svg: "svg",
}

UK = Words(
    lang="uk",
    states={
        "draft": 'Опис "посилки" <до 30 кг>',
        "pricing": "Розрахунок вартості за тарифами і відстанню",
        "unpriced": "Вартості немає; спробуйте #2",
        "quoted": "Вартість названо: згода & оплата",
        "paying": "Оплата",
        "unpaid": "Не оплачено",
        "payment_unknown": "Чи оплачено — невідомо",
        "labelling": "Друк наклейки",
        "posted": "Відправлено",
        "label_lost": "Наклейка загубилася",
        "discarded": "Викинуто",
        "lapsed": "Строк минув",
    },
    events={
        "Described": "Посилку описано",
        "Accepted": "Згода",
        "Retried": "Ще раз ↻↻↻",
        "Discarded": "Відмова відправника, якому все це набридло",
        "Expired": "Час вийшов",
        "Priced": "Тариф | ціна",
        "Paid": "Чек \\ квитанція",
        "Answered": "Відповідь",
        "Unanswered": "Відповіді немає",
        "Unreachable": "Зв'язку немає",
    },
    guards={
        "heavy": "важча за 20 кг",
        "too_heavy": "важча за 30 кг",
        "abroad": "за кордон",
        "done": "зроблено",
        "pin_right": "PIN правильний",
        "attempts_spent": "двічі помилилися, а втретє PIN теж не той, що його надіслано відправникові тоді, коли він "
        "описав посилку й погодився з ціною",
    },
    actors={"sender": 'Відправник "удома" & <скрізь>', "office": "Пошта"},
    sections={
        "1": "Опис",
        "2": "Ціна; #тариф",
        "4": "Оплата та все, що їй заважає: довгий заголовок розділу на кілька рядків",
    },
    calls={
        "price": "GET /tariffs/{country}/parcels-and-letters/today",
        "pay": "POST /pay",
        "label": "POST /labels?size=A6&copies=2",
    },
    becauses={"the post office says so": "так каже пошта"},
)
EN = Words(lang="en", states={"draft": "Describing the parcel", "posted": "Posted"}, actors={"office": "Post office"})
WORDS = {"uk": UK, "en": EN}
GOALS = {"uk": "posted", "en": "label_lost"}
CAST = Cast(
    lanes={"buyer": "Buyer", "shop": "Shop <front>", "desk": 'Desk & "till"', "bank": "Bank"},
    user="buyer",
    fronts={"sender": "shop", "office": "shop"},
    backs={"sender": "shop", "office": "desk"},
    ports={"tariffs": "bank", "till": "bank", "printer": "desk"},
)


def compared(name: str, text: str) -> None:
    file = DRAWN / name
    if os.environ.get("ESOZFLOW_GOLDEN") == "write":
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("write", [mermaid, dot, plantuml, markdown])
def test_the_states_are_drawn_as_they_were_looked_at(parcels: Any, write: Callable[..., str], lang: str) -> None:
    compared(f"states.{lang}.{SUFFIXES[write]}", write(parcels.flow, WORDS[lang], goal=GOALS[lang]))


@pytest.mark.parametrize("lang", WORDS)
@pytest.mark.parametrize("write", [mermaid_sequence, plantuml_sequence, sequence_svg])
def test_the_sequence_is_drawn_as_it_was_looked_at(parcels: Any, write: Callable[..., str], lang: str) -> None:
    compared(f"sequence.{lang}.{SUFFIXES[write]}", write(parcels.flow, CAST, WORDS[lang], goal="posted"))


@pytest.mark.parametrize("write", [mermaid_sequence, plantuml_sequence, sequence_svg])
def test_calls_beside_the_way_are_followed_to_where_they_rest(parcels: Any, write: Callable[..., str]) -> None:
    compared(f"lapsing.uk.{SUFFIXES[write]}", write(parcels.flow, CAST, UK, goal="lapsed"))


@pytest.mark.parametrize("write", [mermaid, dot])
def test_the_way_of_one_parcel_is_drawn_as_it_was_looked_at(parcels: Any, write: Callable[..., str]) -> None:
    taken = [
        ("draft", "Described", "pricing"),
        ("pricing", "Unanswered", "unpriced"),
        ("unpriced", "Retried", "pricing"),
    ]
    journal = [
        Move(
            revision=revision,
            event=event,
            from_state=source,
            to_state=target,
            section="1",
            actor="sender",
            at=parcels.START,
        )
        for revision, (source, event, target) in enumerate(taken)
    ]

    compared(f"way.en.{SUFFIXES[write]}", write(parcels.flow, EN, goal="posted", path=path_of(journal)))
