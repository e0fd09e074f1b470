"""Hypothesis strategies for any flow: events of its classes, and what may be answered to its calls."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from hypothesis import HealthCheck, Phase, find, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from pydantic import SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from ..errors import InvalidInput, UsageError
from ..events import Answered, Event, Outcome, Unanswered, Unreachable
from ..value import AS_TEXT, Value
from .hostile import HOSTILE, MALFORMED

E = TypeVar("E", bound=Event)
V = TypeVar("V", bound=Value)

Overrides = Mapping[Any, st.SearchStrategy[Any]]
"""Strategies of your own for a type: of an event, of a field, or of anything within."""

hostile_texts: st.SearchStrategy[str] = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=40),
    st.sampled_from(["", "\ud800", "\0", "NaN", "true", "\n", "1" * 5000, "../..", "<b>", "'; drop table x; --"]),
)
"""Texts that nobody types: any code point, also half a character."""

hostile_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile_texts, inner, max_size=4),
    max_leaves=10,
)
"""Anything that has the shape of JSON, and some that has not, such as NaN."""

malformed_json: st.SearchStrategy[Any] = st.sampled_from(list(MALFORMED.values())) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
"""JSON of the wrong shape."""

_REASONS = st.sampled_from(["timeout", "dropped", "malformed", "refused"])
_STATUSES = st.sampled_from([200, 201, 400, 401, 403, 404, 409, 422, 500, 502, 503]) | st.integers(100, 599)


def events_of(event: type[E], overrides: Overrides | None = None) -> st.SearchStrategy[E]:
    """Give events of one class, made from the types of its fields.

    What the class itself refuses is not given. `overrides` are strategies by type; give one for the class where its
    fields depend on each other, because then hardly anything that is made would be accepted.
    """
    own = overrides or {}
    if event in own:
        return own[event]
    if issubclass(event, Unanswered | Unreachable):
        return st.builds(event, reason=_REASONS)
    return _of_fields(event, own, status=_STATUSES) if issubclass(event, Answered) else _of_fields(event, own)


def answers_of(
    event: type[E], data: st.SearchStrategy[Any], overrides: Overrides | None = None
) -> st.SearchStrategy[E]:
    """Give answers of one class whose fields that take any JSON are drawn from `data`, such as `malformed_json`.

    An answer class without such a field checks what it is made of, so only its own values vary.
    """
    return events_of(event, {**(overrides or {}), Any: data})


def malformed_answers(event: type[E], overrides: Overrides | None = None) -> st.SearchStrategy[E]:
    """Give answers of the wrong shape."""
    return answers_of(event, malformed_json, overrides)


def hostile_answers(event: type[E], overrides: Overrides | None = None) -> st.SearchStrategy[E]:
    """Give answers that are made to do harm."""
    return answers_of(event, hostile_json | st.sampled_from(list(HOSTILE.values())), overrides)


def simplest(event: type[E]) -> E:
    """Give the simplest event of a class. Raises `UsageError` (code `no_case`) when none can be made."""
    needed = {name for name, about in event.model_fields.items() if about.is_required()}
    usual = {name: value for name, value in (("status", 200), ("reason", "timeout")) if name in needed}
    if not needed or (issubclass(event, Outcome) and needed == usual.keys()):
        return event(**usual)
    # In a thread of its own, because Hypothesis does not search within a search, and this may be asked in the midst.
    with ThreadPoolExecutor(max_workers=1) as apart:
        try:
            return apart.submit(_found, event).result()
        except HypothesisException:
            pass
    raise UsageError(
        f"No event of {event.__name__} could be made from the types of its fields",
        hint=f"Let your cases give one: cases(state, {event.__name__}) -> [(context, event)].",
        code="no_case",
    )


def _found(event: type[E]) -> E:
    limits = settings(
        max_examples=50,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
        deadline=None,
    )
    return find(events_of(event), lambda one: True, settings=limits)


def _made(kind: type[V], values: Mapping[str, Any]) -> V:
    try:
        return kind(**values)
    except InvalidInput:
        reject()


def _of_field(about: FieldInfo, own: Overrides) -> st.SearchStrategy[Any]:
    drawn = _of(about.annotation, tuple(about.metadata), own)
    # Hypothesis shrinks towards the first: what an absent field stands for is the simplest.
    return drawn if about.is_required() else st.just(about.get_default(call_default_factory=True)) | drawn


def _of(kind: Any, limits: tuple[Any, ...], own: Overrides) -> st.SearchStrategy[Any]:
    if kind in own:
        return own[kind]
    if kind is Any:
        return malformed_json
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        # pydantic's own `Field(...)` carries the limits; others are limits themselves
        return _of(
            inner[0], (*limits, *(limit for one in inner[1:] for limit in getattr(one, "metadata", (one,)))), own
        )
    if origin in (Union, UnionType):
        # nothing first, because it is the simplest
        return st.one_of([_of(part, limits, own) for part in sorted(inner, key=lambda part: part is not NoneType)])
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(_of(inner[0], (), own), min_size=_least(limits), max_size=_least(limits) + 3).map(tuple)
    return _of_class(kind, limits, own)


def _of_class(kind: Any, limits: tuple[Any, ...], own: Overrides) -> st.SearchStrategy[Any]:
    if kind is SecretStr:
        return _of(str, limits, own).map(SecretStr)
    if kind is SecretBytes:
        drawn = _of(str, limits, own).map(_encoded) if AS_TEXT in limits else _of(bytes, limits, own)
        return drawn.map(SecretBytes)
    if isinstance(kind, type) and issubclass(kind, Value):
        return _of_fields(kind, own)
    patterns = [one.pattern for one in limits if isinstance(getattr(one, "pattern", None), str)]
    if patterns:
        # the end of the text, as pydantic writes it and as Python does
        return st.from_regex(patterns[0].replace(r"\z", r"\Z"))
    known = [one for one in limits if type(one).__module__ == "annotated_types"]
    limited: Any = Annotated[kind, *known] if known else kind
    return st.from_type(limited)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, of an override
        reject()


def _of_fields(kind: type[V], own: Overrides, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[V]:
    drawn = {name: _of_field(about, own) for name, about in kind.model_fields.items()}
    return st.fixed_dictionaries({**drawn, **fixed}).map(lambda values: _made(kind, values))


def _least(limits: tuple[Any, ...]) -> int:
    return max([getattr(one, "min_length", None) or 0 for one in limits], default=0)
