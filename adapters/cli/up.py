"""`esozflow up`: the whole of it in a browser, on this machine."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ...flow import FlowError
from ..lifetime import print_line, told_to_stop
from .failing import fail

_LOOK_SECONDS = 0.2


def up(
    sandbox_port: Annotated[
        int, typer.Option(help="Port of the sandbox; 0 takes a free one.", min=0, max=65535)
    ] = 8808,
    auth_ui_port: Annotated[
        int, typer.Option(help="Port of the Auth UI; 0 takes a free one.", min=0, max=65535)
    ] = 8809,
    pis_port: Annotated[int, typer.Option(help="Port of the PIS; 0 takes a free one.", min=0, max=65535)] = 8810,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON when ready, and stop when standard input ends.")
    ] = False,
) -> None:
    """Start sandbox, Auth UI and demonstration PIS on loopback, for a walk in the browser. Ctrl-C stops all three.

    Switches of the flow in the environment (see `esozflow auth-ui --variables`) hold for all of them.
    """
    from ..demo.ensemble import Ensemble

    try:
        with (
            told_to_stop(watch_stdin=as_json) as stop,
            Ensemble(sandbox_port=sandbox_port, auth_ui_port=auth_ui_port, pis_port=pis_port) as ensemble,
        ):
            if as_json:
                urls = {"pis": ensemble.pis, "auth_ui": ensemble.auth_ui, "sandbox": ensemble.sandbox}
                print_line(json.dumps({"base_url": ensemble.pis, **urls}))
            else:
                print_line(f"PIS           {ensemble.pis}   (start here; Ctrl-C stops all)")
                print_line(f"Auth UI       {ensemble.auth_ui}")
                print_line(f"ЕСОЗ sandbox  {ensemble.sandbox}")
                print_line(f"Its ledger    {ensemble.sandbox}/sandbox/ledger")
            while not stop.wait(_LOOK_SECONDS):
                ensemble.check()
    except FlowError as error:
        fail(error)
