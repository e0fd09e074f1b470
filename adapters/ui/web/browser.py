"""The browser at the other end: known by one random key in one cookie, and by nothing else.

A sign-up's id is made from that key and from the reference in its address, so an address alone, copied, logged or
guessed, leads nowhere, and nothing has to be stored to know whose sign-up is whose. One cookie serves any number of
sign-ups and tabs.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Self

from flask import Request, Response

from ....flow import Ids

_KEY = re.compile(r"[A-Za-z0-9_-]{22,86}")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{22,86}")


class Browser:
    """A browser, by the key that its cookie `cookie` brought; a new key is made where it brought none.

    The cookie is `__Host-`: bound to this host, sent over TLS only (or to loopback), unreadable for scripts. It is
    `SameSite=Lax`, because the user comes from the PIS by a link.
    """

    def __init__(self, key: str, cookie: str) -> None:
        self._key = key
        self._cookie = cookie

    def __repr__(self) -> str:
        return "<Browser>"

    @classmethod
    def of(cls, request: Request, cookie: str, ids: Ids) -> Self:
        """Give the browser that sent the request."""
        brought = request.cookies.get(cookie, "")
        return cls(brought if _KEY.fullmatch(brought) else ids.token(), cookie)

    @property
    def id(self) -> str:
        """What a server may know the browser by: its key cannot be found from it."""
        return self._derived("browser", "")

    def instance(self, reference: str) -> str:
        """Give the id of this browser's sign-up at `reference`."""
        return self._derived("sign-up", reference)

    def form_token(self, reference: str) -> str:
        """Give what a form of this browser's page at `reference` must bring along."""
        return self._derived("form", reference)

    def sent(self, form_token: str, reference: str) -> bool:
        """Whether a form token is the one of this browser's page at `reference`."""
        return hmac.compare_digest(self.form_token(reference).encode(), form_token.encode("utf-8", "surrogatepass"))

    def remember(self, response: Response) -> None:
        """Have the browser bring its key again. It forgets the key when it is closed."""
        response.set_cookie(self._cookie, self._key, secure=True, httponly=True, samesite="Lax", path="/")

    def _derived(self, purpose: str, reference: str) -> str:
        digest = hmac.digest(self._key.encode(), f"{purpose}:{reference}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def is_reference(text: str) -> bool:
    """Whether the text can be the reference of a page: at least 128 bits as URL-safe text."""
    return _REFERENCE.fullmatch(text) is not None
