"""An Auth UI on the bench: a person with a browser at its pages, and the sandbox behind it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

from ....flow import UsageError
from ....states.events import RequestSigned
from ....states.ports import Signer
from ....states.redirects import with_parameters
from ....states.registration import RegistrationRequest
from ....states.settings import RegisterAuth
from ...demo.people import REQUEST
from ...sandbox import Fault, Seed
from ...sandbox.dictionaries import version_1
from ..browser import TIMEOUT, Asked, Browser, Hop, Seen, pressing
from ..checks import Checks, NotObservable
from ..html import Control, Page
from ..mapping import AuthUiMapping
from ..watched import Heard, WatchedEsoz

Act = Literal["confirm", "decline", "accept", "reject"]
Changes = Mapping[str, str | None]
"""Of the parameters of 4.1, by name; `None` leaves one out."""
NONE: Final[Changes] = MappingProxyType({})

SCOPE: Final = "app:read_pis person:details_pis declaration:read_pis"
STATE: Final = "the-state-of-the-conformance-test-0123456789"
SPARE: Final = 5.0
"""Seconds beyond its deadline after which an Auth UI must have answered."""
_DICTIONARY: Final[dict[str, str]] = version_1({"name": "SCOPES"})[0]["values"]
SCOPE_NAMES: Final = tuple(_DICTIONARY[scope] for scope in SCOPE.split())
"""What the dictionary calls the scopes that are asked for."""


class Bench:
    """One Auth UI under test at the base URL `site`, which must be configured to call `esoz`.

    `signer` signs requests that `esoz` trusts. `call_deadline`, in seconds, is how long the Auth UI waits for an
    answer of ЕСОЗ, if that is known. `register_auth` is what the Authorization of the registration is to carry: public
    sources contradict each other, and the document says the jwt.
    """

    def __init__(
        self,
        site: str,
        esoz: WatchedEsoz,
        *,
        signer: Signer,
        mapping: AuthUiMapping | None = None,
        call_deadline: float | None = None,
        register_auth: RegisterAuth = RegisterAuth.JWT_HEADER,
        ca_bundle: str | None = None,
    ) -> None:
        self.site = site.rstrip("/")
        self.esoz = esoz
        self.mapping = mapping or AuthUiMapping()
        self.call_deadline = call_deadline
        self.register_auth = register_auth
        self._signer = signer
        self._ca_bundle = ca_bundle
        self._signed: dict[int, str] = {}

    @property
    def seed(self) -> Seed:
        """What the sandbox was started with."""
        return self.esoz.seed

    @property
    def redirect_uri(self) -> str:
        """The registered redirect URI of the PIS. Nothing is ever sent there."""
        return self.seed.pis.redirect_uris[0]

    def user_data(self, child: int = 0) -> str:
        """Give a signed request; every number is another child of the same confidant."""
        if child not in self._signed:
            request = copy.deepcopy(REQUEST)
            if child:
                person = request["person"]
                person["tax_id"], person["unzr"] = f"42{child:08}", f"20150705-{child:05}"
                person["documents"][0]["number"] = f"АМ{child:06}"
            container = self._signer.sign(RegistrationRequest.read(request).to_signed_json())
            self._signed[child] = RequestSigned.of(container).user_data.get_secret_value()
        return self._signed[child]

    def query(self, changes: Changes = NONE, *, child: int = 0) -> list[tuple[str, str]]:
        """Give the parameters of 4.1, changed."""
        parameters: dict[str, str | None] = {
            "client_id": self.seed.pis.id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "user_data": self.user_data(child),
            "token": self.seed.confidant.access_token,
            "state": STATE,
        }
        return [(name, value) for name, value in {**parameters, **changes}.items() if value is not None]

    def link(self, parameters: list[tuple[str, str]]) -> str:
        """Give the URL of 4.1."""
        return with_parameters(self.site + self.mapping.path, parameters)

    def browser(self) -> Browser:
        """Give a browser with no cookies yet."""
        longest = TIMEOUT if self.call_deadline is None else max(TIMEOUT, self.call_deadline + 2 * SPARE)
        return Browser(self.site, ca_bundle=self._ca_bundle, timeout=longest)

    def fault(self, endpoint: str, kind: str, **how: Any) -> None:
        """Have an endpoint misbehave at its next requests."""
        self.esoz.script(Fault.read({"endpoint": endpoint, "kind": kind, "times": 9, **how}))

    def opens(self, changes: Changes = NONE) -> Visit:
        """Start the sandbox over, and open the link of 4.1 in a new browser."""
        self.esoz.start_over()
        return self.also_opens(self.browser(), changes)

    def opens_after(self, prepare: Callable[[WatchedEsoz], object]) -> Visit:
        """Start the sandbox over, prepare it, and open the link of 4.1 in a new browser."""
        self.esoz.start_over()
        prepare(self.esoz)
        return self.also_opens(self.browser())

    def also_opens(self, browser: Browser, changes: Changes = NONE, *, child: int = 0) -> Visit:
        """Open the link of 4.1, beside what is under way."""
        return Visit(self, browser, browser.open(self.link(self.query(changes, child=child))))

    def at_consent(self) -> Visit:
        """Start over and walk to the consent page."""
        visit = self.opens()
        visit.press("confirm")
        if not visit.shows_consent:
            raise NotObservable("there is no consent page after the confirmation")
        return visit

    def is_consent(self, page: Page) -> bool:
        """Whether a page asks for the consent: it names the client or a scope, and can be accepted."""
        named = (self.seed.pis.name, *SCOPE_NAMES, *SCOPE.split())
        return page.control(self.mapping.accept) is not None and any(map(page.says, named))

    @cached_property
    def walk(self) -> Walk:
        """The documented way, walked once; it stops where it does not lead on."""
        visit = self.opens()
        stages = [Stage(visit.seen, self.esoz.heard())]
        for act in ("confirm", "accept"):
            if stages[-1].seen.left_to or not visit.has(act):
                break
            visit.press(act)
            stages.append(Stage(visit.seen, self.esoz.heard()))
        heard = self.esoz.heard()
        if not heard:
            raise NotConfigured
        return Walk(stages=tuple(stages), heard=heard, trail=list(visit.browser.trail))


class NotConfigured(UsageError):
    """The party under test made no call to the sandbox."""

    default_code = "not_configured"

    def __init__(self) -> None:
        super().__init__(
            "The party under test answered, but made no call to the sandbox.",
            hint="Configure it as --configuration tells and restart it. Its pages must work without JavaScript; for a "
            "path or buttons of other names, see --mapping.",
        )


class Visit:
    """One sign-up in one browser. `seen` is what the browser shows."""

    def __init__(self, bench: Bench, browser: Browser, seen: Seen) -> None:
        self.bench = bench
        self.browser = browser
        self.seen = seen

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.seen.page

    @property
    def shows_consent(self) -> bool:
        """Whether the page asks for the consent."""
        return self.bench.is_consent(self.page)

    def has(self, act: Act) -> bool:
        """Whether the page offers this."""
        return self._control(act) is not None

    def asking(self, act: Act, **values: str) -> Asked:
        """Give what pressing the button would send. Raises `NotObservable` where there is none."""
        return pressing(self.seen, self.control(act), values)

    def press(self, act: Act, **values: str) -> Seen:
        """Press a button. Raises `NotObservable` where there is none."""
        self.seen = self.browser.press(self.seen, self.control(act), values)
        return self.seen

    def send(self, asked: Asked) -> Seen:
        """Send a form once more."""
        self.seen = self.browser.ask(asked)
        return self.seen

    def control(self, act: Act) -> Control:
        """Give the button. Raises `NotObservable` where there is none."""
        found = self._control(act)
        if found is None:
            raise NotObservable(f"the page has no button to {act}")
        return found

    def _control(self, act: Act) -> Control | None:
        return self.page.control(getattr(self.bench.mapping, act))


@dataclass(frozen=True)
class Stage:
    """What was shown at one moment, and what ЕСОЗ had heard by then."""

    seen: Seen
    heard: list[Heard] = field(repr=False)

    def times(self, endpoint: str) -> int:
        """How often an endpoint had been asked."""
        return sum(one.endpoint == endpoint for one in self.heard)


@dataclass(frozen=True)
class Walk:
    """The documented way: the stages that were reached, everything that ЕСОЗ heard and that the browser saw."""

    stages: tuple[Stage, ...]
    heard: list[Heard] = field(repr=False)
    trail: list[Hop] = field(repr=False)

    def stage(self, number: int, what: str) -> Stage:
        """Give a stage: 0 is opened, 1 confirmed, 2 accepted. Raises `NotObservable`."""
        if len(self.stages) <= number:
            raise NotObservable(f"the sign-up does not lead to {what}")
        return self.stages[number]

    def the(self, endpoint: str) -> Heard:
        """Give the first call of an endpoint. Raises `NotObservable`."""
        found = next((one for one in self.heard if one.endpoint == endpoint), None)
        if found is None:
            raise NotObservable(f"{endpoint} was never called")
        return found

    def secrets(self) -> dict[str, str]:
        """Give every credential that ЕСОЗ gave on the way, by what it is."""
        found: dict[str, str] = {}
        for one in self.heard:
            found |= one.secrets()
        return found


check: Final = Checks[Bench]()
"""Adds a check to those of the Auth UI."""
