"""Pages: what a user is shown, as data. Adapters render them and decide nothing.

Texts are stable message codes with parameters; a catalogue outside the engine turns them into a language.
Values may be personal data, so no `repr` here shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from pydantic import SecretStr

if TYPE_CHECKING:
    from .events import Event


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text by its code. `params` fill the text; `code` alone is safe to log."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One read-only datum: `label` is a message code with optional parameters, `value` a text or a message."""

    label: Message
    value: str | Message = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields that belong together under one title."""

    title: Message
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What the user may do here: `label` is its caption, `event` the class of event to send.

    `asks` names the fields of the event that the user may fill in; all of them are optional.
    """

    label: Message
    event: type[Event]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. `name` is the name of the state that rests on it.

    `leads_to`, where present, is the URL to which the browser must now be sent; it may carry credentials and is
    therefore a secret. `restarts_at`, where present, is a URL without any secret at which the user can begin anew.
    `payload` is what the page gives to a device of the user, such as the text to sign.
    `request_id` is the one the user can quote to support.
    """

    name: str
    section: str
    title: Message
    messages: tuple[Message, ...] = ()
    groups: tuple[FieldGroup, ...] = ()
    actions: tuple[Action, ...] = ()
    leads_to: SecretStr | None = None
    restarts_at: str | None = None
    payload: SecretStr | None = None
    request_id: str | None = None
