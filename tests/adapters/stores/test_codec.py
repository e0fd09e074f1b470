"""The codec: strict about every byte, and about the version that wrote them."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, make_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, AwareDatetime, Field, SecretBytes, SecretStr

from esozflow.adapters.stores.codec import Migration, SnapshotCodec, UnreadableSnapshot
from esozflow.flow import (
    Event,
    Expired,
    Flow,
    ForeignSnapshot,
    Message,
    Secret,
    SecretUtf8,
    Snapshot,
    State,
    UsageError,
    Value,
    on,
)

from ...stored import load

NOON = datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC)
CANARY = "canary-7f3a"
EXAMPLES = 5_000 if "SOAK" in os.environ else 100


class Returned(Event):
    pass


class Reader(Value):
    name: Secret
    age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    reader: Reader | None = None
    titles: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    fine: float = 0.0
    fines: Mapping[str, float] = field(default_factory=dict[str, float])
    paid: bool = False


def loans(version: int = 1, name: str = "loans", *, shelf: str = "shelf") -> Flow[Loan]:
    why = "the library says so"
    waiting = State[Loan](
        name=shelf,
        section="1",
        actor="library",
        lifetime=timedelta(days=1),
        moves=(on(Returned, to="returned", because=why), on(Expired, to="lost", because=why)),
    )
    ends = [State[Loan](name=one, section="2", actor="library", final=True) for one in ("returned", "lost")]
    return Flow(name, states=[waiting, *ends], initial=shelf, begin=lambda ids: Loan(), version=version)


CODEC = SnapshotCodec(loans(), Loan)


def snapshot(**changes: Any) -> Snapshot[Loan]:
    first = Snapshot(
        id="one",
        flow="loans",
        version=1,
        state="shelf",
        revision=3,
        begun_at=NOON,
        entered_at=NOON + timedelta(hours=1),
        expires_at=NOON + timedelta(hours=25),
        context=Loan(
            reader=Reader(name=SecretStr(CANARY), age=8),
            titles=("Кобзар", "\x00\n\u2028\\\"'", "𝄞"),
            notes=(Message(code="late", params={"days": "3"}),),
            fine=0.1,
        ),
    )
    return replace(first, **changes)


def plain(context: SecretBytes) -> Any:
    return json.loads(context.get_secret_value())


def stored(snapshot: Snapshot[Any], codec: SnapshotCodec[Any] = CODEC) -> Snapshot[SecretBytes]:
    """Give a snapshot as a store has it."""
    return replace(snapshot, context=codec.dump(snapshot))


def holding_bytes(found: bytes) -> Snapshot[SecretBytes]:
    """Give a stored snapshot with these bytes for its context."""
    return replace(cast(Any, snapshot()), context=SecretBytes(found))


def with_(path: str, value: object) -> Snapshot[SecretBytes]:
    """Give the stored snapshot with one thing of its bytes changed or added."""
    framed = plain(CODEC.dump(snapshot()))
    *above, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place = framed
    for step in above:
        place = place[step]
    place[last] = value
    return holding_bytes(json.dumps(framed).encode())


def test_the_bytes_are_json_that_names_its_format() -> None:
    assert plain(CODEC.dump(snapshot())) == {
        "format": 1,
        "context": {
            "reader": {"name": CANARY, "age": 8},
            "titles": ["Кобзар", "\x00\n\u2028\\\"'", "𝄞"],
            "notes": [{"code": "late", "params": {"days": "3"}}],
            "fine": 0.1,
            "fines": {},
            "paid": False,
        },
    }


def test_what_was_dumped_is_loaded_equal_and_of_the_same_types() -> None:
    loaded = load(CODEC, stored(snapshot()))
    assert loaded == snapshot()
    assert (type(loaded.context), type(loaded.context.reader)) == (Loan, Reader)
    assert type(loaded.context.notes[0]) is Message
    assert load(CODEC, stored(snapshot(expires_at=None, context=Loan()))).context == Loan()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "1"),
        ("format", True),
        ("format", None),
        ("more", 1),
        ("context", None),
        ("context.more", 1),
        ("context.reader.more", 1),
        ("context.reader.name", None),
        ("context.reader.age", "8"),
        ("context.titles", "Кобзар"),
        ("context.titles.0", 7),
        ("context.notes.0.more", 1),
        ("context.notes.0.params", {"days": 3}),
        ("context.paid", 0),
        ("context.paid", "false"),
        ("context.fine", "0.1"),
    ],
)
def test_a_wrong_type_or_an_unknown_field_at_any_depth_is_refused_by_name(path: str, value: object) -> None:
    with pytest.raises(UnreadableSnapshot) as caught:
        load(CODEC, with_(path, value))
    assert caught.value.code == "unreadable_snapshot"
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize("missing", ["format", "context"])
def test_a_frame_with_a_part_missing_is_refused(missing: str) -> None:
    framed = plain(CODEC.dump(snapshot()))
    del framed[missing]
    with pytest.raises(UnreadableSnapshot, match=f"{missing}: missing"):
        load(CODEC, holding_bytes(json.dumps(framed).encode()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (CANARY, 1),
        (f"context.{CANARY}", 1),
        (f"context.reader.{CANARY}", 1),
        ("context.notes.0.params", {CANARY: 3}),
        ("context.fines", {CANARY: "late"}),
        (f"context.notes.0.{CANARY}", 3),
        ("context.reader.age", CANARY),
    ],
)
def test_a_refusal_repeats_nothing_of_what_was_stored(path: str, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        load(CODEC, with_(path, value))
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


def test_what_is_wrong_is_told_by_the_place_and_of_much_only_the_beginning() -> None:
    with pytest.raises(UnreadableSnapshot, match="all of it: model_type"):
        load(CODEC, holding_bytes(b"[]"))
    with pytest.raises(UnreadableSnapshot) as caught:
        load(CODEC, with_("context.titles", [7] * 100))
    assert str(caught.value).count("string_type") == 5


@pytest.mark.parametrize("found", [0, 2, -1, 10**30])
def test_an_unknown_format_is_named_whatever_else_is_in_it(found: int) -> None:
    for one in (with_("format", found), holding_bytes(json.dumps({"format": found, "sign_ups": []}).encode())):
        for codec in (CODEC, SnapshotCodec(loans(2), Loan, {1: renamed})):
            with pytest.raises(UnreadableSnapshot) as caught:
                load(codec, one)
            assert caught.value.code == "unknown_format"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"flow": "letters"}, "letters v1"),
        ({"flow": "loans.reader"}, "loans.reader v1"),
        ({"version": 0}, "loans v0"),
        ({"version": 2}, "loans v2"),
        ({"version": True}, "loans vTrue"),
        ({"version": 10**30}, "loans v1000"),
        ({"state": "basement"}, "loans v1, in a state that the flow does not have"),
    ],
    ids=str,
)
def test_another_flow_version_or_state_is_foreign(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ForeignSnapshot) as caught:
        load(CODEC, replace(stored(snapshot()), **change))
    assert told in str(caught.value)
    assert "this flow is loans v1" in str(caught.value)


@pytest.mark.parametrize("change", [{"flow": "letters"}, {"version": 2}, {"state": "basement"}], ids=str)
def test_a_snapshot_that_could_not_be_loaded_is_not_dumped_either(change: dict[str, Any]) -> None:
    with pytest.raises(ForeignSnapshot):
        CODEC.dump(snapshot(**change))


@pytest.mark.parametrize(
    "context",
    [
        Loan(titles=(f"{CANARY}\ud800",)),
        Loan(reader=Reader(name=SecretStr(f"{CANARY}\udfff"))),
        Loan(fine=float("nan")),
        Loan(fine=float("inf")),
        Loan(titles=(object(),)),  # type: ignore[arg-type]
    ],
    ids=["half a character", "half a character in a secret", "no number", "infinity", "an object"],
)
def test_what_json_cannot_hold_is_refused_before_anything_is_stored(context: Loan) -> None:
    with pytest.raises(UsageError) as caught:
        CODEC.dump(snapshot(context=context))
    assert caught.value.code == "unstorable_snapshot"
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


class Colour(StrEnum):
    RED = "red"


class Pair(NamedTuple):
    left: Secret
    right: datetime


class Careless(Value):
    """Its secret is of a type that would be stored as asterisks."""

    name: SecretStr


@dataclass(frozen=True)
class Mixed:
    secret: SecretStr
    number: Decimal = field(default=cast(Any, object()))
    """Has a default that JSON has no form for, which is no reason to overlook the secret."""


class Other(Value):
    """Its field is read under another name than it is stored."""

    name: Annotated[str, Field(alias="title")]


class Left(Value):
    """Its field is not stored at all."""

    name: Annotated[str, Field(exclude=True)] = ""


class Writer(Reader):
    """What it adds is not stored where a `Reader` belongs."""

    books: int


class Nested(Value):
    inner: Nested | None = None


def deep(levels: int) -> Nested:
    nested = Nested()
    for _ in range(levels):
        nested = Nested.model_construct(inner=nested)
    return nested


@dataclass(frozen=True, eq=False)
class NotAlike:
    number: int


def failing(given: str) -> str:
    raise KeyError(given)


def named(given: object) -> str:
    return re.sub(r" at 0x\w+", "", str(given))


def holding(kind: Any) -> tuple[SnapshotCodec[Any], type[Any]]:
    context = make_dataclass("Held", [("held", kind)], frozen=True, slots=True, kw_only=True)
    return SnapshotCodec[Any](loans(), context), context


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        (Colour, Colour.RED),
        (Pair, Pair(SecretStr(CANARY), NOON)),
        (tuple[Secret, ...], (SecretStr(CANARY),)),
        (tuple[tuple[Secret, int], ...], ((SecretStr(CANARY), 1),)),
        (list[dict[str, list[Secret]]], [{}, {"one": [SecretStr(CANARY)]}]),
        (dict[str, Secret], {"one": SecretStr(CANARY)}),
        (frozenset[Secret], frozenset({SecretStr(CANARY)})),
        (Secret | int, SecretStr(CANARY)),
        (dict[int, str], {1: "one"}),
        (dict[datetime, str], {NOON: "one"}),
        (list[datetime], [NOON]),
        (bytes, "Їжак".encode()),
        (SecretUtf8, SecretBytes('Їжак" \n\0'.encode())),
        (tuple[SecretUtf8 | None, ...], (None, SecretBytes(b""))),
        (Decimal, Decimal("1.10")),
        (int, 10**30),
        (list[float], [0.1, -1e300]),
        (bool, True),
        (Reader, Reader(name=SecretStr(CANARY))),
    ],
    ids=named,
)
def test_whatever_is_kept_comes_back_with_its_secrets(kind: Any, held: object) -> None:
    codec, context = holding(kind)
    kept = stored(snapshot(context=context(held=held)), codec)
    assert load(codec, kept).context == context(held=held)
    assert b"*" not in kept.context.get_secret_value()


def test_a_secret_is_stored_alike_as_text_and_as_its_bytes() -> None:
    said = f"Їжак' \" \\ \n\t\0 {CANARY} 𝄞"
    (of_text, text), (of_bytes, in_bytes) = holding(Secret), holding(SecretUtf8)
    one, other = text(held=SecretStr(said)), in_bytes(held=SecretBytes(said.encode()))
    assert of_text.dump(snapshot(context=one)) == of_bytes.dump(snapshot(context=other))
    assert load(of_bytes, stored(snapshot(context=one), of_text)).context == other
    assert load(of_text, stored(snapshot(context=other), of_bytes)).context == one


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        (dict[str, str], {"\ud800": CANARY}),
        (dict[str, str], {None: CANARY}),
        (dict[str, float], {"\ud800": 1.5}),
        (str, None),
        (Annotated[str, Field(min_length=1)], ""),
        (Annotated[str, AfterValidator(str.strip)], " a "),
        (Annotated[str, AfterValidator(failing)], CANARY),
        (Literal["one"], CANARY),
        (Reader, Writer(name=SecretStr(CANARY), books=3)),
        (Nested, deep(300)),
        (NotAlike, NotAlike(number=1)),
        (Secret | str, CANARY),
        (Any, SecretStr(CANARY)),
        (Any, (CANARY,)),
        (Any, Decimal("1.10")),
        (object, NOON),
        (bytes, b"\xff"),
        (list[float], [float("inf")]),
        (list[float], [float("nan")]),
        (list[float], [None]),
        (AwareDatetime, NOON.replace(tzinfo=None)),
        (dict[str | None, str], {None: CANARY}),
        (dict[int, str], {None: CANARY}),
        (dict[str, str], {1: CANARY}),
        (dict[float | str, str], {1.5: CANARY}),
        (int, CANARY),
        (Secret, CANARY),
        (SecretUtf8, SecretBytes(b"\xff" + CANARY.encode())),
        (SecretUtf8, SecretStr(CANARY)),
        (SecretUtf8, CANARY),
        (tuple[str, ...], (CANARY, 7)),
        (Reader, Loan(titles=(CANARY,))),
        (Other, Other(title=CANARY)),
        (Left, Left(name=CANARY)),
    ],
    ids=named,
)
def test_what_would_not_come_back_as_it_was_is_refused(kind: Any, held: object) -> None:
    codec, context = holding(kind)
    with pytest.raises(UsageError) as caught:
        codec.dump(snapshot(context=context(held=held)))
    assert caught.value.code == "unstorable_snapshot"
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_the_fields_that_cannot_be_stored_are_named_and_no_others() -> None:
    context = make_dataclass("Three", [("name", Secret), ("count", int), ("note", str)], frozen=True, kw_only=True)
    codec = SnapshotCodec[Any](loans(), context)
    wrong = context(name=CANARY, count=1, note=SecretStr(CANARY))
    with pytest.raises(UsageError, match=r" \(name, note\) ") as caught:
        codec.dump(snapshot(context=wrong))
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    comes_back: ClassVar[bool] = True
    titles: Mapping[str, str] = field(default_factory=dict)
    anything: Any = None


@pytest.mark.parametrize("titles", [{"\ud800": CANARY}, {None: CANARY}], ids=["half", "None"])
def test_a_context_that_vouches_for_itself_is_tried_where_pydantic_is_known_to_change_what_it_writes(
    titles: dict[str, str],
) -> None:
    with pytest.raises(UsageError) as caught:
        SnapshotCodec(loans(), Vouched).dump(snapshot(context=Vouched(titles=titles)))
    assert caught.value.code == "unstorable_snapshot"


@pytest.mark.parametrize("title", ["\ufffd", '"None":', "None"])
def test_a_text_that_only_looks_like_a_change_comes_back(title: str) -> None:
    codec, context = SnapshotCodec(loans(), Vouched), Vouched(titles={title: title})
    assert load(codec, stored(snapshot(context=context), codec)).context == context


def test_a_context_that_vouches_for_itself_has_the_kind_of_each_value_looked_at() -> None:
    codec = SnapshotCodec(loans(), Vouched)
    for context in (Vouched(titles=cast(Any, (CANARY,))), Vouched(titles=cast(Any, {"one": 7}))):
        with pytest.raises(UsageError) as caught:
            codec.dump(cast(Any, snapshot(context=context)))
        assert caught.value.code == "unstorable_snapshot"
        assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_a_context_that_vouches_for_itself_is_otherwise_taken_at_its_word() -> None:
    codec = SnapshotCodec(loans(), Vouched)
    assert load(codec, stored(snapshot(context=Vouched(anything=(1, 2))), codec)).context == Vouched(anything=[1, 2])


@pytest.mark.parametrize(
    "kind",
    [
        SecretStr,
        SecretBytes,
        tuple[SecretStr | None, ...],
        dict[str, SecretStr],
        Careless,
        Secret | SecretStr,
        Mixed,
    ],
    ids=named,
)
def test_a_secret_that_would_be_stored_as_asterisks_is_refused_before_there_is_one(kind: Any) -> None:
    with pytest.raises(UsageError) as caught:
        holding(kind)
    assert caught.value.code == "unstorable_secret"


@dataclass(frozen=True)
class Untold:
    call: Callable[[], int]
    """A thing that no JSON schema can describe."""
    secret: SecretStr


def test_one_that_a_schema_cannot_tell_of_is_refused_when_it_is_there() -> None:
    codec = SnapshotCodec(cast(Any, loans()), Untold)
    with pytest.raises(UsageError) as caught:
        codec.dump(cast(Any, snapshot(context=Untold(call=lambda: 1, secret=SecretStr(CANARY)))))
    assert caught.value.code == "unstorable_snapshot"


def test_a_validator_that_raises_what_it_should_not_tells_nothing_when_it_reads() -> None:
    codec, _ = holding(Annotated[str, AfterValidator(failing)])
    with pytest.raises(UnreadableSnapshot, match="a validator raised KeyError") as caught:
        load(codec, with_("context", {"held": CANARY}))
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(found=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_context_or_a_named_refusal(found: bytes) -> None:
    with pytest.raises(UsageError):
        load(CODEC, holding_bytes(found))


@settings(max_examples=EXAMPLES, deadline=None, database=None)
@given(
    path=st.sampled_from(["format", "context", *(f"context.{one}" for one in Loan.__slots__), "context.titles.0"]),
    value=json_values,
    cut=st.integers(min_value=0),
)
def test_a_context_with_anything_anywhere_or_cut_short_is_loaded_or_refused_by_name(
    path: str, value: Any, cut: int
) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(load(CODEC, with_(path, value)), Snapshot)
    whole = CODEC.dump(snapshot()).get_secret_value()
    with pytest.raises(UnreadableSnapshot):
        load(CODEC, holding_bytes(whole[: cut % len(whole)]))


@pytest.mark.parametrize("found", [b"[" * 100_000, b'{"a":' * 100_000, b'{"format":1,"context":' + b"[" * 100_000])
def test_depth_is_refused_like_any_other_nonsense(found: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        load(CODEC, holding_bytes(found))


def test_nothing_of_the_bytes_shows() -> None:
    context = CODEC.dump(snapshot())
    assert CANARY not in f"{context} {context!r} {CODEC!r} {vars(CODEC)}"


def renamed(state: str, context: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Version 1 called its waiting state `desk`."""
    return {"desk": "shelf"}.get(state, state), dict(context)


def with_titles(state: str, context: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Version 2 knew one title."""
    return state, {**{name: value for name, value in context.items() if name != "title"}, "titles": [context["title"]]}


def stored_by(version: int, state: str, **context: Any) -> Snapshot[SecretBytes]:
    return replace(with_("context", context), version=version, state=state)


def test_every_older_version_is_carried_on_step_by_step() -> None:
    codec = SnapshotCodec(loans(3), Loan, {1: renamed, 2: with_titles})
    for found in (
        stored_by(1, "desk", title="Кобзар"),
        stored_by(2, "shelf", title="Кобзар"),
        stored_by(3, "shelf", titles=["Кобзар"]),
    ):
        loaded = load(codec, found)
        assert loaded == snapshot(version=3, context=Loan(titles=("Кобзар",)))
        assert load(codec, stored(loaded, codec)) == loaded


@pytest.mark.parametrize("version", [0, 1, 4])
def test_a_version_without_a_migration_is_foreign(version: int) -> None:
    codec = SnapshotCodec(loans(3), Loan, {2: with_titles})
    with pytest.raises(ForeignSnapshot, match=f"loans v{version}, this flow is loans v3"):
        load(codec, stored_by(version, "shelf", title="Кобзар"))


@pytest.mark.parametrize("given", [{1: renamed}, {3: renamed}, {1: renamed, 3: renamed}, {0: renamed, 2: with_titles}])
def test_migrations_that_do_not_lead_to_the_version_of_the_flow_are_refused_at_once(
    given: Mapping[int, Migration],
) -> None:
    with pytest.raises(UsageError) as caught:
        SnapshotCodec(loans(3), Loan, given)
    assert caught.value.code == "missing_migration"


def test_what_a_migration_ends_no_longer_expires_and_what_it_lets_wait_does() -> None:
    ending = SnapshotCodec(loans(2), Loan, {1: lambda state, context: ("lost", {})})
    assert load(ending, stored_by(1, "shelf")).expires_at is None
    waiting = SnapshotCodec(loans(2), Loan, {1: lambda state, context: ("shelf", {})})
    found = load(waiting, replace(stored_by(1, "returned"), expires_at=None))
    assert found.expires_at == found.entered_at + timedelta(days=1)
    soon = NOON + timedelta(hours=2)
    assert load(waiting, replace(stored_by(1, "shelf"), expires_at=soon)).expires_at == soon


def test_when_a_snapshot_of_this_version_expires_is_not_looked_at() -> None:
    for ends in (None, NOON + timedelta(hours=2)):
        for state in ("shelf", "lost"):
            kept = snapshot(state=state, expires_at=ends)
            assert load(CODEC, stored(kept)) == kept


class Shelf(Enum):
    NEW = "shelf"


class Place(StrEnum):
    SHELF = "shelf"

    def __str__(self) -> str:
        return "a place"


def test_a_migration_may_name_the_state_by_an_enum_of_texts_and_no_other() -> None:
    codec = SnapshotCodec(loans(2), Loan, {1: lambda state, context: (Place.SHELF, context)})
    loaded = load(codec, stored_by(1, "desk"))
    assert (type(loaded.state), loaded.state) == (str, "shelf")
    codec = SnapshotCodec(loans(2), Loan, {1: cast(Any, lambda state, context: (Shelf.NEW, context))})
    with pytest.raises(UnreadableSnapshot, match="a migration failed with TypeError"):
        load(codec, stored_by(1, "desk"))


@pytest.mark.parametrize(
    ("migration", "code"),
    [
        (lambda state, context: {}[f"{CANARY}"], "migration_failed"),
        (lambda state, context: 1 / 0, "migration_failed"),
        (lambda state, context: None, "migration_failed"),
        (lambda state, context: (state, {"a": object()}), "migration_failed"),
        (lambda state, context: (state, {"fine": float("nan")}), "migration_failed"),
        (lambda state, context: (state, {"a": CANARY}), "unreadable_snapshot"),
        (lambda state, context: (7, context), "migration_failed"),
        (lambda state, context: ([state], context), "migration_failed"),
        (lambda state, context: ("basement", context), "foreign_snapshot"),
    ],
)
def test_a_migration_that_fails_or_gives_nonsense_is_told_by_its_kind_alone(migration: Any, code: str) -> None:
    codec = SnapshotCodec(loans(2), Loan, {1: migration})
    with pytest.raises(UsageError) as caught:
        load(codec, stored_by(1, "shelf"))
    assert caught.value.code == code
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
