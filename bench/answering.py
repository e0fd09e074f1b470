"""A server on loopback that gives one answer to everything, as fast as Python can: what is measured is the caller.

Prints its base URL as a line of JSON and serves until standard input ends. For `bench.gateway`.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


def answer() -> bytes:
    data = {"user": {"id": "b075f148-7f93-4fc2-b2ec-2d81b19a9b7b", "tax_id": "3126509816"}, "scopes": ["a:read"] * 20}
    meta = {"code": 200, "url": "http://127.0.0.1/", "type": "object", "request_id": "6617aeec-15e2-4d6f#13810"}
    body = json.dumps({"data": data, "meta": meta}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def serve(connection: socket.socket, given: bytes) -> None:
    read = b""
    while True:
        head, found, rest = read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        wanted = int(length[1]) if length else 0
        if found and len(rest) >= wanted:
            connection.sendall(given)
            read = rest[wanted:]
        elif more := connection.recv(65536):
            read += more
        else:
            connection.close()
            return


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    given = answer()

    def accept() -> None:
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, given), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdout.write(json.dumps({"base_url": f"http://127.0.0.1:{listening.getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
