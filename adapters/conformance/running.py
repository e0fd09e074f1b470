"""Runs checks against a party, and gives the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol, TypeVar

from ...flow import UsageError
from ...states.ports import Signer
from ..sandbox import SandboxSettings, Seed, serve
from ..sandbox.certificates import SandboxAuthority, Signatory
from ..sandbox.keys import kept_authority
from ..signing import CertificateSigner
from . import auth_ui, pis
from .checks import Check, Finding, Report, SiteFailed
from .requirements import AUTH_UI, PIS
from .watched import WatchedEsoz

AUTH_UI_TARGET: Final = "Auth UI"
PIS_TARGET: Final = "PIS"


class Bench(Protocol):
    """What both benches have."""

    site: str

    @property
    def walk(self) -> object: ...


B = TypeVar("B", bound=Bench)


Begins = Callable[[str], object]
"""Is told the name of each check before it begins: all of them take minutes."""


class NotReachable(UsageError):
    """There is no site at the URL that a browser could be led through."""

    default_code = "not_reachable"


def judge_auth_ui(bench: auth_ui.Bench, only: Collection[str] = (), begins: Begins | None = None) -> Report:
    """Run the checks of an Auth UI, all or some by name.

    Raises `NotReachable`, `NotConfigured` when it does not call the sandbox, `UsageError` for an unknown check.
    """
    return _judge(bench, auth_ui.CHECKS, only, begins, AUTH_UI_TARGET, AUTH_UI)


def judge_pis(bench: pis.Bench, only: Collection[str] = (), begins: Begins | None = None) -> Report:
    """Run the checks of a PIS, all or some by name.

    Raises `NotReachable`, `NotDriven` when its pages do not lead to the Auth UI, `UsageError` for an unknown check.
    """
    return _judge(bench, pis.CHECKS, only, begins, PIS_TARGET, PIS)


def _judge(
    bench: B,
    checks: Mapping[str, Check[B]],
    only: Collection[str],
    begins: Begins | None,
    target: str,
    requirements: Mapping[str, str],
) -> Report:
    if unknown := sorted(set(only) - checks.keys()):
        raise UsageError(
            f"There is no check {', '.join(unknown)}", hint=f"There are {', '.join(checks)}.", code="unknown_check"
        )
    try:
        _ = bench.walk
    except SiteFailed as failed:
        raise NotReachable(f"Nothing can be judged at {bench.site}. {failed.args[0]}", hint=failed.hint) from None
    found: list[Finding] = []
    for name, check in checks.items():
        if not only or name in only:
            if begins:
                begins(name)
            found += check.findings(bench)
    return Report.of(target, bench.site, requirements, found)


@contextmanager
def sandbox_for_auth_ui(port: int = 0) -> Iterator[tuple[str, WatchedEsoz, Signer]]:
    """Serve a sandbox on loopback, with a signer that it trusts, and give its base URL, it and the signer."""
    seed, authority = Seed(), SandboxAuthority.create()
    signer = CertificateSigner(authority.issue(Signatory(drfo=seed.confidant.tax_id or "")))
    esoz = WatchedEsoz(SandboxSettings(signature_mode="cms"), seed=seed, trusted=[authority.certificate])
    with serve(esoz, port=port) as base_url:
        yield base_url, esoz, signer


@contextmanager
def sandbox_for_pis(redirect_uri: str, keys: Path, port: int = 0) -> Iterator[tuple[str, WatchedEsoz]]:
    """Serve a sandbox on loopback that knows the redirect URI and trusts the keys of the folder.

    Raises `UsageError` for a redirect URI that leaves this machine.
    """
    seed = Seed(loopback_redirect_uris=(redirect_uri,))
    authority = kept_authority(keys, seed)
    esoz = WatchedEsoz(SandboxSettings(signature_mode="cms"), seed=seed, trusted=[authority.certificate])
    with serve(esoz, port=port) as base_url:
        yield base_url, esoz
