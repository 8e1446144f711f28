"""Crash point S1: a kill, and an error, at every single write that SQLite does.

Done from outside: strace puts the fault into the N-th call, for every N until a run has gone through without one.
"""

import re
import shutil
import signal

import pytest
from support.load import Log
from support.oracles import audit, audit_dead, check_links
from support.server import Home, poll

WRITES = "pwrite64,fdatasync,fsync,ftruncate,unlink"


def strace(home: Home, fault: str) -> list[str]:
    """Runs a command with one fault injected into its calls on SQLite's files. strace counts per thread, and each
    workload below writes on one thread most of all."""
    paths = [f"--trace-path={home.database}{suffix}" for suffix in ("", "-wal", "-journal", "-shm")]
    # -D: the server stays our child. (--seccomp-bpf would be quicker, but then strace 6.1 injects no signals.)
    return ["strace", "-D", "-f", "-o", str(home.path / "trace"), *paths,
            "-e", f"trace={WRITES}", "-e", f"inject={WRITES}:{fault}"]


class Workload:
    """Small, and the same each time: some creates or some clicks, as far as the server gets."""

    def __init__(self, server, creates: int, clicks: int):
        self.server = server
        self.creates = creates
        self.clicks = clicks
        self.log = Log()
        self.answered = {}
        self._number = 0

    def run(self):
        try:
            for _ in range(self.creates):
                self._create()
            for code in list(self.answered)[:self.clicks]:
                self._click(code)
        except OSError:
            pass  # the server died: that is the test

    def _create(self):
        self._number += 1
        alias, url = f"s1-{self._number}", f"https://example.com/{self._number}"
        answer = self.server.shorten(url, alias)
        if answer.status == 200:
            self.answered[alias] = url
        else:
            assert answer.status == 503, answer

    def _click(self, code: str):
        """One click, and the wait for its commit or its failure, so that each click is a transaction."""
        self.log.sent[code] += 1
        answer = self.server.get(f"/{code}")
        if answer.status == 503:
            self.log.refused[code] += 1
            return
        assert answer.status == 302, answer
        self.log.seen[code] += 1
        poll(self._is_settled, "the click to be applied, or to fail")

    def _is_settled(self) -> bool:
        metrics = self.server.metrics()
        return metrics["urltrim_journal_backlog_records"] == 0 or metrics["urltrim_relay_failures_total"] > 0


def step(server, workload: Workload, fault: str) -> tuple[int, bool]:
    """Start, work, stop, with one fault somewhere: how the server ended, and whether the fault came."""
    trace = server.home.path / "trace"
    trace.unlink(missing_ok=True)
    server.launch(prefix=strace(server.home, fault))
    poll(lambda: not server.running or server.is_ready(), "a ready or a dead server")
    if server.running:
        workload.run()
    if server.running:
        server.process.send_signal(signal.SIGTERM)
    pid, code = server.process.pid, server.reap()
    poll(lambda: trace.exists() and re.search(rf"^{pid} +\+\+\+ ", trace.read_text(), re.MULTILINE), "the end of the trace")
    return code, "(INJECTED)" in trace.read_text() or code == -signal.SIGKILL


workloads = pytest.mark.parametrize("creates, clicks", [(2, 0), (0, 3)], ids=["creates", "clicks"])


def prepare_links(server, creates: int, clicks: int) -> Workload:
    server.start()
    workload = Workload(server, creates=3, clicks=0)
    workload.run()
    server.terminate()
    workload.creates, workload.clicks = creates, clicks
    return workload


@workloads
def test_a_crash_at_every_write_of_sqlite_loses_and_invents_nothing(make_server, creates, clicks):
    server = make_server()
    workload = prepare_links(server, creates, clicks)
    crashes = 0
    while True:
        code, came = step(server, workload, f"signal=KILL:when={crashes + 1}")
        check_links(audit_dead(server.home), workload.answered)
        if not came:
            assert code == 0
            break
        crashes += 1
    print(f"{crashes} writes")
    assert crashes >= 10, "SQLite hardly wrote: the faults missed it"
    server.start()
    audit(server, workload.log, exact=False, answered=workload.answered)


@workloads
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_an_error_at_every_write_of_sqlite_loses_and_invents_nothing(make_server, creates, clicks, error):
    server = make_server()
    workload = prepare_links(server, creates, clicks)
    errors = 0
    while True:
        code, came = step(server, workload, f"error={error}:when={errors + 1}")
        assert code in (0, 1), "a write that fails is an answer or a clear end, no crash"
        check_links(audit_dead(server.home), workload.answered)
        if not came:
            assert code == 0
            break
        errors += 1
    print(f"{errors} writes")
    assert errors >= 10, "SQLite hardly wrote: the faults missed it"
    server.start()
    audit(server, workload.log, exact=True, answered=workload.answered)


def test_a_crash_at_every_write_of_the_first_start_leaves_a_database_that_starts(make_server):
    server = make_server()
    crashes = 0
    while True:
        shutil.rmtree(server.home.data, ignore_errors=True)
        workload = Workload(server, creates=1, clicks=1)
        _, came = step(server, workload, f"signal=KILL:when={crashes + 1}")
        server.start()
        audit(server, workload.log, exact=False, answered=workload.answered)
        server.terminate()
        if not came:
            break
        crashes += 1
    print(f"{crashes} writes")
    assert crashes >= 10, "SQLite hardly wrote: the faults missed it"


def test_a_slow_disk_under_sqlite_delays_and_loses_nothing(make_server):
    server = make_server()
    workload = prepare_links(server, creates=2, clicks=3)
    code, came = step(server, workload, "delay_enter=100000:when=1+3")
    trace = (server.home.path / "trace").read_text()
    assert code == 0 and (came or "DELAYED" in trace)
    server.start()
    audit(server, workload.log, exact=True, answered=workload.answered)
