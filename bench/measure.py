"""What the kernel says about processes and the machine. Everything here reads /proc or /sys."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_by_thread(pid: int) -> Counter[str]:
    """CPU time so far (user + system, nanoseconds) of each thread name of a process.

    From schedstat: its clock is the scheduler's, not the 10 ms tick. A thread that has ended is missing.
    """
    used: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        name = (task / "comm").read_text().strip()
        used[name] += int((task / "schedstat").read_text().split()[0])
    return used


def user_and_system(pid: int) -> tuple[float, float]:
    """The same CPU time in seconds, split into user and system; in ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / TICKS_PER_SECOND, int(fields[12]) / TICKS_PER_SECOND


def core_busy_seconds(core: int) -> float:
    """Time a core has spent on anything but idling, whoever used it."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
            return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
    raise LookupError(f"no core {core}")


def memory_kib(pid: int, field: str) -> int:
    """A memory figure of /proc/PID/status: VmRSS now, VmHWM at its highest, RssAnon, RssFile, …"""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise LookupError(field)


def two_cores() -> tuple[int, int]:
    """A core for the server and one for the client that are not two threads of one."""
    allowed = sorted(os.sched_getaffinity(0))
    server = allowed[0]
    siblings = Path(f"/sys/devices/system/cpu/cpu{server}/topology/thread_siblings_list").read_text()
    shared = {int(core) for part in siblings.strip().split(",") for core in part.split("-")}
    others = [core for core in allowed if core not in shared]
    if not others:
        raise SystemExit("bench: needs two cores, one for the server and one for the client")
    return server, others[0]
