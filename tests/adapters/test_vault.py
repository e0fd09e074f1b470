"""Vaults keep tokens and tell nobody."""

from __future__ import annotations

import logging

import pytest
from pydantic import SecretStr

from esozflow.adapters.vault import CallbackVault, MemoryVault
from esozflow.flow import Call, Repeat, Unanswered, UsageError
from esozflow.states.answers import VaultAnswered
from esozflow.states.calls import SaveTokens, Tokens

TOKENS = Tokens(
    access_token=SecretStr("canary-access"),
    refresh_token=SecretStr("canary-refresh"),
    expires_at=1_700_000_000,
    scope="person:read",
    user_id="user",
)


def saving(request: object = None, instance: str = "one") -> Call:
    return Call(
        instance=instance,
        name="save_tokens",
        port="vault",
        repeat=Repeat.WHEN_ASKED,
        deadline=5.0,
        request=SaveTokens(tokens=TOKENS) if request is None else request,
    )


def test_the_function_gets_the_sign_up_and_its_tokens() -> None:
    kept: list[tuple[str, Tokens]] = []
    outcome = CallbackVault(lambda instance, tokens: kept.append((instance, tokens))).perform(saving())
    assert outcome == VaultAnswered(status=200)
    assert kept == [("one", TOKENS)]


@pytest.mark.parametrize("error", [OSError("canary-access"), ValueError("canary-refresh"), KeyError()])
def test_a_function_that_fails_leaves_the_call_unanswered_and_its_words_unsaid(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def fail(instance: str, tokens: Tokens) -> None:
        raise error

    outcome = CallbackVault(fail).perform(saving())
    assert outcome == Unanswered(reason="vault_failed")
    assert "canary" not in f"{outcome!r} {caplog.text}"
    assert f"the vault failed: {type(error).__name__} at test_vault.py:" in caplog.text


def test_a_vault_takes_no_other_request() -> None:
    with pytest.raises(UsageError, match="foreign_request") as caught:
        MemoryVault().perform(saving(request=TOKENS))
    assert "canary" not in str(caught.value)


def test_the_vault_in_memory_gives_back_what_it_kept_and_may_keep_it_twice() -> None:
    vault = MemoryVault()
    for _ in range(2):
        assert vault.perform(saving()) == VaultAnswered(status=200)
    assert vault.tokens("one") == TOKENS
    assert vault.tokens("two") is None
    assert "canary" not in repr(vault)


def test_refreshed_tokens_take_the_place_of_those_they_were_refreshed_from_and_of_no_others() -> None:
    vault = MemoryVault()
    vault.perform(saving())
    refreshed = TOKENS.model_copy(update={"access_token": SecretStr("canary-new")})
    assert vault.replace("one", TOKENS, refreshed)
    assert vault.tokens("one") == refreshed
    assert not vault.replace("one", TOKENS, TOKENS)
    assert vault.tokens("one") == refreshed


def test_tokens_that_were_forgotten_do_not_come_back_with_a_late_refresh() -> None:
    vault = MemoryVault()
    vault.perform(saving())
    vault.forget("one")
    vault.forget("one")
    assert not vault.replace("one", TOKENS, TOKENS)
    assert vault.tokens("one") is None
