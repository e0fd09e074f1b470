"""The sign-up walked systematically, and what on its drawing never happens."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from ...flow import Flow, Snapshot
from ...flow.testing import Explored, FixedIds, GuardOutcome, Item, Pair, RowOf, explore, snapshots
from ..case_space import walk_cases
from ..example import EXAMPLE
from ..names import Name
from ..settings import Settings
from ..signup import SignUp, gathered

IDS: Final = FixedIds(gathered(EXAMPLE.oauth_state).get_secret_value())
"""The `state` of OAuth that the cases compare with: begin every walk and every life with it."""

_AGAIN: Final = RowOf(Name.CONSENT_UNAVAILABLE, "Retry", 1)
_NEVER_IN_A_ROW: Final[dict[tuple[str, RowOf], str]] = {
    (Name.USER_ROLES, _AGAIN): "what failed is a read of roles, so roles are read again",
    (Name.GLOBAL_ROLES, _AGAIN): "what failed is a read of roles, so roles are read again",
    (Name.REGISTER_UNKNOWN, RowOf(Name.REGISTER, "Unreachable", 1)): "who asks again knows of an earlier request",
    (Name.CONFIRM, RowOf(Name.REGISTER, "Unreachable", 0)): "who confirms for the first time knows of no earlier one",
}


def never(flow: Flow[SignUp], settings: Settings = Settings()) -> dict[Item, str]:  # noqa: B008 - settings are immutable
    """Say what follows on the drawing, but never in one sign-up, and why."""
    rows = [
        (RowOf(state, event.__name__, place), row.to)
        for (state, event), tried in flow.table.items()
        for place, row in enumerate(tried)
    ]
    pairs = [Pair(one, then) for one, to in rows for then, _ in rows if to == then.state]
    found: dict[Item, str] = {}
    if not (settings.client_details_path or settings.available_scopes_check):
        why = "neither read that follows the scopes is made, so only roles can be unavailable"
        found = {one: why for one in pairs if _AGAIN in one}
        found |= {_AGAIN: why, GuardOutcome(RowOf(*_AGAIN[:2], 0), "scopes_come_from_roles", held=False): why}
    return found | {
        one: _NEVER_IN_A_ROW[key] for one in pairs if (key := (one.first.state, one.then)) in _NEVER_IN_A_ROW
    }


def walked(flow: Flow[SignUp], settings: Settings = Settings()) -> Explored[SignUp]:  # noqa: B008 - settings are immutable
    """Walk the sign-up, or the part of a party, systematically."""
    return explore(flow, walk_cases, ids=IDS, never=never(flow, settings))


def sign_ups(flow: Flow[SignUp], *, steps: int = 20) -> st.SearchStrategy[Snapshot[SignUp]]:
    """Give snapshots of sign-ups that are reached by at most so many documented events."""
    return snapshots(flow, walk_cases, ids=IDS, steps=steps)
