"""Which types come back from JSON as they went, whatever value they have. Of all others that is tried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from ...flow.value import tell

_SIMPLE: Final = frozenset({
    *("str", "int", "bool", "none", "nullable", "literal", "list", "tuple", "dict", "default"),
    *("dataclass", "dataclass-args", "dataclass-field", "model", "model-fields", "model-field", "function-after"),
    *("definitions", "definition-ref"),
})  # fmt: skip
_CHANGES: Final = frozenset({
    *("computed_fields", "custom_init", "init_only", "root_model", "serialization", "serialization_exclude"),
    *("serialization_exclude_if", "strip_whitespace", "to_lower", "to_upper", "validation_alias"),
})  # fmt: skip
_NO_SCHEMA: Final = frozenset({"config", "default", "function", "metadata"})


def comes_back(type: TypeAdapter[Any]) -> bool:
    """Whether pydantic's schema of a type holds nothing but texts, whole numbers, secrets, and what is made of them.

    What it does not know is not sure.
    """
    return _sure(type.core_schema)


def _sure(schema: Mapping[str, Any]) -> bool:
    if schema.get("serialization", {}).get("function") is tell:
        return True
    if schema["type"] not in _SIMPLE or any(map(schema.get, _CHANGES)):
        return False
    if schema["type"] == "dict" and schema["keys_schema"]["type"] != "str":
        return False
    return all(_sure(one) for name, part in schema.items() if name not in _NO_SCHEMA for one in _schemas(part))


def _schemas(part: object) -> Iterator[Mapping[str, Any]]:
    """Give the schemas that stand in a part of one: it may be one, or a list or a mapping of names to some."""
    if isinstance(part, Mapping):
        if isinstance(part.get("type"), str):
            yield part
        else:
            for one in part.values():
                yield from _schemas(one)
    elif isinstance(part, list):
        for one in part:
            yield from _schemas(one)
