"""Three independent witnesses of every click, and the audit that holds them against each other.

1. the clients' log (support/load.py): what was asked and what was answered;
2. the journal, read by support/journal_reader.py, which was written from docs/journal_format.md;
3. SQL: links.clicks, click_hourly and journal_segments.

None of them is the product's own code.
"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from support import journal_reader
from support.load import Log
from support.server import DEADLINE, Home, Server, poll


@dataclass
class Segment:
    """A row of journal_segments: every slot below `applied` is in the counters."""

    applied: int
    clicks: int
    orphaned: int


@dataclass
class Books:
    """What SQL says."""

    clicks: dict[str, int]       # by code
    hourly: dict[str, int]       # by code, summed over the hours
    targets: dict[str, str]      # by code
    segments: dict[str, Segment]  # by segment id, in hex


@contextmanager
def open_database(home: Home, running: bool):
    """A look at the database that changes nothing, neither for a running server nor for the next start: the last
    connection to close would fold the WAL into the file, and that is the server's own recovery to do."""
    if running:
        with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True, timeout=30)) as database:
            yield database
        return
    with tempfile.TemporaryDirectory(prefix="urltrim-books-") as copy:
        for file in (home.database, Path(f"{home.database}-wal")):
            if file.exists():
                shutil.copy(file, copy)
        with closing(sqlite3.connect(Path(copy) / home.database.name)) as database:
            yield database


def read_books(home: Home, running: bool) -> Books:
    with open_database(home, running) as database:
        database.execute("BEGIN")  # one snapshot for all that follows
        links = database.execute("SELECT id, short_code, clicks, long_url FROM links").fetchall()
        hourly = Counter()
        for link, clicks in database.execute("SELECT link_id, sum(clicks) FROM click_hourly GROUP BY link_id"):
            hourly[link] = clicks
        segments = database.execute("SELECT lower(hex(segment)), applied, clicks, orphaned FROM journal_segments").fetchall()
    codes = {link: code for link, code, _, _ in links}
    return Books(clicks={code: clicks for _, code, clicks, _ in links},
                 hourly={codes.get(link, f"link {link}, which is gone"): clicks for link, clicks in hourly.items()},
                 targets={code: target for _, code, _, target in links},
                 segments={segment: Segment(*rest) for segment, *rest in segments})


def pending(home: Home, books: Books) -> int:
    """Clicks on disk that the books do not have yet."""
    return sum(len([slot for slot in segment.click_slots if slot >= applied_up_to(books, segment.id)])
               for segment in journal_reader.read_directory(home.journal))


def applied_up_to(books: Books, segment_id: str) -> int:
    return books.segments[segment_id].applied if segment_id in books.segments else 0


def check_books(books: Books):
    """SQL agrees with itself at any moment, whatever happened: marks and increments are one transaction."""
    for code, clicks in books.clicks.items():
        assert clicks == books.hourly.get(code, 0), f"{code}: {clicks} clicks, but {books.hourly.get(code, 0)} by the hour"
    total, marked = sum(books.clicks.values()), sum(segment.clicks for segment in books.segments.values())
    assert total == marked, f"links have {total} clicks, their segments gave {marked}"


def check_journal(home: Home, books: Books):
    """For every segment still on disk: its valid records below the mark are exactly those in the counters."""
    for segment in journal_reader.read_directory(home.journal):
        row = books.segments.get(segment.id, Segment(0, 0, 0))
        below = len([slot for slot in segment.click_slots if slot < row.applied])
        assert below == row.clicks + row.orphaned, (
            f"segment {segment.id}: {below} records below slot {row.applied}, but {row.clicks} clicks and "
            f"{row.orphaned} orphans were counted")


def check_clients(books: Books, log: Log, exact: bool):
    """Per link: `302s seen <= count <= requests sent`; without a kill, `count = 302s seen`. A 503 is no click."""
    assert not log.odd, f"{len(log.odd)} odd answers, the first: {log.odd[:3]}"
    for code, sent in log.sent.items():
        seen, count = log.seen[code], books.clicks[code]
        if exact:
            assert count == seen, f"{code}: {seen} redirects seen, {count} counted ({sent} sent)"
        else:
            assert seen <= count <= sent - log.refused[code], f"{code}: {seen} redirects seen, {count} counted, {sent} sent"


def check_links(books: Books, answered: dict[str, str]):
    """Every link whose creation was answered is there."""
    lost = {code: url for code, url in answered.items() if books.targets.get(code) != url}
    assert not lost, f"{len(lost)} answered links are lost or changed: {list(lost.items())[:3]}"


def wait_drained(server: Server, log: Log, exact: bool, deadline: float = DEADLINE) -> Books:
    """Waits until every click on disk is in the books (and, when the count must be exact, until no click in memory
    is missing). A run that does not get there has failed."""
    expected = sum(log.seen.values())
    drained = []

    def done() -> bool:
        books = read_books(server.home, running=True)
        drained[:] = [books]
        total = sum(books.clicks[code] for code in log.sent)
        return total >= expected and pending(server.home, books) == 0

    try:
        poll(done, "the journal to drain", deadline, every=0.05)
    except AssertionError as late:
        books, metrics = drained[0], server.metrics()
        raise AssertionError(f"{late}: {expected} redirects seen, {sum(books.clicks[code] for code in log.sent)} counted, "
                             f"{pending(server.home, books)} pending on disk, "
                             f"{metrics['urltrim_journal_backlog_records']:.0f} pending in the server, "
                             f"{metrics['urltrim_relay_failures_total']:.0f} failed deliveries") from late
    return drained[0]


def audit(server: Server, log: Log, exact: bool, answered: dict[str, str] | None = None) -> Books:
    """The last line of every fault test: drains the running server and checks every conservation law."""
    books = wait_drained(server, log, exact)
    check_books(books)
    check_journal(server.home, books)
    check_clients(books, log, exact)
    check_links(books, answered or {})
    return books


def audit_dead(home: Home) -> Books:
    """What must hold at the moment of death, before anything was recovered."""
    books = read_books(home, running=False)
    check_books(books)
    check_journal(home, books)
    return books
