"""A full disk: the reserve first, then memory or a refusal, as JOURNAL_ON_FULL says; and back to normal with space.

The disk is a small ext4 of its own on a loop device. Where that cannot be mounted, a limit on the size of files
(RLIMIT_FSIZE) makes every write fail instead. The output says which it was.
"""

import contextlib
import os
import resource
import subprocess

import pytest
from support.load import Load
from support.oracles import audit, audit_dead
from support.server import Home, poll
from test_contract import TARGET, assert_problem

MIB = 1 << 20


class LoopDisk:
    """A small ext4 of its own."""

    name = "ext4 on a loop device"

    def __init__(self, home: Home):
        self._image = home.path / "disk"
        self._mount = home.path / "mount"
        self._filler = self._mount / "filler"
        self._mount.mkdir()
        with open(self._image, "wb") as image:
            image.truncate(48 * MIB)
        quiet = {"check": True, "capture_output": True}
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", self._image], **quiet)
        subprocess.run(["mount", "-o", "loop", self._image, self._mount], **quiet)

    def data(self):
        return self._mount / "data"

    def fill(self, server):
        filler = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for size in (MIB, 4096, 1):  # to the last byte
            with contextlib.suppress(OSError):
                while os.write(filler, b"x" * size):
                    pass
        os.close(filler)

    def release(self, server):
        self._filler.unlink()

    def close(self):
        subprocess.run(["umount", "-l", self._mount], check=True)


class LimitedFiles:
    """No file may be written at all, which looks the same to the server."""

    name = "RLIMIT_FSIZE"

    def __init__(self, home: Home):
        self._home = home

    def data(self):
        return self._home.data

    def fill(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def release(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self):
        pass


@pytest.fixture
def disk(home):
    try:
        disk = LoopDisk(home)
    except (OSError, subprocess.CalledProcessError):
        disk = LimitedFiles(home)
    print(f"the disk is {disk.name}")
    home.data = disk.data()
    home.database = home.data / "urltrim.db"
    home.journal = home.data / "journal"
    yield disk
    disk.close()


@pytest.fixture
def serve(disk, make_server):
    """A server on the small disk, with three links."""

    def start(**env):
        server = make_server(env).start()
        links = {server.create(f"https://example.com/{number}"): f"https://example.com/{number}" for number in range(3)}
        return server, links

    yield start


def click(server, links, count: int):
    """So many redirects."""
    load = Load(server.port, links, limit=count)
    load.start()
    return load.finish()


SEGMENT = 1023  # clicks that fill one segment


def test_the_reserve_takes_the_clicks_of_a_full_disk(serve, disk):
    """In files, so that not even kill -9 on the full disk costs one."""
    server, links = serve(JOURNAL_RESERVE="4")
    poll(lambda: server.metric("urltrim_journal_reserve_segments") == 4, "a complete reserve")
    disk.fill(server)
    log = click(server, links, 2 * SEGMENT)
    assert not log.refused
    assert server.metric("urltrim_journal_reserve_segments") < 4, "the reserve was not needed"
    assert server.metric("urltrim_journal_volatile_records_total") == 0
    server.kill()
    audit_dead(server.home)
    if disk.name == LoopDisk.name:
        disk.release(server)
    server.start()
    audit(server, log, exact=True)
    server.terminate()


def test_volatile_goes_on_in_memory_and_says_so(serve, disk):
    server, links = serve(JOURNAL_ON_FULL="volatile")
    disk.fill(server)
    log = click(server, links, 5 * SEGMENT)
    assert not log.refused, "volatile refuses nobody"
    assert server.metric("urltrim_journal_volatile_records_total") > 0
    ready = server.get("/readyz")
    assert ready.status == 200 and b"degraded" in ready.body, ready.body
    disk.release(server)
    log.merge(click(server, links, SEGMENT))
    audit(server, log, exact=True)
    poll(lambda: b"degraded" not in server.get("/readyz").body, "a healthy journal")
    poll(lambda: server.metric("urltrim_journal_reserve_segments") == 2, "a complete reserve")
    server.terminate()
    server.start()
    audit(server, log, exact=True)


def test_volatile_clicks_are_delivered_before_a_clean_stop(serve, disk):
    server, links = serve(JOURNAL_ON_FULL="volatile")
    disk.fill(server)
    log = click(server, links, 5 * SEGMENT)
    assert server.metric("urltrim_journal_volatile_records_total") > 0
    disk.release(server)
    server.terminate()
    server.start()
    audit(server, log, exact=True)


def test_refuse_answers_503_and_counts_only_302s(serve, disk):
    server, links = serve(JOURNAL_ON_FULL="refuse")
    disk.fill(server)
    log = click(server, links, 5 * SEGMENT)
    assert log.refused and log.seen
    refused = server.get(f"/{next(iter(links))}")
    assert_problem(refused, 503, "temporarily unavailable")
    assert int(refused.header("retry-after")) >= 1
    assert server.metric("urltrim_journal_volatile_records_total") == 0
    assert server.metric("urltrim_journal_refused_records_total") >= sum(log.refused.values())
    disk.release(server)
    poll(lambda: server.metric("urltrim_journal_reserve_segments") > 0, "a new segment")
    after = click(server, links, 200)
    assert not after.refused
    log.merge(after)
    audit(server, log, exact=True)
    server.terminate()


def test_a_disk_that_fills_up_before_the_first_look_up_does_not_keep_it_from_being_answered(serve, disk):
    server, links = serve()
    server.terminate()
    server.start()
    disk.fill(server)
    log = click(server, links, 20)
    assert not log.refused
    disk.release(server)
    audit(server, log, exact=True)
    server.terminate()


def test_a_link_that_cannot_be_committed_is_503_and_is_not_there(serve, disk):
    server, links = serve()
    disk.fill(server)
    poll(lambda: server.shorten(TARGET).status == 503, "the store to be full")  # what the WAL has room for is taken
    answer = server.shorten(TARGET, "not-made")
    assert_problem(answer, 503, "temporarily unavailable")
    assert int(answer.header("retry-after")) >= 1
    assert server.get("/not-made").status == 404, "nothing was created"
    assert server.get(f"/{next(iter(links))}").status == 302
    assert server.get("/analytics/" + next(iter(links))).status == 200
    disk.release(server)
    poll(lambda: server.shorten(TARGET, "made").status == 200, "the store to take links again")
    assert server.get("/made").status == 302
    server.terminate()
