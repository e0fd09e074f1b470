"""A PIS that is configured wrongly is told before anything is signed or sent."""

from __future__ import annotations

import pytest

from esozflow.flow import InvalidInput
from esozflow.states import PisClient

RIGHT = {
    "client_id": "6498d88e-97fb-47e2-85a5-99e884f888aa",
    "redirect_uri": "https://pis.example.ua/oauth/callback",
    "scope": "app:read_pis",
    "auth_ui": "https://my.example.ua",
}


@pytest.mark.parametrize(
    ("field", "wrong", "rule"),
    [
        ("client_id", "", "identifier"),
        ("client_id", "../../x", "identifier"),
        ("redirect_uri", "javascript:1", "unsafe_url"),
        ("redirect_uri", "https://pis.example.ua@evil.example/", "unsafe_url"),
        ("scope", "", "string_too_short"),
        ("auth_ui", "http://auth.example.ua", "unsafe_url"),
        ("auth_ui", "javascript:alert(1)//", "unsafe_url"),
        ("auth_ui", "https://my.example.ua/?x=1", "unsafe_url"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, wrong: str, rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        PisClient(**{**RIGHT, field: wrong})
    assert [(problem.path, problem.rule) for problem in caught.value.problems] == [(field, rule)]


def test_a_right_client_is_taken_and_may_live_on_loopback() -> None:
    assert PisClient(**RIGHT).scope == "app:read_pis"
    assert PisClient(**{**RIGHT, "auth_ui": "http://127.0.0.1:8809"}).auth_ui == "http://127.0.0.1:8809"
