"""What must hold of every sign-up once nobody waits for anything any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from esozflow.adapters.demo.people import CHILD
from esozflow.adapters.stores.sql import Database, SqlStore, listed
from esozflow.adapters.stores.sql.tables import instances, moves
from esozflow.flow import Flow, FlowError, Move, Snapshot
from esozflow.states import SignUp

from .crowd import SEED, Crowd

COMPLETED = {"pis": "signed_up", "auth_ui": "redirect"}
WRITES = {"register": "auth_ui", "approve": "auth_ui", "exchange": "pis"}
ASKING = {"register": ("Confirm", "RegisterAgain"), "approve": ("Accept",), "exchange": ("CallbackReceived", "Retry")}
KNOWN_TO_ALL = (
    CHILD["last_name"],
    CHILD["second_name"],
    CHILD["secret"],
    CHILD["email"],
    CHILD["phones"][0]["number"].removeprefix("+"),
    CHILD["addresses"][0]["street"],
    SEED.confidant.access_token,
    SEED.pis.secret,
)
"""The personal data and secrets that all invented sign-ups have in common."""
_LEAST = 8
"""Characters of the shortest secret that is looked for."""


class Auditor:
    """Judges one wave after another; `broken` are the promises that were not kept, in words.

    The figures are those of all waves so far. A party's part of a sign-up is counted by itself.
    """

    def __init__(self, database: Database, stores: Mapping[str, SqlStore[SignUp]], flows: Mapping[str, Flow[SignUp]]):
        self._database, self._stores, self._flows = database, stores, flows
        self.broken: list[str] = []
        self.ends: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.started = self.completed = self.moves = self.interrupted = 0
        self.asked_again: Counter[str] = Counter()
        self._read: dict[Path, int] = {}

    def waiting(self) -> int:
        return sum(1 for _ in listed(self._database, ended=False))

    def settle(self, crowd: Crowd, account: Mapping[str, Any], vault: frozenset[str]) -> None:
        """Judge all sign-ups of a wave that has come to rest."""
        found = {one.id: one for one in listed(self._database)}
        self._note(f"{len(crowd.stuck)} users were stuck: {crowd.stuck[:3]}", crowd.stuck)
        self._note("a sign-up that was begun is gone", crowd.started.keys() - found.keys())
        self._note("a sign-up is stored that nobody began", found.keys() - crowd.started.keys())
        self._note("a sign-up is left waiting", [f"{one.id} {one.state}" for one in found.values() if not one.ended])
        self._note("the sandbox failed", ["internal error"] * account["internal_errors"])
        asked, effects = Counter(account["asked"]), Counter(account["effects"])
        self._note("a call came from no sign-up", {key.split()[0] for key in asked} - found.keys())
        for id in found:
            party = crowd.started.get(id, "")
            try:
                snapshot, journal = self._stores[party].load(id), self._stores[party].journal(id)
            except (FlowError, KeyError) as error:
                self.broken.append(f"{id} cannot be read: {error}")
                continue
            self._judge(party, snapshot, journal, crowd, asked, effects, vault)
        self.started += len(crowd.started)

    def _judge(
        self,
        party: str,
        snapshot: Snapshot[SignUp],
        journal: Iterable[Move],
        crowd: Crowd,
        asked: Counter[str],
        effects: Counter[str],
        vault: frozenset[str],
    ) -> None:
        id, told = snapshot.id, list[str]()
        journal = tuple(journal)
        self.moves += len(journal)
        self.interrupted += sum(_interrupted(self._flows[party], *pair) for pair in pairwise(journal))
        told.extend(_replayed(self._flows[party], snapshot, journal))
        for write in (write for write, of in WRITES.items() if of == party):
            entered = [move for move in journal if move.to_state == write]
            unsent = sum(move.from_state == write and move.event == "Unreachable" for move in journal)
            clicks = {click for click in crowd.clicks[id] if click[0] in ASKING[write]}
            sent, done = asked[f"{id} {write}"], effects[f"{id} {write}"]
            self.requests[write] += sent
            self.effects[write] += done
            self.most[write] = max(self.most[write], done)
            self.asked_again[write] += max(0, len(entered) - 1)
            if sent > len(entered):
                told.append(f"{write} was sent {sent} times for {len(entered)} decisions")
            if any(move.event not in ASKING[write] for move in entered) or len(entered) > len(clicks):
                told.append(f"{write} was decided {len(entered)} times for {len(clicks)} clicks of its user")
            if done > sent or done > (len(entered) if write == "approve" else 1):
                told.append(f"{write} took effect {done} times for {sent} requests")
            again = {"register": "RegisterAgain", "approve": "Accept"}.get(write, "")
            if len(entered) - 1 > unsent + sum(move.event == again for move in entered):
                told.append(f"{write} was decided again by nobody")
        if snapshot.state == COMPLETED[party]:
            self.completed += 1
            needed = [write for write, of in WRITES.items() if of == party]
            told.extend(f"it is complete without {write}" for write in needed if not effects[f"{id} {write}"])
            if party == "pis" and id not in vault:
                told.append("its tokens were not saved")
        self.ends[f"{party} {snapshot.state}"] += 1
        self.broken.extend(f"{party} {id}: {one}" for one in told)

    def read_logs(self, files: Iterable[Path], secrets: Iterable[str]) -> None:
        """Look for secrets and personal data in what was logged since the last time, and for lines that say failure."""
        sought = {secret for secret in secrets if len(secret) >= _LEAST}
        beginnings = {secret[:_LEAST]: secret for secret in sought}
        for file in files:
            with file.open("rb") as log:
                log.seek(self._read.get(file, 0))
                text = log.read().decode("utf-8", "replace")
                self._read[file] = log.tell()
            self._look(file.name, text, beginnings)

    def read_clear_columns(self, secrets: Iterable[str]) -> None:
        """Look for the same in the journal and in every column that is not sealed."""
        columns = [column for column in instances.c if column.name != "sealed"]
        beginnings = {secret[:_LEAST]: secret for secret in secrets if len(secret) >= _LEAST}
        for query in (select(*columns), select(moves)):
            rows = self._database.read(lambda connection, query=query: connection.execute(query).all())
            self._look("the clear columns", "\n".join(str(tuple(row)) for row in rows), beginnings)

    def _look(self, where: str, text: str, beginnings: Mapping[str, str]) -> None:
        shown = [f"a datum that all have, number {KNOWN_TO_ALL.index(one)}" for one in KNOWN_TO_ALL if one in text]
        pieces = {text[at : at + _LEAST] for at in range(len(text))} & beginnings.keys()
        shown += ["a token or a datum of one sign-up" for piece in pieces if beginnings[piece] in text]
        self._note(f"{where} shows", shown)
        self._note(f"{where} tells of a failure", [line for line in text.splitlines() if "Traceback" in line])

    def _note(self, what: str, found: Any) -> None:
        if found:
            self.broken.append(f"{what}: {len(found)} ({next(iter(found))})")


def _interrupted(flow: Flow[SignUp], entered: Move, left: Move) -> bool:
    """Whether a call was carried on by another worker than the one that made it: after its deadline."""
    call = flow.states[entered.to_state].call
    return call is not None and left.at - entered.at >= timedelta(seconds=call.deadline)


def _replayed(flow: Flow[SignUp], snapshot: Snapshot[SignUp], journal: tuple[Move, ...]) -> Iterator[str]:
    state, revision = flow.initial, 0
    for move in journal:
        if (move.from_state, move.revision) != (state, revision + 1):
            yield f"its journal breaks at {move.revision}"
        if move.event not in {one.event.__name__ for one in flow.states[move.from_state].moves}:
            yield f"its journal has an event that {move.from_state} does not know"
        state, revision = move.to_state, move.revision
    if (snapshot.state, snapshot.revision) != (state, revision):
        yield "its journal does not lead to its snapshot"
