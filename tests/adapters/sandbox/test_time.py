"""Lifetimes, one second before, at and after their end."""

from __future__ import annotations

import pytest


def validate(driver):
    return driver.validate


def register(driver):
    jwt = driver.jwt()
    return lambda: driver.register(jwt=jwt)


def approve(driver):
    session = driver.session()
    return lambda: driver.approve(session)


def exchange(driver):
    code = driver.code()
    return lambda: driver.exchange(code)


def refresh(driver):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    return lambda: driver.refresh(refresh_token)


def logout(driver):
    value = driver.tokens()["value"]
    return lambda: driver.call("POST", "/auth/logout", bearer=value)


LIFETIMES = {
    "the confidant's token": (validate, 30 * 86_400),
    "the jwt": (register, 480 * 60),
    "the session token": (approve, 3600),
    "the grant code": (exchange, 300),
    "the refresh token": (refresh, 604_800),
    "the access token": (logout, 2_592_000),
}


@pytest.mark.parametrize("how", ["clock", "knob"])
@pytest.mark.parametrize("what", LIFETIMES)
@pytest.mark.parametrize(("offset", "lives"), [(-1, True), (0, False), (1, False)])
def test_it_has_expired_when_its_end_is_now(driver, how, what, offset, lives):
    prepare, seconds = LIFETIMES[what]
    use = prepare(driver)
    if how == "clock":
        driver.clock.advance(seconds=seconds + offset)
    else:
        driver.knobs({"knob": "advance_clock", "seconds": seconds + offset})
    status = use().status_code
    assert status < 300 if lives else status == 401


def test_a_clock_set_back_revives(driver):
    code = driver.code()
    driver.knobs({"knob": "advance_clock", "seconds": 400}, {"knob": "advance_clock", "seconds": -200})
    assert driver.exchange(code).status_code == 201


def test_time_beyond_2038_is_told_in_whole_seconds(driver):
    driver.knobs({"knob": "advance_clock", "seconds": 20 * 365.25 * 86_400})
    assert driver.get("/sandbox/ledger").status_code == 200
    assert driver.validate().status_code == 401


def test_settings_change_every_lifetime(sandbox):
    driver = sandbox(code_ttl_seconds=10)
    code = driver.code()
    driver.clock.advance(seconds=10)
    assert driver.exchange(code).status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (60, 401), (-10, 200)])
def test_a_signature_ages_by_the_minute(driver, minutes, status):
    driver.knobs({"knob": "override_signature", "age_minutes": minutes})
    assert driver.validate().status_code == status


def test_the_age_check_of_signatures_can_be_off(sandbox):
    driver = sandbox(signature_max_age_minutes=0)
    driver.knobs({"knob": "override_signature", "age_minutes": 10_000})
    assert driver.validate().status_code == 200
