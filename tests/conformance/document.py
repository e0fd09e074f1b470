"""docs/conformance.md: what is checked, and which defects prove that the checks see something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from esozflow.adapters.conformance import auth_ui, pis

from . import defects_of_the_auth_ui, defects_of_the_pis
from .seeding import Defect

FILE: Final = Path(__file__).parent.parent.parent / "docs" / "conformance.md"

_TEXT: Final = """\
# Conformance

`esozflow conform` drives somebody else's Auth UI or PIS over HTTP, as a browser without JavaScript does, against a
sandbox of ЕСОЗ that it starts on loopback, and listens to every call that reaches the sandbox. It reports for each
sentence of the flow document, and for rules that the document takes for granted, whether it holds, does not hold, or
could not be observed. This page is written by `python -m tests.conformance`.

## An Auth UI

```console
$ esozflow conform auth-ui https://my.example.ua --configuration   # how to configure it; starts nothing
$ esozflow conform auth-ui https://my.example.ua --mapping pages.toml --call-deadline 30 --json report.json
```

The mapping names its buttons, each by text, value, label or id; what is left out is as in our own pages:

```toml
path = "/confidant/sign-up"                            # of 4.1
confirm = "Прийняти та продовжити"                     # 4.4
decline = "Відхилити"
accept = ["Прийняти та продовжити", "Accept and proceed"]  # 4.6; the first that is there counts
reject = "Відхилити"
otp = "otp"                                            # the name of the field, where there is one
```

Public sources contradict each other about the Authorization of the registration. The document, and so the command, says
the jwt; `--register-auth token_header` judges by the PIS API blueprint, `none` by its later editions.

The registered redirect URI of the test is `https://pis.example.ua/oauth/callback`; nothing is ever sent there.

{auth_ui_checks}
## A PIS

```console
$ esozflow conform pis http://127.0.0.1:8810 --redirect-uri http://127.0.0.1:8810/oauth/callback --configuration
$ esozflow conform pis http://127.0.0.1:8810 --redirect-uri http://127.0.0.1:8810/oauth/callback --mapping pages.toml
```

`--configuration` makes the confidant's test key and tells where it is. The test stands in for the Auth UI; nothing is
sent to the address that `--auth-ui` names. The mapping leads from the first page to the Auth UI:

```toml
start = "/"
steps = [
  {{ press = "Sign in" }},
  {{ press = "Sign", fill = {{ patient_signed = "on" }} }},  # by the names of fields; a box is ticked by any value
]
refresh = "Refresh"   # the button after the sign-up by which one sees that the tokens were kept
```

{pis_checks}
## Exit status

0 when everything that was observed holds, 1 when something does not, 2 when nothing could be judged: no answer at the
URL, no call to the sandbox, no way through the pages. The last line says how many requirements were not observed.

## Seeded defects

Each of these is seeded into our own Auth UI or PIS, and the named check finds that the named requirement does not
hold (`tests/conformance`); two rows may be one change that two checks see. Without a defect both conform, and so do an
Auth UI and a PIS of another make.

{defects}"""


def document() -> str:
    """Give the whole page."""
    return _TEXT.format(
        auth_ui_checks=_checks(auth_ui.CHECKS),
        pis_checks=_checks(pis.CHECKS),
        defects=_defects({"Auth UI": defects_of_the_auth_ui.DEFECTS, "PIS": defects_of_the_pis.DEFECTS}),
    )


def _checks(checks: Mapping[str, Any]) -> str:
    return _table(
        ("Check", "Situation", "Requirements"),
        ((f"`{name}`", check.says, ", ".join(check.asks)) for name, check in checks.items()),
    )


def _defects(parties: Mapping[str, Mapping[str, Defect]]) -> str:
    numbered = [(party, one) for party, defects in parties.items() for one in defects.values()]
    return _table(
        ("#", "Party", "What it does", "Caught by", "Does not hold"),
        (
            (str(number), party, one.says, f"`{one.check}`", one.requirement)
            for number, (party, one) in enumerate(numbered, start=1)
        ),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
