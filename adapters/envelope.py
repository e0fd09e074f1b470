"""From an HTTP answer of ЕСОЗ to an outcome.

The body of every answer is an envelope: `meta` with `data`, or `meta` with `error`, never both (PIS API blueprint,
"API manifest"). Behind a gateway other shapes are met too (`{"message": …}`, `{"errors": {"detail": …}}`, HTML):
they say nothing that could be relied on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, NoReturn

from pydantic import SecretStr

from ..flow import Outcome, Unanswered
from ..states.answers import Answered, ApiError

MAX_DEPTH = 64
"""Levels of nesting. Patient data need about eight; deeper ones would overflow the stack of whoever walks them."""
MAX_TEXT = 2_000
"""Characters kept of a message. The longest published one has under 300; pages and snapshots must stay small."""
MAX_DESCRIPTIONS = 100
"""Descriptions kept of one error: more than a person will read."""
MAX_REQUEST_ID = 128
"""Characters kept of a request id. ЕСОЗ sends `<uuid>#<counter>`, about 45."""
MAX_RETRY_AFTER = 3_600.0
"""Seconds. A longer wait outlives the page that would announce it."""

_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# UTF-8 has no other way to half a character.
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_WHOLES = frozenset({dict, list})
_SECONDS = re.compile(r"[0-9]{1,9}")


class _NotAnEnvelope(ValueError):
    pass


def outcome_of(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Read an answer; whatever it holds, an outcome comes out and nothing is raised.

    `headers` is compared without regard to case; `body` is free of transfer and content codings. A 2xx without
    exactly one `data` is `Unanswered("malformed")`, because its effect cannot be known; another status is
    `Answered`, with `error` only when the body had a readable error envelope.
    """
    if not 200 <= status <= 999:
        return Unanswered(reason="malformed")
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        envelope = _envelope(body)
    except _NotAnEnvelope:
        envelope = {}
    if 200 <= status < 300 and ("data" not in envelope or "error" in envelope):
        return Unanswered(reason="malformed")
    return Answered(
        status=status,
        data=envelope["data"] if 200 <= status < 300 else None,
        error=None if "data" in envelope else _error(envelope.get("error")),
        redirect=_redirect(lower, envelope),
        request_id=_request_id(lower, envelope),
        retry_after=_retry_after(lower.get("retry-after")),
    )


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refused_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError):  # ValueError covers bad UTF-8, bad JSON and numbers of absurd length
        raise _NotAnEnvelope from None
    if not isinstance(parsed, dict):
        raise _NotAnEnvelope
    _check(parsed, may_hold_halves=_ESCAPED_SURROGATE.search(body) is not None)
    return parsed


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NotAnEnvelope
    return found


def _refused_constant(name: str) -> NoReturn:
    raise _NotAnEnvelope


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotAnEnvelope
    return number


def _check(envelope: dict[str, Any], *, may_hold_halves: bool) -> None:
    # Level by level instead of recursively: the depth is what is being checked.
    level: list[Any] = [envelope]
    for _ in range(MAX_DEPTH):
        parts = [part for whole in level for part in _parts(whole)]
        if may_hold_halves and any(isinstance(one, str) and _SURROGATE.search(one) for one in parts):
            raise _NotAnEnvelope  # half a character: it could be neither stored nor shown
        level = [part for part in parts if type(part) in _WHOLES]
        if not level:
            return
    raise _NotAnEnvelope


def _parts(whole: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return chain(whole, whole.values()) if isinstance(whole, dict) else whole


def _error(error: Any) -> ApiError | None:
    if not isinstance(error, dict):
        return None
    return ApiError(
        type=_text(error.get("type")),
        message=_text(error.get("message")),
        descriptions=tuple(_descriptions(error.get("invalid")))[:MAX_DESCRIPTIONS],
    )


def _descriptions(invalid: Any) -> Iterator[str]:
    for entry in _dicts(invalid):
        for rule in _dicts(entry.get("rules")):
            if description := _text(rule.get("description")):
                yield description


def _dicts(given: Any) -> Iterator[dict[str, Any]]:
    if isinstance(given, list):
        yield from (one for one in given if isinstance(one, dict))


def _text(given: Any) -> str | None:
    return given[:MAX_TEXT] if isinstance(given, str) and given else None


def _redirect(headers: Mapping[str, str], envelope: Mapping[str, Any]) -> SecretStr | None:
    target = headers.get("location") or _of(envelope.get("urgent"), "redirect_uri")
    return SecretStr(target) if isinstance(target, str) and target else None


def _request_id(headers: Mapping[str, str], envelope: Mapping[str, Any]) -> str | None:
    for candidate in (headers.get("x-request-id"), _of(envelope.get("meta"), "request_id")):
        # It is shown to the user and logged, and whoever answers chooses it.
        if isinstance(candidate, str) and _PRINTABLE_ASCII.fullmatch(candidate):
            return candidate[:MAX_REQUEST_ID]
    return None


def _of(given: Any, name: str) -> Any:
    return given.get(name) if isinstance(given, dict) else None


def _retry_after(given: str | None) -> float | None:
    """RFC 9110, 10.2.3: seconds or a date."""
    if given is None:
        return None
    text = given.strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _seconds_until(text)
    return None if seconds is None else min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _seconds_until(date: str) -> float | None:
    try:
        until = parsedate_to_datetime(date)
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        return (aware - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
