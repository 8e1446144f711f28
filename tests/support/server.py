"""Runs the built binary as a person would: on free ports, in a directory of its own, stopped by signals."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from support import http_client

SOURCE = Path(os.environ.get("URLTRIM_SOURCE_DIR", Path(__file__).resolve().parents[2]))
DEADLINE = 60.0  # seconds until a wait gives up; generous, because sanitizer builds are slow

# What every server of the tests is given unless the test says otherwise: the smallest segments, so that they are
# changed often; one thread; no rate limit.
DEFAULTS = {
    "HOST": "127.0.0.1",
    "ADMIN_HOST": "127.0.0.1",
    "THREADS": "1",
    "RATE_LIMIT_PER_MINUTE": "0",
    "JOURNAL_SEGMENT_BYTES": "64KiB",
    "JOURNAL_RESERVE": "2",
}
INHERITED = ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "GCOV_PREFIX")
SANITIZER_REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:|Assertion .* failed")


def binary() -> Path:
    path = Path(os.environ.get("URLTRIM_BINARY", SOURCE / "build/dev/urltrim"))
    assert path.is_file(), f"URLTRIM_BINARY: there is no {path}; build it first"
    return path


def sanitized() -> bool:
    """Whether the binary under test is a sanitizer build: several times slower, never less correct."""
    with open(binary(), "rb") as file:
        data = file.read()
    return b"__asan_init" in data or b"__tsan_init" in data


def poll(condition, what: str, deadline: float = DEADLINE, every: float = 0.005):
    """The first true value of `condition()`; fails when there is none within `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {deadline:.0f} s in vain for {what}"
        time.sleep(every)


_handed_out: set[int] = set()


def free_port() -> int:
    """A port nobody listens on, below the range the kernel takes for outgoing connections, so that it stays
    free while a server restarts."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(10000, 32000)
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port
    raise AssertionError("no free port between 10000 and 32000")


def command(*arguments, env=None, cwd=None, timeout=DEADLINE, prefix=(), **options) -> subprocess.CompletedProcess:
    """Runs the binary to its end and returns what it said."""
    return subprocess.run([*prefix, str(binary()), *map(str, arguments)], env=environment(env or {}), cwd=cwd,
                          timeout=timeout, capture_output=True, text=True, **options)


def environment(variables: dict) -> dict:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return inherited | {name: str(value) for name, value in variables.items() if value is not None}


class Home:
    """A throw-away place: DATA_DIR, the server's stderr, its working directory."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="urltrim-e2e-"))
        self.data = self.path / "data"
        self.database = self.data / "urltrim.db"
        self.journal = self.data / "journal"

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """One `urltrim serve`, which can be started, stopped and killed many times on the same data."""

    def __init__(self, home: Home, env: dict | None = None, executable: Path | None = None, prefix=(), **popen):
        self.home = home
        self.port = free_port()
        self.admin_port = free_port()
        self.variables = DEFAULTS | {
            "PORT": self.port, "ADMIN_PORT": self.admin_port, "DATA_DIR": home.data} | (env or {})
        self.executable = executable or binary()
        self.prefix = list(prefix)
        self.popen = popen
        self.process: subprocess.Popen | None = None
        self.log = home.path / f"stderr-{self.port}"

    def launch(self, failpoints: str | None = None, prefix=None, **changes) -> "Server":
        """Starts the process and returns at once."""
        assert self.process is None, "already running"
        variables = self.variables | changes | {"URLTRIM_FAILPOINTS": failpoints}
        prefix = self.prefix if prefix is None else prefix
        if "strace" in prefix:  # LeakSanitizer needs ptrace for itself, and fails every run in which strace has it
            variables["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        argv = [*prefix, str(self.executable), "serve"]
        with open(self.log, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(argv, env=environment(variables), cwd=self.home.path, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, **self.popen)
        return self

    def start(self, failpoints: str | None = None, **changes) -> "Server":
        """Starts the process and returns when it answers that it is ready."""
        self.launch(failpoints, **changes)
        self.wait_ready()
        return self

    def wait_ready(self):
        poll(self._ready_or_dead, "a server that is ready")

    def is_ready(self) -> bool:
        try:
            return http_client.get(self.port, "/readyz", timeout=5).status == 200
        except OSError:
            return False

    def _ready_or_dead(self) -> bool:
        assert self.process.poll() is None, f"died with {self.process.returncode} at its start:\n{self.stderr()}"
        return self.is_ready()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, as the out-of-memory killer would do it."""
        self.process.send_signal(signal.SIGKILL)
        self.reap()

    def reap(self, timeout: float = DEADLINE) -> int:
        """Waits for the end of a process that dies by itself, and returns how."""
        code = self.process.wait(timeout)
        self.process = None
        self.check_sanitizers()
        return code

    def terminate(self, timeout: float = DEADLINE):
        """SIGTERM, which must end with exit code 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.reap(timeout)
        assert code == 0, f"exit code {code} after SIGTERM:\n{self.stderr()}"

    def stderr(self) -> str:
        """What the latest run has said."""
        return self.log.read_bytes()[self._log_start:].decode(errors="replace")

    def reached(self, failpoint: str) -> bool:
        return f"failpoint {failpoint} reached" in self.stderr()

    def check_sanitizers(self):
        said = self.stderr()
        assert not SANITIZER_REPORT.search(said), said

    def cleanup(self):
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process = None

    # ---- what a client does -------------------------------------------------------------------------

    def get(self, target: str, **options) -> http_client.Response:
        return http_client.get(self.port, target, **options)

    def shorten(self, url: str, alias: str | None = None, **options) -> http_client.Response:
        return http_client.shorten(self.port, url, alias, **options)

    def create(self, url: str, alias: str | None = None) -> str:
        """A new link's code."""
        answer = self.shorten(url, alias)
        assert answer.status == 200, f"{answer.status}: {answer.body!r}"
        return answer.json()["short_code"]

    def clicks(self, code: str) -> int:
        answer = self.get(f"/analytics/{code}")
        assert answer.status == 200, f"{answer.status}: {answer.body!r}"
        return answer.json()["clicks"]

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its full name, labels included."""
        answer = http_client.get(self.admin_port, "/metrics")
        assert answer.status == 200
        samples = {}
        for line in answer.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def metric(self, name: str) -> float:
        """One metric, summed over its labels."""
        found = [value for key, value in self.metrics().items() if re.split(r"[{ ]", key)[0] == name]
        assert found, f"there is no metric {name}"
        return sum(found)
