"""The servers that are measured: each starts pinned to one core, listens on loopback, and ends by its pid."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

TARGET = "https://example.com/an/article/of-some-length?from=bench"

NGINX_CONFIG = """\
worker_processes 1;
daemon off;
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {access_log};
    keepalive_requests 1000000000;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{
        listen 127.0.0.1:{port};
        return 302 {target};
    }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A child process. `pid` is the process whose CPU counts."""

    def __init__(self, home: Path, core: int | None, command: list[str], environment: dict[str, str] | None = None):
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.log = home / "log"
        pinned = ["taskset", "-c", str(core), *command] if core is not None else command
        with self.log.open("wb") as log:
            # Its own directory as the working directory: no .env of the checkout is read by accident.
            self.process = subprocess.Popen(pinned, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid

    def wait_until(self, ready, limit: float = 60.0) -> None:
        deadline = time.monotonic() + limit
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"bench: did not start, see {self.log}:\n{self.log.read_text()}")
            time.sleep(0.0005)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=30)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Epoll(Server):
    def __init__(self, home: Path, core: int, binary: Path):
        self.port = free_port()
        super().__init__(home, core, [str(binary), str(self.port)])
        self.wait_until(lambda: accepts(self.port))


class Nginx(Server):
    def __init__(self, home: Path, core: int, access_log: bool):
        self.port = free_port()
        home.mkdir(parents=True, exist_ok=True)
        config = home / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(home=home, port=self.port, target=TARGET,
                                              access_log=home / "access.log" if access_log else "off"))
        super().__init__(home, core, ["/usr/sbin/nginx", "-c", str(config), "-e", str(home / "error.log")])
        self.wait_until(lambda: accepts(self.port))
        self.wait_until(lambda: self._workers())
        self.pid = int(self._workers()[0])

    def _workers(self) -> list[str]:
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()


class Urltrim(Server):
    """`urltrim serve` on its own data directory, which is kept when it stops."""

    def __init__(self, home: Path, core: int | None, binary: Path, settings: dict[str, str]):
        self.port, self.admin_port = free_port(), free_port()
        self.settings = settings
        super().__init__(home, core, [str(binary), "serve"], {
            "DATA_DIR": str(home / "data"), "PORT": str(self.port), "ADMIN_PORT": str(self.admin_port), **settings})
        self.wait_until(self.ready)

    def ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/readyz")[0] == 200
        return False

    def get(self, path: str, port: int | None = None) -> tuple[int, bytes]:
        return self._call("GET", path, port=port)

    def shorten(self, url: str, alias: str) -> None:
        body = json.dumps({"url": url, "alias": alias})
        status, answer = self._call("POST", "/shorten", body=body, headers={"Content-Type": "application/json"})
        if status != 200:
            raise SystemExit(f"bench: POST /shorten answered {status}: {answer.decode()}")

    def counted(self, metric: str) -> int:
        """A counter of the metrics page: the sum of all series whose name and labels match the pattern."""
        page = self.get("/metrics", self.admin_port)[1].decode()
        values = [line.rpartition(" ")[2] for line in page.splitlines() if re.match(metric, line)]
        if not values:
            raise SystemExit(f"bench: no metric {metric}")
        return round(sum(map(float, values)))

    def query(self, sql: str) -> int:
        """One number from its database, read from outside."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchone()[0] or 0

    @property
    def database(self) -> Path:
        return self.home / "data" / DATABASE_FILE

    def _call(self, method: str, path: str, *, port: int | None = None, **rest) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request(method, path, **rest)
            response = connection.getresponse()
            return response.status, response.read()


DATABASE_FILE = "urltrim.db"


def fill(binary: Path, home: Path, links: int) -> None:
    """A database of so many links, their codes the numbers from 0 with six digits, written past the service."""
    data = home / "data"
    data.mkdir(parents=True)
    subprocess.run([str(binary), "migrate"], cwd=home, env={**os.environ, "DATA_DIR": str(data)}, check=True,
                   stdout=subprocess.DEVNULL)
    with contextlib.closing(sqlite3.connect(data / DATABASE_FILE)) as database, database:
        database.executemany("INSERT INTO links(long_url, short_code) VALUES (?, ?)",
                             ((f"{TARGET}&n={n}", f"{n:06d}") for n in range(links)))
