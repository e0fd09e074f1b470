"""Redirect URIs: which are safe to accept, and which answer to an approval may be followed (4.8, RFC 6749 §3.1.2).

Comparison is of strings, never of what a URL parser makes of them: parsers disagree, and browsers are lenient.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

MAX_LENGTH = 2_000
"""Longest accepted redirect URI, in characters: what old proxies and browsers are known to carry."""
MAX_RETURNED = 16 * 1024
"""Longest URI accepted from an approval: the requested one, percent-encoded anew, and a code of any sensible size."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label starts with a letter: browsers read 127.1, 0x7f.1 and the like as addresses, other parsers as names.
_NAME = rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}"
_LOOPBACK = r"127\.0\.0\.1|\[::1\]|localhost"
_PORT = r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_SAFE = re.compile(
    rf"(?:https://{_NAME}{_PORT}|https?://(?:{_LOOPBACK}){_PORT})(?:/{_PCHAR}*)*(?:\?(?:{_PCHAR}|[/?])*)?"
)
_HIDDEN = re.compile(r"%(?:0[0-9a-f]|1[0-9a-f]|2e|2f|5c|7f)", re.IGNORECASE)
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:[/;?]|$)")
_CODE = re.compile(r"[\x21-\x3a\x3c-\x7e]+")  # RFC 6749 A.11, without the semicolon at which some servers part a query
_OURS = frozenset({"code", "state", "error", "error_description"})


def is_safe(uri: str) -> bool:
    """Whether the URI may ever receive a redirect.

    Absolute https (http only for loopback), a lower-case ASCII name as host, no user, no fragment, no dot segments,
    no encoded slash, dot or control character in the path, and no parameter that the answer itself must bring.
    """
    if len(uri) > MAX_LENGTH or not _SAFE.fullmatch(uri):
        return False
    path, _, query = uri.partition("?")
    if _HIDDEN.search(path) or _DOT_SEGMENT.search(uri):
        return False
    # Some servers part a query at semicolons too, or read names without regard to case.
    return not _OURS & {name.lower() for name, _ in _pairs(query.replace(";", "&"))}


def host_of(uri: str) -> str:
    """Give host and port of a safe URI, for a page."""
    return urlsplit(uri).netloc


def origin_of(uri: str) -> str:
    """Give scheme, host and port of a safe URI."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def code_in(returned: str, requested: str) -> str | None:
    """Give the grant code of the URI that the approval returned.

    `None` unless it is the requested URI with exactly one non-empty `code` added and nothing else; the order and
    the encoding of the requested URI's own parameters may change, as they do at ЕСОЗ.
    """
    base, _, query = returned.partition("?")
    requested_base, _, requested_query = requested.partition("?")
    if len(returned) > MAX_RETURNED or base != requested_base:
        return None
    if not (_SAFE.fullmatch(returned) and is_safe(requested)):
        return None
    pairs = _pairs(query)
    codes = [value for name, value in pairs if name == "code"]
    rest = sorted(pair for pair in pairs if pair[0] != "code")
    if len(codes) != 1 or not _CODE.fullmatch(codes[0]) or rest != sorted(_pairs(requested_query)):
        return None
    return codes[0]


def with_parameters(uri: str, parameters: list[tuple[str, str]]) -> str:
    """Add the parameters to the URI's query, percent-encoded."""
    if not parameters:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def _pairs(query: str) -> list[tuple[str, str]]:
    # Latin-1 keeps every byte apart; UTF-8 would make all bytes that are not UTF-8 look the same.
    return parse_qsl(query, keep_blank_values=True, encoding="latin-1")
