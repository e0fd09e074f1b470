"""What the emulated back-end really did: an append-only account of its side effects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Literal, TypeAlias, get_args

LedgerKind: TypeAlias = Literal["validate", "register", "approve", "exchange", "refresh", "logout"]

KINDS: tuple[LedgerKind, ...] = get_args(LedgerKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecord:
    """One side effect: what, when (aware), for which request, on which records. Ids only: no secret, no name."""

    kind: LedgerKind
    at: datetime
    request_id: str
    ids: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """The record as `GET /sandbox/ledger` shows it; the time is ISO 8601."""
        return {"kind": self.kind, "at": self.at.isoformat(), "request_id": self.request_id, "ids": dict(self.ids)}


class Ledger:
    """Counts effects, not requests: a replayed registration or a refused exchange leaves no record.

    `validate` is a minted sign-up jwt, `register` a patient actually registered, `approve` a minted grant code,
    `exchange` a code turned into tokens, `refresh` a further access token, `logout` an ended session.
    """

    def __init__(self) -> None:
        self._records: list[LedgerRecord] = []
        self._lock = Lock()

    def write(self, record: LedgerRecord) -> None:
        """Append one record."""
        with self._lock:
            self._records.append(record)

    @property
    def records(self) -> tuple[LedgerRecord, ...]:
        """Everything so far, oldest first."""
        with self._lock:
            return tuple(self._records)

    def count(self, kind: LedgerKind) -> int:
        """How often an effect of this kind took place."""
        return self.counts()[kind]

    def counts(self) -> dict[LedgerKind, int]:
        """How often each effect took place, zeros included."""
        found = Counter(record.kind for record in self.records)
        return {kind: found[kind] for kind in KINDS}

    def as_json(self) -> dict[str, object]:
        """The body of `GET /sandbox/ledger`."""
        return {"counts": self.counts(), "records": [record.as_json() for record in self.records]}
