"""The names of `esozflow.states`: each is there, and none is loaded before it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from esozflow import states


def test_every_name_is_there_and_none_is_hidden() -> None:
    assert {name: getattr(states, name, None) for name in states.__all__ if getattr(states, name, None) is None} == {}
    assert set(states.__all__) <= set(dir(states))
    assert sorted(states._HOME_OF) == sorted(states.__all__)


def test_a_name_that_is_not_there_is_refused_like_any_other() -> None:
    with pytest.raises(AttributeError, match=r"module 'esozflow\.states' has no attribute 'sign_down'"):
        _ = states.sign_down  # type: ignore[attr-defined]


def test_what_nobody_asks_for_is_not_loaded() -> None:
    asked = (
        "import sys, esozflow.states as s; s.Settings; print(*sorted(m for m in sys.modules if 'esozflow.states' in m))"
    )
    given = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert "esozflow.states.settings" in given
    assert "esozflow.states.flow" not in given
