"""Query strings that browsers bring (4.1, 4.8): read strictly, once, at the door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from ..flow import InvalidInput, Problem
from ..flow.wiring import expect

MAX_LENGTH = 320 * 1024
"""Longest accepted query string, in characters: 96 KB of signed content, all percent-encoded, and the rest."""

_MAX_PARAMETERS = 50
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def parameters(query: str, known: frozenset[str]) -> dict[str, str]:
    """Give the known parameters of a query string, percent-decoded; others are ignored (RFC 6749 §3.1).

    Raises `InvalidInput` for a parameter that comes twice, a bad percent-escape, text that is not UTF-8, a
    control character, or a query of excessive size.
    """
    expect("query", query, str)
    if len(query) > MAX_LENGTH:
        raise InvalidInput("query", [Problem(path="", rule="too_long", params={"max_length": MAX_LENGTH})])
    if _BAD_ESCAPE.search(query):
        raise InvalidInput("query", [Problem(path="", rule="bad_escape")])
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except UnicodeError:
        raise InvalidInput("query", [Problem(path="", rule="not_utf_8")]) from None
    except ValueError:
        raise InvalidInput("query", [Problem(path="", rule="too_many_parameters")]) from None
    problems = list(_problems(pairs, known))
    if problems:
        raise InvalidInput("query", problems)
    return {name: value for name, value in pairs if name in known}


def _problems(pairs: list[tuple[str, str]], known: frozenset[str]) -> Iterator[Problem]:
    names = [name for name, _ in pairs]
    for name in sorted(known):
        if names.count(name) > 1:
            yield Problem(path=name, rule="doubled")
    for name, value in pairs:
        if name in known and (_CONTROL.search(value) or not value.isprintable()):
            yield Problem(path=name, rule="control_character")
