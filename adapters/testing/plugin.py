"""The pytest plugin: fixtures for tests of services that embed the sign-up.

It is loaded by every pytest that runs where esozflow is installed, so nothing is imported before a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ...flow.testing import HandClock
    from .sandboxed import Sandbox, SandboxedSignUp

pytest.register_assert_rewrite(
    *(f"esozflow.adapters.testing.{one}s" for one in ("store", "gateway", "interface", "signer"))
)


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands at the moment at which the test began, until it is moved: `clock.forward(by)`."""
    from datetime import UTC, datetime

    from ...flow.testing import HandClock

    return HandClock(datetime.now(UTC))


@pytest.fixture
def sandbox(clock: HandClock) -> Sandbox:
    """An emulated ЕСОЗ in this process, with a PIS, an invented confidant, and the time of `clock`."""
    from .sandboxed import Sandbox

    return Sandbox(clock)


@pytest.fixture
def signup(sandbox: Sandbox) -> SandboxedSignUp:
    """A sign-up of the whole flow in `sandbox`, at its beginning: `signup.go_to("consent")`."""
    from .sandboxed import SandboxedSignUp

    return SandboxedSignUp(sandbox)
