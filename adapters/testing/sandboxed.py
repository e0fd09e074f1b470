"""An emulated ЕСОЗ in the process of a test, a PIS that it knows, an invented confidant, and a sign-up among them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from ...flow import Engine, Event, Flow, Page, Port, Snapshot, Store
from ...flow.testing import HandClock
from ...states.events import (
    Accept,
    CallbackReceived,
    Confirm,
    HandedOver,
    Opened,
    RequestFilled,
    RequestSigned,
    Retry,
)
from ...states.flow import sign_up
from ...states.names import Name
from ...states.ports import Signer
from ...states.registration import RegistrationRequest
from ...states.signup import PisClient, SignUp
from ..demo.people import REQUEST
from ..demo.scenario import SCOPE, Scenario
from ..demo.stage import AUTH_UI_URL, Performance, signers, stage_here
from ..sandbox import Esoz, Request, Response, SandboxSettings
from ..sandbox.certificates import SandboxAuthority
from ..sandbox.gateway import SandboxGateway
from ..stores.memory import MemoryStore
from ..vault import MemoryVault

_MOST_STEPS: Final = 30


class Sandbox:
    """An emulated ЕСОЗ whose time is `clock`, seeded, so that a run repeats. Its requests are remembered.

    `esoz` is the emulation with its ledger, faults and knobs; `client` the PIS that it knows; `signer` the invented
    confidant's signature.
    """

    def __init__(self, clock: HandClock, settings: SandboxSettings | None = None) -> None:
        self.clock = clock
        self.authority = SandboxAuthority.create()
        self.esoz = Esoz(
            settings or SandboxSettings(signature_mode="cms"),
            clock=clock.now,
            source=random.Random(7),  # noqa: S311 - a run repeats
            trusted=[self.authority.certificate],
        )
        self.signer: Signer = signers(self.authority)["confidant"]
        self.requests: list[Request] = []
        pis = self.esoz.seed.pis
        self.client = PisClient(client_id=pis.id, redirect_uri=pis.redirect_uris[0], scope=SCOPE, auth_ui=AUTH_UI_URL)
        self.secret = SecretStr(pis.secret)
        self.token = SecretStr(self.esoz.seed.confidant.access_token)

    def handle(self, request: Request) -> Response:
        """Remember the request and have it answered."""
        self.requests.append(request)
        return self.esoz.handle(request)

    def gateway(self, *, client_secret: bool = True) -> SandboxGateway:
        """Give the port `esoz`, with the secret of the PIS or, as the Auth UI has it, without."""
        return SandboxGateway(self, client_secret=self.secret if client_secret else None)

    def ports(self) -> dict[str, Port]:
        """Give both ports of the whole flow."""
        return {"esoz": self.gateway(), "vault": MemoryVault()}

    def filled(self, request: Mapping[str, Any] = REQUEST) -> RequestFilled:
        """Fill in a registration request, by default that of the invented child."""
        return RequestFilled(
            client=self.client,
            token=self.token,
            request=RegistrationRequest.read(request),
            filled_on=self.clock.now().date(),
        )

    def signed(self, content: SecretStr | None = None) -> RequestSigned:
        """Sign a content, by default the request of the invented child."""
        of_child = RegistrationRequest.read(REQUEST).to_signed_json()
        return RequestSigned.of(self.signer.sign(content.get_secret_value().encode() if content else of_child))

    def opened(self, **changes: Any) -> Opened:
        """Open the Auth UI as the PIS would have it, with changed parameters."""
        given: dict[str, Any] = {
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "token": self.token,
            "state": SecretStr("state-of-the-pis"),
            **changes,
        }
        return Opened(**{"user_data": self.signed().user_data, **given})

    def perform(self, scenario: Scenario) -> Performance:
        """Perform a scenario of `adapters.demo` between a PIS and an Auth UI, over HTTP on loopback.

        The sandbox starts over before. `Performance.differences` is empty when it ended as the scenario says.
        """
        with stage_here(self.esoz, self.authority) as stage:
            return stage.perform(scenario)


class SandboxedSignUp:
    """One sign-up of the whole flow, or of a party's part, in a `Sandbox`.

    `flow`, `store` and `ports` replace what is usual: `sign_up()`, a store in memory, the ports of the sandbox.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        flow: Flow[SignUp] | None = None,
        store: Store[SignUp] | None = None,
        ports: Mapping[str, Port] | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.engine = Engine(
            flow or sign_up(),
            store=store or MemoryStore[SignUp](),
            ports={**sandbox.ports(), **(ports or {})},
            clock=sandbox.clock,
        )
        self.id = self.engine.begin().id

    @property
    def snapshot(self) -> Snapshot[SignUp]:
        """The sign-up as it stands."""
        return self.engine.load(self.id)

    @property
    def state(self) -> str:
        """The name of its state."""
        return self.snapshot.state

    @property
    def page(self) -> Page | None:
        """The page that it rests on."""
        return self.engine.page(self.snapshot)

    def send(self, event: Event) -> Snapshot[SignUp]:
        """Let something happen. Raises what `Engine.send` raises."""
        return self.engine.send(self.snapshot, event)

    def next(self) -> Event | None:
        """Give what somebody does here who simply goes on; `None` where there is nothing to do."""
        return next_event(self.engine.flow, self.snapshot, self.sandbox)

    def go_on(self) -> Snapshot[SignUp]:
        """Do it. Raises `AssertionError` where there is nothing to do."""
        event = self.next()
        assert event is not None, f"nobody can go on from {self.state}"
        return self.send(event)

    def go_to(self, state: str) -> Snapshot[SignUp]:
        """Go on until a state is reached. Raises `AssertionError` when it ends elsewhere, or there is no such state."""
        assert state in self.engine.flow.states, (
            f"no state is called {state}; there are {', '.join(self.engine.flow.states)}"
        )
        for _ in range(_MOST_STEPS):
            if self.state == state:
                break
            self.go_on()
        assert self.state == state, f"{state} is not reached; it stands in {self.state}"
        return self.snapshot


def next_event(flow: Flow[SignUp], snapshot: Snapshot[SignUp], sandbox: Sandbox) -> Event | None:
    """Give what somebody does who simply goes on from where a sign-up stands; `None` where nothing is to be done."""
    signup, page = snapshot.context, flow.page(snapshot)
    match snapshot.state:
        case Name.PREPARE:
            return sandbox.filled()
        case Name.SIGN if page:
            return sandbox.signed(page.payload)
        case Name.HAND_OVER:
            return HandedOver()
        case Name.VALIDATE_PARAMS:
            client, kept = signup.client or sandbox.client, signup.user_data
            state = {"state": signup.oauth_state} if signup.client else {}
            return sandbox.opened(scope=client.scope, **({"user_data": kept} if kept else {}), **state)
        case Name.CONFIRM:
            return Confirm()
        case Name.CONSENT:
            return Accept()
        case Name.REDIRECT | Name.DECLINE_REDIRECT if page and page.leads_to:
            return CallbackReceived.from_query(page.leads_to.get_secret_value().partition("?")[2])
        case _:
            retries = page is not None and any(action.event is Retry for action in page.actions)
            return Retry() if retries else None
