"""One run of wrk, pinned to its core, and what it saw."""

from __future__ import annotations

import json
import resource
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 64
SCRIPTS = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """A wrk command without its duration."""

    url: str
    script: str = "report.lua"
    arguments: tuple[str, ...] = ()

    def command(self, core: int, seconds: float) -> list[str]:
        return ["taskset", "-c", str(core), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--latency",
                "-s", self.script, self.url, *(("--", *self.arguments) if self.arguments else ())]

    def shown(self, core: int, seconds: float) -> str:
        return shlex.join(self.command(core, seconds))


@dataclass(frozen=True)
class Seen:
    """What the client counted. `failed`: answers of 400 and above; `broken`: socket errors and time-outs."""

    requests: int
    seconds: float
    p50_us: float
    p99_us: float
    failed: int
    broken: int
    client_busy: float  # share of the client's core

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def run(load: Load, core: int, seconds: float) -> Seen:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(load.command(core, seconds), cwd=SCRIPTS, text=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"bench: wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    totals = next(line for line in done.stdout.splitlines() if line.startswith('{"requests"'))
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seen = json.loads(totals)
    return Seen(**seen, client_busy=used / seen["seconds"])
