"""A sign-up's context: changed as `dataclasses.replace` would change it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from esozflow.states.signup import SignUp, replace

NAMES = [one.name for one in dataclasses.fields(SignUp)]
VALUES: dict[str, Any] = {name: name.upper() for name in NAMES}
FULL = SignUp(**VALUES)


@pytest.mark.parametrize("name", NAMES)
def test_one_field_is_changed_and_every_other_stays_in_its_place(name: str) -> None:
    changed: dict[str, Any] = {name: "new"}
    found = replace(FULL, **changed)
    assert type(found) is SignUp
    assert found == SignUp(**VALUES | changed)
    assert getattr(FULL, name) == name.upper()


def test_several_fields_are_changed_in_whatever_order() -> None:
    found = replace(FULL, **{name: name for name in reversed(NAMES)})
    assert [getattr(found, name) for name in NAMES] == NAMES


def test_what_was_changed_is_as_frozen_as_before() -> None:
    found: Any = replace(FULL, jwt=None)
    for change in (lambda: setattr(found, "jwt", "x"), lambda: delattr(found, "jwt"), lambda: setattr(found, "y", 1)):
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            change()
    same = dataclasses.replace(FULL, jwt=None)
    assert (hash(found), repr(found)) == (hash(same), repr(same))
    assert not hasattr(found, "__dict__")


@pytest.mark.parametrize("name", ["unknown", "comes_back", "__slots__", "__class__"])
def test_a_field_that_a_sign_up_does_not_have_is_refused(name: str) -> None:
    unknown: dict[str, Any] = {name: "canary"}
    with pytest.raises(KeyError) as caught:
        replace(FULL, **unknown)
    assert "canary" not in str(caught.value)
