"""What an Auth UI makes of the errors of ЕСОЗ (4.3, 4.5, 4.7), and of successes that lack what they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from ...sandbox import Expire
from ..checks import Finding, seen
from ..requirements import Rule
from ..watched import edited
from .bench import Bench, check

_REFUSALS: Final = (400, 401, 403, 404, 409, 422)
_SPOILED: Final = ("missing_token", "wrong_types", "broken_json", "html", "drop")
_STANDARD: Final = "Validation failed. You can find validators description at our API Manifest"


def _message(call: str, status: int) -> str:
    return f"The {call} is refused, case {status}"


def _fault(call: str, status: int) -> dict[str, Any]:
    return {"kind": "status", "status": status, "message": _message(call, status)}


def _by_rule(text: str) -> str:
    """Give a 422 that tells its reason only in the description of a rule."""
    rule = {"rule": "invalid", "params": [], "description": text}
    error = {
        "type": "validation_failed",
        "message": _STANDARD,
        "invalid": [{"entry_type": "json_data_property", "entry": "$.signed_content", "rules": [rule]}],
    }
    return json.dumps({"meta": {"code": 422, "type": "object", "url": "", "request_id": "r"}, "error": error})


@check("4.3.3", Rule.ORDER)
def refused_validation(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ refuses the signed request, each time with another status."""
    for status in (*_REFUSALS, 500):
        bench.esoz.start_over()
        bench.fault("validate", **_fault("validation", status))
        visit = bench.also_opens(bench.browser())
        says = visit.page.says(_message("validation", status))
        yield seen("4.3.3", f"the message of a refusal {status} is shown", says)
        yield seen(Rule.ORDER, f"after a refusal {status} nothing can be confirmed", not visit.has("confirm"))
    text = "The reason stands in the rule"
    bench.esoz.start_over()
    bench.fault("validate", "status", status=422, body=_by_rule(text))
    visit = bench.also_opens(bench.browser())
    yield seen("4.3.3", "a reason that stands in the description of a rule is shown", visit.page.says(text))


@check("4.3.2")
def spoiled_validation(bench: Bench) -> Iterator[Finding]:
    """The answer of the validation is no 200 with patient data and jwt."""
    for kind in _SPOILED:
        bench.esoz.start_over()
        bench.fault("validate", kind)
        visit = bench.also_opens(bench.browser())
        says = f"only 200 with patient data and jwt leads to the confirmation ({kind})"
        yield seen("4.3.2", says, not visit.has("confirm"))


@check("4.5.4", Rule.ORDER)
def refused_registration(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ refuses the registration, each time with another status."""
    for status in _REFUSALS:
        visit = bench.opens()
        bench.fault("register", **_fault("registration", status))
        visit.press("confirm")
        says = visit.page.says(_message("registration", status))
        yield seen("4.5.4", f"the message of a refusal {status} is shown", says)
        yield seen(Rule.ORDER, f"after a refusal {status} there is no consent page", not visit.shows_consent)


@check("4.5.4")
def registration_too_late(bench: Bench) -> Iterator[Finding]:
    """The jwt has expired while the page was open."""
    visit = bench.opens()
    bench.esoz.turn(Expire(what="jwt"))
    visit.press("confirm")
    yield seen("4.5.4", "a registration that comes too late leads to no consent page", not visit.shows_consent)


@check("4.5.3")
def spoiled_registration(bench: Bench) -> Iterator[Finding]:
    """The answer of the registration is no 201 with patient, user and session token."""
    for kind in _SPOILED:
        visit = bench.opens()
        bench.fault("register", kind, after_effect=True)
        visit.press("confirm")
        says = f"only 201 with all that it promises leads to the consent page ({kind})"
        yield seen("4.5.3", says, not visit.shows_consent)
    visit = bench.opens()
    bench.esoz.change("register", edited(lambda body: None, status=200))
    visit.press("confirm")
    yield seen("4.5.3", "only 201 leads to the consent page (200)", not visit.shows_consent)


@check("4.7.4", "4.7.3")
def refused_approval(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ refuses the approval, each time with another status; then the person accepts again."""
    for status in (401, 403, 422):
        visit = bench.at_consent()
        bench.fault("approve", **_fault("approval", status))
        visit.press("accept")
        says = visit.page.says(_message("approval", status))
        yield seen("4.7.4", f"the message of a refusal {status} is shown", says)
        yield seen("4.7.4", f"a refusal {status} is shown at the consent page", visit.shows_consent)
        if visit.shows_consent:
            bench.esoz.clear_faults()
            visit.press("accept")
            yield seen("4.7.3", "who accepts again is redirected", visit.seen.left_to is not None)


@check("4.7.4")
def approval_too_late(bench: Bench) -> Iterator[Finding]:
    """The session token has expired while the page was open."""
    visit = bench.at_consent()
    bench.esoz.turn(Expire(what="session"))
    visit.press("accept")
    yield seen("4.7.4", "an approval that comes too late is told at the consent page", visit.shows_consent)
    yield seen("4.7.4", "an approval that comes too late redirects nobody", visit.seen.left_to is None)


@check("4.7.3")
def spoiled_approval(bench: Bench) -> Iterator[Finding]:
    """The answer of the approval brings no grant code."""
    for kind in (one for one in _SPOILED if one != "wrong_types"):  # what redirects stays whole there
        visit = bench.at_consent()
        bench.fault("approve", kind, after_effect=True)
        visit.press("accept")
        left_to = visit.seen.left_to or ""
        yield seen("4.7.3", f"without a grant code nobody is redirected with one ({kind})", "code=" not in left_to)


@check("4.6.2")
def names_unavailable(bench: Bench) -> Iterator[Finding]:
    """The dictionary of scopes cannot be read, and the person is still asked."""
    visit = bench.opens()
    bench.fault("dictionaries", "status", status=500)
    visit.press("confirm")
    yield seen("4.6.2", "without translations nothing is approved by itself", bench.esoz.times("approve") == 0)
