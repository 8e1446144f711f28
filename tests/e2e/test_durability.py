"""What an answer promises is on disk before the answer is sent: seen from outside, in the order of the system calls.

kill -9 cannot show this: what the kernel holds survives it. A power cut would, and this is what is left of one that can
be had on any machine.
"""

import re

import pytest
from support.server import poll
from test_contract import TARGET

CALLS = "recvfrom,recvmsg,read,readv,sendto,sendmsg,write,writev,fdatasync,fsync,pwrite64"
REQUEST, ANSWER, WAL, SYNC_WAL, SYNC_SEGMENT = "request", "answer", "wal", "sync wal", "sync segment"
EVENTS = [  # what a line of the trace means; a call that was interrupted by another thread's line counts where it returns
    (re.compile(r'\b(recvfrom|recvmsg|read|readv)\(.*"(GET|POST) '), REQUEST),
    (re.compile(r'\b(sendto|sendmsg|write|writev)\(.*"HTTP/1.1 (200|302)'), ANSWER),
    (re.compile(r"\bpwrite64\(\d+<[^>]*urltrim.db-wal>"), WAL),
    (re.compile(r"\bf(data)?sync\(\d+<[^>]*urltrim.db-wal>\) += 0"), SYNC_WAL),
    (re.compile(r"\bf(data)?sync\(\d+<[^>]*\.seg(\.\w+)?>\) += 0"), SYNC_SEGMENT)]


@pytest.fixture
def traced(make_server):
    """Starts a server whose system calls are written down, and reads them as a list of events."""

    def start(**env):
        server = make_server(env, prefix=[])
        trace = server.home.path / "trace"
        server.launch(prefix=["strace", "-D", "-f", "-y", "-s", "64", "-o", str(trace), "-e", f"trace={CALLS}"])
        server.wait_ready()
        return server, lambda: events_of(trace.read_text())

    return start


def events_of(trace: str) -> list[str]:
    events, unfinished = [], {}
    for line in trace.splitlines():
        thread, _, call = line.partition(" ")
        if call.rstrip().endswith("<unfinished ...>"):
            unfinished[thread] = call.replace("<unfinished ...>", "").rstrip()
            continue
        if resumed := re.match(r" *<\.\.\. \w+ resumed>", call):
            call = unfinished.pop(thread) + call[resumed.end():]
        events += [event for pattern, event in EVENTS if pattern.search(call)]
    return events


def between_request_and_answer(events: list[str], last: int) -> list[list[str]]:
    """What happened while each of the last requests was answered, one after the other."""
    spans, span = [], None
    for event in events:
        if event == REQUEST:
            span = []
        elif event == ANSWER and span is not None:
            spans.append(span)
            span = None
        elif span is not None:
            span.append(event)
    return spans[-last:]


def test_a_link_is_synced_to_disk_before_it_is_answered(traced):
    server, events = traced()
    for number in range(5):
        server.create(TARGET, f"durable-{number}")
    server.terminate()
    for span in between_request_and_answer(events(), 5):
        assert WAL in span and span[-1] == SYNC_WAL, span


def test_with_group_a_click_is_synced_to_disk_before_its_redirect_is_sent(traced):
    server, events = traced(JOURNAL_SYNC="group")
    code = server.create(TARGET)
    for _ in range(5):
        assert server.get(f"/{code}").status == 302
    server.terminate()
    for span in between_request_and_answer(events(), 5):
        assert SYNC_SEGMENT in span, span


@pytest.mark.parametrize("sync", ["process", "interval:1m", "group"])
def test_clicks_are_synced_to_disk_before_the_store_gets_them(traced, sync):
    """Otherwise a power cut could take a click from the journal that the mark in the store says is there."""
    server, events = traced(JOURNAL_SYNC=sync)
    code = server.create(TARGET)
    for count in range(1, 4):
        before = len(events())
        assert server.get(f"/{code}").status == 302
        poll(lambda count=count: server.metric("urltrim_relay_applied_records_total") == count, "the click to be applied")
        seen = [event for event in events()[before:] if event in (SYNC_SEGMENT, WAL)]
        assert WAL in seen and seen[0] == SYNC_SEGMENT, seen
    server.terminate()
