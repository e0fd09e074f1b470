"""TLS and proxies."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from esozflow.flow import Repeat
from esozflow.states.answers import Answered

from .gateway_calls import HANGS, LATE, at_most, call, gateway, hang_before_the_request, reason
from .scripted_server import Peer, Received, Script, ScriptedServer, answering


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def serving(authority: trustme.CA, name: str = "127.0.0.1", **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **options).configure_cert(context)
    return context


def test_a_certificate_of_a_known_authority_is_accepted_and_the_connection_kept(
    authority: trustme.CA, bundle: Path
) -> None:
    with (
        ScriptedServer(answering(), tls=serving(authority)) as server,
        gateway(server.url, ca_bundle=bundle) as port,
    ):
        for _ in range(2):
            assert isinstance(port.perform(call(Repeat.FREELY)), Answered)
        assert server.connections == 1
        port.close()


def test_a_bad_certificate_is_refused_before_anything_is_sent(authority: trustme.CA, bundle: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    bad = {
        "unknown authority": serving(trustme.CA()),
        "wrong name": serving(authority, "other.example"),
        "expired": serving(authority, not_after=yesterday, not_before=yesterday - timedelta(days=1)),
    }
    for context in bad.values():
        for repeat in (Repeat.NEVER, Repeat.FREELY):
            with (
                ScriptedServer(answering(), tls=context) as server,
                gateway(server.url, ca_bundle=bundle) as port,
            ):
                assert reason(port.perform(call(repeat))) == "Unreachable:tls"
                assert (server.requests, server.connections) == ([], 1)


def test_without_a_bundle_only_the_usual_authorities_are_known(authority: trustme.CA) -> None:
    with ScriptedServer(answering(), tls=serving(authority)) as server, gateway(server.url) as port:
        assert reason(port.perform(call())) == "Unreachable:tls"


def test_an_old_tls_version_is_refused(authority: trustme.CA, bundle: Path) -> None:
    context = serving(authority)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with ScriptedServer(answering(), tls=context) as server, gateway(server.url, ca_bundle=bundle) as port:
        assert reason(port.perform(call())) == "Unreachable:tls"


def test_a_server_that_does_not_speak_tls_is_unreachable(bundle: Path) -> None:
    with (
        ScriptedServer(answering(), before=lambda peer: peer.send(b"HTTP/1.1 400 Bad\r\n\r\n")) as server,
        gateway(f"https://127.0.0.1:{server.port}", ca_bundle=bundle) as port,
    ):
        assert reason(port.perform(call())) == "Unreachable:tls"


def test_a_tls_handshake_that_hangs_is_left_at_the_deadline(bundle: Path) -> None:
    with (
        ScriptedServer(answering(), before=hang_before_the_request) as server,
        gateway(f"https://127.0.0.1:{server.port}", ca_bundle=bundle) as port,
        at_most(0.4 + LATE),
    ):
        assert reason(port.perform(call(deadline=0.4))) == "Unreachable:timeout"


def test_a_tls_handshake_that_drips_is_left_at_the_deadline(bundle: Path) -> None:
    with (
        ScriptedServer(answering(), before=lambda peer: peer.drip(b"\x16\x03\x03\x10\x00" + b"\x02" * 500)) as server,
        gateway(f"https://127.0.0.1:{server.port}", ca_bundle=bundle) as port,
        at_most(0.4 + LATE),
    ):
        assert reason(port.perform(call(deadline=0.4))) == "Unreachable:timeout"


@pytest.mark.parametrize("where", HANGS)
def test_a_server_that_hangs_behind_tls_is_left_at_the_deadline(
    where: str, authority: trustme.CA, bundle: Path
) -> None:
    with (
        ScriptedServer(HANGS[where], tls=serving(authority)) as server,
        gateway(server.url, ca_bundle=bundle) as port,
        at_most(1.0 + LATE),
    ):
        assert reason(port.perform(call(deadline=1.0))) == "Unanswered:timeout"


def test_tls_goes_through_a_proxy_unopened(authority: trustme.CA, bundle: Path) -> None:
    with ScriptedServer(answering(), tls=serving(authority)) as server, ScriptedServer(tunnel) as proxy:
        proxies = {"https": f"http://user:password@127.0.0.1:{proxy.port}"}
        with gateway(server.url, ca_bundle=bundle, proxies=proxies) as port:
            assert isinstance(port.perform(call()), Answered)
        assert proxy.requests[0].line.startswith(f"CONNECT 127.0.0.1:{server.port}")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (lambda peer, _: (peer.send(b"HTTP/1.1 407 No\r\n\r\n"), peer.sock.shutdown(2)), "Unreachable:proxy"),
        (lambda peer, _: peer.hang(), "Unreachable:timeout"),
        (lambda peer, _: peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 90), "Unreachable:timeout"),
    ],
)
def test_a_proxy_that_does_not_let_the_call_through_makes_it_unreachable(
    script: Script, expected: str, bundle: Path
) -> None:
    with (
        ScriptedServer(script) as proxy,
        gateway("https://a.example", ca_bundle=bundle, proxies={"https": f"http://127.0.0.1:{proxy.port}"}) as port,
        at_most(1.0 + LATE),
    ):
        assert reason(port.perform(call(deadline=1.0))) == expected


def tunnel(peer: Peer, received: Received) -> None:
    host, port = received.line.split()[1].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as far:
        peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=pump, args=(far, peer.sock))
        back.start()
        pump(peer.sock, far)
        back.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
