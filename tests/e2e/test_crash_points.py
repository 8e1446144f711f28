"""Each crash point of docs/click_protocol.md, by kill, error and stall; and what recovery makes of damaged files.

Every test says how it knows that the point was reached: a run that missed it has tested nothing.
"""

import random
import shutil
import signal
import struct
import time

import pytest
from support import journal_reader
from support.load import Creator, Load, Log
from support.oracles import audit, audit_dead, check_books, check_links, open_database, pending, read_books, wait_drained
from support.server import poll

# name -> the arrival at which it acts: some way into the work, not at the first thing a start does.
ON_A_REDIRECT = {"redirect.resolved": 37, "journal.slot_filled": 37, "journal.slot_committed": 37, "http.response_half_sent": 37}
IN_A_START = {"journal.segment.created": 1, "journal.segment.allocated": 1, "journal.segment.header_written": 1,
              "journal.segment.synced": 1, "journal.segment.ready": 1}
IN_A_ROTATION = {name: 5 for name in IN_A_START}  # one in use and two in reserve are made at the start
BEHIND = {"journal.sync": 3, "relay.cut": 2, "relay.delivered": 2, "journal.segment.remove": 1, "sqlite.clicks.marked": 2,
          "sqlite.clicks.before_commit": 2, "sqlite.clicks.after_commit": 2}
ON_A_CREATE = {"sqlite.links.before_commit": 5, "sqlite.links.after_commit": 5}

POINTS = [(name, at) for group in (ON_A_REDIRECT, IN_A_START, IN_A_ROTATION, BEHIND, ON_A_CREATE) for name, at in group.items()]
each_point = pytest.mark.parametrize("point, at", POINTS, ids=[f"{name}@{at}" for name, at in POINTS])


@pytest.fixture
def prepared(make_server):
    """A stopped server with three links in it, and the links."""

    def prepare(**env):
        server = make_server(env).start()
        links = {server.create(f"https://example.com/{number}"): f"https://example.com/{number}" for number in range(3)}
        server.terminate()
        return server, links

    return prepare


class Busy:
    """Redirects and creates until told to stop. Each request has a new user agent, so segments fill quickly."""

    def __init__(self, server, links):
        self.load = Load(server.port, links, agents=1 << 30, connections=8, depth=4)
        self.creator = Creator(server.port, "made")

    def __enter__(self):
        self.load.start()
        self.creator.start()
        return self

    def __exit__(self, *_):
        self.answered = self.creator.stop()
        self.log = self.load.stop()


@each_point
def test_a_kill_there_loses_and_invents_nothing(prepared, point, at):
    server, links = prepared()
    server.launch(f"{point}=kill@{at}")
    with Busy(server, links) as busy:
        assert server.process.wait(60) == -signal.SIGKILL
    assert server.reached(point)
    server.reap()
    check_links(audit_dead(server.home), busy.answered)
    server.start()
    audit(server, busy.log, exact=False, answered=busy.answered)
    server.terminate()


@each_point
def test_an_error_there_loses_and_invents_nothing(prepared, point, at):
    server, links = prepared()
    goes_on_exactly(server, links, point, f"{point}=error@{at}", exact=point != "http.response_half_sent")


@each_point
def test_a_stall_there_loses_and_invents_nothing(prepared, point, at):
    server, links = prepared()
    begin = time.monotonic()
    goes_on_exactly(server, links, point, f"{point}=stall:300@{at}", exact=True)
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("point", list(IN_A_START))
def test_a_disk_that_never_gives_a_segment_again_costs_no_click(prepared, point):
    """As a full disk does, at each step of making a segment: what is there is used up, then memory."""
    server, links = prepared()
    goes_on_exactly(server, links, point, f"{point}=error@4+", exact=True, metric="urltrim_journal_volatile_records_total")


@pytest.mark.parametrize("at", ["1", "1+", "4", "4+"])
@pytest.mark.parametrize("sync", ["process", "interval:5ms", "group"])
def test_a_sync_that_fails_costs_no_click(prepared, sync, at):
    server, links = prepared(JOURNAL_SYNC=sync)
    goes_on_exactly(server, links, "journal.sync", f"journal.sync=error@{at}", exact=True,
                    metric="urltrim_journal_sync_failures_total")


@pytest.mark.parametrize("point", ["relay.cut", "relay.delivered", "sqlite.clicks.marked", "sqlite.clicks.before_commit",
                                   "sqlite.clicks.after_commit"])
def test_clicks_that_cannot_be_applied_wait_for_the_next_start(prepared, point):
    server, links = prepared()
    server.start(f"{point}=error@1+")
    log = Load(server.port, links, limit=2000)
    log.start()
    log = log.finish()
    poll(lambda: server.reached(point), f"{point} to be reached")
    assert server.get("/readyz").status == 200, "redirects do not need the relay"
    server.terminate()
    audit_dead(server.home)
    server.start()
    audit(server, log, exact=True)


def goes_on_exactly(server, links, point: str, failpoints: str, exact: bool, metric: str | None = None):
    """A server with this fault goes on, and everything is counted, before and after the next start."""
    server.start(failpoints)
    with Busy(server, links) as busy:
        poll(lambda: server.reached(point), f"{point} to be reached")
        enough = busy.load.redirects + 500
        poll(lambda: busy.load.redirects >= enough, "redirects after it")
        if metric:
            poll(lambda: server.metric(metric) > 0, f"{metric} to show it")
    assert server.running, f"it died:\n{server.stderr()}"
    audit(server, busy.log, exact, answered=busy.answered)
    server.terminate()
    audit_dead(server.home)
    server.start()
    audit(server, busy.log, exact, answered=busy.answered)
    server.terminate()


# ---- what a dead process left behind ------------------------------------------------------------------------


@pytest.fixture
def left_behind(prepared):
    """A dead server that has recorded clicks and applied none; its log is exact, because it died when idle."""

    def leave(clicks: int = 2000, agents: int = 50, **env):
        server, links = prepared(**env)
        server.start("relay.cut=stall:3600000")
        load = Load(server.port, links, limit=clicks, agents=agents)
        load.start()
        log = load.finish()
        poll(lambda: server.reached("relay.cut"), "the relay")
        server.kill()
        books = audit_dead(server.home)
        assert sum(books.clicks.values()) == 0
        return server, log

    return leave


@pytest.mark.parametrize("point, at", [("journal.recovery.scanned", 1), ("journal.recovery.scanned", 2), ("relay.cut", 1),
                                       ("relay.delivered", 1), ("journal.segment.remove", 1), ("sqlite.clicks.marked", 1),
                                       ("sqlite.clicks.before_commit", 1), ("sqlite.clicks.after_commit", 1)])
def test_crashes_during_recovery_lose_and_invent_nothing(left_behind, point, at):
    server, log = left_behind(THREADS="2")
    reached = 0
    for _ in range(3):
        server.launch(f"{point}=kill@{at}")
        # There may be nothing left to do, and so nothing to die of, after the last crash.
        poll(lambda: not server.running or is_drained(server), "death, or the end of recovery")
        if server.running:
            server.kill()
        else:
            assert server.reached(point) and server.reap() == -signal.SIGKILL
            reached += 1
        audit_dead(server.home)
    assert reached, f"{point} was never reached"
    server.start()
    audit(server, log, exact=True)


def is_drained(server) -> bool:
    return pending(server.home, read_books(server.home, running=True)) == 0


@pytest.mark.parametrize("point", ["journal.recovery.scanned", "sqlite.clicks.before_commit"])
@pytest.mark.parametrize("action", ["error", "stall:300"])
def test_recovery_goes_on_after_an_error_or_a_stall(left_behind, point, action):
    server, log = left_behind()
    server.start(f"{point}={action}@1")
    poll(lambda: server.reached(point), f"{point} to be reached")
    if (point, action) == ("journal.recovery.scanned", "error"):
        server.terminate()  # a segment that could not be read is left for the next start
        server.start()
    audit(server, log, exact=True)


def test_a_drain_goes_on_while_redirects_are_served(left_behind):
    server, log = left_behind(clicks=8000)
    server.start("relay.cut=stall:50@1+")
    links = read_books(server.home, running=True).targets
    load = Load(server.port, {code: links[code] for code in log.sent}, limit=2000)
    load.start()
    log.merge(load.finish())
    audit(server, log, exact=True)


def test_restarts_leave_no_files_behind(left_behind):
    server, log = left_behind(clicks=100)
    for _ in range(10):
        server.start()
        server.kill()
    server.start()
    audit(server, log, exact=True)
    poll(lambda: len(list(server.home.journal.iterdir())) <= 5, "what was drained to be deleted")


# ---- a segment that no server has written -------------------------------------------------------------------


def write_segment(directory, clicks: list[tuple[int, int]]) -> str:
    """Writes a segment as docs/journal_format.md has it, with clicks of (link id, time in ms); answers its id."""
    raw_id = bytes(range(16))
    header = journal_reader.HEADER.pack(b"URLTRIMJ", 1, 64, 1024, raw_id, clicks[0][1], 0)[:60]
    seed = journal_reader.crc32c(raw_id)
    slots = [header + struct.pack("<I", journal_reader.crc32c(header))]
    for slot, (link, time_ms) in enumerate(clicks, start=1):
        click = journal_reader.CLICK.pack(slot, 1, 0, link, time_ms, 0, 0, 0, 0, 0, 0)[:60]
        slots.append(click + struct.pack("<I", journal_reader.crc32c(click, seed)))
    (directory / f"{raw_id.hex()}.seg").write_bytes(b"".join(slots).ljust(1024 * 64, b"\0"))
    return raw_id.hex()


def test_clicks_count_in_the_hour_of_their_own_time_and_orphans_apart(prepared):
    """Three hours around the turn of a year, two links, and one that does not exist."""
    server, links = prepared()
    hour = 3_600_000
    new_year = 1_767_225_600_000  # 2026-01-01T00:00:00Z
    times = [new_year - hour, new_year - 1, new_year - 1, new_year, new_year + hour - 1, new_year + hour]
    clicks = [(link, time_ms) for time_ms in times for link in (1, 2, 2, 777)]
    segment = write_segment(server.home.journal, clicks)
    server.start()
    poll(lambda: pending(server.home, read_books(server.home, running=True)) == 0, "the segment to be applied")
    with open_database(server.home, running=True) as database:
        hours = database.execute("SELECT link_id, hour, clicks FROM click_hourly ORDER BY link_id, hour").fetchall()
        row = database.execute("SELECT clicks, orphaned FROM journal_segments WHERE hex(segment) = upper(?)", [segment]).fetchone()
    starts = [new_year // 1000 - 3600, new_year // 1000, new_year // 1000 + 3600]
    assert hours == [(1, starts[0], 3), (1, starts[1], 2), (1, starts[2], 1), (2, starts[0], 6), (2, starts[1], 4), (2, starts[2], 2)]
    assert row == (18, 6)
    check_books(read_books(server.home, running=True))
    poll(lambda: not list(server.home.journal.glob(f"{segment}*")), "the segment to be deleted")


# ---- A12: flipped bytes -------------------------------------------------------------------------------------


def flip(path, offset: int, choose: random.Random):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ choose.randrange(1, 256)]))


def test_a_flipped_byte_in_a_record_costs_that_record_only(left_behind):
    """Never a wrong click: what the reader finds valid is counted, the rest is void, and void is counted too."""
    choose = random.Random(12)
    server, log = left_behind(clicks=600)
    [segment] = [one for one in journal_reader.read_directory(server.home.journal) if one.click_slots]
    flipped = choose.sample(range(1, max(segment.click_slots)), 60)
    for slot in flipped:
        flip(segment.path, slot * 64 + choose.randrange(64), choose)
    [damaged] = [one for one in journal_reader.read_directory(server.home.journal) if one.click_slots]
    lost = set(segment.click_slots) - set(damaged.click_slots)
    assert 0 < len(lost) <= 60 and set(damaged.click_slots) < set(segment.click_slots)

    server.start()
    books = wait_drained(server, Log(), exact=False)
    check_books(books)
    assert sum(books.clicks.values()) == len(damaged.click_slots)
    for code, seen in log.seen.items():
        assert books.clicks[code] <= seen, "a flipped byte made a click"
    assert server.metric("urltrim_journal_void_slots_total") == len(flipped)


@pytest.mark.parametrize("offset", [0, 7, 8, 10, 12, 15, 16, 31, 32, 40, 60, 63])
def test_a_flipped_byte_in_a_header_never_makes_a_click(left_behind, offset):
    server, log = left_behind(clicks=200)
    [segment] = [one for one in journal_reader.read_directory(server.home.journal) if one.click_slots]
    original = segment.path.read_bytes()
    flip(segment.path, offset, random.Random(offset))
    server.start()
    assert server.get("/readyz").status == 200
    books = read_books(server.home, running=True)
    check_books(books)
    assert sum(books.clicks.values()) == 0
    poll(lambda: segment.path.stem in server.stderr(), "a word about the file")
    kept = list(server.home.journal.glob(f"{segment.path.stem}*"))
    assert kept, "what cannot be read is kept for a person to look at"
    server.terminate()
    segment.path.write_bytes(original)  # the person has repaired it
    server.start()
    audit(server, log, exact=True)


def test_a_segment_that_was_copied_under_another_name_is_not_counted_twice(left_behind):
    server, log = left_behind(clicks=200)
    [segment] = [one for one in journal_reader.read_directory(server.home.journal) if one.click_slots]
    backup = server.home.path / "backup"
    shutil.copy(segment.path, backup)
    shutil.copy(segment.path, segment.path.with_name("0" * 32 + ".seg"))
    server.start()
    poll(lambda: server.metric("urltrim_journal_backlog_records") == 0, "the drain")
    server.terminate()
    (server.home.journal / ("0" * 32 + ".seg")).unlink()
    shutil.copy(backup, segment.path)  # restored from a backup after it was applied
    server.start()
    audit(server, log, exact=True)
