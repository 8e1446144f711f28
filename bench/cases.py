"""What is measured, and how one measurement is taken.

Each case is a server, a load, and its *books*: what the server itself says it has done for good. Between the
two readings of the CPU clock lies the load and the time until the books are closed, so that work put off
(applying clicks) is charged to the requests that caused it.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import load
import measure
from load import Load, Seen
from servers import TARGET, Epoll, Nginx, Server, Urltrim, fill

LINKS = 1_000_000
CACHE_BYTES = 16 * 1024 * 1024
WARM_UP_SECONDS = 1.0
# Metric and query that must agree: redirects and clicks, links answered and links in the table.
CLICKS = r'urltrim_redirects_total\{.*result="found"', "SELECT sum(clicks) FROM links"
CREATES = r'urltrim_responses_total\{route="shorten",status="2xx"', "SELECT count(*) FROM links"


@dataclass(frozen=True)
class Bench:
    """Where a run takes place."""

    root: Path
    home: Path
    server_core: int
    client_core: int
    seconds: float

    @property
    def urltrim(self) -> Path:
        return self.root / "build/release/urltrim"

    @property
    def epoll_baseline(self) -> Path:
        return self.root / "build/release/bench/epoll_baseline"


@dataclass(frozen=True)
class Case:
    key: str
    title: str
    server: Server
    next_load: Callable[[], Load]
    books: Callable[[], int] | None = None  # closes them, and answers how many requests they hold


@dataclass(frozen=True)
class Sample:
    seen: Seen
    cpu: Counter[str]  # nanoseconds by thread name
    user_share: float  # of the CPU time, by the kernel's clock ticks
    server_busy: float  # share of the server's core, used by the server while the load ran
    others_busy: float  # the same, used by anything else
    booked: int | None  # requests in the books

    @property
    def cpu_us(self) -> float:
        return sum(self.cpu.values()) / 1e3 / self.seen.requests

    def thread_us(self, name: str) -> float:
        return self.cpu[name] / 1e3 / self.seen.requests

    @property
    def exact(self) -> bool:
        """Every answer the client counted is in the books; besides them only what was under way at the end."""
        return self.booked is None or 0 <= self.booked - self.seen.requests <= load.CONNECTIONS


def sample(case: Case, bench: Bench, seconds: float) -> Sample:
    load.run(case.next_load(), bench.client_core, WARM_UP_SECONDS)
    booked_before = case.books() if case.books else None
    os.sync()  # what earlier runs left to write back is not this one's burden

    pid = case.server.pid
    cpu_before = measure.cpu_by_thread(pid)
    ticks_before = measure.user_and_system(pid)
    core_before = measure.core_busy_seconds(bench.server_core)
    seen = load.run(case.next_load(), bench.client_core, seconds)
    core_busy = (measure.core_busy_seconds(bench.server_core) - core_before) / seen.seconds
    server_busy = (measure.cpu_by_thread(pid) - cpu_before).total() / 1e9 / seen.seconds

    booked = case.books() - booked_before if case.books else None
    cpu = measure.cpu_by_thread(pid) - cpu_before
    user, system = (after - before for after, before in zip(measure.user_and_system(pid), ticks_before))
    return Sample(seen, cpu, user / (user + system), server_busy, max(0.0, core_busy - server_busy), booked)


def closed_books(server: Urltrim, answered: str, stored: str) -> int:
    """What the metric `answered` says, once the query `stored` says the same and both have come to rest.

    At rest: two readings a moment apart are alike. What the client left in the sockets is still being served
    for a moment after it has gone.
    """
    deadline = time.monotonic() + 60
    before = None
    while True:
        now = server.counted(answered), server.query(stored)
        if now == before and now[0] == now[1]:
            return now[0]
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {now[0]} answered, but {now[1]} stored, and no change in sight")
        before = now
        time.sleep(0.1)


def open_cases(keys: list[str], bench: Bench, stack: ExitStack) -> list[Case]:
    """Starts the servers of these cases; the stack stops them."""
    return [OPEN[key](bench, stack) for key in keys]


def _started(stack: ExitStack, server: Server) -> Server:
    stack.callback(server.stop)
    return server


def _nginx(bench: Bench, stack: ExitStack) -> Case:
    server = _started(stack, Nginx(bench.home / "a", bench.server_core, access_log=False))
    return Case("a", "nginx `return 302`, one worker, no access log", server,
                lambda: Load(f"http://127.0.0.1:{server.port}/hot"))


def _nginx_with_log(bench: Bench, stack: ExitStack) -> Case:
    server = _started(stack, Nginx(bench.home / "a-log", bench.server_core, access_log=True))
    return Case("a-log", "the same with nginx's access log", server,
                lambda: Load(f"http://127.0.0.1:{server.port}/hot"))


def _epoll(bench: Bench, stack: ExitStack) -> Case:
    server = _started(stack, Epoll(bench.home / "b", bench.server_core, bench.epoll_baseline))
    return Case("b", "bare epoll loop, constant answer", server, lambda: Load(f"http://127.0.0.1:{server.port}/hot"))


def _one_link(key: str, title: str, settings: dict[str, str]) -> Callable[[Bench, ExitStack], Case]:
    def opened(bench: Bench, stack: ExitStack) -> Case:
        server = _urltrim(key, settings, bench, stack)
        server.shorten(TARGET, "hot")
        return Case(key, title, server, lambda: Load(f"http://127.0.0.1:{server.port}/hot"),
                    lambda: closed_books(server, *CLICKS))
    return opened


def _million_links(bench: Bench, stack: ExitStack) -> Case:
    fill(bench.urltrim, bench.home / "d", LINKS)
    server = _urltrim("d", {"LOCAL_CACHE_BYTES": str(CACHE_BYTES)}, bench, stack)
    seeds = itertools.count(1)
    return Case("d", "urltrim, one million links, uniformly random, 16 MiB of cache", server,
                lambda: Load(f"http://127.0.0.1:{server.port}/", "random_links.lua", (str(LINKS), str(next(seeds)))),
                lambda: closed_books(server, *CLICKS))


def _shorten(bench: Bench, stack: ExitStack) -> Case:
    server = _urltrim("e", {"RATE_LIMIT_PER_MINUTE": "0"}, bench, stack)
    runs = itertools.count(1)
    return Case("e", "urltrim, `POST /shorten`, distinct URLs, each durable when answered", server,
                lambda: Load(f"http://127.0.0.1:{server.port}/", "shorten.lua", (f"run-{next(runs)}",)),
                lambda: closed_books(server, *CREATES))


def _urltrim(key: str, settings: dict[str, str], bench: Bench, stack: ExitStack) -> Urltrim:
    server = Urltrim(bench.home / key, bench.server_core, bench.urltrim, {"THREADS": "1", **settings})
    stack.callback(server.stop)
    return server


OPEN: dict[str, Callable[[Bench, ExitStack], Case]] = {
    "a": _nginx,
    "a-log": _nginx_with_log,
    "b": _epoll,
    "c": _one_link("c", "urltrim, one hot link, every click recorded and applied", {}),
    "d": _million_links,
    "e": _shorten,
    "f": _one_link("f", "urltrim, like (c) with `JOURNAL_SYNC=group`", {"JOURNAL_SYNC": "group"}),
}
