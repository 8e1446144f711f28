"""kill -9 at random moments, hundreds of times, under load: nothing answered is lost, nothing is counted twice.

The seed is printed; URLTRIM_SEED repeats a run's choices, URLTRIM_KILLS sets how many kills there are.
"""

import os
import random
import time

import pytest
from support.load import Creator, Load, Log
from support.oracles import audit, audit_dead, check_links, read_books

KILLS = int(os.environ.get("URLTRIM_KILLS", 200))
SEED = int(os.environ.get("URLTRIM_SEED", random.SystemRandom().randrange(1 << 32)))
KILLS_PER_AUDIT = 10

VARIANTS = [
    {"THREADS": "1", "JOURNAL_SYNC": "process"},
    {"THREADS": "2", "JOURNAL_SYNC": "interval:5ms"},
    {"THREADS": "1", "JOURNAL_SYNC": "interval:20ms"},
    {"THREADS": "2", "JOURNAL_SYNC": "group"},
    {"THREADS": "1", "JOURNAL_SYNC": "group"},
    {"THREADS": "2", "JOURNAL_SYNC": "process"},
]


@pytest.mark.parametrize("variant", range(len(VARIANTS)))
def test_counts_are_exact_after_kills_at_random_moments(make_server, variant):
    choose = random.Random(SEED + variant)
    print(f"URLTRIM_SEED={SEED}, variant {VARIANTS[variant]}")
    server = make_server(VARIANTS[variant]).start()
    links = {server.create(f"https://example.com/{number}"): f"https://example.com/{number}" for number in range(5)}
    log, answered, broken = Log(), {}, 0
    kills = KILLS // len(VARIANTS) + (variant < KILLS % len(VARIANTS))

    for first in range(0, kills, KILLS_PER_AUDIT):
        load = Load(server.port, links, connections=6, depth=choose.choice([1, 4, 16]), agents=choose.choice([0, 50, 100000]),
                    seed=choose.random())
        creator = Creator(server.port, f"made-{first}")
        load.start()
        creator.start()
        for _ in range(first, min(first + KILLS_PER_AUDIT, kills)):
            kill_at_a_random_moment(server, load, choose)
            check_links(audit_dead(server.home), creator.answered.copy())
            server.launch()
        server.wait_ready()
        log.merge(load.stop())
        answered |= creator.stop()
        broken += load.broken
        audit(server, log, exact=False, answered=answered)

    books = read_books(server.home, running=True)
    print(f"{kills} kills: {sum(log.seen.values())} redirects seen of {sum(log.sent.values())} asked for, {broken} connections "
          f"with answers owed, {len(answered)} links answered, {len(books.segments)} segments")
    assert broken > kills / 4, "hardly a request was under way when the server died: this run has tested little"
    assert sum(log.seen.values()) > 10 * kills, "hardly a redirect was answered: this run has tested little"
    server.terminate()


def kill_at_a_random_moment(server, load: Load, choose: random.Random):
    """One kill in three strikes the start itself: opening the database, recovering what the last kill left. The others
    come after some redirects, or after a second of a machine that is too busy for so many."""
    if choose.random() < 1 / 3:
        time.sleep(choose.uniform(0, 0.06))  # the moment is the test: any moment will do
    else:
        server.wait_ready()
        enough = load.redirects + choose.randrange(4000)
        end = time.monotonic() + 1
        while load.redirects < enough and time.monotonic() < end:
            time.sleep(0.001)
    server.kill()
