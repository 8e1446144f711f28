"""The figures as tables: targets first, then every case, then every round."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cases
from cases import Bench, Case, Sample
from footprint import Footprint

MIB = 1024 * 1024


@dataclass
class Results:
    cases: list[Case]
    rounds: dict[str, list[Sample]] = field(default_factory=dict)
    million_links_peak_kib: int | None = None
    footprint: Footprint | None = None

    def median(self, key: str, figure: Callable[[Sample], float]) -> float:
        return statistics.median(map(figure, self.rounds[key]))

    def cpu_ratios(self, key: str, base: str) -> list[float]:
        """Round by round, so that a slow minute of the machine weighs on both sides."""
        return [ours.cpu_us / theirs.cpu_us for ours, theirs in zip(self.rounds[key], self.rounds[base])]


@dataclass(frozen=True)
class Verdict:
    what: str
    target: str
    measured: str
    met: bool


def verdicts(results: Results) -> list[Verdict]:
    have = results.rounds.keys()
    found = []
    if {"a", "c"} <= have:
        ratios = results.cpu_ratios("c", "a")
        ratio = statistics.median(ratios)
        found.append(Verdict("CPU per request, (c) : (a)", "≤ 1.00",
                             f"{ratio:.3f} (rounds {', '.join(f'{each:.3f}' for each in ratios)})", ratio <= 1.0))
    for key, what, least in (("d", "(d) redirects per second", 20_000), ("e", "(e) links per second", 15_000),
                             ("f", "(f) redirects per second", 30_000)):
        if key in have:
            rate = results.median(key, lambda sample: sample.seen.per_second)
            found.append(Verdict(what, f"≥ {least:,}", f"{rate:,.0f}", rate >= least))
    if results.million_links_peak_kib is not None:
        limit = cases.CACHE_BYTES // 1024 + 32 * 1024
        peak = results.million_links_peak_kib
        found.append(Verdict("(d) highest resident memory", "≤ cache + 32 MiB = 48 MiB", f"{peak / 1024:.1f} MiB",
                             peak <= limit))
    booked = [key for key in have if any(sample.booked is not None for sample in results.rounds[key])]
    if booked:
        exact = all(sample.exact for key in booked for sample in results.rounds[key])
        found.append(Verdict(f"books = answers, in ({') ('.join(booked)})", "always",
                             "in every round" if exact else "NOT in every round", exact))
    if results.footprint:
        found += _footprint_verdicts(results.footprint)
    return found


def _footprint_verdicts(footprint: Footprint) -> list[Verdict]:
    start = statistics.median(footprint.start_ms)
    return [
        Verdict("resident memory when idle", "≤ 16 MiB", f"{footprint.idle_kib / 1024:.1f} MiB",
                footprint.idle_kib <= 16 * 1024),
        Verdict("stripped binary without the pages", "≤ 8 MiB", f"{footprint.stripped_bytes / MIB:.2f} MiB",
                footprint.stripped_bytes <= 8 * MIB),
        Verdict("exec to ready", "≤ 100 ms", f"{start:.0f} ms (slowest of {len(footprint.start_ms)}: "
                f"{footprint.start_ms[-1]:.0f} ms)", start <= 100),
    ]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table whose source is lined up, because it is read in terminals too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    padded = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    padded.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(padded)


def targets_table(results: Results) -> str:
    """With a warning above it if the machine was not left alone."""
    return disturbance(results) + table(("what", "target", "measured", "met"),
                 ((each.what, each.target, each.measured, "yes" if each.met else "**no**")
                  for each in verdicts(results)))


def disturbance(results: Results) -> str:
    share = max((results.median(case.key, lambda sample: sample.others_busy) for case in results.cases), default=0.0)
    # The kernel's own threads, writing to the disk, are a few percent.
    if share <= 0.1:
        return ""
    return f"**Not to be trusted**: others had up to {share:.0%} of the server's core while these were measured.\n\n"


def cases_table(results: Results) -> str:
    def row(case: Case) -> tuple[str, ...]:
        def median(figure: Callable[[Sample], float]) -> float:
            return results.median(case.key, figure)
        return (f"({case.key}) {case.title}", f"{median(lambda s: s.cpu_us):.2f} µs",
                f"{median(lambda s: s.user_share):.0%}", f"{median(lambda s: s.seen.per_second):,.0f}",
                f"{median(lambda s: s.seen.p50_us) / 1e3:.2f} ms", f"{median(lambda s: s.seen.p99_us) / 1e3:.2f} ms",
                f"{median(lambda s: s.server_busy):.0%}", f"{median(lambda s: s.seen.client_busy):.0%}")
    return table(("case", "CPU per request", "of it user", "requests/s", "p50", "p99", "server core", "client core"),
                 map(row, results.cases))


def threads_table(results: Results) -> str:
    def rows() -> Iterable[tuple[str, ...]]:
        for case in results.cases:
            names = sorted(results.rounds[case.key][0].cpu, key=lambda name: -results.rounds[case.key][0].cpu[name])
            for name in names:
                cost = results.median(case.key, lambda sample: sample.thread_us(name))
                if cost >= 0.005:
                    yield f"({case.key})", f"`{name}`", f"{cost:.2f} µs"
    return table(("case", "thread", "CPU per request"), rows())


def rounds_table(results: Results) -> str:
    def rows() -> Iterable[tuple[str, ...]]:
        for number, together in enumerate(zip(*(results.rounds[case.key] for case in results.cases)), start=1):
            for case, sample in zip(results.cases, together):
                seen = sample.seen
                yield (str(number), f"({case.key})", f"{sample.cpu_us:.2f} µs", f"{seen.requests:,}",
                       "–" if sample.booked is None else f"{sample.booked:,}", f"{seen.per_second:,.0f}",
                       f"{seen.p50_us / 1e3:.2f} ms", f"{seen.p99_us / 1e3:.2f} ms", f"{sample.server_busy:.0%}",
                       f"{seen.client_busy:.0%}", f"{sample.others_busy:.0%}", str(seen.failed + seen.broken))
    return table(("round", "case", "CPU per request", "answers", "in the books", "requests/s", "p50", "p99",
                  "server core", "client core", "others on the server's core", "errors"), rows())


def page(results: Results, bench: Bench, began: float) -> str:
    rounds = max(map(len, results.rounds.values()), default=0)
    return f"""\
# Benchmarks

Written by `scripts/bench`; run it to get the same page for your machine. All servers ran side by side in one
go, {rounds} alternating rounds of {bench.seconds:g} seconds each; figures are medians over the rounds.

## Targets

{targets_table(results)}

## Cases

Client: one thread of wrk with {cases.load.CONNECTIONS} keep-alive connections on a core of its own; all threads of the server share
another core. The machine's loopback is the network.

{cases_table(results)}

- *CPU per request*: user and system time of the server process by the scheduler's clock (`/proc/PID/task/*/schedstat`; for
  nginx the worker process), over the answers the client counted. For urltrim it includes what comes after the last answer:
  the clock is read again when every click is applied to its link.
- *server core*, *client core*: how busy each was with server and client. A server below 100 % was waiting, for the
  client or for the disk; its CPU per request is then higher than under full load, because it wakes up for fewer
  requests at a time.

CPU per request by thread of the server, from 0.01 µs up:

{threads_table(results)}

## Rounds

*In the books*: redirects the server says it answered, once the clicks of all links add up to the same number; for (e) links
answered, once the table has as many. They must equal the answers, plus at most the {cases.load.CONNECTIONS} that were under way when the
client stopped.

{rounds_table(results)}

## How

{machine_list(bench, began)}

```
{commands(results, bench)}
```
"""


def machine_list(bench: Bench, began: float) -> str:
    minutes = (time.time() - began) / 60
    facts = {
        "commit": _output("git", "-C", str(bench.root), "describe", "--always", "--dirty"),
        "when": f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(began))} UTC, {minutes:.0f} minutes",
        "machine": f"{_cpu_model()}, {os.cpu_count()} cores, "
                   f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GiB",
        "system": f"{_distribution()}, Linux {platform.release()}",
        "disk": f"{_output('findmnt', '-no', 'FSTYPE', '-T', str(bench.home))}, "
                f"fdatasync of 4 KiB takes {fdatasync_us(bench.home):.0f} µs",
        "compiler": _output("g++", "--version").splitlines()[0] + ", release preset",
        "nginx": _output("/usr/sbin/nginx", "-v").removeprefix("nginx version: "),
        "wrk": _output("wrk", "-v").split(" [")[0],
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def commands(results: Results, bench: Bench) -> str:
    lines = []
    for case in results.cases:
        settings = getattr(case.server, "settings", None)
        if settings is not None:
            lines.append(f"({case.key}) {' '.join(f'{name}={value}' for name, value in settings.items())} "
                         f"taskset -c {bench.server_core} urltrim serve".replace("  ", " "))
        lines.append(f"({case.key}) {case.next_load().shown(bench.client_core, bench.seconds)}")
    return "\n".join(lines)


def fdatasync_us(directory: Path) -> float:
    """The price of durability here: the median of 200 appends of 4 KiB, each followed by fdatasync."""
    times = []
    with (directory / "fdatasync").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


def _output(*command: str) -> str:
    if not shutil.which(command[0]):
        return "not found"
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _distribution() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
