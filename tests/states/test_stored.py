"""A sign-up as bytes: nothing is lost or changed on the way, and no version that was ever stored is stranded."""

from __future__ import annotations

import json
import os
import random
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes, SecretStr

from esozflow.adapters.stores.codec import FORMAT, SnapshotCodec, UnreadableSnapshot
from esozflow.flow import EventRefused, Flow, ForeignSnapshot, Message, Snapshot, Value
from esozflow.states.calls import Tokens
from esozflow.states.flow import VERSION, auth_ui, pis, sign_up
from esozflow.states.migrations import MIGRATIONS, superseded
from esozflow.states.settings import Settings
from esozflow.states.signup import PisClient, Query, SignUp, User

from ..stored import load

SOAK = "SOAK" in os.environ
WALKS = 5_000 if SOAK else 100
GOLDEN = Path(__file__).parent / "golden"
PARTIES = {"whole": sign_up, "auth_ui": auth_ui, "pis": pis}

text = st.text(max_size=30)
secret = text.map(SecretStr)
names = st.none() | text
CONTEXT = {
    "oauth_state": st.none() | secret,
    "client": st.none()
    | st.builds(
        PisClient,
        client_id=st.just("6498d88e"),
        redirect_uri=st.sampled_from(["https://pis.example.ua/callback", "http://127.0.0.1:8080/cb?a=%20"]),
        scope=st.text(min_size=1, max_size=30),
        auth_ui=st.just("https://my.example.ua/ui"),
    ),
    "confidant_token": st.none() | secret,
    "content": st.none() | text.map(str.encode).map(SecretBytes),
    "user_data": st.none() | secret,
    "code": st.none() | secret,
    "tokens": st.none()
    | st.builds(
        Tokens,
        access_token=secret,
        refresh_token=secret,
        expires_at=st.integers(),
        scope=text,
        user_id=text,
        person_id=names,
    ),
    "query": st.none()
    | st.builds(
        Query,
        client_id=text,
        redirect_uri=text,
        scope=text,
        user_data=secret,
        token=secret,
        state=st.none() | secret,
    ),
    "patient": st.none() | secret,
    "jwt": st.none() | secret,
    "otp": st.none() | secret,
    "user": st.none() | st.builds(User, person_id=text, id=names, tax_id=st.none() | secret),
    "session_token": st.none() | secret,
    "scopes": st.lists(text, max_size=3).map(tuple),
    "scope_names": st.lists(st.tuples(text, text), max_size=3).map(tuple),
    "client_name": names,
    "redirect_url": st.none() | secret,
    "maybe_registered": st.booleans(),
    "maybe_approved": st.booleans(),
    "messages": st.lists(st.builds(Message, code=text, params=st.dictionaries(text, text, max_size=2)), max_size=2).map(
        tuple
    ),
    "request_id": names,
    "error": names,
    "error_description": names,
}
contexts = st.builds(SignUp, **CONTEXT)
# At the end of summer time Python calls no two times of different zones equal, not even when they are one moment.
moments = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC))
snapshots = st.builds(
    Snapshot,
    id=text,
    flow=st.just(sign_up().name),
    version=st.just(VERSION),
    state=st.sampled_from(sorted(sign_up().states)),
    revision=st.integers(min_value=0),
    begun_at=moments,
    entered_at=moments,
    expires_at=st.none() | moments,
    context=contexts,
)


def codec(flow: Flow[SignUp]) -> SnapshotCodec[SignUp]:
    return SnapshotCodec(flow, SignUp, MIGRATIONS)


def stored(snapshot: Snapshot[SignUp], codec: SnapshotCodec[SignUp]) -> Snapshot[SecretBytes]:
    """Give a snapshot as a store has it."""
    return replace(cast(Any, snapshot), context=codec.dump(snapshot))


@settings(max_examples=5_000 if SOAK else 80, deadline=None, database=None)
@given(snapshot=snapshots)
def test_any_snapshot_comes_back_as_it_was(snapshot: Snapshot[SignUp]) -> None:
    assert load(codec(sign_up()), stored(snapshot, codec(sign_up()))) == snapshot


def test_a_sign_up_vouches_for_itself_so_no_class_of_it_can_be_derived_from_and_have_more() -> None:
    assert SignUp.comes_back
    assert all(kind.__final__ for kind in (SignUp, PisClient, Tokens, Query, User, Message))


def test_the_strategies_above_leave_no_field_out() -> None:
    everything = {one.name for one in fields(SignUp)}
    assert CONTEXT.keys() == everything


def wanderer(flow: Flow[SignUp], examples: SimpleNamespace, luck: random.Random) -> Snapshot[SignUp]:
    """Walk some way at random, more often than not forward."""
    states = ("prepare", *(state for _, state in examples.WAY[:-1]))
    likely = dict(zip(states, (event for event, _ in examples.WAY), strict=True))
    snapshot = examples.at(flow)
    for _ in range(luck.randrange(25)):
        known = [event for event in examples.EVENTS if (snapshot.state, type(event)) in flow.table]
        if not known:
            break
        event = likely[snapshot.state] if snapshot.state in likely and luck.random() < 0.7 else luck.choice(known)
        try:
            snapshot = flow.step(snapshot, event, examples.NOW).snapshot
        except EventRefused:
            continue
    return snapshot


@pytest.mark.parametrize("party", PARTIES.values(), ids=PARTIES)
def test_a_sign_up_that_was_stored_goes_on_like_one_that_was_not(examples: SimpleNamespace, party: Any) -> None:
    flow, luck = party(), random.Random(20260301)
    seen = set()
    for _ in range(WALKS):
        kept = wanderer(flow, examples, luck)
        other = load(codec(flow), stored(kept, codec(flow)))
        assert other == kept
        seen.add(kept.state)
        for event in luck.choices(examples.EVENTS, k=10):
            one, same = outcome(flow, kept, event, examples), outcome(flow, other, event, examples)
            assert one == same
            if not isinstance(one, str):
                kept, other = one[0].snapshot, same[0].snapshot
    assert len(seen) > len(flow.states) / 2


def outcome(flow: Flow[SignUp], snapshot: Snapshot[SignUp], event: Any, examples: SimpleNamespace) -> Any:
    try:
        stepped = flow.step(snapshot, event, examples.NOW)
    except EventRefused as refusal:
        return refusal.code
    return stepped, flow.page(stepped.snapshot)


def everywhere(examples: SimpleNamespace, flow: Flow[SignUp]) -> dict[str, Snapshot[SignUp]]:
    """Give for each state the snapshot that holds the most, of all that the examples lead to."""

    def sort_of(snapshot: Snapshot[SignUp]) -> tuple[object, ...]:
        context = snapshot.context
        return snapshot.state, gathered(snapshot), context.query and context.query.redirect_uri

    def gathered(snapshot: Snapshot[SignUp]) -> tuple[str, ...]:
        return tuple(one.name for one in fields(SignUp) if getattr(snapshot.context, one.name))

    first = examples.at(flow)
    found, known, todo = {str(first.state): first}, {sort_of(first)}, deque([first])
    while todo:
        before = todo.popleft()
        for event in examples.EVENTS:
            try:
                after = flow.step(before, event, examples.NOW).snapshot
            except EventRefused:
                continue
            if sort_of(after) not in known:
                known.add(sort_of(after))
                todo.append(after)
                if len(gathered(after)) > len(gathered(found.setdefault(after.state, after))):
                    found[after.state] = after
    return found


def every_state(examples: SimpleNamespace) -> Settings:
    known = frozenset({(examples.CLIENT_ID, examples.REDIRECT_URI)})
    return Settings(available_scopes_check=True, known_redirects=known)


def shape(kind: Any) -> Any:
    """Give the names and types of everything that is stored of a type."""
    if is_dataclass(kind) or (isinstance(kind, type) and issubclass(kind, Value)):
        hints = get_type_hints(kind)
        named = [one.name for one in fields(kind)] if is_dataclass(kind) else [*kind.model_fields]  # type: ignore[union-attr]
        return {name: shape(hints[name]) for name in named}
    nested = [shape(one) for one in getattr(kind, "__args__", ()) if one is not ...]
    if nested:
        named = re.sub(r"typing\.Optional\[(.*)\]", r"\1 | None", str(kind))  # so it is called where A is annotated
        # `SecretUtf8` and `Secret` are stored alike, which the tests of the codec show
        named = named.replace("pydantic.types.SecretBytes", "pydantic.types.SecretStr")
        return [named, *(one for one in nested if not isinstance(one, str))]
    return kind.__name__ if isinstance(kind, type) else str(kind)


def written(snapshot: Snapshot[SecretBytes]) -> dict[str, Any]:
    """Give a stored snapshot as a file of JSON can hold it."""
    frame: dict[str, Any] = {name: getattr(snapshot, name) for name in Snapshot.__slots__}
    moments = {name: value.isoformat() for name, value in frame.items() if isinstance(value, datetime)}
    return {**frame, **moments, "context": snapshot.context.get_secret_value().decode()}


def read(found: dict[str, Any]) -> Snapshot[SecretBytes]:
    moments = {name: found[name] and datetime.fromisoformat(found[name]) for name in found if name.endswith("_at")}
    return Snapshot(**{**found, **moments, "context": SecretBytes(found["context"].encode())})


def written_today(examples: SimpleNamespace) -> dict[str, Any]:
    where = every_state(examples)
    return {
        "format": FORMAT,
        "shape": {"snapshot": shape(Snapshot), "context": shape(SignUp)},
        "snapshots": [
            written(stored(snapshot, codec(flow)))
            for flow in (party(where) for party in PARTIES.values())
            for _, snapshot in sorted(everywhere(examples, flow).items())
        ],
    }


def test_what_this_version_stores_is_frozen(examples: SimpleNamespace) -> None:
    """Never write a published file anew: raise `states.flow.VERSION` and add to `states.migrations` instead.

    The file of a new version is written with ESOZFLOW_GOLDEN=write.
    """
    file, today = GOLDEN / f"v{VERSION}.json", written_today(examples)
    if os.environ.get("ESOZFLOW_GOLDEN") == "write":
        file.write_text(json.dumps(today, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    frozen = json.loads(file.read_text(encoding="utf-8"))
    assert today["shape"] == frozen["shape"]
    assert today == frozen


def test_every_version_that_was_ever_published_can_be_read() -> None:
    published = {int(file.stem.removeprefix("v")) for file in GOLDEN.glob("*.json")}
    assert published == set(range(1, VERSION + 1))


def stored_ever() -> Iterator[Any]:
    for file in sorted(GOLDEN.glob("*.json")):
        for found in json.loads(file.read_text(encoding="utf-8"))["snapshots"]:
            yield pytest.param(read(found), id=f"{file.stem}-{found['flow']}-{found['state']}")


@pytest.mark.parametrize("found", list(stored_ever()))
def test_whatever_was_stored_goes_on_today(examples: SimpleNamespace, found: Snapshot[SecretBytes]) -> None:
    flows = {flow.name: flow for flow in (party(every_state(examples)) for party in PARTIES.values())}
    flow = flows[found.flow]

    snapshot = load(codec(flow), found)

    state = flow.belongs(snapshot)
    assert (snapshot.expires_at is None) is (state.lifetime is None)
    assert (flow.page(snapshot) is None) is (state.page is None)
    assert (flow.call(snapshot) is None) is (state.call is None)
    assert load(codec(flow), stored(snapshot, codec(flow))) == snapshot


def test_the_published_files_hold_every_state_of_every_party(examples: SimpleNamespace) -> None:
    held: dict[str, set[str]] = {}
    for found in json.loads((GOLDEN / f"v{VERSION}.json").read_text(encoding="utf-8"))["snapshots"]:
        held.setdefault(found["flow"], set()).add(found["state"])
    flows = [party(every_state(examples)) for party in PARTIES.values()]
    assert held == {flow.name: set(flow.states) for flow in flows}


def next_version(flow: Flow[SignUp]) -> Flow[SignUp]:
    return Flow(
        flow.name,
        states=flow.states.values(),
        initial=flow.initial,
        begin=flow.begin_context,
        version=flow.version + 1,
        lifetime=flow.lifetime,
    )


AFTER_THE_DECISION = {"decline_redirect", "redirect", "exchange", "exchange_unsent", "save_tokens", "tokens_unsaved"}


@pytest.mark.parametrize("party", PARTIES.values(), ids=PARTIES)
def test_what_a_new_version_cannot_carry_on_ends_on_a_page_that_says_so_and_what_is_true(
    examples: SimpleNamespace, party: Any
) -> None:
    flow = party(every_state(examples))
    newer = SnapshotCodec(next_version(flow), SignUp, {**MIGRATIONS, VERSION: superseded})
    for name, snapshot in everywhere(examples, flow).items():
        old = stored(snapshot, codec(flow))
        if flow.states[name].final or name in AFTER_THE_DECISION:
            with pytest.raises(UnreadableSnapshot, match="KeyError"):
                load(newer, old)
            continue
        ended = load(newer, old)
        page = newer.flow.page(ended)
        assert newer.flow.states[ended.state].final
        assert (ended.id, ended.revision, ended.version) == (snapshot.id, snapshot.revision, VERSION + 1)
        assert ended.expires_at is None
        assert page is not None
        assert page.messages[0].code == "superseded"
        assert page.messages[-1].code == truth(name, snapshot.context)
        assert not held(newer.dump(ended))


def test_what_ends_keeps_what_its_last_page_needs_and_nothing_secret() -> None:
    query = {"client_id": "a", "user_data": "signed", "token": "secret"}
    stored = {"query": query, "user": {"id": "u", "tax_id": "1"}, "jwt": "secret", "maybe_registered": False}
    told = [{"code": "superseded", "params": {}}]
    kept = {
        "query": {"client_id": "a", "user_data": "", "token": ""},
        "user": {"id": "u", "tax_id": None},
        "maybe_registered": False,
        "messages": told,
    }

    assert superseded("consent", stored) == ("expired", kept)
    assert superseded("approve", stored) == ("expired", {**kept, "maybe_approved": True})
    assert superseded("sign", {"query": None, "user": None, "content": "secret"}) == (
        "not_handed_over",
        {"query": None, "user": None, "messages": told},
    )


def truth(state: str, context: SignUp) -> str:
    if state in ("prepare", "sign"):
        return "not_handed_over"
    if state == "hand_over":
        return "not_returned"
    if state in ("register", "register_unknown"):
        return "register_unknown"
    if context.user:
        doubt = context.maybe_approved or state == "approve"
        return "registered_maybe_approved" if doubt else "registered_not_approved"
    return "register_unknown" if context.maybe_registered else "nothing_done"


def held(context: SecretBytes) -> list[str]:
    """Name the canaries, but for the OAuth state, that are in the stored bytes."""
    return [
        word
        for word in context.get_secret_value().decode().split('"')
        if word.startswith("canary-") and "state" not in word
    ]


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_a_version_that_nobody_can_carry_on_is_refused_by_name(examples: SimpleNamespace, version: int) -> None:
    found = stored(examples.at(auth_ui()), codec(auth_ui()))
    with pytest.raises(ForeignSnapshot, match=rf"v{version}, this flow is confidant_sign_up.auth_ui v{VERSION}"):
        load(codec(auth_ui()), replace(found, version=version))


def test_nothing_of_a_stored_sign_up_shows(examples: SimpleNamespace) -> None:
    flow = sign_up()
    context = codec(flow).dump(examples.at(flow, *examples.way_to("confirm")))
    shown: Mapping[str, str] = {"repr": repr(context), "str": str(context), "codec": repr(codec(flow))}
    assert not [name for name, said in shown.items() if "canary" in said]
    assert b"canary-jwt" in context.get_secret_value()
