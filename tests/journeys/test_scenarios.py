"""Every scenario of the demonstration, over real HTTP, against a sandbox in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest

from esozflow.adapters.demo.scenario import Scenario
from esozflow.adapters.demo.scenarios import BY_NAME, SCENARIOS
from esozflow.adapters.demo.stage import Stage, stage
from esozflow.flow import Moved


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    with stage() as one:
        yield one


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_scenario_ends_as_documented(here: Stage, scenario: Scenario) -> None:
    assert here.perform(scenario).differences == ()


def test_no_two_scenarios_have_one_name() -> None:
    assert len(BY_NAME) == len(SCENARIOS)


def test_the_main_scenario_passes_the_nine_sections_in_order_and_has_each_effect_once(here: Stage) -> None:
    moves: list[Moved] = []
    performance = here.perform(BY_NAME["main"], moves.append)
    assert [section for section, _ in groupby(one.move.section for one in moves)] == [f"4.{n}" for n in range(1, 10)]
    assert dict(performance.effects) == {"register": 1, "approve": 1, "exchange": 1}
    assert performance.tokens


def test_a_scenario_that_ends_elsewhere_is_told(here: Stage) -> None:
    declined = BY_NAME["decline"]
    main = BY_NAME["main"]
    wrong = Scenario(name="wrong", says="", ends=main.ends, ledger=main.ledger, acts=declined.acts)
    assert len(here.perform(wrong).differences) == 2
