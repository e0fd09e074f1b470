"""`esozflow sandbox`: the emulated ЕСОЗ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...flow import FlowError, UsageError
from .failing import fail

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from ..sandbox import Seed

PORT = 8808


def sandbox(
    port: Annotated[
        int | None,
        typer.Option(
            help=f"Port on loopback; 0 takes a free one. [default: {PORT}, or 0 with --json]", min=0, max=65535
        ),
    ] = None,
    keys: Annotated[
        Path, typer.Option(help="Folder of the test keys; made when it is missing.", file_okay=False)
    ] = Path("esozflow-keys"),
    trusted: Annotated[
        Path | None,
        typer.Option(help="PEM file of the only roots whose signatures count; no key is made then.", dir_okay=False),
    ] = None,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="A further redirect URI of the PIS, on loopback. Repeatable.")
    ] = None,
    signatures: Annotated[
        Literal["cms", "plain"], typer.Option(help="`plain` takes base64 of plain JSON and verifies nothing.")
    ] = "cms",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when ready, and stop when standard input ends.")
    ] = False,
) -> None:
    """Serve an emulated ЕСОЗ on loopback, with a ledger of its side effects and scripted faults."""
    from ..sandbox import SandboxSettings, Seed, run_sandbox

    try:
        seed = Seed(loopback_redirect_uris=tuple(redirect_uri or ()))
        roots = _roots(trusted, keys, seed) if signatures == "cms" else []
        run_sandbox(
            SandboxSettings(signature_mode=signatures),
            seed=seed,
            trusted=roots,
            port=port if port is not None else (0 if as_json else PORT),
            watch_stdin=as_json,
            announce=None if as_json else lambda line: _announce(json.loads(line)["base_url"], seed, keys, trusted),
        )
    except FlowError as error:
        fail(error)


def _roots(trusted: Path | None, keys: Path, seed: Seed) -> list[Certificate]:
    from ..sandbox.keys import kept_authority

    try:
        return [kept_authority(keys, seed).certificate] if trusted is None else _certificates(trusted)
    except OSError as error:
        raise UsageError(
            f"The keys cannot be read or written: {error.strerror} ({error.filename})",
            hint="Give --keys a folder of your own, and --trusted a file that you may read.",
        ) from None


def _certificates(file: Path) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return list(load_pem_x509_certificates(file.read_bytes()))
    except ValueError:
        raise UsageError(
            f"{file} holds no certificates", hint="Give --trusted a PEM file with CA certificates."
        ) from None


def _announce(base_url: str, seed: Seed, keys: Path, trusted: Path | None) -> None:
    from ..sandbox.keys import CONFIDANT_KEY

    typer.echo(f"ЕСОЗ sandbox      {base_url}   (Ctrl-C stops it)")
    typer.echo(f"client_id         {seed.pis.id}")
    typer.echo(f"client_secret     {seed.pis.secret}")
    typer.echo(f"redirect URIs     {', '.join((*seed.pis.redirect_uris, *seed.loopback_redirect_uris))}")
    typer.echo(f"confidant's token {seed.confidant.access_token}")
    if trusted is None:
        typer.echo(f"confidant's key   {keys / CONFIDANT_KEY}")
    typer.echo(f"ledger            {base_url}/sandbox/ledger")
