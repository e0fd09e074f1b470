"""The clinic's own flow: proved, walked systematically, and led through random lives."""

from __future__ import annotations

from clinic.referral import REFERRAL, Referral, cases
from hypothesis import settings
from hypothesis.stateful import invariant

from esozflow.flow.proof import proof
from esozflow.flow.testing import FlowMachine, explore


def test_it_is_proved_and_nothing_is_left_open() -> None:
    report = proof(REFERRAL, cases)
    assert report.holds
    assert not report.open


def test_the_walks_take_every_transition_every_pair_and_both_outcomes_of_each_guard() -> None:
    explored = explore(REFERRAL, cases)
    assert all(coverage.complete for coverage in explored.coverages), explored.text()


class Lives(FlowMachine[Referral]):
    flow = REFERRAL
    cases = staticmethod(cases)

    @invariant()
    def who_waits_has_a_number(self) -> None:
        assert self.life.stored.state != "waiting" or self.life.stored.context.number


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
