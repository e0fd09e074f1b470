"""Immutable, validated values: what crosses the door is checked once, here, and never again."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import InvalidInput, Problem

# Parameters of pydantic's rules that describe the rule. The others may repeat the rejected value.
_PARAMS_OF_THE_RULE = frozenset({"min_length", "max_length", "pattern", "expected", "ge", "gt", "le", "lt", "needed"})


def _refusal(model: type[BaseModel], error: ValidationError) -> InvalidInput:
    return InvalidInput(
        model.__name__,
        (
            Problem(
                path=".".join(str(step) for step in found["loc"]),
                rule=found["type"],
                params={
                    name: value
                    for name, value in found.get("ctx", {}).items()
                    if name in _PARAMS_OF_THE_RULE and isinstance(value, str | int)
                },
            )
            for found in error.errors(include_url=False, include_input=False)
        ),
    )


if TYPE_CHECKING:
    _Refusing = BaseModel
else:

    class _RefusingMeta(type(BaseModel)):
        # A nested value is built by pydantic itself and does not pass here, so the outermost value reports
        # the problems of all of them, each with its full path.
        def __call__(cls, *args, **kwargs):
            try:
                return super().__call__(*args, **kwargs)
            except ValidationError as error:
                refusal = _refusal(cls, error)
            raise refusal  # outside, so that it does not drag the refused values along as its context

    class _Refusing(BaseModel, metaclass=_RefusingMeta):
        def __setattr__(self, name, value):  # pydantic's own refusal repeats the value, whatever its settings say
            raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name} cannot be set")


class Value(_Refusing):
    """Base of events and forms: frozen, keyword-only, nothing extra, no coercion of types.

    Raises `InvalidInput` with every problem found, never a value that was refused. The `repr` shows the fields
    named in `shown` and no others, because most of what a sign-up carries must not reach a log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    shown: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, given: object) -> Self:
        """Build the value from parsed JSON (mappings and lists), raising `InvalidInput`."""
        try:
            return cls.model_validate(given, strict=False)
        except ValidationError as error:
            refusal = _refusal(cls, error)
        raise refusal

    @classmethod
    def read_json(cls, given: str | bytes) -> Self:
        """Build the value from JSON text, raising `InvalidInput`."""
        try:
            return cls.model_validate_json(given)
        except ValidationError as error:
            refusal = _refusal(cls, error)
        raise refusal

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, getattr(self, name)) for name in self.shown]
