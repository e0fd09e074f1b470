"""The whole sign-up is walked and proved under every setting. This takes long, and `make test` does not trace it."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.flow.proof import Known, proof
from esozflow.states import case_space
from esozflow.states.flow import auth_ui, pis, sign_up
from esozflow.states.proving import prove
from esozflow.states.settings import Settings
from esozflow.states.testing import walked

DECIDED: Known = {}
"""Most guards are the same under all settings."""


# The states of a part are those of the whole flow; a soak walks the parts, too.
@pytest.mark.parametrize("party", [sign_up, auth_ui, pis] if "SOAK" in os.environ else [sign_up])
def test_all_transitions_pairs_and_guard_outcomes_happen_and_all_else_is_refused(
    variation: Settings, party: Any
) -> None:
    flow = party(variation)

    explored = walked(flow, variation)

    assert [coverage for coverage in explored.coverages if not coverage.complete] == []
    assert explored.met == {(state, event) for state in flow.states for event in flow.events}


def test_the_sign_up_and_both_parts_hold(variation: Settings) -> None:
    for report in prove(variation, known=DECIDED):
        assert report.findings == ()
        assert report.open == ()


def test_an_order_is_claimed_only_where_some_setting_needs_it(examples: SimpleNamespace) -> None:
    needed: set[tuple[str, str]] = set()
    for flow in (*map(sign_up, examples.VARIATIONS.values()), auth_ui(), pis()):
        bare = proof(flow, case_space.cases, known=DECIDED)
        needed |= {(one.where, one.says.partition(":")[0]) for one in bare.findings if "only their order" in one.says}
    assert needed == set(case_space.ORDERED)
