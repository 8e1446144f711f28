"""What people run: the release build is small, quick to start, and has no crash points in it."""

import os
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from support.server import SOURCE, Server
from test_contract import TARGET

MIB = 1 << 20


@pytest.fixture(scope="module")
def release() -> Path:
    path = Path(os.environ.get("URLTRIM_RELEASE_BINARY", SOURCE / "build/release/urltrim"))
    assert path.is_file(), f"URLTRIM_RELEASE_BINARY: there is no {path}; `cmake --build --preset release` makes it"
    return path


@pytest.fixture
def plain(make_server, release) -> Server:
    """The release build with nothing configured but where it is."""
    variables = dict.fromkeys(("THREADS", "RATE_LIMIT_PER_MINUTE", "JOURNAL_SEGMENT_BYTES", "JOURNAL_RESERVE"))
    return make_server(variables, executable=release)


def test_it_is_ready_within_100_ms_of_exec_with_a_warm_store(plain):
    plain.start()
    for number in range(50):  # within the rate limit
        plain.get(f"/{plain.create(f'https://example.com/{number}')}")
    plain.terminate()
    times = []
    for _ in range(7):
        begin = time.monotonic()
        plain.launch()
        while not plain.is_ready():
            time.sleep(0.001)
        times.append(time.monotonic() - begin)
        plain.terminate()
    print(f"ready after {[round(seconds * 1000) for seconds in times]} ms")
    assert statistics.median(times) <= 0.1, times


def test_it_uses_at_most_16_mib_when_idle(plain):
    plain.start()
    assert plain.get(f"/{plain.create(TARGET)}").status == 302
    memory = resident(plain.process.pid)
    print(f"{memory / MIB:.1f} MiB resident")
    assert memory <= 16 * MIB


def resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def test_it_is_at_most_8_mib_stripped_without_the_page_assets(plain, release, tmp_path):
    stripped = tmp_path / "urltrim"
    subprocess.run(["strip", "-o", stripped, release], check=True)
    plain.start()
    page = plain.get("/docs").body.decode()
    assets = len(page) + sum(len(plain.get(path).body) for path in linked(page))
    size = stripped.stat().st_size
    print(f"{size / MIB:.1f} MiB stripped, of which {assets / MIB:.1f} MiB pages")
    assert size - assets <= 8 * MIB


def linked(page: str) -> list[str]:
    import re
    return sorted(set(re.findall(r'(?:src|href)="(/?[^":]+\.(?:js|css|png|svg))"', page)))


def test_it_has_no_crash_points(plain, release):
    assert b"URLTRIM_FAILPOINTS" not in release.read_bytes()
    plain.start(failpoints="redirect.resolved=kill;journal.slot_filled=kill;http.response_half_sent=kill")
    assert plain.get(f"/{plain.create(TARGET)}").status == 302
    plain.terminate()
