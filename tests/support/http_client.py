"""A small, strict HTTP/1.1 client: what was sent and what came back, byte for byte, and nothing hidden.

http.client would repair or reject the very things the contract tests are about.
"""

import json
import socket
from dataclasses import dataclass, field

TIMEOUT = 30.0  # seconds; generous, because sanitizer builds are slow. No assertion depends on it.


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]  # in order, names in lower case
    body: bytes
    head: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) <= 1, f"{name} is there {len(values)} times"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Connection:
    """One keep-alive connection. Requests go out as given; answers are read one at a time."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = TIMEOUT, source: str | None = None):
        address = (source, 0) if source else None
        self.socket = socket.create_connection((host, port), timeout, source_address=address)
        self.host = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data: bytes):
        self.socket.sendall(data)

    def request(self, method: str, target: str, headers: dict | None = None, body: bytes | str | dict | None = None):
        self.send(request_bytes(method, target, self.host, headers, body))
        return self.response(head_only=method == "HEAD")

    def response(self, head_only: bool = False) -> Response:
        while b"\r\n\r\n" not in self._unread:
            self._read_more("in the head of an answer")
        head, self._unread = self._unread.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode("ascii").split("\r\n")
        version, status, *_ = status_line.split(" ")
        assert version == "HTTP/1.1", status_line
        headers = []
        for line in lines:
            name, value = line.split(":", 1)
            headers.append((name.lower(), value.strip(" ")))
        answer = Response(int(status), headers, b"", head)
        if head_only or answer.status in (204, 304) or answer.status < 200:
            return answer
        answer.body = self._body(answer)
        return answer

    def at_end(self) -> bool:
        """Whether the server closed the connection with nothing more to say."""
        if self._unread:
            return False
        try:
            self._unread = self.socket.recv(65536)
        except ConnectionResetError:
            return True
        return not self._unread

    def _body(self, answer: Response) -> bytes:
        if answer.header("transfer-encoding") == "chunked":
            return self._chunks()
        length = answer.header("content-length")
        assert length is not None, f"an answer without a length: {answer.head!r}"
        return self._take(int(length))

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._unread:
                self._read_more("in a chunk size")
            size, self._unread = self._unread.split(b"\r\n", 1)
            chunk = self._take(int(size, 16) + 2)
            if int(size, 16) == 0:
                return body
            body += chunk[:-2]

    def _take(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._read_more("in a body")
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _read_more(self, where: str):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"connection closed {where}, after {self._unread!r}")
        self._unread += data


def request_bytes(method, target, host, headers=None, body=None) -> bytes:
    fields = {"Host": host}
    if body is not None:
        fields["Content-Type"] = "application/json"
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        fields["Content-Length"] = str(len(body))
    for name, value in (headers or {}).items():
        fields = {key: old for key, old in fields.items() if key.lower() != name.lower()}
        if value is not None:  # None takes a field away
            fields[name] = value
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("latin-1") + b"\r\n" + (body or b"")


def request(port: int, method: str, target: str, headers=None, body=None, **connection) -> Response:
    """One request on a connection of its own."""
    with Connection(port, **connection) as one:
        return one.request(method, target, headers, body)


def get(port: int, target: str, headers=None, **connection) -> Response:
    return request(port, "GET", target, headers, **connection)


def shorten(port: int, url: str, alias: str | None = None, headers=None, **connection) -> Response:
    body = {"url": url} if alias is None else {"url": url, "alias": alias}
    return request(port, "POST", "/shorten", headers, body, **connection)
