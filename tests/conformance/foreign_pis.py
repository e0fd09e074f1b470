"""A PIS that shares nothing with ours: a link in the place of a form, no state, no engine, no templates."""

from __future__ import annotations

import secrets
import threading
from html import escape
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, Response, redirect, request

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.sandbox import Seed
from esozflow.states import RegistrationRequest, RequestSigned, Signer

from .foreign_auth_ui import HEADERS

MAPPING = """
start = "/start"
steps = [{ press = "Enter" }, { press = ["Register my child"] }]
"""
SEED = Seed()


class ForeignPis:
    """The application, at `esoz`. Its users go to `auth_ui`; `redirect_uri` goes on after the registered one."""

    def __init__(self, esoz: str, auth_ui: str, redirect_uri: str, signer: Signer) -> None:
        self.esoz = esoz
        self.auth_ui = auth_ui
        self.redirect_uri = redirect_uri
        self.signer = signer
        self.visits: dict[str, str] = {}
        self.lock = threading.Lock()
        self.app = Flask("foreign_pis")
        self.app.add_url_rule("/start", view_func=self.start)
        self.app.add_url_rule("/in", view_func=self.sign_in, methods=["POST"])
        self.app.add_url_rule("/home", view_func=self.home)
        self.app.add_url_rule("/oauth/callback/back", view_func=self.back)
        self.app.after_request(lambda response: (response.headers.update(HEADERS), response)[1])

    def start(self) -> Any:
        return self.html("<form method=post action=/in><input type=image alt=Enter title=Enter></form>")

    def sign_in(self) -> Any:
        visit = secrets.token_urlsafe()
        self.visits[visit] = "out"
        response = redirect("/home", 303)
        response.set_cookie("visit", visit, secure=True, httponly=True, samesite="Lax")
        return response

    def home(self) -> Any:
        told = self.visits.get(request.cookies.get("visit", ""), "Nobody is here")
        if told != "out":
            return self.html(escape(told))
        signed = RequestSigned.of(self.signer.sign(RegistrationRequest.read(REQUEST).to_signed_json()))
        query = {
            "client_id": SEED.pis.id,
            "redirect_uri": self.redirect_uri,
            "scope": "person:details_pis",
            "user_data": signed.user_data.get_secret_value(),
            "token": SEED.confidant.access_token,
        }
        link = f"{self.auth_ui}/confidant/sign-up?{urlencode(query)}"
        return self.html(f'<a href="{escape(link)}">Register my child</a>')

    def back(self) -> Any:
        visit, code = request.cookies.get("visit", ""), request.args.get("code")
        if code and "error" not in request.args:
            with self.lock:  # of two at once, one goes on
                mine, self.visits[visit] = self.visits.get(visit) == "out", "It is being done"
            if mine:
                self.visits[visit] = self.exchanged(code)
        return redirect("/home", 303)

    def exchanged(self, code: str) -> str:
        token = {
            "grant_type": "authorization_code",
            "client_id": SEED.pis.id,
            "client_secret": SEED.pis.secret,
            "code": code,
            "redirect_uri": self.redirect_uri,
        }
        try:
            answer = requests.post(f"{self.esoz}/oauth/tokens", json={"token": token}, timeout=10)
            told = answer.json()
        except (requests.RequestException, ValueError):
            return "Nobody knows whether access was given"
        return "Done" if answer.status_code == 201 else str(told.get("error", {}).get("message", "Not done"))

    def html(self, body: str) -> Response:
        return Response(f"<!doctype html><title>Home</title>{body}", content_type="text/html; charset=utf-8")
