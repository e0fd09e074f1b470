"""Vaults: where the back-end of a PIS keeps the tokens that the exchange gave it (4.9)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ..flow import Call, Outcome, Unanswered, UsageError
from ..flow.wiring import expect_able, failure
from ..states.answers import VaultAnswered
from ..states.calls import SaveTokens, Tokens

_logger = logging.getLogger("esozflow")


class CallbackVault:
    """The port that hands tokens to a function of yours.

    `save` gets the id of the sign-up and its tokens. It may be called again with the same ones after a failure
    and must then do no harm. Whatever it raises counts as unanswered, and its text is dropped, because it may
    hold a token.
    """

    def __init__(self, save: Callable[[str, Tokens], None]) -> None:
        expect_able("save", save, "__call__")
        self._save = save

    def perform(self, call: Call) -> Outcome:
        """Perform a `SaveTokens`. Raises `UsageError` for any other request."""
        if not isinstance(call.request, SaveTokens):
            raise UsageError(
                f"A vault cannot perform the call {call.name}",
                hint="Give the vault the port 'vault', and no other.",
                code="foreign_request",
            )
        try:
            self._save(call.instance, call.request.tokens)
        except Exception as error:  # a function of the host: anything can come out of it
            _logger.error("the vault failed: %s", failure(error))  # noqa: TRY400 - its text may hold a token
            return Unanswered(reason="vault_failed")
        return VaultAnswered(status=200)


class MemoryVault(CallbackVault):
    """Keeps tokens in memory, for tests and demonstrations."""

    def __init__(self) -> None:
        super().__init__(self._keep)
        self._tokens: dict[str, Tokens] = {}
        self._lock = threading.Lock()

    def tokens(self, instance: str) -> Tokens | None:
        """Give what was kept for a sign-up."""
        with self._lock:
            return self._tokens.get(instance)

    def replace(self, instance: str, old: Tokens, new: Tokens) -> bool:
        """Keep `new` for a sign-up, unless `old` is no longer what is kept; say whether it was done."""
        with self._lock:
            if self._tokens.get(instance) != old:
                return False
            self._tokens[instance] = new
            return True

    def forget(self, instance: str) -> None:
        """Drop what was kept for a sign-up, if anything was."""
        with self._lock:
            self._tokens.pop(instance, None)

    def _keep(self, instance: str, tokens: Tokens) -> None:
        with self._lock:
            self._tokens[instance] = tokens
