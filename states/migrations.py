"""How a waiting sign-up that an older version stored is carried on: for each version the step to the next.

A step gets the state and the context as they were stored, and gives those of the next version. It is pure, and it is
never changed once it was published. What cannot be carried on, `superseded` ends with the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .names import Name

Step = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]

MIGRATIONS: Final[Mapping[int, Step]] = {}
"""By the version that a step starts from. `flow.VERSION` is the first, so there is none yet."""

_ENDS: Final[Mapping[str, Name]] = {
    Name.PREPARE: Name.NOT_HANDED_OVER,
    Name.SIGN: Name.NOT_HANDED_OVER,
    Name.HAND_OVER: Name.NOT_RETURNED,
    Name.VALIDATE_PARAMS: Name.EXPIRED,
    Name.INIT_VALIDATION: Name.EXPIRED,
    Name.VALIDATION_UNAVAILABLE: Name.EXPIRED,
    Name.CONFIRM: Name.EXPIRED,
    Name.REGISTER: Name.LEFT_UNKNOWN,
    Name.REGISTER_UNKNOWN: Name.LEFT_UNKNOWN,
    Name.USER_ROLES: Name.EXPIRED,
    Name.GLOBAL_ROLES: Name.EXPIRED,
    Name.AVAILABLE_SCOPES: Name.EXPIRED,
    Name.SCOPE_NAMES: Name.EXPIRED,
    Name.CLIENT_DETAILS: Name.EXPIRED,
    Name.CONSENT_UNAVAILABLE: Name.EXPIRED,
    Name.CONSENT: Name.EXPIRED,
    Name.APPROVE: Name.EXPIRED,
}
_NEEDED_BY_THE_LAST_PAGE: Final[tuple[str, ...]] = ("query", "user", "maybe_registered", "maybe_approved", "request_id")


def superseded(state: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """End a sign-up before it redirects. Its credentials, its content and the patient's data are dropped.

    Raises `LookupError` for any other state: what has ended stays as it is, and from the redirect on tokens are at
    stake, which have to be carried on.
    """
    left: dict[str, Any] = {name: context[name] for name in _NEEDED_BY_THE_LAST_PAGE if name in context}
    if left.get("query"):
        left["query"] = {**left["query"], "user_data": "", "token": ""}
    if left.get("user"):
        left["user"] = {**left["user"], "tax_id": None}
    if state == Name.APPROVE:  # stored before the call went out: it may have been answered
        left["maybe_approved"] = True
    return _ENDS[state], {**left, "messages": [{"code": "superseded", "params": {}}]}
