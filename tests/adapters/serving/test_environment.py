"""The environment of the serving commands: what it gives, and how plainly it is told what is wrong with it."""

from __future__ import annotations

import os
import re
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.serving.environment import AuthUiEnvironment, Environment, PisEnvironment, UnusableEnvironment
from esozflow.adapters.serving.server import THREADS
from esozflow.flow import UsageError
from esozflow.states import Settings
from esozflow.states.calls import Credential, Service
from esozflow.states.settings import RegisterAuth

from ..gateway_calls import call, reason
from ..scripted_server import ScriptedServer, answering

SEED = Seed()
CANARY = "canary-5d1f"
NEEDED = {"AUTH_BASE_URL": "https://auth.example.ua", "API_BASE_URL": "https://api.example.ua/"}
BOTH = pytest.mark.parametrize("kind", [AuthUiEnvironment, PisEnvironment])


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ESOZFLOW_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "confidant.pem"
    file.write_bytes(SandboxAuthority.create().issue(Signatory(drfo="3221302486")).to_pem())
    return file


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, key: Path):
    """Set the variables that a command needs, and others; `None` leaves one out."""

    def give(kind: type[Environment], **variables: str | None) -> None:
        of_pis = {
            "AUTH_UI_BASE_URL": "https://my.example.ua",
            "CLIENT_ID": SEED.pis.id,
            "CLIENT_SECRET": "s3cret",
            "REDIRECT_URI": "http://127.0.0.1:8810/callback",
            "SCOPE": "person:details_pis app:read_pis",
            "SIGNING_KEY": str(key),
        }
        for name, value in {**NEEDED, **(of_pis if kind is PisEnvironment else {}), **variables}.items():
            if value is not None:
                monkeypatch.setenv(f"ESOZFLOW_{name}", value)

    return give


def problems(kind: type[Environment]) -> tuple[str, ...]:
    with pytest.raises(UnusableEnvironment) as told:
        kind.read()
    assert isinstance(told.value, UsageError)
    assert told.value.code == "unusable_environment"
    assert all(problem in told.value.args[0].split("\n") for problem in told.value.problems)
    assert f"esozflow {kind.command} --variables" in told.value.hint
    return told.value.problems


@BOTH
def test_without_switches_the_flow_has_its_own_defaults(kind: type[Environment], given) -> None:
    given(kind)
    environment = kind.read()
    assert environment.settings() == Settings()
    assert (environment.host, environment.port) == ("127.0.0.1", None)


SWITCHES: list[tuple[str, str, dict[str, Any]]] = [
    ("REGISTER_AUTH", "token_header", {"register_auth": RegisterAuth.TOKEN_HEADER}),
    ("SEND_JWT_IN_BODY", "false", {"send_jwt_in_body": False}),
    ("ASK_OTP", "true", {"ask_otp": True}),
    ("AVAILABLE_SCOPES_CHECK", "1", {"available_scopes_check": True}),
    ("DICTIONARIES_VERSION", "v2", {"dictionaries_version": "v2"}),
    ("CLIENT_DETAILS_PATH", "/clients/{client_id}", {"client_details_path": "/clients/{client_id}"}),
    ("CLIENT_DETAILS_PATH", "none", {"client_details_path": ""}),
    ("USER_ROLES_PATH", "/roles", {"user_roles_path": "/roles"}),
    ("GLOBAL_ROLES_PATH", "/roles/{user_id}", {"global_roles_path": "/roles/{user_id}"}),
    ("PAGE_LIFETIME_MINUTES", "20", {"page_lifetime": timedelta(minutes=20)}),
    ("PREPARE_LIFETIME_MINUTES", "21", {"prepare_lifetime": timedelta(minutes=21)}),
    ("HAND_OVER_LIFETIME_MINUTES", "22", {"hand_over_lifetime": timedelta(minutes=22)}),
    ("SIGN_UP_LIFETIME_MINUTES", "23", {"sign_up_lifetime": timedelta(minutes=23)}),
    ("CALL_DEADLINE_SECONDS", "2.5", {"call_deadline": 2.5}),
    (
        "KNOWN_REDIRECTS",
        "a=https://pis.example.ua/cb?b=c  d=http://127.0.0.1:1/",
        {"known_redirects": frozenset({("a", "https://pis.example.ua/cb?b=c"), ("d", "http://127.0.0.1:1/")})},
    ),
]


@BOTH
@pytest.mark.parametrize(("name", "value", "expected"), SWITCHES)
def test_each_switch_can_be_set(
    kind: type[Environment], given, name: str, value: str, expected: dict[str, Any]
) -> None:
    given(kind, **{name: value})
    assert kind.read().settings() == Settings(**expected)


def test_errors_are_redirected_and_no_state_is_appended_where_that_is_asked_for(given) -> None:
    known = frozenset({("a", "https://pis.example.ua/cb")})
    given(
        AuthUiEnvironment, REDIRECT_ERRORS="true", KNOWN_REDIRECTS="a=https://pis.example.ua/cb", APPEND_STATE="false"
    )
    assert AuthUiEnvironment.read().settings() == Settings(
        redirect_errors=True, known_redirects=known, append_state=False
    )


def test_every_switch_of_the_flow_has_a_variable() -> None:
    names = {name.removesuffix("_minutes").removesuffix("_seconds") for name in AuthUiEnvironment.model_fields}
    assert Settings.model_fields.keys() - names == {"generation"}


@BOTH
def test_an_empty_variable_counts_as_not_set(kind: type[Environment], given) -> None:
    given(kind, AUTH_BASE_URL="", PORT="", KNOWN_REDIRECTS=" ", CLIENT_DETAILS_PATH="")
    assert [problem.split(". ")[0] for problem in problems(kind)] == ["ESOZFLOW_AUTH_BASE_URL is missing"]
    given(kind)
    assert kind.read().settings() == Settings()


def test_one_error_names_every_variable_and_what_to_write(given) -> None:
    given(
        PisEnvironment,
        AUTH_BASE_URL=None,
        API_BASE_URL="http://api.example.ua",
        CLIENT_ID=None,
        CLIENT_SECRET=None,
        PORT="high",
        REGISTER_AUTH="none",
        SEND_JWT_IN_BODY="false",
        REDIRECT_ERRORS="true",
        REDIRECT_URI="https://pis.example.ua@evil.example/",
        AUTH_BASE_ULR="https://auth.example.ua",
    )
    assert [
        problem.split(". ")[0].split(" while ")[0].split(" without ")[0] for problem in problems(PisEnvironment)
    ] == [
        "ESOZFLOW_AUTH_BASE_ULR is no setting of esozflow",
        "ESOZFLOW_AUTH_BASE_URL is missing",
        "ESOZFLOW_API_BASE_URL is plain http to another machine",
        "ESOZFLOW_PORT is not usable",
        "ESOZFLOW_SEND_JWT_IN_BODY is false",
        "ESOZFLOW_REDIRECT_ERRORS is true",
        "ESOZFLOW_CLIENT_ID is missing",
        "ESOZFLOW_CLIENT_SECRET is missing",
        "ESOZFLOW_REDIRECT_URI is not safe to redirect to",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("AUTH_BASE_ULR", "Did you mean ESOZFLOW_AUTH_BASE_URL?"),
        ("CLIENT_SECERT", "Did you mean ESOZFLOW_CLIENT_SECRET?"),
        ("COLOUR", "Correct its name or remove it."),
    ],
)
@BOTH
def test_a_variable_that_is_none_is_told_as_a_probable_slip(
    kind: type[Environment], given, name: str, told: str
) -> None:
    given(kind, **{name: CANARY})
    assert problems(kind) == (f"ESOZFLOW_{name} is no setting of esozflow. {told}",)


def test_variables_of_the_other_command_and_of_others_are_no_slips(given, monkeypatch: pytest.MonkeyPatch) -> None:
    given(AuthUiEnvironment, CLIENT_SECRET="x", SIGNING_KEY="nowhere")
    monkeypatch.setenv("ESOZFLOWER", "x")
    AuthUiEnvironment.read()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AUTH_BASE_URL", f"http://{CANARY}.example.ua", "is plain http to another machine"),
        ("API_BASE_URL", f"https://user:{CANARY}@api.example.ua", "has a user"),
        ("API_BASE_URL", CANARY, "has no usable host"),
        ("CA_BUNDLE", f"/nowhere/{CANARY}", "names no usable file"),
        ("CA_BUNDLE", f"{CANARY}\x01", "names no usable file"),
        ("HOST", " ", "is not usable. Write the address of this machine"),
        ("PORT", "65536", "is not usable. Write the port"),
        ("PORT", "-1", "is not usable. Write the port"),
        ("THREADS", "0", "is not usable. Write how many"),
        ("THREADS", CANARY, "is not usable. Write how many"),
        (
            "REGISTER_AUTH",
            CANARY,
            "is not usable. Write what authorises the registration: jwt_header, token_header, none",
        ),
        ("ASK_OTP", CANARY, "is not usable. Write true or false"),
        ("DICTIONARIES_VERSION", "v3", "is not usable. Write v1 or v2"),
        ("CLIENT_DETAILS_PATH", f"https://{CANARY}/", "is not usable. Write a path that begins with a slash"),
        ("USER_ROLES_PATH", "none", "is not usable. Write a path that begins with a slash, such as /user/roles."),
        ("PAGE_LIFETIME_MINUTES", "0", "is not usable. Write a whole number of minutes"),
        ("PAGE_LIFETIME_MINUTES", "10081", "is not usable. Write a whole number of minutes"),
        ("SIGN_UP_LIFETIME_MINUTES", "1.5", "is not usable. Write a whole number of minutes"),
        ("CALL_DEADLINE_SECONDS", "nan", "is not usable. Write seconds"),
        ("CALL_DEADLINE_SECONDS", "0", "is not usable. Write seconds"),
        ("CALL_DEADLINE_SECONDS", "601", "is not usable. Write seconds"),
        ("KNOWN_REDIRECTS", CANARY, "has an unusable pair (number 1)"),
        (
            "KNOWN_REDIRECTS",
            f"a=https://pis.example.ua/ b=http://{CANARY}.example.ua/",
            "has an unusable pair (number 2)",
        ),
        ("KNOWN_REDIRECTS", "a/b=https://pis.example.ua/", "has an unusable pair (number 1)"),
    ],
)
@BOTH
def test_a_value_that_cannot_be_used_is_told_and_not_repeated(
    kind: type[Environment], given, name: str, value: str, told: str
) -> None:
    given(kind, **{name: value})
    if (kind, name) == (PisEnvironment, "HOST"):
        told = "leaves this machine"
    [problem] = problems(kind)
    assert problem.startswith(f"ESOZFLOW_{name} {told}")
    assert CANARY not in problem


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("HOST", "0.0.0.0", "leaves this machine"),
        ("HOST", "pis.example.ua", "leaves this machine"),
        ("AUTH_UI_BASE_URL", f"https://my.example.ua/?{CANARY}", "has a user, a query or a fragment"),
        ("AUTH_UI_BASE_URL", "https://my", "is no address to send users to"),
        ("CLIENT_ID", f"{CANARY}/..", "is no identifier"),
        ("CLIENT_SECRET", f"{CANARY} {CANARY}", "has spaces"),
        ("CLIENT_SECRET", f"{CANARY}є", "has spaces, line ends or unusual characters"),
        ("REDIRECT_URI", f"https://pis.example.ua/#{CANARY}", "is not safe to redirect to"),
        ("SCOPE", "  ", "names no scopes. Write the scopes"),
        ("SCOPE", f"a  {CANARY}", "names no scopes. Write the scopes"),
        ("SIGNING_KEY", f"/nowhere/{CANARY}", "names no file that can be read"),
        ("SIGNING_KEY", __file__, "names an unusable file"),
        ("APPEND_STATE", "false", "is false, and by the state"),
    ],
)
def test_what_only_the_pis_needs_is_checked_for_it(given, name: str, value: str, told: str) -> None:
    given(PisEnvironment, **{name: value})
    [problem] = problems(PisEnvironment)
    assert problem.startswith(f"ESOZFLOW_{name} {told}")
    assert CANARY not in problem


def test_no_name_of_a_type_or_of_the_library_behind_is_told(given) -> None:
    everything = {name.removeprefix("ESOZFLOW_"): "\x01" for name, _ in PisEnvironment.variables()}
    given(PisEnvironment, **everything)
    told = "\n".join(problems(PisEnvironment))
    assert told.count("\n") == len(everything) - 1
    for jargon in ("pydantic", "validation", "type=", "Value error", "Input should"):
        assert jargon not in told
    assert not {"str", "int", "bool", "None", "True", "frozenset", "Path"} & set(re.findall(r"\w+", told))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_the_auth_ui_leaves_the_machine_only_behind_an_address_that_says_how(given, host: str) -> None:
    given(AuthUiEnvironment, HOST=host)
    [problem] = problems(AuthUiEnvironment)
    assert problem.startswith("ESOZFLOW_AUTH_UI_BASE_URL is missing, and ESOZFLOW_HOST can be reached")
    given(AuthUiEnvironment, AUTH_UI_BASE_URL="http://my.example.ua")
    [problem] = problems(AuthUiEnvironment)
    assert problem.startswith("ESOZFLOW_AUTH_UI_BASE_URL is plain http to another machine")
    given(AuthUiEnvironment, AUTH_UI_BASE_URL="http://127.0.0.1:8809")
    [problem] = problems(AuthUiEnvironment)
    assert problem.startswith("ESOZFLOW_AUTH_UI_BASE_URL is plain http, and ESOZFLOW_HOST can be reached")
    given(AuthUiEnvironment, AUTH_UI_BASE_URL="https://my.example.ua")
    assert AuthUiEnvironment.read().host == host


def test_the_jwt_may_be_left_out_of_the_body_when_the_header_carries_it(given) -> None:
    given(AuthUiEnvironment, SEND_JWT_IN_BODY="false", REGISTER_AUTH="jwt_header")
    assert AuthUiEnvironment.read().settings().send_jwt_in_body is False
    for in_body in ("", "true"):
        given(AuthUiEnvironment, SEND_JWT_IN_BODY=in_body, REGISTER_AUTH="none")
        assert AuthUiEnvironment.read().settings().register_auth is RegisterAuth.NONE


def test_the_pis_is_the_one_that_the_environment_names(given) -> None:
    given(PisEnvironment)
    environment = PisEnvironment.read()
    client = environment.client()
    assert (client.client_id, client.redirect_uri) == (SEED.pis.id, "http://127.0.0.1:8810/callback")
    assert (client.scope, client.auth_ui) == ("person:details_pis app:read_pis", "https://my.example.ua")
    assert environment.signer().sign(b"{}").startswith(b"\x30")
    assert environment.signing_key.to_pem()


def test_pairs_that_cannot_be_read_are_not_told_as_missing_too(given) -> None:
    given(AuthUiEnvironment, REDIRECT_ERRORS="true", KNOWN_REDIRECTS="nonsense")
    [problem] = problems(AuthUiEnvironment)
    assert problem.startswith("ESOZFLOW_KNOWN_REDIRECTS has an unusable pair")


def test_white_space_around_a_value_is_no_part_of_it(given) -> None:
    given(PisEnvironment, CLIENT_SECRET="s3cret\n", AUTH_BASE_URL=" https://auth.example.ua ")
    environment = PisEnvironment.read()
    assert environment.client_secret.get_secret_value() == "s3cret"
    assert environment.auth_base_url == "https://auth.example.ua"


def test_no_secret_is_in_the_repr(given, key: Path) -> None:
    given(PisEnvironment, CLIENT_SECRET=CANARY)
    environment = PisEnvironment.read()
    assert CANARY not in repr(environment) + str(environment)
    assert "PRIVATE" not in repr(environment)


@BOTH
def test_the_gateway_has_the_hosts_the_authorities_and_for_the_pis_the_secret(
    kind: type[Environment], given, tmp_path: Path
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with ScriptedServer(answering(), tls=tls) as auth, ScriptedServer(answering(), tls=tls) as api:
        given(kind, AUTH_BASE_URL=auth.url, API_BASE_URL=api.url, CA_BUNDLE=str(tmp_path / "ca.pem"))
        with kind.read().gateway() as gateway:
            done = gateway.perform(call(service=Service.AUTH, body={"secret": Credential.CLIENT_SECRET}))
            gateway.perform(call(service=Service.API))
        sent = [one.body for one in auth.requests]
        assert len(api.requests) == 1
    if kind is PisEnvironment:
        assert sent == [b'{"secret":"s3cret"}']
    else:
        assert (sent, reason(done)) == ([], "Unreachable:no_client_secret")


def test_each_variable_is_explained_with_its_default_or_that_it_is_needed() -> None:
    explained = dict(PisEnvironment.variables())
    assert explained["ESOZFLOW_PORT"].endswith("(default 8810, or 0 with --json)")
    assert "SMS" in explained["ESOZFLOW_ASK_OTP"]
    assert explained["ESOZFLOW_AUTH_BASE_URL"].endswith("(needed)")
    assert explained["ESOZFLOW_CLIENT_SECRET"].endswith("(needed)")
    assert explained["ESOZFLOW_THREADS"].endswith(f"(default {THREADS})")
    assert explained["ESOZFLOW_REGISTER_AUTH"].endswith("(default jwt_header)")
    assert explained["ESOZFLOW_SEND_JWT_IN_BODY"].endswith("(default true)")
    assert explained["ESOZFLOW_PAGE_LIFETIME_MINUTES"].endswith("(default 60)")
    assert explained["ESOZFLOW_KNOWN_REDIRECTS"].endswith("parted by spaces")
    assert "ESOZFLOW_CLIENT_SECRET" not in dict(AuthUiEnvironment.variables())


DATABASE = "postgresql://esozflow:canary-5d1f@db.example.ua/sign_ups"


@BOTH
def test_sign_ups_are_kept_in_memory_or_in_a_database_under_keys(
    kind: type[Environment], given, tmp_path: Path
) -> None:
    given(kind)
    assert (kind.read().store, kind.read().database, kind.read().sealing) == (None, None, None)
    given(kind, STORE="memory")
    assert (kind.read().database, kind.read().sealing) == (None, None)
    key = new_key()
    given(kind, STORE=DATABASE, KEYS=f"{key.get_secret_value()}\n{new_key().get_secret_value()}")
    environment = kind.read()
    assert environment.database == SecretStr(DATABASE)
    assert environment.sealing
    assert environment.sealing.ids[0] == Keys([key]).ids[0]
    assert CANARY not in repr(environment)
    (tmp_path / "keys").write_text(key.get_secret_value())
    given(kind, KEYS="", KEYS_FILE=str(tmp_path / "keys"))
    again = kind.read().sealing
    assert again
    assert again.ids == Keys([key]).ids


KEPT_WRONGLY: list[tuple[dict[str, str], str, str]] = [
    ({"STORE": DATABASE}, "KEYS_FILE", "is missing, and so is ESOZFLOW_KEYS"),
    ({"STORE": "mysql://canary-5d1f"}, "STORE", "names no place for sign-ups. Write sqlite:///file"),
    ({"STORE": "sqlite://"}, "STORE", "names no place for sign-ups"),
    ({"STORE": DATABASE, "KEYS": "canary-5d1f"}, "KEYS", "is not usable. Key 1 is no key"),
    ({"STORE": DATABASE, "KEYS_FILE": "/nowhere"}, "KEYS_FILE", "is not usable. The keys cannot be read"),
    ({"KEYS": "{key}"}, "KEYS_FILE", "or ESOZFLOW_KEYS is given, and ESOZFLOW_STORE names no database"),
    ({"KEYS": "{key}", "STORE": "memory"}, "KEYS_FILE", "or ESOZFLOW_KEYS is given, and ESOZFLOW_STORE names no"),
]


@pytest.mark.parametrize(("variables", "name", "told"), KEPT_WRONGLY)
def test_what_does_not_keep_sign_ups_safely_is_told(variables: dict[str, str], name: str, told: str, given) -> None:
    key = new_key().get_secret_value()
    given(AuthUiEnvironment, **{name: value.replace("{key}", key) for name, value in variables.items()})
    [problem] = problems(AuthUiEnvironment)
    assert problem.startswith(f"ESOZFLOW_{name} {told}")
    assert CANARY not in problem


def test_keys_given_in_two_ways_are_told(given, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(new_key().get_secret_value())
    given(AuthUiEnvironment, STORE=DATABASE, KEYS=new_key().get_secret_value(), KEYS_FILE=str(tmp_path / "keys"))
    [problem] = problems(AuthUiEnvironment)
    assert problem == "ESOZFLOW_KEYS_FILE is given beside ESOZFLOW_KEYS. Give one of the two."
