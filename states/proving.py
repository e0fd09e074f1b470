"""The proof of the sign-up: of the whole flow and of both parts, under the given settings."""

from __future__ import annotations

from ..flow.proof import Known, Report, proof
from .case_space import ORDERED, cases
from .credentials import astray, carried
from .flow import auth_ui, pis, sign_up
from .settings import Settings


def prove(settings: Settings | None = None, *, known: Known | None = None) -> tuple[Report, ...]:
    """Prove what `flow.proof` proves, and that each credential goes only to the calls that it is for.

    `known` keeps what was decided of guards, for other settings.
    """
    settings = settings or Settings()
    known = {} if known is None else known
    reports: list[Report] = []
    for flow in (sign_up(settings), auth_ui(settings), pis(settings)):
        sent = "; ".join(f"{secret}: {', '.join(sorted(calls))}" for secret, calls in carried(flow).items())
        reports.append(
            proof(flow, cases, ORDERED, known=known).with_(tuple(astray(flow, settings)), (f"what goes where: {sent}",))
        )
    return tuple(reports)
