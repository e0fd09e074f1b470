"""The parties of the sandbox's seed, what its confidant person signs, and a clock for all of them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any, Final

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.signing import CertificateSigner
from esozflow.flow import testing
from esozflow.states import PisClient, RegistrationRequest, RequestSigned

SEED: Final = Seed()
AUTHORITY: Final = SandboxAuthority.create()
SIGNER: Final = CertificateSigner(AUTHORITY.issue(Signatory(drfo=SEED.confidant.tax_id or "")))
CLIENT: Final = PisClient(
    client_id=SEED.pis.id,
    redirect_uri=SEED.pis.redirect_uris[0],
    scope="app:read_pis person:details_pis",
    auth_ui="https://my.example.ua",
)


class HandClock(testing.HandClock):
    """A clock that stands where it was made until it is moved: what is signed now is judged by it."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))


def signed(child: int = 0) -> RequestSigned:
    """Sign the example's request; every other number is another child of the same confidant."""
    request = copy.deepcopy(REQUEST)
    if child:
        person: dict[str, Any] = request["person"]
        person |= {"tax_id": f"42{child:08}", "unzr": f"20150705-{child:05}"}
        person["documents"][0]["number"] = f"АМ{child:06}"
    return RequestSigned.of(SIGNER.sign(RegistrationRequest.read(request).to_signed_json()))
