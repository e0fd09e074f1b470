"""One connection of the web server: what of waitress has to be different where a URL carries secrets.

Five things. Nothing of a request or of an exception gets into a log. What the server itself refuses is answered with
a page. The answer to a request that is still being sent is not lost. And no request head takes long to read: the
patterns of waitress 3.0 need minutes for some heads of a few kilobytes, and all connections wait meanwhile. And no
request takes for ever to arrive: a few hundred clients that send a byte now and then would shut out all others.
"""

from __future__ import annotations

import logging
import re
import socket
from time import monotonic
from typing import Any, Final

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, Task, WSGITask

from ..redaction import kind_and_places
from .refusals import HEADERS, page, phrase

_logger = logging.getLogger("esozflow")

MOST_HEADERS: Final = 100
"""Lines of a request's head. A browser sends about twenty; waitress joins repeated ones in quadratic time."""
_REQUEST_LINE = re.compile(rb"[!-~]+ [!-~\x80-\xff]+(?: HTTP/[0-9]\.[0-9])?")
# Folded lines, which RFC 9112 5.2 lets a server refuse, and white space without end.
_UNREADABLE = re.compile(rb"\n[ \t]|(?<![ \t])[ \t]{128}")

REQUEST_SECONDS: Final = 60.0
"""So long a request may take to arrive. Waitress itself closes only connections on which nothing at all comes."""

LINGER_SECONDS: Final = 2.0
LINGER_BYTES: Final = 8 * 1024 * 1024
"""So much of a refused request is still read. Browsers keep URLs under 2 MB."""


class Parser(HTTPRequestParser):
    """Reads a request; a head that is no plain HTTP is a 400, whatever the reading would have made of it."""

    def parse_header(self, header_plus: bytes) -> None:
        """Raises `ParsingError`, and nothing else but waitress' own for unknown transfer codings."""
        line, _, lines = header_plus.partition(b"\r\n")
        if (
            not _REQUEST_LINE.fullmatch(line.rstrip())
            or lines.count(b"\n") > MOST_HEADERS
            or _UNREADABLE.search(header_plus)
        ):
            raise ParsingError("Unreadable head")
        try:
            super().parse_header(header_plus)
        except ValueError:  # an address that is none, a length of thousands of digits
            raise ParsingError("Unreadable head") from None
        # A proxy in front may believe the length: what follows the last chunk would then be another's request.
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("A body of two lengths (RFC 9112, 6.1)")


class ApplicationTask(WSGITask):
    """Has the application answer. When it fails, its exception is logged by kind and place only."""

    def service(self) -> None:
        """Answer; nothing is raised, because whoever called would log it with its text."""
        try:
            self.start()
            self.execute()
            self.finish()
        except ClientDisconnected:
            self.close_on_finish = True
        except BaseException as error:  # the thread serves other requests after this one
            _logger.error("the application failed: %s", kind_and_places(error))  # noqa: TRY400 - a traceback has texts
            _answer(self, 500)


class RefusalTask(ErrorTask):
    """Answers what no application sees."""

    def service(self) -> None:
        """Answer with the page for the parser's error."""
        refused: Any = self.request
        self.start()
        _answer(self, refused.error.code)


def _answer(task: Task, status: int) -> None:
    task.close_on_finish = True
    if task.wrote_header:  # the client sees by the length that the answer was cut off
        return
    request: Any = task.request
    body = page(status)
    task.status = phrase(status)
    task.response_headers = [*HEADERS]
    task.chunked_response = False
    task.content_length, task.content_bytes_written = len(body), 0
    task.complete = True
    task.set_close_on_finish()
    try:
        task.write(b"" if getattr(request, "command", None) == "HEAD" else body)
    except ClientDisconnected:
        return


class Channel(HTTPChannel):
    """A connection. After a refusal it reads on for a while: closed at once, it would take the answer with it."""

    task_class = ApplicationTask
    error_task_class = RefusalTask
    parser_class = Parser

    _refused = False
    _lingers_until: float | None = None
    _lingered = 0
    _arriving: HTTPRequestParser | None = None
    _arriving_since = 0.0

    def service(self) -> None:
        """Answer one request. Called in a thread of the pool."""
        request: Any = self.requests[0]
        self._refused = request.error is not None
        super().service()

    def readable(self) -> bool:
        """Whether to read on. Asked at least once a second."""
        if self._arrives_too_slowly():
            self.will_close = True
        if self._lingers_until is None:
            return super().readable()
        if monotonic() > self._lingers_until:
            self.will_close = True
        return not self.will_close

    def handle_read(self) -> None:
        """Read; of a refused request only to have it gone."""
        if self._lingers_until is None:
            super().handle_read()
            return
        self._lingered += len(self.recv(self.adj.recv_bytes))
        if self._lingered > LINGER_BYTES:
            self.will_close = True

    def handle_write(self) -> None:
        """Write; when a refusal has been written, close this half and leave the other open."""
        lingers = self._refused and self.close_when_flushed and not self.will_close
        if lingers:
            self.close_when_flushed = False  # or the connection would be closed below
        super().handle_write()
        if lingers and self.total_outbufs_len:
            self.close_when_flushed = True
        elif lingers and self.connected:
            self._linger()

    def _arrives_too_slowly(self) -> bool:
        if self.request is not self._arriving or self.requests:  # nothing is read while one is answered
            self._arriving, self._arriving_since = self.request, monotonic()
        return self._arriving is not None and monotonic() > self._arriving_since + REQUEST_SECONDS

    def _linger(self) -> None:
        self._lingers_until = monotonic() + LINGER_SECONDS
        assert self.socket
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # the other side was quicker
            self.will_close = True
