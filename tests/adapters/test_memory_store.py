"""The store in memory keeps the promises of every store."""

from typing import Any

from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.stores.suite import StoreContract


class TestMemoryStore(StoreContract):
    def store(self) -> MemoryStore[Any]:
        return MemoryStore()
