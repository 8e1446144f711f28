"""What the binary costs before the first request: its size, its memory at rest, its start."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import measure
from cases import Bench
from servers import TARGET, Urltrim

STARTS = 11


@dataclass(frozen=True)
class Footprint:
    idle_kib: int
    stripped_bytes: int  # without the embedded pages
    start_ms: tuple[float, ...]  # from exec until /readyz answers 200, in order


def take(bench: Bench) -> Footprint:
    """Default settings, all cores, a store that has been used before."""
    home = bench.home / "idle"
    first = Urltrim(home, None, bench.urltrim, {})
    first.shorten(TARGET, "hot")
    first.stop()
    starts, idle_kib = zip(*(_start_once(bench, home) for _ in range(STARTS)))
    return Footprint(max(idle_kib), _stripped_without_pages(bench), tuple(sorted(starts)))


def _start_once(bench: Bench, home: Path) -> tuple[float, int]:
    begin = time.perf_counter()
    server = Urltrim(home, None, bench.urltrim, {})
    milliseconds = (time.perf_counter() - begin) * 1e3
    try:
        server.get("/hot")
        time.sleep(0.3)  # until what a start puts off is done
        return milliseconds, measure.memory_kib(server.pid, "VmRSS")
    finally:
        server.stop()


def _stripped_without_pages(bench: Bench) -> int:
    stripped = bench.home / "urltrim.stripped"
    subprocess.run(["strip", "-o", str(stripped), str(bench.urltrim)], check=True)
    return stripped.stat().st_size - _embedded_pages(bench.urltrim)


def _embedded_pages(binary: Path) -> int:
    """Bytes between the begin and end symbols that cmake/Embed.cmake gives each file of web/."""
    size = 0
    for line in subprocess.run(["nm", str(binary)], check=True, text=True, capture_output=True).stdout.splitlines():
        address, _, symbol = line.rpartition(" ")
        if not symbol.startswith("urltrim_web_"):
            continue
        if symbol.endswith("_begin"):
            size -= int(address.split()[0], 16)
        elif symbol.endswith("_end"):
            size += int(address.split()[0], 16)
    return size
