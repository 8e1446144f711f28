"""Clients that keep a server busy and remember exactly what they sent and what they saw.

The log is the first of the three oracles: a request is `sent` from the moment its first byte may have left, a 302 is
`seen` when its head arrived completely. Everything between is unknown, and an audit must allow for it only where the
server was killed.
"""

import json
import random
import selectors
import socket
import threading
import time
from collections import Counter, deque

from support import http_client

STALLED = 60.0  # seconds after which a live server that owes an answer has failed


class Log:
    """What clients know about each link. Shared by several loads one after the other, never at once."""

    def __init__(self):
        self.sent = Counter()     # GET requests, by code
        self.seen = Counter()     # complete 302 answers, by code
        self.refused = Counter()  # complete 503 answers, by code
        self.odd = []             # anything else: no fault excuses it

    def merge(self, other: "Log"):
        self.sent += other.sent
        self.seen += other.seen
        self.refused += other.refused
        self.odd += other.odd


class Load(threading.Thread):
    """Keep-alive connections on one thread, each with up to `depth` requests under way, to the given links.

    Connections that break are opened again until stop(), so that it can run across kills and restarts.
    `agents` > 0 sends that many distinct long user agents, which the journal has to write down.
    """

    def __init__(self, port: int, links: dict[str, str], connections: int = 8, depth: int = 4, limit: int | None = None,
                 agents: int = 0, heads: bool = True, seed: int = 0):
        super().__init__(daemon=True)
        self.log = Log()
        self.redirects = 0  # 302s seen; like `broken`, for another thread to look at while this one runs
        self.broken = 0     # connections that ended with answers owed
        self._port = port
        self._expected = {code: b"\r\nlocation: " + url.encode() + b"\r\n" for code, url in links.items()}
        self._codes = list(links)
        self._depth = depth
        self._budget = limit
        self._agents = agents
        self._heads = heads
        self._random = random.Random(seed)
        self._selector = selectors.DefaultSelector()
        self._absent = connections
        self._stopping = threading.Event()
        self._failure: BaseException | None = None

    # ---- for the test's thread ----------------------------------------------------------------------

    def stop(self) -> Log:
        """Sends nothing more, waits for the answers that are owed, and returns the log."""
        self._stopping.set()
        return self.finish()

    def finish(self) -> Log:
        """Waits until `limit` requests were answered."""
        self.join(2 * STALLED)
        assert not self.is_alive(), "the load client hangs"
        if self._failure:
            raise self._failure
        return self.log

    # ---- the client's own thread --------------------------------------------------------------------

    def run(self):
        try:
            while not self._done():
                self._connect()
                for key, _ in self._selector.select(0.01):
                    self._receive(key.data)
        except BaseException as failure:  # reported by finish()
            self._failure = failure
        finally:
            for key in list(self._selector.get_map().values()):
                key.fileobj.close()
            self._selector.close()

    def _done(self) -> bool:
        if not self._stopping.is_set() and self._budget != 0:
            return False
        owed = [key.data for key in self._selector.get_map().values() if key.data.owed]
        for client in owed:
            assert time.monotonic() - client.heard < STALLED, f"{len(client.owed)} answers are owed and do not come"
        return not owed

    def _connect(self):
        if self._stopping.is_set() or self._budget == 0:
            return
        for _ in range(self._absent):
            try:
                client = _Client(socket.create_connection(("127.0.0.1", self._port), 5))
            except OSError:
                time.sleep(0.002)  # nobody listens just now
                return
            self._selector.register(client.socket, selectors.EVENT_READ, client)
            self._absent -= 1
            self._send(client)

    def _send(self, client: "_Client"):
        if self._stopping.is_set():
            return
        requests = []
        while len(client.owed) < self._depth and self._budget != 0:
            code = self._random.choice(self._codes)
            head_only = self._heads and self._random.random() < 0.05
            requests.append(self._request(code, head_only))
            client.owed.append((code, head_only))
            if not head_only:
                self.log.sent[code] += 1
            if self._budget is not None:
                self._budget -= 1
        try:
            client.socket.sendall(b"".join(requests))
        except OSError:
            self._drop(client)

    def _request(self, code: str, head_only: bool) -> bytes:
        head = f"{'HEAD' if head_only else 'GET'} /{code} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
        if self._agents:
            number = self._random.randrange(self._agents)
            head += f"User-Agent: load/{number} {'x' * 180}\r\nReferer: https://site-{number}.example/page?q=1\r\n"
            head += "Accept-Language: de-DE,de;q=0.9\r\n"
        return head.encode() + b"\r\n"

    def _receive(self, client: "_Client"):
        try:
            data = client.socket.recv(262144)
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        client.heard = time.monotonic()
        client.unread += data
        while client.owed and self._take_answer(client):
            pass
        self._send(client)

    def _take_answer(self, client: "_Client") -> bool:
        end = client.unread.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = client.unread[:end + 2].lower()
        code, head_only = client.owed[0]
        length = 0 if head_only else _content_length(head)
        if len(client.unread) < end + 4 + length:
            return False
        client.unread = client.unread[end + 4 + length:]
        client.owed.popleft()
        self._note(code, head_only, head)
        return True

    def _note(self, code: str, head_only: bool, head: bytes):
        status = head[9:12]
        if status == b"302":
            if self._expected[code].lower() not in head:
                self.log.odd.append((code, head))
            elif not head_only:
                self.log.seen[code] += 1
                self.redirects += 1
        elif status == b"503":
            if not head_only:
                self.log.refused[code] += 1
        else:
            self.log.odd.append((code, head))

    def _drop(self, client: "_Client"):
        if client.owed:
            self.broken += 1
        self._selector.unregister(client.socket)
        client.socket.close()
        self._absent += 1


class _Client:
    def __init__(self, connection: socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.owed = deque()
        self.unread = b""
        self.heard = time.monotonic()


def _content_length(head: bytes) -> int:
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(head[at + 17:head.index(b"\r\n", at + 2)])


class Creator(threading.Thread):
    """Makes links one after the other, across kills, and remembers those it got an answer for."""

    def __init__(self, port: int, prefix: str):
        super().__init__(daemon=True)
        self.answered: dict[str, str] = {}  # code -> long URL: these must survive everything
        self.odd = []
        self._port = port
        self._prefix = prefix
        self._stopping = threading.Event()

    def stop(self) -> dict[str, str]:
        self._stopping.set()
        self.join(STALLED)
        assert not self.is_alive(), "the creating client hangs"
        assert not self.odd, self.odd[:3]
        return self.answered

    def run(self):
        number = 0
        while not self._stopping.is_set():
            try:
                with http_client.Connection(self._port, timeout=STALLED) as connection:
                    while not self._stopping.wait(0.002):
                        number += 1
                        self._create(connection, number)
            except (OSError, ConnectionError):
                self._stopping.wait(0.005)

    def _create(self, connection: http_client.Connection, number: int):
        alias, url = f"{self._prefix}-{number}", f"https://example.com/{self._prefix}/{number}"
        answer = connection.request("POST", "/shorten", body=json.dumps({"url": url, "alias": alias}))
        if answer.status == 200:
            self.answered[alias] = url
        elif answer.status != 503:
            self.odd.append((alias, answer.status, answer.body))
