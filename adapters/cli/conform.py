"""`esozflow conform`: somebody else's Auth UI or PIS, judged over HTTP.

What only they need is imported when they run, so that the other commands start as fast as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ...flow import FlowError, UsageError
from ...states.settings import RegisterAuth
from .failing import fail
from .sandbox import PORT

if TYPE_CHECKING:
    from ..conformance.checks import Report

DOES_NOT_CONFORM = 1
"""Exit status when something that was observed does not hold."""

conform = typer.Typer(
    no_args_is_help=True,
    help="Judge an Auth UI or a PIS of any make over HTTP, requirement by requirement, against a sandbox of ЕСОЗ.",
)

SandboxPort = Annotated[
    int, typer.Option(help="Port of the sandbox on loopback; the party under test must call it.", min=1, max=65535)
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="TOML file with the names of buttons and fields.", dir_okay=False, exists=True),
]
ReportFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON, too.", dir_okay=False)
]
Only = Annotated[list[str] | None, typer.Option("--check", metavar="NAME", help="Only this check. Repeatable.")]
CaBundle = Annotated[
    Path | None, typer.Option(help="PEM file with the authorities to trust.", dir_okay=False, exists=True)
]
Configuration = Annotated[
    bool, typer.Option("--configuration", help="Tell how to configure the party under test, and stop.")
]


@conform.command("auth-ui")
def auth_ui(
    url: Annotated[str, typer.Argument(metavar="URL", help="Base URL of the Auth UI.")],
    sandbox_port: SandboxPort = PORT,
    mapping: MappingFile = None,
    call_deadline: Annotated[
        float | None,
        typer.Option(help="Seconds that the Auth UI waits for an answer of ЕСОЗ.", min=0.1),
    ] = None,
    register_auth: Annotated[
        RegisterAuth, typer.Option(help="What the Authorization of the registration is to carry (4.5).")
    ] = RegisterAuth.JWT_HEADER,
    ca_bundle: CaBundle = None,
    only: Only = None,
    report: ReportFile = None,
    configuration: Configuration = False,
) -> None:
    """Judge an Auth UI, 4.2 to 4.8: drive its pages as a browser does, and listen to its calls."""
    from ..conformance.auth_ui import Bench
    from ..conformance.mapping import AuthUiMapping, read_mapping
    from ..conformance.running import judge_auth_ui, sandbox_for_auth_ui
    from ..sandbox import Seed

    pis = Seed().pis
    if configuration:
        base_url = f"http://127.0.0.1:{sandbox_port}"
        _tell(
            ("ЕСОЗ, both servers", base_url),
            ("registered client", pis.id),
            ("its redirect URI", pis.redirect_uris[0]),
            ("of `esozflow auth-ui`", f"ESOZFLOW_AUTH_BASE_URL={base_url} ESOZFLOW_API_BASE_URL={base_url}"),
            ("", f"ESOZFLOW_KNOWN_REDIRECTS={pis.id}={pis.redirect_uris[0]}"),
        )
        return
    with _judging(report) as judged:
        pages = read_mapping(AuthUiMapping, mapping)
        with sandbox_for_auth_ui(sandbox_port) as (_, esoz, signer):
            bench = Bench(
                _base(url),
                esoz,
                signer=signer,
                mapping=pages,
                call_deadline=call_deadline,
                register_auth=register_auth,
                ca_bundle=None if ca_bundle is None else str(ca_bundle),
            )
            judged.append(judge_auth_ui(bench, only or (), _begins))


@conform.command("pis")
def pis(
    url: Annotated[str, typer.Argument(metavar="URL", help="Base URL of the PIS.")],
    redirect_uri: Annotated[str, typer.Option(help="Its redirect URI, on loopback; the sandbox registers it.")],
    auth_ui: Annotated[
        str, typer.Option(help="Base URL of the Auth UI that it is configured with. Nothing is sent there.")
    ] = "http://127.0.0.1:8809",
    sandbox_port: SandboxPort = PORT,
    keys: Annotated[
        Path, typer.Option(help="Folder of the test keys; made when it is missing.", file_okay=False)
    ] = Path("esozflow-keys"),
    mapping: MappingFile = None,
    ca_bundle: CaBundle = None,
    only: Only = None,
    report: ReportFile = None,
    configuration: Configuration = False,
) -> None:
    """Judge a PIS, 4.1 and 4.9: drive its pages, stand in for the Auth UI, and listen to its calls."""
    from ..conformance.mapping import PisMapping, read_mapping
    from ..conformance.pis import Bench
    from ..conformance.running import judge_pis, sandbox_for_pis

    with _judging(report) as judged:
        if configuration:
            _configure_pis(redirect_uri, _base(auth_ui), sandbox_port, keys)
            return
        pages = read_mapping(PisMapping, mapping)
        with sandbox_for_pis(redirect_uri, keys, sandbox_port) as (_, esoz):
            bench = Bench(
                _base(url),
                esoz,
                auth_ui=_base(auth_ui),
                redirect_uri=redirect_uri,
                mapping=pages,
                ca_bundle=None if ca_bundle is None else str(ca_bundle),
            )
            judged.append(judge_pis(bench, only or (), _begins))


def _configure_pis(redirect_uri: str, auth_ui: str, sandbox_port: int, keys: Path) -> None:
    from ..sandbox import Seed
    from ..sandbox.keys import CONFIDANT_KEY, kept_authority

    seed = Seed(loopback_redirect_uris=(redirect_uri,))
    kept_authority(keys, seed)
    _tell(
        ("ЕСОЗ, both servers", f"http://127.0.0.1:{sandbox_port}"),
        ("Auth UI", auth_ui),
        ("client_id", seed.pis.id),
        ("client_secret", seed.pis.secret),
        ("redirect URI", redirect_uri),
        ("confidant's token", seed.confidant.access_token),
        ("confidant's person", seed.confidant.person_id),
        ("confidant's key", str(keys / CONFIDANT_KEY)),
    )


@contextmanager
def _judging(file: Path | None) -> Iterator[list[Report]]:
    """Print the report that is put into the list, write it to the file, and exit with what it says."""
    judged: list[Report] = []
    try:
        if file is not None and not file.parent.is_dir():
            raise UsageError(f"There is no folder {file.parent}", hint="Give --json a file in a folder that is there.")
        yield judged
        for report in judged:
            typer.echo(report.text(), nl=False)
            if file is not None:
                file.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        fail(
            UsageError(f"{error.filename} cannot be read or written: {error.strerror}", hint="Name a file of your own.")
        )
    except FlowError as error:
        fail(error)
    if any(not report.holds for report in judged):
        raise typer.Exit(DOES_NOT_CONFORM)


def _begins(check: str) -> None:
    typer.echo(f"{check} …", err=True)


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = parts.hostname and (parts.port is None or parts.port > 0) and url.isprintable() and " " not in url
        usable = parts.scheme in ("http", "https") and named and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if "@" in url:  # what stands before it is a password, and not to be repeated
        raise UsageError("A base URL names no user", hint="Write http://host:port or https://host.")
    if not usable:
        raise UsageError(f"{url} is no base URL", hint="Write http://host:port or https://host, with a path if any.")
    return url.rstrip("/")


def _tell(*lines: tuple[str, str]) -> None:
    for name, value in lines:
        typer.echo(f"{name:<24}{value}")
