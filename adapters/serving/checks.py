"""Checks of single environment variables. Each says what is wrong in plain words, and never repeats the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

from ...flow import InvalidInput, UsageError
from ...states.identifiers import is_identifier
from ...states.redirects import is_safe
from ...states.settings import Settings
from ..http import HttpGateway, UnusableAddress, UnusableCaBundle
from ..http.addresses import base_url
from ..sandbox.seed import is_loopback
from ..sealing import Keys
from ..signing import SigningIdentity

NONE: Final = "none"
"""The word that leaves a call out; an empty variable counts as not set."""

MEMORY: Final = "memory"
"""The word for a store that forgets."""

_SCOPE = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*")
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def wrong(what: str) -> PydanticCustomError:
    """Give the refusal of a variable; `what` follows its name in a sentence."""
    return PydanticCustomError("environment", "{what}", {"what": what})


def address(given: str) -> str:
    """A base URL that the gateway takes, too."""
    try:
        return base_url("", given)
    except UnusableAddress as unusable:
        raise wrong(f"{unusable.args[0].strip()}. {unusable.hint}") from None


def auth_ui(given: str) -> str:
    """A base URL to which a PIS may send its users."""
    if not is_safe(address(given)):
        raise wrong("is no address to send users to. Write https://host[:port][/path], with the host's full name.")
    return given.rstrip("/")


def identifier(given: str) -> str:
    """An id of ЕСОЗ."""
    if not is_identifier(given):
        raise wrong("is no identifier. Write it as ЕСОЗ gave it: letters, digits, hyphens and underscores.")
    return given


def redirect_uri(given: str) -> str:
    """A redirect URI that the flow would follow."""
    if not is_safe(given):
        raise wrong(
            "is not safe to redirect to. Write an absolute https address with a lower-case host name and without "
            "user, fragment or dot segments, as it is registered at ЕСОЗ; http is for loopback only."
        )
    return given


def redirects(given: str | None) -> frozenset[tuple[str, str]] | None:
    """`client_id=redirect_uri` pairs, parted by white space; none at all is not set."""
    pairs: set[tuple[str, str]] = set()
    for number, pair in enumerate((given or "").split(), start=1):
        client_id, _, uri = pair.partition("=")
        if not is_identifier(client_id) or not is_safe(uri):
            raise wrong(
                f"has an unusable pair (number {number}). Write client_id=redirect_uri pairs, parted by spaces, with "
                "redirect URIs as they are registered at ЕСОЗ."
            )
        pairs.add((client_id, uri))
    return frozenset(pairs) or None


def path(given: str, field: ValidationInfo) -> str:
    """A path of ЕСОЗ; the word `none` leaves its call out, where the flow can do without it."""
    written = "" if given == NONE else given
    try:
        Settings.read({field.field_name: written})
    except InvalidInput:
        raise wrong(
            f"is not usable. Write a path that begins with a slash, such as {_default(field.field_name)}."
        ) from None
    return written


def _default(name: str | None) -> str:
    default: str = Settings.model_fields[name or ""].default
    return default


def loopback(given: str) -> str:
    """A host of this machine."""
    if not is_loopback(given):
        raise wrong("leaves this machine, which the demonstration must not. Write 127.0.0.1.")
    return given


def signing_key(given: Any) -> SigningIdentity:
    """The path of a PEM file with a key and its certificate."""
    try:
        return SigningIdentity.from_pem(Path(given).read_bytes())
    except OSError:
        raise wrong("names no file that can be read. Write the path of a PEM file with the test key.") from None
    except UsageError as unusable:
        raise wrong(f"names an unusable file. {unusable.args[0]} {unusable.hint}") from None


def scope(given: str) -> str:
    """Scopes as OAuth writes them (RFC 6749, 3.3)."""
    if not _SCOPE.fullmatch(given):
        raise wrong("names no scopes. Write the scopes to ask for, parted by single spaces.")
    return given


def secret(given: SecretStr) -> SecretStr:
    """A secret that can travel in a header, as it must."""
    if not _VISIBLE_ASCII.fullmatch(given.get_secret_value()):
        raise wrong("has spaces, line ends or unusual characters. Write the secret as ЕСОЗ gave it.")
    return given


def ca_bundle(given: str) -> str:
    """The path of a PEM file with certificate authorities."""
    try:
        HttpGateway(auth_base_url="https://localhost", api_base_url="https://localhost", ca_bundle=given)
    except UnusableCaBundle:
        raise wrong("names no usable file. Write the path of a readable PEM file with CA certificates.") from None
    return given


def store(given: SecretStr) -> SecretStr:
    """The url of a database, or the word `memory`."""
    if not is_durable(given):
        return given
    from ..stores.sql import Database  # it loads a lot that memory does not need

    try:
        Database(given).close()
    except UsageError:
        raise wrong(
            f"names no place for sign-ups. Write sqlite:///file, postgresql://user@host/name, or {MEMORY}."
        ) from None
    return given


def is_durable(given: SecretStr | None) -> bool:
    """Whether a store outlives its process."""
    return given is not None and given.get_secret_value() != MEMORY


def keys(given: str | None) -> Keys | None:
    """A list of keys, one a line."""
    return None if given is None else _keys(lambda: Keys.read(SecretStr(given)))


def keys_file(given: str | None) -> Keys | None:
    """The path of a file with keys."""
    return None if given is None else _keys(lambda: Keys.from_file(Path(given)))


def _keys(read: Callable[[], Keys]) -> Keys:
    try:
        return read()
    except UsageError as unusable:
        raise wrong(f"is not usable. {unusable.args[0]}. {unusable.hint}") from None
