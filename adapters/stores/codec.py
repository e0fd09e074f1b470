"""Snapshots as bytes: JSON that names its own format, the flow and the flow's version.

The fields are those of the types themselves. What is read is checked as strictly as what a user sends: an unknown
field, a wrong type, a state that the flow does not have. Whoever changes the types raises the version of the flow and
adds a migration, so that no waiting instance is stranded.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import ConfigDict, Field, SecretBytes, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import PydanticJsonSchemaWarning

from ...flow import IN_CLEAR, Flow, ForeignSnapshot, InvalidInput, Snapshot, UsageError, Value

C = TypeVar("C")
V = TypeVar("V", bound=Value)

FORMAT = 1
"""Version of the frame around a snapshot, and of the snapshot's own fields."""

Migration = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]
"""Carries state and context, as parsed JSON, from one version of a flow to the next. Pure."""

_FRAME: Final = b'{"format":%d,"snapshot":' % FORMAT
_ALL_UTC: Final = (timedelta(0),) * 3
_DOUBTFUL: Final = (b"\xef\xbf\xbd", b'"None":')
"""What pydantic writes for half of a surrogate pair and for a `None` where they are keys; or a text that is no harm."""
_MOST_PROBLEMS = 5
_DEEPEST_PATH = 3
"""Steps of a path that are told: format or snapshot, its field, the field of its context. All are our own names."""


class UnreadableSnapshot(UsageError):
    """What is stored is no snapshot that this version of the library can read. Nothing of it is repeated here."""

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


class _Owner(Value):
    model_config = ConfigDict(extra="ignore")

    flow: Annotated[str, Field(pattern=r"^[\w.]{1,100}\z")]
    version: int


class _Owned(_Frame):
    snapshot: _Owner


class _Stored(Value, Generic[C]):
    format: int
    snapshot: Snapshot[C]


class SnapshotCodec(Generic[C]):
    """Turns snapshots of one flow, whose context is of the given type, into bytes and back.

    A snapshot is read again before its bytes are given, so that nothing is stored that would not come back equal. A
    context whose class has a true attribute `comes_back` vouches for that: only the kind of each value is looked at.

    `migrations` holds, for each older version that can still be carried on, the step to the next one. The bytes hold
    every secret of a snapshot in clear, so they are of a type that shows nothing, and have to be sealed before they
    leave the process. Raises `UsageError` when the migrations do not lead to the version of the flow, and when the
    context has a field for secrets that is not annotated as `Secret`.
    """

    def __init__(self, flow: Flow[C], context: type[C], migrations: Mapping[int, Migration] | None = None) -> None:
        self.flow = flow
        self._migrations = dict(migrations or {})
        if sorted(self._migrations) != list(range(flow.version - len(self._migrations), flow.version)):
            raise UsageError(
                f"The migrations of {flow.name} do not lead step by step to version {flow.version}",
                hint=f"Give one for each version from the oldest that is still stored to {flow.version - 1}.",
                code="missing_migration",
            )
        # The type of the context is known only now, which no checker can follow.
        self._plain: TypeAdapter[Snapshot[C]] = TypeAdapter(Snapshot[context])  # type: ignore[valid-type]
        self._vouched = bool(getattr(context, "comes_back", False))
        self._stored: type[_Stored[C]] = _Stored[context]  # type: ignore[valid-type]
        if _hides_secrets(self._plain):
            raise UsageError(
                f"{context.__name__} has a secret that would be stored as asterisks",
                hint="Annotate it as `Secret` instead of `SecretStr`: at any depth, and as that alone.",
                code="unstorable_secret",
            )

    def dump(self, snapshot: Snapshot[C]) -> SecretBytes:
        """Give the bytes of a snapshot.

        Raises `ForeignSnapshot`, and `UsageError` for what would not come back equal. Where the context vouches for
        itself, pydantic sees what is of another kind than its field says, but no `None`.
        """
        self.flow.belongs(snapshot)
        try:
            snapshot = _in_utc(snapshot)
            plain = self._plain.serializer.to_json(snapshot, warnings="error", context=IN_CLEAR)
            stored = SecretBytes(b"%b%b}" % (_FRAME, plain))
            if (self._vouched and not any(one in plain for one in _DOUBTFUL)) or self._current(stored) == snapshot:
                return stored
            why = "it would come back as something else"
        except Exception as error:  # of pydantic, or of a type of the context: its text may repeat the value
            why = type(error).__name__
        raise UsageError(
            f"A snapshot cannot be stored: {why}",
            hint="Give each value of a context the type of its field, one that JSON can hold and that compares equal.",
            code="unstorable_snapshot",
        )

    def load(self, stored: SecretBytes) -> Snapshot[C]:
        """Give the snapshot that the bytes hold, carried on to the version of this flow.

        Raises `UnreadableSnapshot` for anything that is no snapshot, and `ForeignSnapshot` for one of another flow, of
        a version that cannot be carried on, or in a state that the flow does not have.
        """
        return self._current(stored) or self._carried_on(stored)

    def _current(self, stored: SecretBytes) -> Snapshot[C] | None:
        """Read it as what it nearly always is, a snapshot of this very version, in one go."""
        try:
            found = self._stored.model_validate_json(stored.get_secret_value())
        except Exception:  # also what a validator of the context raises: it is told when it is read step by step
            return None
        snapshot = found.snapshot
        own = (FORMAT, self.flow.name, self.flow.version) == (found.format, snapshot.flow, snapshot.version)
        return snapshot if own and snapshot.state in self.flow.states else None

    def _carried_on(self, stored: SecretBytes) -> Snapshot[C]:
        owner = self._owner(stored)
        migrations = [self._migrations[version] for version in range(owner.version, self.flow.version)]
        for migration in migrations:
            stored = _migrated(stored, migration)
        snapshot = _read(self._stored, stored).snapshot
        state = self.flow.states.get(snapshot.state)
        if state is None:
            raise self._foreign(owner, ", in a state that the flow does not have")
        ends = None if state.lifetime is None else snapshot.expires_at or snapshot.entered_at + state.lifetime
        return replace(snapshot, version=self.flow.version, expires_at=ends)

    def _owner(self, stored: SecretBytes) -> _Owner:
        try:
            found = _read(_Owned, stored)
        except UnreadableSnapshot:  # in another format the owner may be written elsewhere
            if _read(_Frame, stored).format == FORMAT:
                raise
            found = None
        if found is None or found.format != FORMAT:
            raise UnreadableSnapshot("its format is not known here", code="unknown_format")
        owner = found.snapshot
        if owner.flow != self.flow.name or owner.version not in {*self._migrations, self.flow.version}:
            raise self._foreign(owner)
        return owner

    def _foreign(self, owner: _Owner, more: str = "") -> ForeignSnapshot:
        return ForeignSnapshot(
            expected=f"{self.flow.name} v{self.flow.version}", found=f"{owner.flow} v{owner.version}{more}"
        )


def _hides_secrets(plain: TypeAdapter[Any]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)  # of defaults that JSON has no form for
        try:
            return '"writeOnly": true' in json.dumps(plain.json_schema(mode="serialization"))
        except PydanticInvalidForJsonSchema:  # then it is found out with the first secret
            return False


def _in_utc(snapshot: Snapshot[C]) -> Snapshot[C]:
    begun, entered, expires = snapshot.begun_at, snapshot.entered_at, snapshot.expires_at
    offsets = begun.utcoffset(), entered.utcoffset(), (expires or entered).utcoffset()
    if offsets == _ALL_UTC:
        return snapshot
    if None in offsets:
        raise ValueError
    ends = expires and expires.astimezone(UTC)
    return replace(snapshot, begun_at=begun.astimezone(UTC), entered_at=entered.astimezone(UTC), expires_at=ends)


def _read(kind: type[V], stored: SecretBytes) -> V:
    try:
        return kind.read_json(stored.get_secret_value())
    except InvalidInput as refusal:
        problems = refusal.problems[:_MOST_PROBLEMS]
        told = [f"{'.'.join(one.path.split('.')[:_DEEPEST_PATH]) or 'all of it'}: {one.rule}" for one in problems]
    except Exception as error:  # a validator of the context raised what it should not, with a text that may tell all
        told = [f"a validator raised {type(error).__name__}"]
    raise UnreadableSnapshot("; ".join(told))


def _migrated(stored: SecretBytes, migration: Migration) -> SecretBytes:
    try:
        frame = json.loads(stored.get_secret_value())
        snapshot = frame["snapshot"]
        state, context = migration(snapshot["state"], snapshot["context"])
        carried_on = {**frame, "snapshot": {**snapshot, "state": state, "context": context}}
        return SecretBytes(json.dumps(carried_on, allow_nan=False).encode())
    except Exception as error:  # a migration that did not expect this: its text may hold anything
        kind = type(error).__name__
    raise UnreadableSnapshot(f"a migration failed with {kind}", code="migration_failed")
