"""An Auth UI that shares nothing with ours: other addresses, markup, words and session; no engine, no templates."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import requests
from flask import Flask, Response, redirect, request

MAPPING = """
path = "/enrol"
confirm = "Yes, enrol"
decline = ["No"]
accept = "give-access"
reject = "give-nothing"
"""

MISSING = {
    "client_id": "Не вказаний ідентифікатор додатку для авторизації",
    "redirect_uri": "Не вказано адресу зворотнього визову",
    "scope": "Не вказано скоупів для авторизації",
    "user_data": "Не вказано дані для авторизації",
    "token": "Не вказано токен особи для авторизації",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}


class Foreign:
    """The application, at `esoz`; it knows which redirect URIs are registered."""

    def __init__(self, esoz: str, registered: str) -> None:
        self.esoz = esoz
        self.registered = registered
        self.sign_ups: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()
        self.app = Flask("foreign")
        self.app.add_url_rule("/enrol", view_func=self.enrol)
        self.app.add_url_rule("/enrol/<key>", view_func=self.page)
        self.app.add_url_rule("/enrol/<key>/<act>", view_func=self.act, methods=["POST"])
        self.app.after_request(lambda response: (response.headers.update(HEADERS), response)[1])

    def enrol(self) -> Any:
        try:
            pairs = parse_qsl(request.query_string.decode(), keep_blank_values=True, errors="strict")
        except UnicodeError:
            return self.say("The link cannot be read")
        query = dict(pairs)
        text = " ".join(query.values())
        if max(Counter(name for name, _ in pairs).values(), default=1) > 1 or not text.isprintable():
            return self.say("The link cannot be read")
        for name, message in MISSING.items():
            if not query.get(name):
                return self.say(message)
        if set(query["client_id"]) - set("0123456789abcdef-"):
            return self.say("The link is wrong")
        answer = self.call("/api/pis/confidant/sign-up_validation", query["token"], self.content(query))
        data = self.data(answer)
        if answer is None or answer.status_code != 200 or not self.fits(data, "person", "token"):
            return self.say(self.message(answer))
        key, own = secrets.token_urlsafe(), secrets.token_urlsafe()
        self.sign_ups[key] = {"own": own, "query": query, "jwt": data["token"], "person": data["person"], "at": "data"}
        response = redirect(f"/enrol/{key}", 302)
        response.set_cookie(f"enrol-{key[:8]}", own, secure=True, httponly=True, samesite="Strict")
        return response

    def page(self, key: str) -> Any:
        sign_up = self.own(key)
        if sign_up is None:
            return self.say("Nothing here")
        return self.shown(key, sign_up)

    def shown(self, key: str, sign_up: dict[str, Any], message: str = "") -> Any:
        token = f'<input type=hidden name=anti value="{self.anti(sign_up)}">'
        if sign_up["at"] == "data":
            rows = "".join(f"<tr><td>{escape(value)}" for value in self.flat(sign_up["person"]))
            return self.html(
                f"<table>{rows}</table><form method=post action='/enrol/{key}/enrol'>{token}"
                f"<input type=submit value='Yes, enrol'></form><form method=post action='/enrol/{key}/stop'>{token}"
                "<button>No</button></form>"
            )
        if sign_up["at"] == "consent":
            names = self.get("/api/dictionaries?name=SCOPES", sign_up)
            values = names[0]["values"] if isinstance(names, list) else {}
            client = self.get(f"/oauth/clients/{sign_up['query']['client_id']}/details", sign_up)
            if not isinstance(client, dict):
                return self.say("The client is not known")
            asked = "".join(f"<p>{escape(values.get(one, one))}" for one in sign_up["query"]["scope"].split())
            return self.html(
                f"<b>{escape(message)}</b><h1>{escape(client['name'])}</h1><p>{escape(sign_up['person']['last_name'])}"
                f"{asked}<form method=POST action='/enrol/{key}/grant'>{token}<button id=give-access>ОК</button>"
                f"<button id=give-nothing formaction='/enrol/{key}/stop'>Ні</button></form>"
            )
        return self.say(sign_up["at"])

    def act(self, key: str, act: str) -> Any:
        sign_up = self.own(key)
        if sign_up is None or not secrets.compare_digest(request.form.get("anti", ""), self.anti(sign_up)):
            return self.say("Nothing here")
        needed = {"enrol": ("data",), "grant": ("consent",), "stop": ("data", "consent")}[act]
        with self.lock:  # of two at once, one goes on
            if sign_up["at"] not in needed:
                return self.shown(key, sign_up)
            sign_up["at"] = "It is being done"
        return {"enrol": self.register, "grant": self.approve, "stop": self.stop}[act](key, sign_up)

    def register(self, key: str, sign_up: dict[str, Any]) -> Any:
        body = {**self.content(sign_up["query"]), "jwt": sign_up["jwt"]}
        answer = self.call("/api/pis/confidant/register", sign_up["jwt"], body)
        data = self.data(answer)
        if answer is None or answer.status_code != 201 or not self.fits(data, "person", "user", "access_token"):
            sign_up["at"] = self.message(answer)
        else:
            sign_up |= {"session": data["access_token"], "at": "consent"}
        return self.shown(key, sign_up)

    def approve(self, key: str, sign_up: dict[str, Any]) -> Any:
        query = sign_up["query"]
        app = {name: query[name] for name in ("client_id", "redirect_uri", "scope")}
        answer = self.call("/oauth/apps/authorize", sign_up["session"], {"app": app})
        if answer is None or answer.status_code >= 500:
            sign_up["at"] = "Nobody knows whether access was given"
            return self.shown(key, sign_up)
        if answer.status_code >= 400:
            sign_up["at"] = "consent"
            return self.shown(key, sign_up, self.message(answer))
        data, code = self.data(answer), answer.headers.get("Location", "").partition("?code=")[2]
        is_ours = answer.headers.get("Location") == f"{query['redirect_uri']}?code={code}"
        if not is_ours or not isinstance(data, dict) or urlencode({"code": data.get("value")}) != f"code={code}":
            sign_up["at"] = "The answer leads elsewhere"
            return self.shown(key, sign_up)
        sign_up["at"] = "Access was given"
        return redirect(f"{answer.headers['Location']}&{urlencode({'state': query['state']})}", 302)

    def stop(self, key: str, sign_up: dict[str, Any]) -> Any:
        sign_up["at"] = "You stopped"
        if sign_up["query"]["redirect_uri"] != self.registered:
            return self.shown(key, sign_up)
        error = urlencode({"error": "access_denied", "state": sign_up["query"]["state"]})
        return redirect(f"{self.registered}?{error}", 303)

    def own(self, key: str) -> dict[str, Any] | None:
        sign_up = self.sign_ups.get(key)
        return sign_up if sign_up and request.cookies.get(f"enrol-{key[:8]}") == sign_up["own"] else None

    def anti(self, sign_up: dict[str, Any]) -> str:
        return str(sign_up.setdefault("anti", secrets.token_urlsafe()))

    def call(self, path: str, bearer: str, body: dict[str, Any]) -> requests.Response | None:
        try:
            return requests.post(
                self.esoz + path,
                json=body,
                headers={"Authorization": f"Bearer {bearer}", "Connection": "close"},
                timeout=10,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None

    def get(self, path: str, sign_up: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {sign_up['session']}"}
        return self.data(requests.get(self.esoz + path, headers=headers, timeout=10))

    def content(self, query: dict[str, str]) -> dict[str, str]:
        return {"signed_content": query["user_data"], "signed_content_encoding": "base64"}

    def data(self, answer: requests.Response | None) -> Any:
        try:
            return answer.json().get("data") if answer is not None else None
        except ValueError:
            return None

    def fits(self, data: Any, *names: str) -> bool:
        return (
            isinstance(data, dict)
            and all(data.get(name) for name in names)
            and isinstance(data.get("token", data.get("access_token")), str)
        )

    def message(self, answer: requests.Response | None) -> str:
        try:
            error = answer.json()["error"] if answer is not None else {}
        except (ValueError, LookupError):
            error = {}
        rules = [rule.get("description", "") for one in error.get("invalid", []) for rule in one.get("rules", [])]
        return " ".join([error.get("message", "ЕСОЗ gave no answer that can be used"), *rules])

    def flat(self, value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for name, one in value.items() if name != "secret" for text in self.flat(one)]
        return [text for one in value for text in self.flat(one)] if isinstance(value, list) else [str(value)]

    def say(self, text: str) -> Response:
        return self.html(f"<p>{escape(text)}")

    def html(self, body: str) -> Response:
        return Response(f"<!doctype html><title>Enrol</title>{body}", content_type="text/html; charset=utf-8")
