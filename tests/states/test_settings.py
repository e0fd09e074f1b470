"""Switches that cannot work are told while the settings are made."""

from __future__ import annotations

import pytest

from esozflow.flow import InvalidInput
from esozflow.states import Settings


@pytest.mark.parametrize("name", ["client_details_path", "user_roles_path", "global_roles_path"])
@pytest.mark.parametrize(
    "path", ["roles", "//evil.example/roles", "/roles?x=1", "/roles#x", "/a b", "/{other}", "/..\\"]
)
def test_a_path_that_leads_elsewhere_is_refused(name: str, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Settings(**{name: path})

    assert [(one.path, one.rule) for one in refused.value.problems] == [(name, "path")]


def test_only_the_details_of_the_client_may_be_left_out() -> None:
    assert Settings(client_details_path="").client_details_path == ""
    for name in ("user_roles_path", "global_roles_path"):
        with pytest.raises(InvalidInput):
            Settings(**{name: ""})


def test_the_published_paths_are_taken() -> None:
    Settings(client_details_path="/admin/clients/{client_id}/details", global_roles_path="/v2/users/{user_id}/roles")
