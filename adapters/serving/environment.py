"""The settings of the commands that serve web parts, from environment variables named `ESOZFLOW_…`.

A variable that is not set, or is empty, leaves the default; the switches of the flow have theirs in
`states.Settings` and nowhere else.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    InstanceOf,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ...flow import UsageError
from ...states.settings import RegisterAuth, Settings
from ...states.signup import PisClient
from ..http import HttpGateway
from ..sandbox.seed import is_loopback
from ..sealing import Keys
from ..signing import CertificateSigner, SigningIdentity
from . import checks
from .server import THREADS

PREFIX: Final = "ESOZFLOW_"

# Not a limit of the flow: so that no number overflows on the way to it.
_MOST_MINUTES: Final = 7 * 24 * 60
_MOST_SECONDS: Final = 600

_Address = Annotated[str, AfterValidator(checks.address)]
_Path = Annotated[str, AfterValidator(checks.path)]
_Minutes = Annotated[int, Field(ge=1, le=_MOST_MINUTES)]
_MINUTES = f"a whole number of minutes, 1 to {_MOST_MINUTES}"
_WHETHER = "true or false: whether "


class UnusableEnvironment(UsageError):
    """Environment variables are missing, wrong, or contradict each other. `problems` has one sentence for each."""

    default_code = "unusable_environment"

    def __init__(self, command: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join((f"`esozflow {command}` cannot start with this environment:", *self.problems)),
            hint=f"Set the variables as told and start again; `esozflow {command} --variables` explains each.",
        )


class Environment(BaseSettings):
    """What the commands have in common. Use `read`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    command: ClassVar[str]
    default_port: ClassVar[int]

    auth_base_url: _Address = Field(
        description="the address of ЕСОЗ's authorisation server, such as https://auth.example.ua"
    )
    api_base_url: _Address = Field(description="the address of ЕСОЗ's API, such as https://api.example.ua")
    ca_bundle: Annotated[str, AfterValidator(checks.ca_bundle)] | None = Field(
        default=None, description="the path of a PEM file with the authorities to trust instead of the usual ones"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="the address of this machine to listen at")
    port: int | None = Field(default=None, ge=0, le=65535, description="the port to listen at; 0 takes a free one")
    threads: int = Field(default=THREADS, ge=1, le=256, description="how many requests are answered at once, 1 to 256")

    store: Annotated[SecretStr, AfterValidator(checks.store)] | None = Field(
        default=None,
        description="where sign-ups are kept: sqlite:///file, postgresql://user@host/name, or "
        f"{checks.MEMORY}, which forgets them when the command stops",
    )
    keys: Annotated[InstanceOf[Keys] | None, NoDecode, BeforeValidator(checks.keys)] = Field(
        default=None,
        description="the keys that seal what is kept in a database, one a line, made by `esozflow keys new`",
    )
    keys_file: Annotated[InstanceOf[Keys] | None, NoDecode, BeforeValidator(checks.keys_file)] = Field(
        default=None, description="the path of a file with the keys, instead"
    )
    resume_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="seconds between two looks for sign-ups that wait for nobody, 1 to 3600",
    )

    # The switches of the flow.
    register_auth: RegisterAuth | None = Field(
        default=None, description="what authorises the registration: " + ", ".join(RegisterAuth)
    )
    send_jwt_in_body: bool | None = Field(
        default=None, description=_WHETHER + "the registration carries the jwt in its body, too"
    )
    known_redirects: Annotated[frozenset[tuple[str, str]] | None, NoDecode, BeforeValidator(checks.redirects)] = Field(
        default=None, description="client_id=redirect_uri pairs that are registered at ЕСОЗ, parted by spaces"
    )
    redirect_errors: bool | None = Field(
        default=None, description=_WHETHER + "an error is redirected to the PIS where its URI is known"
    )
    append_state: bool | None = Field(default=None, description=_WHETHER + "the redirect to the PIS carries its state")
    ask_otp: bool | None = Field(
        default=None, description=_WHETHER + "the confirm page asks for the optional code from an SMS"
    )
    available_scopes_check: bool | None = Field(
        default=None, description=_WHETHER + "ЕСОЗ is asked which of the scopes may be approved"
    )
    dictionaries_version: Literal["v1", "v2"] | None = Field(default=None, description="v1 or v2")
    client_details_path: _Path | None = Field(
        default=None,
        description=f"a path with {{client_id}} in it, or {checks.NONE}: the client is shown by its id then",
    )
    user_roles_path: _Path | None = Field(default=None, description="a path")
    global_roles_path: _Path | None = Field(default=None, description="a path with {user_id} in it")
    page_lifetime_minutes: _Minutes | None = Field(
        default=None, description=f"{_MINUTES}: how long a page of the Auth UI stays open"
    )
    prepare_lifetime_minutes: _Minutes | None = Field(
        default=None, description=f"{_MINUTES}: how long the form of the PIS and its signing stay open"
    )
    hand_over_lifetime_minutes: _Minutes | None = Field(
        default=None, description=f"{_MINUTES}: how long the PIS waits for the browser to come back"
    )
    sign_up_lifetime_minutes: _Minutes | None = Field(
        default=None, description=f"{_MINUTES}: how long a sign-up may take in all"
    )
    call_deadline_seconds: float | None = Field(
        default=None, gt=0, le=_MOST_SECONDS, description=f"seconds for a call to ЕСОЗ, at most {_MOST_SECONDS}"
    )

    @field_validator("keys_file")
    @classmethod
    def _what_is_kept_is_sealed(cls, given: Keys | None, others: ValidationInfo) -> Keys | None:
        if not {"keys", "store"} <= others.data.keys():  # one of them is wrong itself
            return given
        keys, durable = others.data["keys"], checks.is_durable(others.data["store"])
        if given and keys:
            raise checks.wrong(f"is given beside {PREFIX}KEYS. Give one of the two.")
        if durable and not given and not keys:
            raise checks.wrong(
                f"is missing, and so is {PREFIX}KEYS: sign-ups in a database are always sealed. Make a key with "
                "`esozflow keys new --file FILE` and name the file."
            )
        if not durable and (given or keys):
            raise checks.wrong(
                f"or {PREFIX}KEYS is given, and {PREFIX}STORE names no database to seal anything in. Name one, or "
                "remove the keys."
            )
        return given

    @field_validator("send_jwt_in_body")
    @classmethod
    def _jwt_goes_somewhere(  # pydantic calls it, and never by name
        cls,
        given: bool | None,  # noqa: FBT001
        others: ValidationInfo,
    ) -> bool | None:
        if given is False and others.data.get("register_auth") is RegisterAuth.NONE:
            raise checks.wrong(
                f"is false while {PREFIX}REGISTER_AUTH is none, so the registration would carry no jwt at all. "
                "Change one of the two."
            )
        return given

    @field_validator("redirect_errors")
    @classmethod
    def _errors_have_a_place(  # pydantic calls it, and never by name
        cls,
        given: bool | None,  # noqa: FBT001
        others: ValidationInfo,
    ) -> bool | None:
        if given and others.data.get("known_redirects", "unreadable") is None:
            raise checks.wrong(
                f"is true without {PREFIX}KNOWN_REDIRECTS, and errors are redirected only to the URIs named there. "
                "Name them, or write false."
            )
        return given

    @classmethod
    def read(cls) -> Self:
        """Read the environment of this process. Raises `UnusableEnvironment`."""
        problems = [*_unknown(os.environ)]
        try:
            environment = cls()  # type: ignore[call-arg]  # the arguments come from the environment
        except ValidationError as refused:
            problems += _told(cls, refused)
            raise UnusableEnvironment(cls.command, problems) from None
        if problems:
            raise UnusableEnvironment(cls.command, problems)
        return environment

    @classmethod
    def variables(cls) -> Iterator[tuple[str, str]]:
        """Give each variable with what to write, and whether it is needed or what holds without it."""
        for name, field in cls.model_fields.items():
            default = _default_of_flow(name) if field.default is None else field.default
            if name == "port":
                default = f"{cls.default_port}, or 0 with --json"
            without = "needed" if field.is_required() else None if default is None else f"default {default}"
            yield _variable(name), f"{field.description}" + (f" ({without})" if without else "")

    def settings(self) -> Settings:
        """Give the switches of the flow; those not set have their defaults."""
        given: dict[str, Any] = {name: getattr(self, name, None) for name in Settings.model_fields}
        for name in Settings.model_fields:
            if minutes := getattr(self, f"{name}_minutes", None):
                given[name] = timedelta(minutes=minutes)
        given["call_deadline"] = self.call_deadline_seconds
        return Settings(**{name: value for name, value in given.items() if value is not None})

    @property
    def database(self) -> SecretStr | None:
        """The url of the database in which sign-ups are kept, if they are."""
        return self.store if checks.is_durable(self.store) else None

    @property
    def sealing(self) -> Keys | None:
        """The keys that seal them."""
        return self.keys or self.keys_file

    def gateway(self) -> HttpGateway:
        """Give the port `esoz`."""
        return HttpGateway(auth_base_url=self.auth_base_url, api_base_url=self.api_base_url, ca_bundle=self.ca_bundle)


class AuthUiEnvironment(Environment):
    """The settings of `esozflow auth-ui`."""

    command = "auth-ui"
    default_port = 8809

    auth_ui_base_url: _Address | None = Field(
        default=None,
        description="the address at which browsers reach the Auth UI; needed when HOST is not this machine",
    )

    @field_validator("auth_ui_base_url")
    @classmethod
    def _tls_ends_before_it(cls, given: str | None, others: ValidationInfo) -> str | None:
        if not is_loopback(others.data.get("host", "localhost")) and not (given or "").startswith("https://"):
            raise checks.wrong(
                f"is {'plain http' if given else 'missing'}, and {PREFIX}HOST can be reached from other machines, to "
                "which plain http must not go. Write the https address of the proxy in front of the Auth UI, or leave "
                "HOST out."
            )
        return given


class PisEnvironment(Environment):
    """The settings of `esozflow pis`, which serves this machine only."""

    command = "pis"
    default_port = 8810

    host: Annotated[str, AfterValidator(checks.loopback)] = Field(
        default="127.0.0.1", description="the loopback address to listen at"
    )
    auth_ui_base_url: Annotated[str, AfterValidator(checks.auth_ui)] = Field(
        description="the address of the Auth UI, such as https://my.example.ua"
    )
    client_id: Annotated[str, AfterValidator(checks.identifier)] = Field(description="the PIS's id at ЕСОЗ")
    client_secret: Annotated[SecretStr, AfterValidator(checks.secret)] = Field(description="the PIS's secret at ЕСОЗ")
    redirect_uri: Annotated[str, AfterValidator(checks.redirect_uri)] = Field(
        description="the PIS's redirect URI as it is registered at ЕСОЗ"
    )
    scope: Annotated[str, AfterValidator(checks.scope)] = Field(
        description="the scopes to ask for, parted by single spaces"
    )
    signing_key: Annotated[SigningIdentity, NoDecode, BeforeValidator(checks.signing_key)] = Field(
        description="the path of a PEM file with the confidant's test key and its certificate"
    )

    @field_validator("append_state")
    @classmethod
    def _state_comes_back(cls, given: bool | None) -> bool | None:  # noqa: FBT001 - pydantic calls it, never by name
        if given is False:
            raise checks.wrong("is false, and by the state the PIS finds its sign-up again. Write true.")
        return given

    def client(self) -> PisClient:
        """Give the PIS as ЕСОЗ knows it."""
        return PisClient(
            client_id=self.client_id, redirect_uri=self.redirect_uri, scope=self.scope, auth_ui=self.auth_ui_base_url
        )

    def gateway(self) -> HttpGateway:
        """Give the port `esoz`, which knows the client secret."""
        return HttpGateway(
            auth_base_url=self.auth_base_url,
            api_base_url=self.api_base_url,
            ca_bundle=self.ca_bundle,
            client_secret=self.client_secret,
        )

    def signer(self) -> CertificateSigner:
        """Give the signer with the test key."""
        return CertificateSigner(self.signing_key)


def _default_of_flow(name: str) -> object:
    """Give the default of a switch as it would be written; `None` where there is none to write."""
    field = Settings.model_fields.get(name.removesuffix("_minutes").removesuffix("_seconds"))
    default = None if field is None else field.default
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, timedelta):
        return int(default / timedelta(minutes=1))
    return default or None


def _known() -> dict[str, str]:
    kinds: tuple[type[Environment], ...] = (AuthUiEnvironment, PisEnvironment)
    return {_variable(name): name for kind in kinds for name in kind.model_fields}


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _unknown(environment: Iterable[str]) -> Iterator[str]:
    known = _known()
    for variable in sorted(environment):
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            meant = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0.8)
            yield f"{variable} is no setting of esozflow. " + (
                f"Did you mean {meant[0]}?" if meant else "Correct its name or remove it."
            )


def _told(kind: type[Environment], refused: ValidationError) -> Iterator[str]:
    for error in refused.errors(include_url=False, include_input=False):
        name = str(error["loc"][0])
        what = {"missing": "is missing. ", "environment": error["msg"]}.get(error["type"], "is not usable. ")
        advice = "" if error["type"] == "environment" else f"Write {kind.model_fields[name].description}."
        yield f"{_variable(name)} {what}{advice}"
