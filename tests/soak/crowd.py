"""The crowd: users who sign children up, click twice, change their minds, go away, and ask again only when told to."""

from __future__ import annotations

import base64
import copy
import random
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Seed

from .lines import Lost, ask

SEED = Seed()
CLIENT = {
    "client_id": SEED.pis.id,
    "redirect_uri": SEED.pis.redirect_uris[0],
    "scope": "app:read_pis person:details_pis",
    "auth_ui": "https://my.example.ua",
}
GOES_AWAY, DECLINES, CLICKS_TWICE, ASKS_AGAIN = 0.01, 0.03, 0.2, 0.5
"""Shares: of pages, of pages that can be declined, of clicks, of pages that say that the result is unknown."""
MOST_TRIES = 6
"""So often a user presses the same button before giving up."""
GIVES_UP_AFTER = 60.0
"""Seconds without a page to act on. Nobody should ever wait so long."""
PAUSE = 0.05
"""Seconds until a page is looked at again."""

Shown = dict[str, Any]


class Crowd:
    """`workers` gives the sockets of those that live. What users did and saw is kept until `forget`."""

    def __init__(self, workers: Callable[[], list[Path]], seed: int) -> None:
        self._workers = workers
        self._seeds = random.Random(seed)
        self._lock = threading.Lock()
        self._children = 0
        self._second_hands = ThreadPoolExecutor(64, thread_name_prefix="second click")
        self.totals: Counter[str] = Counter()
        self.forget()

    def forget(self) -> None:
        self.started: dict[str, str] = {}
        self.clicks: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        self.secrets: set[str] = set()
        self.stuck: list[str] = []

    def count(self, what: str) -> None:
        with self._lock:
            self.totals[what] += 1

    def signs_up(self) -> None:
        """Walk one sign-up, to an end or until its user goes away."""
        with self._lock:
            self._children += 1
            user = User(self, self._children, random.Random(self._seeds.random()))
        user.signs_up()

    def ask(self, question: dict[str, Any], rng: random.Random) -> Shown | None:
        """Ask some worker; `None` when the answer was lost."""
        try:
            answer: Shown = ask(rng.choice(self._workers()), question)
        except (Lost, IndexError):
            self.count("answers lost")
            return None
        if "error" in answer:
            self.count(f"refused: {answer['error']}")
        return answer

    def also(self, question: dict[str, Any], rng: random.Random) -> Any:
        """Ask at the same time, as the second click of a double click does."""
        return self._second_hands.submit(self.ask, question, random.Random(rng.random()))

    def close(self) -> None:
        self._second_hands.shutdown()


class User:
    def __init__(self, crowd: Crowd, child: int, rng: random.Random) -> None:
        self._crowd, self._child, self._random = crowd, child, rng
        self._tries: Counter[str] = Counter()
        self._request = copy.deepcopy(REQUEST)
        person = self._request["person"]
        person |= {"tax_id": f"42{child:08}", "unzr": f"20150705-{child:05}"}
        person["documents"][0]["number"] = f"АМ{child:06}"
        crowd.secrets |= {person["tax_id"], person["unzr"], person["documents"][0]["number"]}

    def signs_up(self) -> None:
        at_pis = self._begins("pis")
        handed_over = at_pis and self._walks("pis", at_pis)
        if not at_pis or not handed_over or handed_over["state"] != "hand_over":
            return
        at_auth_ui = self._begins("auth_ui")
        query = handed_over["leads_to"].partition("?")[2]
        ended = at_auth_ui and self._walks("auth_ui", at_auth_ui, {"query": query})
        if not ended or not ended["leads_to"] or self._random.random() < GOES_AWAY:
            return
        back = ended["leads_to"].partition("?")[2]
        self._crowd.secrets.update(part.partition("=")[2] for part in back.split("&"))
        self._walks("pis", at_pis, {"query": back})

    def _begins(self, party: str) -> str | None:
        """Begin, however often the answer is lost: the id is this user's own."""
        id = uuid.UUID(int=self._random.getrandbits(128)).hex
        until = time.monotonic() + GIVES_UP_AFTER
        while time.monotonic() < until:
            answer = self._crowd.ask({"do": "begin", "party": party, "id": id}, self._random)
            if answer and ("error" not in answer or answer["error"] == "conflict"):
                self._crowd.started[id] = party
                return id
            time.sleep(PAUSE)
        self._crowd.stuck.append(f"{party} {id}: not begun")
        return None

    def _walks(self, party: str, id: str, brought: dict[str, Any] | None = None) -> Shown | None:
        """Go from page to page; give the last one, or `None` when the user has gone away."""
        until = time.monotonic() + GIVES_UP_AFTER
        while time.monotonic() < until:
            shown = self._crowd.ask({"do": "look", "party": party, "id": id}, self._random)
            if shown is None or "error" in shown or shown["calls"]:
                time.sleep(PAUSE)
                continue
            if shown["final"] or (shown["state"] == "hand_over" and not brought):
                return shown
            click = self._decides(shown, brought)
            if click is None or (party == "auth_ui" and self._random.random() < GOES_AWAY):
                self._crowd.count("went away")
                return None
            self._clicks(party, id, shown, click)
            until = time.monotonic() + GIVES_UP_AFTER
        self._crowd.stuck.append(f"{party} {id}: {shown and shown.get('state')}")
        return None

    def _decides(self, shown: Shown, brought: dict[str, Any] | None) -> dict[str, Any] | None:
        state = shown["state"]
        self._tries[state] += 1
        if self._tries[state] > MOST_TRIES:
            return None
        declines = self._random.random() < DECLINES
        again = self._random.random() < ASKS_AGAIN
        match state:
            case "prepare":
                fields = {
                    "client": CLIENT,
                    "token": SEED.confidant.access_token,
                    "request": self._request,
                    "filled_on": datetime.now(UTC).date().isoformat(),
                }
                return {"event": "RequestFilled", "fields": fields}
            case "sign":
                container = base64.b64encode(shown["payload"].encode()).decode()
                return {"event": "RequestSigned", "fields": {"user_data": container}}
            case "hand_over":
                return {"event": "CallbackReceived", **(brought or {})}
            case "validate_params":
                return {"event": "Opened", **(brought or {})}
            case "confirm":
                return {"event": "Decline" if declines else "Confirm"}
            case "consent":
                return {"event": "Decline" if declines else "Accept"}
            case "register_unknown":
                return {"event": "RegisterAgain" if again else "Leave"}
        return {"event": "Retry"}

    def _clicks(self, party: str, id: str, shown: Shown, click: dict[str, Any]) -> None:
        self._crowd.clicks[id].add((click["event"], shown["revision"]))
        question = {"do": "send", "party": party, "id": id, "revision": shown["revision"], **click}
        twice = self._random.random() < CLICKS_TWICE
        second = self._crowd.also(question, self._random) if twice else None
        self._crowd.ask(question, self._random)
        if second:
            self._crowd.count("double clicks")
            second.result()
