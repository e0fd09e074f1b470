"""The page for reviewers: everything on one page, nothing from elsewhere, and one sign-up's way."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import SecretStr

from esozflow.adapters.review import review
from esozflow.adapters.review.headings import HEADINGS
from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, upgrade
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine
from esozflow.flow.diagrams import picture
from esozflow.states import Opened, SignUp, auth_ui, sign_up
from esozflow.states.calls import ESOZ
from esozflow.states.document import SENTENCES


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page() -> str:
    return review("en", tests={})


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    tags = Tags(page).tags

    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object", "embed", "use", "image"}
    for _, attributes in tags:
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "default-src 'none'" in page
    assert set(re.findall(r"url\((.*?)\)", page)) == {"#head"}


def test_every_id_stands_once_and_every_link_leads_to_one(page: str) -> None:
    tags = Tags(page).tags
    ids = Counter(attributes["id"] for _, attributes in tags if "id" in attributes)

    assert set(ids.values()) == {1}
    links = {(attributes["href"] or "")[1:] for tag, attributes in tags if tag == "a"}
    assert links <= ids.keys()
    assert {"sequence", "whole", "auth-ui", "pis", "transitions", "proof", "traceability", "versions"} <= links


def test_all_parts_are_there(page: str) -> None:
    assert page.count("<svg") == 4
    table = page[page.index('id="transitions"') : page.index('id="proof"')]
    assert table.count("<tr>") == 1 + len(picture(sign_up()).edges)
    assert page.count('<span class="yes">holds</span>') == 3
    traced = page[page.index('id="traceability"') : page.index('id="versions"')]
    assert traced.count("<tr>") == 1 + len(SENTENCES)
    assert "Not covered: 2.1 is served by no test" in traced
    assert "esozflow 0.1.0" in page
    assert 'id="live"' not in page


def test_both_languages_have_the_same_headings_and_the_page_speaks_the_chosen_one() -> None:
    assert HEADINGS["uk"].keys() == HEADINGS["en"].keys()

    page = review()

    assert '<html lang="uk">' in page
    assert "Умовні позначення" in page
    assert "Не охоплено" not in page


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """A store with one sign-up, `live`, whose query lacked everything."""
    url = f"sqlite:///{tmp_path}/store.db"
    with Database(SecretStr(url)) as database:
        upgrade(database)
        flow = auth_ui()
        store = SqlStore(database, codec=SnapshotCodec(flow, context=SignUp), keys=Keys([new_key()]))
        engine = Engine(flow, store=store, ports={ESOZ: MemoryVault()})  # no call is made
        engine.send(engine.begin("live"), Opened())
    return url


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "esozflow.adapters.cli", "review", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_way_of_one_sign_up_is_marked(kept: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--live", "live", "--store", kept, "--lang", "en")

    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "review.html").read_text()
    assert "<td>validate_params</td><td>Opened</td><td>params_refused</td>" in page
    assert page.count("#ffe08a") == 2 * 2  # two states, on the whole flow and on the part of the Auth UI


def test_the_command_names_the_tests_of_a_folder(tmp_path: Path) -> None:
    done = run(tmp_path, "-o", "page.html", "--tests", Path(__file__).parents[1])

    assert done.returncode == 0
    page = (tmp_path / "page.html").read_text()
    assert "states/test_requests.py::test_the_validation_sends" in page
    assert "Не охоплено" not in page


def test_what_cannot_be_reviewed_is_told(kept: str, tmp_path: Path) -> None:
    storeless = run(tmp_path, "--live", "live")
    unknown = run(tmp_path, "--live", "nobody", "--store", kept)

    assert storeless.returncode == unknown.returncode == 2
    assert "--live needs the store of the sign-up" in storeless.stderr
    assert "There is no instance of this id in the store" in unknown.stderr
    assert "`esozflow list` shows those that there are" in unknown.stderr
