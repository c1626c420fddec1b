"""Asking a server as fast as it answers, with sockets and nothing else.

Every answer is to be as long as the first, so that reading is counting bytes. Requests go out in
batches (HTTP/1.1 pipelining) where the server takes them, so that this program is not the limit.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Connect = Callable[[], socket.socket]


def tcp(port: int) -> Connect:
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=60)


def unix(path: str) -> Connect:
    def connect() -> socket.socket:
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(60)
        found.connect(path)
        return found

    return connect


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def answer(connect: Connect, path: str) -> bytes:
    """One whole answer, head and body. Raises ``ValueError`` unless it is 200 of a said length."""
    with connect() as connection:
        connection.sendall(request(path))
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _blank, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ValueError(f"{path}: {head.splitlines()[0].decode()}")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields[b"content-length"])
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def per_second(
    connect: Connect, path: str, *, seconds: float, clients: int, batch: int = 1
) -> float:
    """Answers a second to ``clients`` at once, each sending ``batch`` requests before it reads."""
    length = len(answer(connect, path))
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(clients) as pool:
        begun = time.perf_counter()
        counts = [
            pool.submit(_ask, connect, request(path) * batch, length * batch, until)
            for _client in range(clients)
        ]
        total = sum(count.result() for count in counts) * batch
        return total / (time.perf_counter() - begun)


# nginx ends a connection after a thousand requests.
_MOST = 960


def _ask(connect: Connect, asked: bytes, length: int, until: float) -> int:
    """How many batches were answered until then."""
    batches = 0
    each = max(1, asked.count(b"GET "))
    buffer = bytearray(1 << 18)
    while time.perf_counter() < until:
        with connect() as connection:
            for _turn in range(_MOST // each):
                if time.perf_counter() >= until:
                    break
                connection.sendall(asked)
                missing = length
                while missing > 0:
                    received = connection.recv_into(buffer)
                    if not received:
                        raise ConnectionError("the server ended the connection amid an answer")
                    missing -= received
                if missing:
                    raise ValueError("an answer is longer than the first one")
                batches += 1
    return batches
