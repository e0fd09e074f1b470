"""Query strings that browsers bring to the Auth UI and back to the PIS (4.2, 4.8)."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlencode

from hypothesis import strategies as st

from ..case_space import URI

PIECES: Final = (
    "client_id", "redirect_uri", "scope", "user_data", "token", "state", "code", "error", "error_description",
    "x", "=", "=", "=", "&", "&", "&", ";", "%", "%00", "%0a", "%C3", "%C3%A9", "%ED%A0%80", "%FF", "%zz", "%2B", "+",
    "\x00", "\n", "\u202e", "\ufeff", "\ud800", "é", "і", "🙂", "abc", "A" * 5_000, "/", "?", "#", " ", "[]",
)  # fmt: skip
"""What hostile query strings are put together from."""

_base64 = st.binary(min_size=1, max_size=60).map(lambda given: base64.b64encode(given).decode())
_scopes = st.lists(st.sampled_from(["person:details_pis", "app:read_pis", "declaration:read_pis"]), unique=True)


def queries() -> st.SearchStrategy[str]:
    """Give query strings of 4.2 that `Opened.from_query` takes."""
    return st.fixed_dictionaries(
        {
            "client_id": st.uuids().map(str),
            "redirect_uri": st.just(URI),
            "scope": _scopes.map(" ".join),
            "user_data": _base64,
            "token": _base64,
        },
        optional={"state": st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)},
    ).map(urlencode)


def hostile_queries() -> st.SearchStrategy[str]:
    """Give query strings that nobody writes: doubled names, broken escapes, control characters, any text."""
    return st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=300)
