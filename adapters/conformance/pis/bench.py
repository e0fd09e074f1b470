"""A PIS on the bench: a person with a browser at its pages, and the test in the place of the Auth UI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl

from ....flow import UsageError
from ....states.hand_over import PATH
from ....states.redirects import with_parameters
from ...sandbox import Fault, Response, Seed
from ..browser import Browser, Seen, origin
from ..checks import Checks, NotObservable
from ..mapping import PisMapping
from ..watched import Heard, WatchedEsoz

VALIDATION: Final = "/api/pis/confidant/sign-up_validation"
_REGISTRATION: Final = "/api/pis/confidant/register"
_APPROVAL: Final = "/oauth/apps/authorize"


class NotDriven(UsageError):
    """The pages of the PIS do not lead to the Auth UI as the mapping says."""

    default_code = "not_driven"


class Bench:
    """One PIS under test at the base URL `site`.

    `auth_ui` is the base URL of the Auth UI that it is configured with: the test stands there, and nothing is ever
    sent to it. `redirect_uri` is that of the PIS, registered at `esoz`; what serves it belongs to the site.
    """

    def __init__(
        self,
        site: str,
        esoz: WatchedEsoz,
        *,
        auth_ui: str,
        redirect_uri: str,
        mapping: PisMapping | None = None,
        ca_bundle: str | None = None,
    ) -> None:
        self.site = site.rstrip("/")
        self.esoz = esoz
        self.auth_ui = auth_ui.rstrip("/")
        self.redirect_uri = redirect_uri
        self.mapping = mapping or PisMapping()
        self._ca_bundle = ca_bundle

    @property
    def seed(self) -> Seed:
        """What the sandbox was started with."""
        return self.esoz.seed

    def browser(self) -> Browser:
        """Give a browser with no cookies yet."""
        return Browser(self.site, leaves=self._leaves, ca_bundle=self._ca_bundle)

    def fault(self, endpoint: str, kind: str, **how: Any) -> None:
        """Have an endpoint misbehave at its next requests."""
        self.esoz.script(Fault.read({"endpoint": endpoint, "kind": kind, "times": 9, **how}))

    def hands_over(self) -> HandedOver:
        """Start the sandbox over, and walk in a new browser from the start page to the Auth UI.

        Raises `NotObservable` where the steps of the mapping do not lead there.
        """
        self.esoz.start_over()
        browser = self.browser()
        seen = browser.open(self.site + self.mapping.start)
        for number, step in enumerate(self.mapping.steps, start=1):
            control = seen.page.control(step.press)
            if seen.left_to or control is None:
                raise NotObservable(f"The page of step {number} has no button {step.press[0]!r}.")
            seen = browser.press(seen, control, step.fill)
        if seen.left_to is None:
            raise NotObservable("The last step does not lead to the Auth UI.")
        return HandedOver(self, browser, seen.left_to)

    def _leaves(self, url: str) -> bool:
        of_site = (origin(self.site), origin(self.redirect_uri))
        return url.startswith(self.auth_ui + PATH) or origin(url) not in of_site

    @cached_property
    def walk(self) -> Way:
        """The documented way as far as the Auth UI, walked once. Raises `NotDriven`."""
        try:
            handed_over = self.hands_over()
        except NotObservable as stuck:
            raise NotDriven(
                str(stuck), hint="Name the steps in a mapping, see --mapping, and the Auth UI with --auth-ui."
            ) from None
        return Way(handed_over, handed_over.validated())

    @cached_property
    def back(self) -> Back:
        """The documented way from there: approved, brought back, exchanged. Raises `NotObservable`."""
        handed_over = self.walk.handed_over
        callback = handed_over.approved()
        before = len(self.esoz.heard())
        return Back(callback, handed_over.browser.open(callback), self.esoz.heard()[before:])


@dataclass(frozen=True)
class HandedOver:
    """A browser that was sent out with the link of 4.1."""

    bench: Bench
    browser: Browser
    link: str = field(repr=False)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the link, in order."""
        return parse_qsl(self.link.partition("#")[0].partition("?")[2], keep_blank_values=True)

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the link."""
        return dict(self.pairs)

    def validated(self) -> Response | None:
        """Have ЕСОЗ validate the signed request, as the Auth UI does."""
        return self._asks(VALIDATION, self._content(), self.query.get("token", ""))

    def approved(self) -> str:
        """Do what an Auth UI does, and give the URL of 4.8. Raises `NotObservable` when ЕСОЗ refuses."""
        jwt = _data(self.validated()).get("token", "")
        registered = _data(self._asks(_REGISTRATION, {**self._content(), "jwt": jwt}, jwt))
        app = {name: self.query.get(name, "") for name in ("client_id", "redirect_uri", "scope")}
        approved = self._asks(_APPROVAL, {"app": app}, registered.get("access_token", ""))
        if approved is None or approved.status != 201:
            raise NotObservable("ЕСОЗ does not sign up whom the PIS hands over")
        return with_parameters(approved.json()["urgent"]["redirect_uri"], self.returned_state())

    def returned_state(self) -> list[tuple[str, str]]:
        """Give the parameter that the Auth UI returns unchanged."""
        return [("state", self.query["state"])] if "state" in self.query else []

    def callback(self, *parameters: tuple[str, str]) -> str:
        """Give a URL at the redirect URI with these parameters."""
        return with_parameters(self.bench.redirect_uri, list(parameters))

    def _content(self) -> dict[str, str]:
        return {"signed_content": self.query.get("user_data", ""), "signed_content_encoding": "base64"}

    def _asks(self, path: str, body: Mapping[str, object], bearer: str) -> Response | None:
        return self.bench.esoz.asked_by_us("POST", path, body, bearer)


@dataclass(frozen=True)
class Way:
    """The documented way to the Auth UI, and what ЕСОЗ says of the request."""

    handed_over: HandedOver
    validated: Response | None = field(repr=False)


@dataclass(frozen=True)
class Back:
    """The way back: the callback, what it showed, and what ЕСОЗ heard from then on."""

    callback: str = field(repr=False)
    returned: Seen
    heard: list[Heard] = field(repr=False)

    @property
    def code(self) -> str:
        """The grant code that was brought."""
        return dict(parse_qsl(self.callback.partition("?")[2])).get("code", "")


def _data(response: Response | None) -> dict[str, str]:
    if response is None or response.status not in (200, 201):
        raise NotObservable("ЕСОЗ does not accept what the PIS hands over")
    data: dict[str, str] = response.json()["data"]
    return data


check: Final = Checks[Bench]()
"""Adds a check to those of the PIS."""
