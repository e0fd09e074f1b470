"""JSON-schema validation with the error texts of the platform's own validator.

Source: page "Rules to validate patient data" quotes the texts of `required`, `schema`, `length` and `inclusion`;
the others are those of the open-sourced validator (repository ehealth-ua/nex_json_schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, Final

from jsonschema import Draft4Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from .envelope import Invalid, JsonObject, missing
from .schema import SIGNED_CONTENT

# No field of the schema has a reason to be longer, and the patterns look ahead from every word of a name.
_LONGEST_MATCHED: Final = 4096
# An answer need not list more; a hostile request could break a rule a million times.
_MOST_REPORTED: Final = 100

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPE_NAMES: Final = ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (list, "array"))

_ALL_OF = "expected all of the schemata to match, but the schemata at the following indexes did not: %{indexes}"
_ONE_OF = "expected exactly one of the schemata to match, but none of them did"


def schema_problems(content: object) -> list[Invalid]:
    """What is wrong with the shape of the signed content; empty when nothing is. One item per failed rule."""
    found = (item for error in _VALIDATOR.iter_errors(content) for item in _translated(error))
    return list(islice(found, _MOST_REPORTED))


def is_existing_date(given: str) -> bool:
    """Whether a text is a calendar date in the one form the platform accepts, YYYY-MM-DD."""
    try:
        return bool(_DATE.fullmatch(given)) and bool(date.fromisoformat(given))
    except ValueError:
        return False


def type_name(value: object) -> str:
    """The lower-case JSON name of a value's type."""
    if value is None:
        return "null"
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "object")


def mismatch(expected: str, value: object, entry: str) -> Invalid:
    """The rule `cast`."""
    params = {"expected": expected, "actual": type_name(value)}
    return _invalid(entry, "cast", "type mismatch. Expected %{expected} but got %{actual}", params)


def _whole_all_of(
    validator: Any, schemata: list[JsonObject], instance: object, _schema: object
) -> Iterator[ValidationError]:
    # jsonschema reports the errors inside `allOf` one by one; the platform names the failed schemata instead.
    failed = [str(index) for index, one in enumerate(schemata) if any(validator.descend(instance, one))]
    if failed:
        yield ValidationError(", ".join(failed))


def _bounded_pattern(validator: Any, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and (len(instance) > _LONGEST_MATCHED or not re.search(pattern, instance)):
        yield ValidationError("pattern")


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date")(lambda given: not isinstance(given, str) or is_existing_date(given))
_FORMATS.checks("email")(lambda given: not isinstance(given, str) or bool(_EMAIL.fullmatch(given)))

_VALIDATOR = extend(Draft4Validator, {"allOf": _whole_all_of, "pattern": _bounded_pattern})(  # type: ignore[no-untyped-call]
    SIGNED_CONTENT, format_checker=_FORMATS
)


def _translated(error: ValidationError) -> Iterator[Invalid]:
    entry = _entry(error.absolute_path)
    given: Any = error.instance
    rule = error.validator
    wanted: Any = error.validator_value
    match rule:
        case "required":
            # jsonschema makes one error for each absent property and names it only in its own message.
            yield from (missing(name, path=entry) for name in wanted if error.message.startswith(f"{name!r} is"))
        case "additionalProperties":
            extra = (name for name in given if name not in error.schema.get("properties", {}))  # type: ignore[union-attr]
            text = "schema does not allow additional properties"
            yield from (_invalid(f"{entry}.{name}", "schema", text, {}) for name in extra)
        case "type":
            yield mismatch(wanted, given, entry)
        case "enum":
            yield _invalid(entry, "inclusion", "value is not allowed in enum", {"values": wanted})
        case "pattern":
            yield _invalid(entry, "format", 'string does not match pattern "%{pattern}"', {"pattern": wanted})
        case "format":
            yield _invalid(entry, wanted, _format_text(wanted, given), {"actual": given})
        case "minLength" | "maxLength" | "minItems":
            yield _length(entry, rule, wanted, len(given))
        case "allOf":
            yield _invalid(entry, "schemata", _ALL_OF, {"indexes": error.message})
        case _:
            yield _invalid(entry, "schemata", _ONE_OF, {})


def _length(entry: str, rule: str, wanted: int, actual: int) -> Invalid:
    bound = rule[:3]
    what = (
        f"expected a {bound}imum of %{{{bound}}} items but got %{{actual}}"
        if rule.endswith("Items")
        else f"expected value to have a {bound}imum length of %{{{bound}}} but was %{{actual}}"
    )
    return _invalid(entry, "length", what, {bound: wanted, "actual": actual})


def _format_text(name: str, given: str) -> str:
    if name == "email":
        return 'expected "%{actual}" to be an email address'
    if _DATE.fullmatch(given):
        return 'expected "%{actual}" to be an existing date'
    return 'expected "%{actual}" to be a valid ISO 8601 date'


def _invalid(entry: str, rule: str, text: str, params: JsonObject) -> Invalid:
    filled = re.sub(r"%\{(\w+)\}", lambda name: str(params[name[1]]), text)
    return Invalid(entry=entry, rule=rule, description=filled, params=params, raw_description=text)


def _entry(path: Iterable[str | int]) -> str:
    return "$" + "".join(f".[{step}]" if isinstance(step, int) else f".{step}" for step in path)
