"""Every sentence of the document is served by something and checked by some test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from esozflow.adapters.tracing import marked_tests
from esozflow.flow import UsageError
from esozflow.states import traceability
from esozflow.states.document import SENTENCES
from esozflow.states.document_words import IN_OUR_WORDS
from esozflow.states.flow import sign_up
from esozflow.states.texts import CATALOGUE
from esozflow.states.traceability import COLUMNS, Served, markdown, rows, traced, uncovered

DIAGRAMS = Path(__file__).parents[2] / "diagrams"


@pytest.fixture(scope="module")
def tests() -> Mapping[str, tuple[str, ...]]:
    return marked_tests(Path(__file__).parents[1])


def test_no_sentence_is_uncovered(tests: Mapping[str, tuple[str, ...]]) -> None:
    assert uncovered(traced(tests)) == ()


def test_every_sentence_has_its_line_in_both_languages(tests: Mapping[str, tuple[str, ...]]) -> None:
    for lang in COLUMNS:
        lines = markdown(traced(tests), lang).splitlines()
        assert [line.split(" | ")[0] for line in lines[2:]] == [f"| {sentence}" for sentence in SENTENCES]
        assert {line.count(" | ") for line in lines} == {len(COLUMNS[lang]) - 1}


def test_what_reviewers_read_is_what_serves_today(tests: Mapping[str, tuple[str, ...]]) -> None:
    drawn = (DIAGRAMS / "traceability.md").read_text(encoding="utf-8")
    assert drawn == f"# Простежуваність\n\n{markdown(traced(tests))}"


def test_the_table_is_markdown_in_ukrainian_unless_asked_for_english() -> None:
    one = Served(
        id="2.1",
        transitions=("a: Go → b", "b: Go → c"),
        texts=("told",),
        calls=(),
        pages=("confirm",),
        tests=("test_x", "test_y"),
    )
    cells = "a: Go → b; b: Go → c | told |  | confirm | test_x; test_y |"

    assert markdown((one,)) == (
        "| Речення | Нашими словами | Переходи | Тексти | Запити | Сторінки | Тести |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        f"| 2.1 | {IN_OUR_WORDS['2.1'].uk} | {cells}\n"
    )
    assert markdown((one,), "en").splitlines()[2] == f"| 2.1 | {IN_OUR_WORDS['2.1'].en} | {cells}"
    assert rows((one,)) == rows((one,), "uk")
    assert rows((one,))[0] == (
        "2.1",
        IN_OUR_WORDS["2.1"].uk,
        "a: Go → b; b: Go → c",
        "told",
        "",
        "confirm",
        "test_x; test_y",
    )


def test_a_sentence_that_nobody_serves_or_tests_is_told(tests: Mapping[str, tuple[str, ...]]) -> None:
    [first, *_] = traced(tests)
    lost = replace(first, transitions=(), texts=(), calls=(), pages=(), tests=())

    assert uncovered((lost,)) == (
        "2.1 is served by no transition, text, call or page",
        "2.1 is served by no test",
    )
    assert uncovered((replace(lost, pages=("confirm",)),)) == ("2.1 is served by no test",)
    assert {one.tests for one in traced()} == {()}


def test_a_test_of_a_sentence_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match=r"that the document does not have: 9\.9, 9\.91 \["):
        traced({"9.91": ("test_x",), "9.9": ("test_x",)})


def test_only_calls_pages_and_sentences_that_exist_are_named() -> None:
    states = sign_up().states.values()

    assert set(traceability.CALLS) <= {state.call.name for state in states if state.call}
    assert {str(name) for name in traceability.PAGES} <= {state.name for state in states if state.page}
    named = [
        *traceability.CALLS.values(),
        *traceability.PAGES.values(),
        *(text.asked_by for text in CATALOGUE.values()),
    ]
    assert {sentence for ids in named for sentence in ids} <= set(SENTENCES)


def test_each_of_the_documents_texts_names_its_sentence() -> None:
    served = {one.id: one.texts for one in traced()}

    assert served["4.2.1"] == ("client_id_missing",)
    assert served["4.2.5"] == ("token_missing",)
    assert served["4.4.1"] == served["4.6.3"] == ("accept_and_proceed",)


def test_marked_tests_are_found_without_importing_them(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_a.py").write_text(
        "raise RuntimeError\n\n@pytest.fixture\n@pytest.mark.asks('4.1.1', '4.1.2')\n@pytest.mark.slow()\n@named('x')\n"
        "def test_one(): ...\n\ndef test_two(): ...\n"
    )

    found = marked_tests(tmp_path)

    assert found == {"4.1.1": ("deep/test_a.py::test_one",), "4.1.2": ("deep/test_a.py::test_one",)}
