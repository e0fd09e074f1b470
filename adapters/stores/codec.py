"""Contexts as bytes: JSON that names its own format. The rest of a snapshot is kept beside it, as it is.

The fields are those of the types themselves. What is read is checked as strictly as what a user sends: an unknown
field, a wrong type, a state that the flow does not have. Whoever changes the types raises the version of the flow and
adds a migration, so that no waiting instance is stranded.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import ConfigDict, SecretBytes, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import PydanticJsonSchemaWarning

from ...flow import IN_CLEAR, Flow, ForeignSnapshot, InvalidInput, Snapshot, UsageError, Value
from ...flow.snapshot import Entered
from ...flow.wiring import expect

C = TypeVar("C")
V = TypeVar("V", bound=Value)

FORMAT = 1
"""Version of the frame around a context."""

Migration = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]
"""Carries state and context, as parsed JSON, from one version of a flow to the next. Pure."""

_FRAME: Final = b'{"format":%d,"context":' % FORMAT
_HALF, _NONE = b"\xef", b'"None":'
"""How what pydantic writes for half of a surrogate pair begins, and what it writes for a `None`, where they are keys.

A text that has it too is no harm.
"""
_MOST_PROBLEMS = 5
_DEEPEST_PATH = 2
"""Steps of a path that are told: format or context, and its field. All are our own names."""

Stored = tuple[str, str, int, str, int, datetime, datetime, datetime | None, SecretBytes]
"""A snapshot as a store has it: the fields of `Snapshot` in its order, the last of them the bytes of the context."""


class UnreadableSnapshot(UsageError):
    """What is stored is no context that this version of the library can read. Nothing of it is repeated here."""

    default_code = "unreadable_snapshot"

    def __init__(self, why: str, *, code: str | None = None) -> None:
        super().__init__(
            f"A stored snapshot cannot be read: {why}",
            hint="Read it with the version that stored it or one that can migrate it; else begin a new instance.",
            code=code,
        )


class _Frame(Value):
    model_config = ConfigDict(extra="ignore")

    format: int


class _Stored(Value, Generic[C]):
    format: int
    context: C


class SnapshotCodec(Generic[C]):
    """Turns the contexts of one flow's snapshots, which are of the given type, into bytes, and back.

    A context is read again before its bytes are given, so that nothing is stored that would not come back equal. One
    whose class has a true attribute `comes_back` vouches for that: only the kind of each value is looked at.

    `migrations` holds, for each older version that can still be carried on, the step to the next one. The bytes hold
    every secret in clear, so they are of a type that shows nothing, and have to be sealed before they leave the
    process, bound to the rest of the snapshot. Raises `UsageError` when the migrations do not lead to the version of
    the flow, and when the context has a field for secrets that is annotated neither as `Secret` nor as `SecretUtf8`.
    """

    def __init__(self, flow: Flow[C], context: type[C], migrations: Mapping[int, Migration] | None = None) -> None:
        expect("flow", flow, Flow)
        expect("context", context, type)
        self.flow = flow
        self._migrations = dict(migrations or {})
        if sorted(self._migrations) != list(range(flow.version - len(self._migrations), flow.version)):
            raise UsageError(
                f"The migrations of {flow.name} do not lead step by step to version {flow.version}",
                hint=f"Give one for each version from the oldest that is still stored to {flow.version - 1}.",
                code="missing_migration",
            )
        plain = TypeAdapter(context)
        self._plain = plain.serializer
        self._vouched = bool(getattr(context, "comes_back", False))
        self._versions = {*self._migrations, flow.version}
        # The type of the context is known only now, which no checker can follow.
        self._stored: type[_Stored[C]] = _Stored[context]  # type: ignore[valid-type]
        self._stored.model_rebuild()
        self._validator = self._stored.__pydantic_validator__
        if _hides_secrets(plain):
            raise UsageError(
                f"{context.__name__} has a secret that would be stored as asterisks",
                hint="Annotate it as `Secret` (bytes of a text: `SecretUtf8`), at any depth, and as that alone.",
                code="unstorable_secret",
            )

    def dump(self, snapshot: Snapshot[C]) -> SecretBytes:
        """Give the bytes of a snapshot's context.

        Raises `ForeignSnapshot`, and `UsageError` for what would not come back equal. Where the context vouches for
        itself, pydantic sees what is of another kind than its field says, but no `None`.
        """
        self.flow.belongs(snapshot)
        try:
            plain = self._plain.to_json(snapshot.context, warnings="error", context=IN_CLEAR)
            stored = SecretBytes(b"%b%b}" % (_FRAME, plain))
            # `in` would first take them for a number: it raises, and catches, an error each time.
            doubtful = not self._vouched or plain.find(_HALF) >= 0 or plain.find(_NONE) >= 0
            if not doubtful or self._read(stored) == snapshot.context:
                return stored
            why = "it would come back as something else"
        except Exception as error:  # of pydantic, or of a type of the context: its text may repeat the value
            why = type(error).__name__
        raise UsageError(
            f"A snapshot cannot be stored: {why}{self._where(snapshot.context)}",
            hint="Give each value of a context the type of its field, one that JSON can hold and that compares equal.",
            code="unstorable_snapshot",
        )

    def _where(self, context: C) -> str:
        """Name the fields that cannot even be written."""
        found: list[str] = []
        for name in getattr(context, "__dataclass_fields__", {}):
            try:
                self._plain.to_json(context, include={name}, warnings="error", context=IN_CLEAR)
            except Exception:  # as above
                found.append(name)
        return f" ({', '.join(found[:_MOST_PROBLEMS])})" if found else ""

    def load(self, stored: Stored) -> Snapshot[C]:
        """Give the snapshot with the context that its bytes hold, carried on to the version of this flow.

        Raises `UnreadableSnapshot` for bytes that are no context, and `ForeignSnapshot` for a snapshot of another flow,
        of a version that cannot be carried on, or in a state that the flow does not have.
        """
        of, flow, version, state, revision, begun_at, entered_at, expires_at, context = stored
        own = self.flow
        if flow != own.name or type(version) is not int or version not in self._versions:
            raise self._foreign(flow, version)
        if version != own.version:
            for older in range(version, own.version):
                state, context = _migrated(state, context, self._migrations[older])
            lifetime = own.states[state].lifetime if state in own.states else None
            expires_at = None if lifetime is None else expires_at or entered_at + lifetime
        if state not in own.states:
            raise self._foreign(flow, version, ", in a state that the flow does not have")
        return Entered(of, flow, own.version, state, revision, begun_at, entered_at, expires_at, self._read(context))

    def _read(self, stored: SecretBytes) -> C:
        found: _Stored[C] | None
        try:
            found = self._validator.validate_json(stored.get_secret_value())
        except Exception:  # also what a validator of the context raises: it is told when it is read step by step
            found = None
        if found is not None and found.format == FORMAT:
            return found.context
        _of_known_format(stored)
        return _checked(self._stored, stored).context

    def _foreign(self, flow: str, version: int, more: str = "") -> ForeignSnapshot:
        return ForeignSnapshot(expected=f"{self.flow.name} v{self.flow.version}", found=f"{flow} v{version}{more}")


def _hides_secrets(plain: TypeAdapter[Any]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)  # of defaults that JSON has no form for
        try:
            return '"writeOnly": true' in json.dumps(plain.json_schema(mode="serialization"))
        except PydanticInvalidForJsonSchema:  # then it is found out with the first secret
            return False


def _of_known_format(stored: SecretBytes) -> None:
    if _checked(_Frame, stored).format != FORMAT:
        raise UnreadableSnapshot("its format is not known here", code="unknown_format")


def _checked(kind: type[V], stored: SecretBytes) -> V:
    try:
        return kind.read_json(stored.get_secret_value())
    except InvalidInput as refusal:
        problems = refusal.problems[:_MOST_PROBLEMS]
        told = [f"{'.'.join(one.path.split('.')[:_DEEPEST_PATH]) or 'all of it'}: {one.rule}" for one in problems]
    except Exception as error:  # a validator of the context raised what it should not, with a text that may tell all
        told = [f"a validator raised {type(error).__name__}"]
    raise UnreadableSnapshot("; ".join(told))


def _migrated(state: str, stored: SecretBytes, migration: Migration) -> tuple[str, SecretBytes]:
    _of_known_format(stored)
    try:
        state, context = migration(state, json.loads(stored.get_secret_value())["context"])
        carried_on = json.dumps({"format": FORMAT, "context": context}, allow_nan=False)
        return str.__str__(state), SecretBytes(carried_on.encode())  # it may be an enum's, but must be a text
    except Exception as error:  # a migration that did not expect this: its text may hold anything
        kind = type(error).__name__
    raise UnreadableSnapshot(f"a migration failed with {kind}", code="migration_failed")
