"""`redact`: keeps secrets and personal data out of log lines, whatever was put into them.

It works by refusal: a value of a type that is not known to be harmless is named by its type only, a key that names
a secret or a personal datum hides its value, and text is masked where it looks like either.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from enum import Enum
from types import TracebackType
from typing import Any
from uuid import UUID

HIDDEN = "[hidden]"
MAX_DEPTH = 8
"""Levels of nesting that are shown. Log lines of this library have one."""
MAX_TEXT = 10_000
"""Characters of one text that are searched and shown, so that nobody can make logging expensive."""

# Compared in lower case with "-" as "_", at any depth.
_SECRETS = """
access_token api_key authorization bearer client_secret code code_verifier confidant_token context cookie csrf
csrf_token grant_code jwt oauth_state otp password redirect_url refresh_token secret session_token set_cookie signature
signed_content token tokens user_data x_csrf_token
"""
_PERSONAL = """
address addresses apartment authentication_methods birth_country birth_date birth_settlement body building
confidant_person content data documents documents_relationship email emergency_contact first_name gender issued_by
last_name no_tax_id number patient person phone phone_number phones preferred_way_communication request response
second_name settlement street surname tax_id unzr zip
"""
HIDDEN_KEYS = frozenset(_SECRETS.split() + _PERSONAL.split())
"""Keys whose values are never shown: names of credentials, of a patient's data, and of what wraps them."""

# Ids look like secrets, and a line without them is of no use.
_IDS = frozenset({"instance", "request_id"})
# What structlog's ProcessorFormatter puts in for itself.
_OF_STRUCTLOG = frozenset({"_record", "_from_structlog"})

_NAMES = "|".join(sorted(HIDDEN_KEYS, key=len, reverse=True)).replace("_", "[_-]")
_MASKS = (
    (re.compile(r"(?i)\bbearer\s+[^\s\"']+"), "Bearer " + HIDDEN),
    (re.compile(r"[?#][\w.~%-]+=[^\s\"'<>]*"), "?" + HIDDEN),
    (
        re.compile(rf"(?i)(?<![\w-])((?:{_NAMES})[\"']?\s{{0,3}}[=:]\s{{0,3}})(?:\"[^\"]*\"|'[^']*'|[^\s,;&}}\]]+)"),
        r"\1" + HIDDEN,
    ),
    (re.compile(r"eyJ[\w-]+\.[\w.-]+"), HIDDEN),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"), HIDDEN),
    (re.compile(r"(?<![\w-])\d{8}-\d{5}(?![\w-])"), HIDDEN),  # a number in the demographic register (УНЗР)
    (re.compile(r"(?<!\w)[А-ЯҐЄІЇ]{2}\s?\d{6}(?!\d)"), HIDDEN),  # a passport
    (re.compile(r"\+\d[\d ()-]{7,20}\d"), HIDDEN),
    (re.compile(r"(?<![\w.])\d{9,}(?!\w)"), HIDDEN),  # tax ids, phones, document numbers
)
_RUN = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_ALWAYS_HIDDEN_FROM = 64


def redact(logger: Any, method_name: str, event_dict: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor; put it last before the renderer.

    An exception is shown by its kind and the places it passed through, without its text.
    """
    shown: MutableMapping[str, Any] = {}
    for key, value in event_dict.items():
        if key in _OF_STRUCTLOG:
            shown[key] = value
        elif key == "exc_info":
            if value:
                shown["exception"] = _exception(value)
        elif key in _IDS and isinstance(value, str):
            shown[key] = value
        else:
            shown[key] = _redacted(key, value, MAX_DEPTH)
    return shown


def masked(text: str) -> str:
    """Give the text without what looks like a secret or a personal datum."""
    shown = text[:MAX_TEXT]
    for pattern, replacement in _MASKS:
        shown = pattern.sub(replacement, shown)
    return _RUN.sub(_run, shown)


def kind_and_places(error: BaseException) -> str:
    """Give an exception by its kind and the places it passed through, without its text."""
    return f"{type(error).__name__} at {_places(error.__traceback__)}"


def _redacted(key: object, value: Any, depth: int) -> Any:
    name = str(key).lower().replace("-", "_")
    return HIDDEN if name in HIDDEN_KEYS else _shown(value, depth)


def _shown(value: Any, depth: int) -> Any:
    if isinstance(value, Enum):
        return _shown(value.value, depth)
    if value is None or isinstance(value, bool | float | datetime | date | time | timedelta | UUID):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**8 else HIDDEN
    if isinstance(value, str):
        return masked(value)
    if depth and isinstance(value, Mapping):
        return {masked(str(key)): _redacted(key, inner, depth - 1) for key, inner in value.items()}
    if depth and isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray | memoryview):
        return [_shown(inner, depth - 1) for inner in value]
    return f"<{type(value).__name__}>"


def _run(found: re.Match[str]) -> str:
    """Hide what is encoded, and leave words, identifiers and UUIDs of lower case alone."""
    run = found[0]
    kinds = (str.islower, str.isupper, str.isdigit)
    encoded = run.endswith("=") or all(any(kind(one) for one in run) for kind in kinds)
    return HIDDEN if encoded or len(run) >= _ALWAYS_HIDDEN_FROM else run


def _exception(exc_info: Any) -> str:
    error = exc_info if isinstance(exc_info, BaseException) else _current(exc_info)
    return HIDDEN if error is None else kind_and_places(error)


def _current(exc_info: Any) -> BaseException | None:
    given = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) == 3 else sys.exc_info()[1]
    return given if isinstance(given, BaseException) else None


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames) or "an unknown place"
