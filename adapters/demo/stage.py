"""Puts a scenario on the stage: sandbox, PIS, Auth UI, users; and judges where it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from ...flow import Engine, Event, Observer, Page, Port, UserInterface
from ...states.calls import Tokens
from ...states.events import RequestFilled, RequestSigned
from ...states.flow import auth_ui, pis
from ...states.names import Name
from ...states.ports import Signer
from ...states.registration import RegistrationRequest
from ...states.signup import PisClient, SignUp
from ..http import HttpGateway
from ..sandbox import Esoz, Seed, serve
from ..sandbox.certificates import SandboxAuthority, Signatory
from ..signing import CertificateSigner
from ..stores.memory import MemoryStore
from ..vault import CallbackVault
from .journey import Journey, Observed, Party, walk
from .people import REQUEST
from .sandbox_here import SandboxHere
from .sandbox_process import SandboxProcess
from .scenario import CALLBACK, START, Json, Scenario
from .scenarios import DEFAULT_ACTS

AUTH_UI_URL = "https://my.example.ua"
"""Where the demonstration pretends the Auth UI to be: its URL is read here and never requested."""
_UNREGISTERED = "https://pis.example.ua/another/callback"
_SEED = Seed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How a scenario went. `differences` is empty when it ended as documented.

    `last_page` is the page on which the user was left, if there is one; `tokens` are what the PIS kept.
    """

    scenario: Scenario
    journey: Journey
    effects: Mapping[str, int]
    last_page: Page | None
    tokens: Tokens | None
    differences: tuple[str, ...]


People = Callable[[UserInterface], UserInterface]


class Emulation(Protocol):
    """A sandbox that is served at `base_url`, and how a scenario takes hold of it."""

    @property
    def base_url(self) -> str: ...

    def start_over(self) -> None: ...

    def turn(self, knobs: Iterable[Json]) -> None: ...

    def script(self, faults: Iterable[Json]) -> None: ...

    def effects(self) -> Mapping[str, int]: ...


class Stage:
    """One sandbox and the people who sign. Make it with `stage()`, or with `stage_here()` within this process."""

    def __init__(self, sandbox: Emulation, signers: Mapping[str, Signer]) -> None:
        self._sandbox = sandbox
        self._signers = signers

    def perform(
        self, scenario: Scenario, watch: Observer = lambda _: None, people: People = lambda ui: ui
    ) -> Performance:
        """Run one scenario from a fresh sandbox.

        `people` may put somebody else in the place of the user at the Auth UI.
        """
        self._sandbox.start_over()
        self._sandbox.script(scenario.faults)
        before = self._sandbox.effects()
        self._turn(scenario, START)
        vault, observed = _Vault(scenario.vault_failures), Observed(watch)
        at_pis, at_auth_ui = self._pis(scenario, observed, vault), self._auth_ui(scenario, observed, people)
        journey = walk(at_pis, at_auth_ui, observed, browser=self._browser(scenario))
        effects = self._sandbox.effects()
        counted = {kind: effects[kind] - before[kind] for kind in scenario.ledger}
        page = _last_page(journey, at_pis, at_auth_ui)
        return Performance(
            scenario=scenario,
            journey=journey,
            effects=counted,
            last_page=page,
            tokens=vault.kept,
            differences=tuple(_differences(scenario, journey, counted, page)),
        )

    def _pis(self, scenario: Scenario, observed: Observer, vault: _Vault) -> Party:
        ports: dict[str, Port] = {
            "esoz": self._gateway(scenario.secret or _SEED.pis.secret),
            "vault": CallbackVault(vault.save),
        }
        engine = Engine(pis(scenario.settings), store=MemoryStore[SignUp](), ports=ports, observers=(observed,))
        return Party(engine=engine, ui=_Confidant(scenario, self._signers[scenario.signer], self._turn))

    def _auth_ui(self, scenario: Scenario, observed: Observer, people: People) -> Party:
        known = {(_SEED.pis.id, _redirect_uri(scenario))} if scenario.redirect_known else set[tuple[str, str]]()
        settings = scenario.settings.model_copy(update={"known_redirects": frozenset(known)})
        ports = {"esoz": self._gateway(None)}
        engine = Engine(auth_ui(settings), store=MemoryStore[SignUp](), ports=ports, observers=(observed,))
        return Party(engine=engine, ui=people(_User(scenario, self._turn)))

    def _browser(self, scenario: Scenario) -> Callable[[str], str]:
        def carry(url: str) -> str:
            if not url.startswith(AUTH_UI_URL):
                self._turn(scenario, CALLBACK)
            return scenario.browser(url)

        return carry

    def _gateway(self, secret: str | None) -> HttpGateway:
        return HttpGateway(
            auth_base_url=self._sandbox.base_url,
            api_base_url=self._sandbox.base_url,
            client_secret=None if secret is None else SecretStr(secret),
        )

    def _turn(self, scenario: Scenario, moment: str) -> None:
        if knobs := scenario.knobs.get(moment):
            self._sandbox.turn(knobs)


@contextmanager
def stage() -> Iterator[Stage]:
    """Start the sandbox with a certification authority of its own, and stop it at the end."""
    authority = SandboxAuthority.create()
    with TemporaryDirectory(prefix="esozflow-") as directory:
        trusted = Path(directory, "trusted.pem")
        trusted.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        with SandboxProcess(trusted) as sandbox:
            yield Stage(sandbox, signers(authority))


@contextmanager
def stage_here(esoz: Esoz, authority: SandboxAuthority) -> Iterator[Stage]:
    """Serve an emulated ЕСОЗ of this process, which trusts `authority`, on loopback; stop serving at the end."""
    with serve(esoz) as base_url:
        yield Stage(SandboxHere(esoz, base_url), signers(authority))


def signers(authority: SandboxAuthority) -> dict[str, Signer]:
    """Give the invented confidant, who may sign, and a stranger, who may not."""
    confidant = _SEED.confidant
    mother = Signatory(
        surname=confidant.last_name,
        given_name=f"{confidant.first_name} {confidant.second_name}",
        common_name=f"{confidant.last_name} {confidant.first_name} {confidant.second_name}",
        drfo=confidant.tax_id or "",
        locality="Вінниця",
    )
    stranger = Signatory(
        surname="Чужий", given_name="Петро Іванович", common_name="Чужий Петро Іванович", drfo="2999900011"
    )
    return {
        "confidant": CertificateSigner(authority.issue(mother)),
        "stranger": CertificateSigner(authority.issue(stranger)),
    }


Turn = Callable[[Scenario, str], None]


class _User:
    """The user at the Auth UI: acts as the scenario says, and simply goes on where it says nothing."""

    def __init__(self, scenario: Scenario, turn: Turn) -> None:
        self._scenario = scenario
        self._turn = turn
        self._visits: Counter[str] = Counter()

    def show(self, page: Page) -> Event | None:
        self._turn(self._scenario, page.name)
        visit = self._visits[page.name]
        self._visits[page.name] += 1
        acts = self._scenario.acts.get(page.name, ())
        return acts[visit] if visit < len(acts) else self.goes_on(page)

    def goes_on(self, page: Page) -> Event | None:
        return DEFAULT_ACTS.get(page.name)


class _Confidant(_User):
    """The confidant at the PIS: fills in the invented request and signs it."""

    def __init__(self, scenario: Scenario, signer: Signer, turn: Turn) -> None:
        super().__init__(scenario, turn)
        self._signer = signer

    def goes_on(self, page: Page) -> Event | None:
        if page.name == Name.PREPARE:
            return RequestFilled(
                client=PisClient(
                    client_id=_SEED.pis.id,
                    redirect_uri=_redirect_uri(self._scenario),
                    scope=self._scenario.scope,
                    auth_ui=AUTH_UI_URL,
                ),
                token=SecretStr(self._scenario.token or _SEED.confidant.access_token),
                request=RegistrationRequest.read(REQUEST),
                filled_on=datetime.now(UTC).date(),
            )
        if page.name == Name.SIGN and page.payload:
            content = self._scenario.content(page.payload.get_secret_value().encode())
            return RequestSigned.of(self._scenario.container(self._signer.sign(content)))
        return None


class _Vault:
    """Keeps the tokens of one run, after failing as often as the scenario wants."""

    def __init__(self, failures: int) -> None:
        self._failures = failures
        self.kept: Tokens | None = None

    def save(self, _: str, tokens: Tokens) -> None:
        if self._failures:
            self._failures -= 1
            raise OSError("the disk is full")
        self.kept = tokens


def _redirect_uri(scenario: Scenario) -> str:
    return _SEED.pis.redirect_uris[0] if scenario.redirect_registered else _UNREGISTERED


def _last_page(journey: Journey, at_pis: Party, at_auth_ui: Party) -> Page | None:
    if journey.pis.state == Name.HAND_OVER and journey.auth_ui:
        return at_auth_ui.engine.page(journey.auth_ui)
    return at_pis.engine.page(journey.pis)


def _differences(scenario: Scenario, journey: Journey, effects: Mapping[str, int], page: Page | None) -> Iterator[str]:
    ends = (journey.auth_ui.state if journey.auth_ui else None, journey.pis.state)
    if ends != scenario.ends:
        yield f"ended in {ends}, documented {tuple(map(str, scenario.ends))}"
    if effects != scenario.ledger:
        yield f"ledger {dict(effects)}, documented {dict(scenario.ledger)}"
    refusal = journey.refusal.code if journey.refusal else None
    if refusal != scenario.refusal:
        yield f"refused with {refusal}, documented {scenario.refusal}"
    codes = [message.code for message in page.messages] if page else []
    if scenario.says_code and scenario.says_code not in codes:
        yield f"the last page says {', '.join(codes) or 'nothing'}, documented {scenario.says_code}"
