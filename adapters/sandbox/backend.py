"""What every endpoint works with: registers, switches, time, randomness, the ledger, and the check at the gateway."""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .content import SignatureService
from .envelope import (
    JsonObject,
    Refusal,
    Request,
    access_denied,
    forbidden,
    malformed,
    missing,
    parse_json,
    refuse_fields,
)
from .ledger import Ledger, LedgerKind, LedgerRecord
from .registry import Client, Person, Registry, Token, User
from .scopes import words
from .seed import Seed
from .settings import SandboxSettings
from .tokens import Mint, SignUpJwts

INVALID_TOKEN = "Invalid access token"


@dataclass(frozen=True, slots=True)
class SignatureOverride:
    """What the signature service is made to report in place of the truth."""

    message: str | None = None
    signatures: int = 1
    stamps: int = 0
    age_minutes: int = 0


@dataclass(slots=True)
class Switches:
    """State that only the knobs change."""

    clock_offset: timedelta = timedelta()
    media_storage_broken: bool = False
    signature: SignatureOverride | None = None


@dataclass(slots=True)
class Backend:
    """The whole state of one sandbox. Not thread-safe: `Esoz` holds its lock around every use."""

    settings: SandboxSettings
    seed: Seed
    source: random.Random = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    signatures: SignatureService = field(repr=False)
    ledger: Ledger
    registry: Registry = field(default_factory=Registry, repr=False)
    switches: Switches = field(default_factory=Switches)
    otp_failures: dict[str, int] = field(default_factory=dict[str, int], repr=False)
    mint: Mint = field(init=False, repr=False)
    jwts: SignUpJwts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.mint = Mint(self.source)
        self.start_over()

    def start_over(self) -> None:
        """Fill the registers from the seed and forget everything else, but not the ledger."""
        self.switches = Switches()
        self.jwts = SignUpJwts(self.mint)
        self.registry = Registry()
        self.otp_failures = {}
        self._plant()

    def now(self) -> datetime:
        """The time as this back-end sees it, aware."""
        return self.clock() + self.switches.clock_offset

    def expiry(self, seconds: int) -> int:
        """Unix time in so many seconds."""
        return int(self.now().timestamp()) + seconds

    def record(self, kind: LedgerKind, call: Call, **ids: str) -> None:
        """Write a side effect into the ledger. Ids of records only."""
        self.ledger.write(LedgerRecord(kind=kind, at=self.now(), request_id=call.request_id, ids=ids))

    def _plant(self) -> None:
        for client, extra in ((self.seed.pis, self.seed.loopback_redirect_uris), (self.seed.other_pis, ())):
            self.registry.clients[client.id] = Client(
                id=client.id,
                name=client.name,
                secret=client.secret,
                redirect_uris=[*client.redirect_uris, *extra],
                scopes=client.scopes,
                owner_id=client.owner_id,
                client_type_id=client.client_type_id,
                client_type_name=client.client_type_name,
                since=self.now(),
            )
        self._plant_confidant()

    def _plant_confidant(self) -> None:
        who = self.seed.confidant
        documents = [("PASSPORT", who.passport), ("NATIONAL_ID", who.national_id)]
        fields: JsonObject = {
            "first_name": who.first_name,
            "last_name": who.last_name,
            "second_name": who.second_name,
            "birth_date": who.birth_date,
            "tax_id": who.tax_id,
            "documents": [{"type": kind, "number": number} for kind, number in documents if number is not None],
        }
        self.registry.persons[who.person_id] = Person(id=who.person_id, fields=fields)
        self.registry.users[who.user_id] = User(
            id=who.user_id, tax_id=who.tax_id, person_id=who.person_id, role_scopes=who.token_scopes
        )
        self.registry.tokens[who.access_token] = Token(
            id=self.mint.uuid(),
            name="access_token",
            value=who.access_token,
            user_id=who.user_id,
            applicant_user_id=who.user_id,
            expires_at=self.expiry(who.token_days * 86_400),
            client_id=self.seed.pis.id,
            scope=" ".join(sorted(who.token_scopes)),
            details={"grant_type": "authorization_code"},
        )


@dataclass(slots=True)
class Call:
    """A request on its way through an endpoint."""

    request: Request
    request_id: str
    parts: tuple[str, ...] = ()
    _body: JsonObject | None = field(default=None, repr=False)

    def body(self) -> JsonObject:
        """The JSON object of the body. An empty body, or JSON that is no object, counts as an empty object."""
        if self._body is None:
            self._body = self._read()
        return self._body

    def _read(self) -> JsonObject:
        if not self.request.body:
            return {}
        try:
            parsed = parse_json(self.request.body)
        except ValueError:
            raise malformed() from None
        return parsed if isinstance(parsed, dict) else {}

    def root(self, name: str) -> JsonObject:
        """The object under the one root key of an OAuth request; 400 without it."""
        found = self.body().get(name)
        if not isinstance(found, dict):
            raise malformed()
        return found

    def query(self, *names: str) -> tuple[str, ...]:
        """Query parameters that must be there; 422 lists those that are not."""
        absent = [name for name in names if name not in self.request.query]
        if absent:
            refuse_fields(*(missing(name, entry_type="query_parameter") for name in absent))
        return tuple(self.request.query[name] for name in names)


def bearer(call: Call) -> str | None:
    """What stands after `Bearer` in the header Authorization."""
    scheme, _, value = (call.request.header("authorization") or "").partition(" ")
    return value.strip() or None if scheme.lower() == "bearer" else None


def authenticate(backend: Backend, call: Call, scope: str | None = None, *, blocked_user_passes: bool = False) -> Token:
    """The gateway's check of an access token, then of one scope.

    `blocked_user_passes` is for an endpoint that answers a blocked or missing user in words of its own.
    """
    value = bearer(call)
    if value is None:
        raise access_denied("Authorization header is not set or doesn't contain Bearer token")
    token = backend.registry.token(value, "access_token")
    if token is None or token.is_expired(backend.now()) or _client_is_blocked(backend, token):
        raise access_denied(INVALID_TOKEN)
    user = backend.registry.users.get(token.user_id)
    if (user is None or user.is_blocked) and not blocked_user_passes:
        raise access_denied(INVALID_TOKEN)
    if scope is not None and scope not in words(token.scope):
        raise forbidden(f"Your scope does not allow to access this resource. Missing allowances: {scope}")
    return token


def user_of(backend: Backend, token: Token) -> User:
    """The user of an authenticated token."""
    return backend.registry.users[token.user_id]


def require_api_key(backend: Backend, call: Call) -> None:
    """The rule for a PIS as a broker: its secret goes along with every call for data (PIS API blueprint)."""
    given = call.request.header("api-key")
    if given is None:
        raise access_denied("API-KEY header required")
    clients = backend.registry.clients.values()
    # All are compared, so that the time taken says nothing about which one matched.
    if not sum(same_secret(client.secret, given) for client in clients):
        raise access_denied("API-KEY header is invalid.")


def same_secret(known: str, given: str) -> bool:
    """Compare without telling by the time taken where two secrets differ."""
    return hmac.compare_digest(known.encode("utf-8"), given.encode("utf-8", "surrogatepass"))


def relationship_not_approved() -> Refusal:
    """Our choice of status for a text that the page names without one."""
    return Refusal(409, "request_conflict", "Relationship is not approved yet")


def _client_is_blocked(backend: Backend, token: Token) -> bool:
    client = backend.registry.clients.get(token.client_id)
    return client is not None and client.is_blocked
