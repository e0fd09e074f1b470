"""The emulated registers: clients, users, persons, relationships, approvals, tokens.

Source: page "PIS. Confidant patient sign-up registration" (search, relationship, user) and the open-sourced
OAuth server (tokens, approvals). The real search for duplicates is a scoring model; ours compares a few fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .envelope import JsonObject


@dataclass(slots=True, kw_only=True)
class Client:
    """A registered application."""

    id: str
    name: str
    secret: str = field(repr=False)
    redirect_uris: list[str]
    scopes: frozenset[str]
    owner_id: str
    client_type_id: str
    client_type_name: str
    since: datetime
    is_blocked: bool = False


@dataclass(slots=True, kw_only=True)
class User:
    """An account of the OAuth server, linked to a person."""

    id: str
    tax_id: str | None = field(repr=False)
    person_id: str
    role_scopes: frozenset[str]
    is_blocked: bool = False


@dataclass(slots=True, kw_only=True)
class Person:
    """A record of the patient registry; `fields` is the person as it was submitted."""

    id: str
    fields: JsonObject = field(repr=False)
    is_active: bool = True


@dataclass(slots=True, kw_only=True)
class Relationship:
    """Who may act for whom."""

    id: str
    confidant_person_id: str
    person_id: str
    verification_status: str = "VERIFICATION_NEEDED"
    verification_reason: str = "ONLINE_TRIGGERED"
    is_active: bool = True

    @property
    def is_approved(self) -> bool:
        """The rule of the page "Check confidant person relationship"."""
        return self.verification_status == "VERIFIED" or (
            self.verification_status == "VERIFICATION_NEEDED" and self.verification_reason == "MANUAL_CREATED_BY_DOCTOR"
        )


@dataclass(slots=True, kw_only=True)
class Approval:
    """What a user allowed a client; one for each pair."""

    id: str
    user_id: str
    applicant_user_id: str
    client_id: str
    scope: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class Token:
    """A record of the OAuth server: session or access token, grant code, refresh token.

    `expires_at` is unix time in seconds. `applicant_user_id` is the confidant who acts. `session` ties the
    tokens of one exchange together, so that logging out ends them all.
    """

    id: str
    name: str
    value: str = field(repr=False)
    user_id: str
    applicant_user_id: str
    expires_at: int
    client_id: str
    scope: str
    details: JsonObject = field(repr=False)
    session: str = ""
    used: bool = False

    def is_expired(self, now: datetime) -> bool:
        """The open-sourced server's own test: expired when `expires_at <= now`."""
        return self.expires_at <= now.timestamp()

    @property
    def is_session(self) -> bool:
        """Whether this is the short-lived token of the consent page."""
        return self.name == "access_token" and self.details.get("grant_type") == "password"


@dataclass(frozen=True, slots=True)
class Registration:
    """What an accepted sign-up jwt has led to."""

    person_id: str
    user_id: str


@dataclass(slots=True)
class Registry:
    """All registers at one moment. Not thread-safe: whoever uses it holds the back-end's lock."""

    clients: dict[str, Client] = field(default_factory=dict[str, Client])
    users: dict[str, User] = field(default_factory=dict[str, User])
    persons: dict[str, Person] = field(default_factory=dict[str, Person])
    relationships: dict[str, Relationship] = field(default_factory=dict[str, Relationship])
    approvals: dict[str, Approval] = field(default_factory=dict[str, Approval])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token], repr=False)
    signed_contents: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    registrations: dict[str, Registration] = field(default_factory=dict[str, Registration])

    def user_of_person(self, person_id: str) -> User | None:
        """The user linked to a person."""
        return next((user for user in self.users.values() if user.person_id == person_id), None)

    def user_by_tax_id(self, tax_id: str | None) -> User | None:
        """The user with this tax id; a missing tax id belongs to nobody."""
        if tax_id is None:
            return None
        return next((user for user in self.users.values() if user.tax_id == tax_id), None)

    def active_person(self, person_id: str) -> Person | None:
        """The person, unless it is missing or inactive."""
        person = self.persons.get(person_id)
        return person if person is not None and person.is_active else None

    def same_as(self, wanted: JsonObject) -> list[Person]:
        """Active persons that are taken for the submitted one."""
        return [person for person in self.persons.values() if person.is_active and _same(person.fields, wanted)]

    def relationship(self, confidant_person_id: str, person_id: str) -> Relationship | None:
        """The active relationship between two persons."""
        return next(
            (
                found
                for found in self.relationships.values()
                if found.is_active and found.confidant_person_id == confidant_person_id and found.person_id == person_id
            ),
            None,
        )

    def has_confidant(self, person_id: str) -> bool:
        """Whether somebody acts for this person."""
        return any(found.is_active and found.person_id == person_id for found in self.relationships.values())

    def approval(self, user_id: str, client_id: str) -> Approval | None:
        """The approval a user gave a client."""
        return next(
            (given for given in self.approvals.values() if given.user_id == user_id and given.client_id == client_id),
            None,
        )

    def token(self, value: str, name: str) -> Token | None:
        """The token of this name with this value."""
        found = self.tokens.get(value)
        return found if found is not None and found.name == name else None

    def tokens_of_session(self, session: str) -> list[Token]:
        """All tokens that one exchange has led to."""
        return [token for token in self.tokens.values() if session and token.session == session]


def _same(known: JsonObject, wanted: JsonObject) -> bool:
    if known.get("birth_date") != wanted.get("birth_date"):
        return False
    if known.get("tax_id") is not None and known.get("tax_id") == wanted.get("tax_id"):
        return True
    if any(known.get(name) != wanted.get(name) for name in ("first_name", "last_name")):
        return False
    return bool(set(_documents(known)) & set(_documents(wanted)))


def _documents(person: JsonObject) -> Iterator[tuple[str, str]]:
    for document in person.get("documents", ()):
        yield document.get("type", ""), document.get("number", "")
