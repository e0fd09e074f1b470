"""The proof of the sign-up: of the whole flow and of both parts, under the given settings."""

from __future__ import annotations

from ..flow.proof import Report, proof
from .case_space import ORDERED, cases
from .credentials import astray, carried
from .flow import auth_ui, pis, sign_up
from .settings import Settings


def prove(settings: Settings | None = None) -> tuple[Report, ...]:
    """Prove what `flow.proof` proves, and that each credential goes only to the calls that it is for."""
    settings = settings or Settings()
    reports: list[Report] = []
    for flow in (sign_up(settings), auth_ui(settings), pis(settings)):
        sent = "; ".join(f"{secret}: {', '.join(sorted(calls))}" for secret, calls in carried(flow).items())
        reports.append(proof(flow, cases, ORDERED).with_(tuple(astray(flow, settings)), (f"what goes where: {sent}",)))
    return tuple(reports)
