"""The command line, `esozflow`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without the extra `cli`, say how to install it."""
    try:
        from .app import app
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("esozflow"):
            raise
        sys.exit(f"The command line needs {missing.name}. Install it with: pip install 'esozflow[cli]'")
    app()
