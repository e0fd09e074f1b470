"""Immutable, validated values: what crosses the door is checked once, here, and never again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    SecretBytes,
    SecretStr,
    SerializationInfo,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticKnownError

from .errors import InvalidInput, Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

IN_CLEAR: Final = object()
"""The context in which pydantic's serializers tell a `Secret`, for bytes that are sealed at once. Else: asterisks."""


def _told(secret: SecretStr, info: SerializationInfo[object]) -> str:
    plain = secret.get_secret_value()  # which a mere text has not
    return plain if info.context is IN_CLEAR else SecretStr.__str__(secret)


Secret = Annotated[
    SecretStr,
    PlainSerializer(_told, return_type=str, when_used="json-unless-none"),
    WithJsonSchema({"type": "string"}, mode="serialization"),
]
"""The type of a secret in the context of a flow: a `SecretStr` that can be stored."""


def _is_text(secret: SecretBytes, info: ValidationInfo) -> SecretBytes:
    if info.mode != "json":  # there it was a text
        try:
            secret.get_secret_value().decode()
        except UnicodeDecodeError:
            raise PydanticKnownError("string_unicode") from None
    return secret


def _told_as_text(secret: SecretBytes, info: SerializationInfo[object]) -> str:
    plain = secret.get_secret_value()  # which mere bytes have not
    if info.context is not IN_CLEAR:
        return "**********" if plain else ""  # as a `SecretStr` does
    try:
        return plain.decode()
    except UnicodeDecodeError:  # it holds the bytes
        pass
    raise ValueError("these bytes are no UTF-8")


AS_TEXT: Final = PlainSerializer(_told_as_text, return_type=str, when_used="json-unless-none")

SecretUtf8 = Annotated[
    SecretBytes, AfterValidator(_is_text), AS_TEXT, WithJsonSchema({"type": "string"}, mode="serialization")
]
"""`Secret` for a text that is wanted as its UTF-8 bytes: stored in the same way. Limits of its length count bytes."""

# Parameters of pydantic's rules that describe the rule. The others may repeat the rejected value.
_PARAMS_OF_THE_RULE = frozenset({"min_length", "max_length", "pattern", "expected", "ge", "gt", "le", "lt", "needed"})


_MOST_PROBLEMS = 100
"""More than a person will read; a hostile input can have millions."""
_LONGEST_STEP = 64
_UNKNOWN_NAME = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def _refusal(model: type[BaseModel], error: ValidationError | RecursionError) -> InvalidInput:
    if isinstance(error, RecursionError):
        return InvalidInput(model.__name__, [Problem(path="", rule="too_deep")])
    found = error.errors(include_url=False, include_input=False)[:_MOST_PROBLEMS]
    return InvalidInput(
        model.__name__,
        (Problem(path=_path(one), rule=one["type"], params=_params(one.get("ctx", {}))) for one in found),
    )


def _path(found: ErrorDetails) -> str:
    # The name of a field that is not ours came from outside, and may be anything: a person's name, a megabyte.
    steps = (*found["loc"][:-1], "*") if found["type"] in _UNKNOWN_NAME else found["loc"]
    return ".".join(str(step)[:_LONGEST_STEP] for step in steps)


def _params(given: Mapping[str, Any]) -> dict[str, str | int]:
    return {
        name: value for name, value in given.items() if name in _PARAMS_OF_THE_RULE and isinstance(value, str | int)
    }


# pydantic builds a deferred class when it is first used, and before 2.14 not safely when two threads do so at once.
_building = threading.RLock()


def _built(model: type[BaseModel]) -> None:
    with _building:
        model.model_rebuild(_parent_namespace_depth=0)


if TYPE_CHECKING:
    _Refusing = BaseModel
else:

    class _RefusingMeta(type(BaseModel)):
        # A nested value is built by pydantic itself and does not pass here, so the outermost value reports
        # the problems of all of them, each with its full path.
        def __call__(cls, *args, **kwargs):
            if not cls.__pydantic_complete__:
                _built(cls)
            try:
                return super().__call__(*args, **kwargs)
            except (ValidationError, RecursionError) as error:
                refusal = _refusal(cls, error)
            raise refusal  # outside, so that it does not drag the refused values along as its context

    class _Refusing(BaseModel, metaclass=_RefusingMeta, defer_build=True):
        def __setattr__(self, name, value):  # pydantic's own refusal repeats the value, whatever its settings say
            raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name} cannot be set")


class Value(_Refusing):
    """Base of events and forms: frozen, keyword-only, nothing extra, no coercion of types.

    Raises `InvalidInput` with every problem found, never a value that was refused. The `repr` shows the fields
    named in `shown` and no others, because most of what a sign-up carries must not reach a log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)

    shown: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, given: object) -> Self:
        """Build the value from parsed JSON (mappings and lists), raising `InvalidInput`."""
        return cls._checked(lambda: cls.model_validate(given, strict=False))

    @classmethod
    def read_json(cls, given: str | bytes) -> Self:
        """Build the value from JSON text, raising `InvalidInput`."""
        return cls._checked(lambda: cls.model_validate_json(given))

    @classmethod
    def _checked(cls, build: Callable[[], Self]) -> Self:
        _built(cls)
        try:
            return build()
        except (ValidationError, RecursionError) as error:
            refusal = _refusal(cls, error)
        raise refusal

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, getattr(self, name)) for name in self.shown]
