"""The commands. They wire adapters together and print; what comes next in a sign-up is not theirs to decide."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rich.console import Console

from ...flow import FlowError, UsageError
from ..demo.scenario import Scenario
from ..demo.scenarios import BY_NAME, SCENARIOS
from ..demo.stage import Performance, Stage, stage
from ..sandbox import SandboxSettings, Seed, run_sandbox
from ..sandbox.certificates import SandboxAuthority, Signatory
from ..ui.terminal import TerminalUi
from .failing import fail
from .report import Moves, MovesAsJson, Narration, summary
from .store import add_commands

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A finite-state-machine workflow engine and the ЕСОЗ sign-up of a patient by a confidant person.",
)

NOT_AS_DOCUMENTED = 1
"""Exit status of a demonstration that ended elsewhere than documented."""


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Option(help="The scenario to run; see --list. `all` runs every one.", metavar="NAME")
    ] = "main",
    list_: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
    interactive: Annotated[bool, typer.Option(help="Ask in the terminal what the user of the Auth UI does.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a move; the summary goes to standard error.")
    ] = False,
    lang: Annotated[Literal["uk", "en"], typer.Option(help="Language of the pages.")] = "uk",
) -> None:
    """Walk through a sign-up: PIS and Auth UI as two engines, ЕСОЗ as a sandbox in a process of its own."""
    if list_:
        _list()
        return
    if scenario != "all" and scenario not in BY_NAME:
        raise typer.BadParameter(f"There is no scenario {scenario!r}; see --list.", param_hint="--scenario")
    chosen = SCENARIOS if scenario == "all" else (BY_NAME[scenario],)
    console = Console()
    try:
        with stage() as here:
            performances = [
                _perform(here, one, console, interactive=interactive, as_json=as_json, lang=lang) for one in chosen
            ]
    except FlowError as error:
        fail(error)
    if any(performance.differences for performance in performances) and not interactive:
        raise typer.Exit(NOT_AS_DOCUMENTED)


def _list() -> None:
    width = max(len(one.name) for one in SCENARIOS)
    for one in SCENARIOS:
        typer.echo(f"{one.name:<{width}}  {one.says}")


def _perform(
    here: Stage, scenario: Scenario, console: Console, *, interactive: bool, as_json: bool, lang: Literal["uk", "en"]
) -> Performance:
    watch: Moves = MovesAsJson(sys.stdout) if as_json else Narration(console, scenario)
    terminal = TerminalUi(console=Console(stderr=as_json), lang=lang)
    performance = here.perform(scenario, watch, (lambda _: terminal) if interactive else (lambda ui: ui))
    if as_json:
        sys.stderr.write(json.dumps(summary(performance), ensure_ascii=False) + "\n")
    else:
        watch.ends(performance, lang)
    return performance


@app.command()
def sandbox(
    port: Annotated[
        int | None,
        typer.Option(help="Port on loopback; 0 takes a free one. [default: 8808, or 0 with --json]", min=0, max=65535),
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
    try:
        seed = Seed(loopback_redirect_uris=tuple(redirect_uri or ()))
        roots = _roots(trusted, keys, seed) if signatures == "cms" else []
        run_sandbox(
            SandboxSettings(signature_mode=signatures),
            seed=seed,
            trusted=roots,
            port=port if port is not None else (0 if as_json else 8808),
            watch_stdin=as_json,
            announce=None if as_json else lambda line: _announce(json.loads(line)["base_url"], seed, keys, trusted),
        )
    except FlowError as error:
        fail(error)


def _roots(trusted: Path | None, keys: Path, seed: Seed) -> list[Certificate]:
    try:
        return [_kept_authority(keys, seed).certificate] if trusted is None else _certificates(trusted)
    except OSError as error:
        raise UsageError(
            f"The keys cannot be read or written: {error.strerror} ({error.filename})",
            hint="Give --keys a folder of your own, and --trusted a file that you may read.",
        ) from None


def _certificates(file: Path) -> list[Certificate]:
    try:
        return list(load_pem_x509_certificates(file.read_bytes()))
    except ValueError:
        raise UsageError(
            f"{file} holds no certificates", hint="Give --trusted a PEM file with CA certificates."
        ) from None


def _kept_authority(keys: Path, seed: Seed) -> SandboxAuthority:
    authority_file, confidant_file = keys / "authority.pem", keys / "confidant.pem"
    if authority_file.exists():
        authority = SandboxAuthority.from_pem(authority_file.read_bytes())
        if confidant_file.exists():
            return authority
    else:
        authority = SandboxAuthority.create()
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(authority_file, authority.to_pem())
    confidant = seed.confidant
    signatory = Signatory(
        surname=confidant.last_name,
        given_name=f"{confidant.first_name} {confidant.second_name}",
        common_name=f"{confidant.last_name} {confidant.first_name} {confidant.second_name}",
        drfo=confidant.tax_id or "",
    )
    _write_private(confidant_file, authority.issue(signatory).to_pem())
    return authority


def _write_private(file: Path, pem: bytes) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)  # it may have been there before
    file.write_bytes(pem)


def _announce(base_url: str, seed: Seed, keys: Path, trusted: Path | None) -> None:
    typer.echo(f"ЕСОЗ sandbox      {base_url}   (Ctrl-C stops it)")
    typer.echo(f"client_id         {seed.pis.id}")
    typer.echo(f"client_secret     {seed.pis.secret}")
    typer.echo(f"redirect URIs     {', '.join((*seed.pis.redirect_uris, *seed.loopback_redirect_uris))}")
    typer.echo(f"confidant's token {seed.confidant.access_token}")
    if trusted is None:
        typer.echo(f"confidant's key   {keys / 'confidant.pem'}")
    typer.echo(f"ledger            {base_url}/sandbox/ledger")


add_commands(app)
