"""Snapshots whose context is bytes, as a store has them."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from pydantic import SecretBytes

from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.flow import Snapshot

_fields = attrgetter(*Snapshot.__slots__)


def load(codec: SnapshotCodec[Any], stored: Snapshot[SecretBytes]) -> Snapshot[Any]:
    return codec.load(_fields(stored))
