"""Write the diagrams of this folder, or with `--check` say which are stale: `python diagrams/generate.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from esozflow.flow import mermaid
from esozflow.states import auth_ui, pis, sign_up

HERE = Path(__file__).parent
VIEWS = {"whole.mmd": sign_up, "auth-ui.mmd": auth_ui, "pis.mmd": pis}


def main() -> int:
    """Return 1 when `--check` finds a stale diagram."""
    drawn = {HERE / name: mermaid(flow()) for name, flow in VIEWS.items()}
    if "--check" not in sys.argv[1:]:
        for file, text in drawn.items():
            file.write_text(text, encoding="utf-8")
        return 0
    stale = [file.name for file, text in drawn.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    sys.stderr.writelines(f"{name} is stale: run `make diagrams`\n" for name in stale)
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
