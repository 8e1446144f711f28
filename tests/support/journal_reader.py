#!/usr/bin/env python3
"""Reads click journals. Written from docs/journal_format.md with the standard library alone, so that it can be a
witness against the product: it shares no code with it.

    python3 journal_reader.py DIR     prints what every segment of DIR holds, as JSON
"""

import json
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem, xor
from pathlib import Path

SLOT = 64
HEADER = struct.Struct("<8sHHI16sq20xI")
CLICK = struct.Struct("<IBxHqqQQIII8xI")
STRING = struct.Struct("<IBBH52sI")
CLICK_KIND, STRING_KIND = 1, 2
assert HEADER.size == CLICK.size == STRING.size == SLOT


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes, before: int = 0) -> int:
    """CRC-32C of `data`, going on from the CRC `before`."""
    crc = before ^ 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def _slot_tables():
    """What each byte of a slot adds to its CRC, by its place: CRCs are linear, and one look-up per byte without a loop
    in Python is twice as fast."""
    tables = [_TABLE]
    for _ in range(SLOT - 5):
        tables.append([_TABLE[crc & 0xFF] ^ crc >> 8 for crc in tables[-1]])
    return tables[::-1]


_SLOT_TABLES = _slot_tables()


def slot_crc(slot: bytes, empty: int) -> int:
    """The CRC of the first 60 bytes of `slot`; `empty` is that of 60 zeros, going on from the same seed."""
    return empty ^ reduce(xor, map(getitem, _SLOT_TABLES, slot))


class Unreadable(Exception):
    """Not a segment, or one that this reader must leave alone."""


@dataclass
class Click:
    slot: int
    link: int
    time_ms: int
    flags: int
    client_network: int
    visitor: int
    user_agent: str | None
    referrer_host: str | None
    language: str | None


@dataclass
class Segment:
    id: str
    path: Path
    slots: int
    created_ms: int
    end: int = 1    # one past the last valid slot
    void: int = 0   # before `end`, and no record
    torn: int = 0   # from `end` on: begun, never committed
    clicks: list[Click] = field(default_factory=list)
    strings: dict[int, str | None] = field(default_factory=dict)  # by first slot; None if a part is missing

    @property
    def click_slots(self) -> list[int]:
        return [click.slot for click in self.clicks]

    @property
    def clicks_by_link(self) -> Counter:
        return Counter(click.link for click in self.clicks)


def read_segment(path) -> Segment:
    path = Path(path)
    data = path.read_bytes()
    if len(data) < SLOT:
        raise Unreadable(f"{path}: too short for a header")
    magic, version, slot_size, slots, raw_id, created_ms, crc = HEADER.unpack(data[:SLOT])
    if magic != b"URLTRIMJ" or crc != crc32c(data[:SLOT - 4]):
        raise Unreadable(f"{path}: no valid header")
    if version != 1 or slot_size != SLOT:
        raise Unreadable(f"{path}: version {version} with slots of {slot_size} bytes")
    if path.name.split(".")[0] != raw_id.hex():
        raise Unreadable(f"{path}: its id is {raw_id.hex()}")
    segment = Segment(raw_id.hex(), path, slots, created_ms)

    empty = crc32c(bytes(SLOT - 4), crc32c(raw_id))
    click_slots, parts, damaged, damaged_before_end = [], {}, 0, 0
    for number in _written_slots(data, slots):
        slot = data[number * SLOT:(number + 1) * SLOT]
        own_number, kind = struct.unpack_from("<IB", slot)
        committed = struct.unpack_from("<I", slot, SLOT - 4)[0]
        right = kind in (CLICK_KIND, STRING_KIND) and own_number == number and committed == slot_crc(slot, empty)
        if not right:
            damaged += 1
            continue
        segment.end, damaged_before_end = number + 1, damaged
        if kind == CLICK_KIND:
            click_slots.append(slot)
        else:
            parts[number] = STRING.unpack(slot)
    segment.void = segment.end - 1 - len(click_slots) - len(parts)
    segment.torn = damaged - damaged_before_end
    segment.strings = {number: _text(parts, number) for number, part in parts.items() if part[2] == 0}
    segment.clicks = [_click(slot, segment.strings) for slot in click_slots]
    return segment


def _written_slots(data: bytes, slots: int):
    """Numbers of the slots that are not empty, skipping long stretches of nothing quickly."""
    empty_page = bytes(SLOT * SLOT)
    empty = bytes(SLOT)
    for first in range(0, slots, SLOT):
        page = data[first * SLOT:(first + SLOT) * SLOT]
        if page == empty_page[:len(page)]:
            continue
        for number in range(max(first, 1), min(first + SLOT, slots)):
            slot = data[number * SLOT:(number + 1) * SLOT]
            if len(slot) == SLOT and slot != empty:
                yield number


def _text(parts: dict, first: int) -> str | None:
    length = parts[first][3]
    count = -(-length // 52)
    wanted = [parts.get(first + index) for index in range(count)]
    if any(part is None or part[2] != index or part[3] != length for index, part in enumerate(wanted)):
        return None
    return b"".join(part[4] for part in wanted)[:length].decode("utf-8", "surrogateescape")


def _click(slot: bytes, strings: dict) -> Click:
    number, _, flags, link, time_ms, network, visitor, agent, referrer, language, _ = CLICK.unpack(slot)
    return Click(number, link, time_ms, flags, network, visitor,
                 strings.get(agent), strings.get(referrer), strings.get(language))


def read_directory(directory) -> list[Segment]:
    """Every segment of `directory`, oldest first. A segment may be written or deleted while it is read."""
    segments = []
    for path in Path(directory).glob("*.seg"):
        try:
            segments.append(read_segment(path))
        except FileNotFoundError:
            continue
    return sorted(segments, key=lambda segment: (segment.created_ms, segment.id))


def main(directory) -> int:
    segments, unreadable = [], []
    for path in sorted(Path(directory).glob("*.seg")):
        try:
            segments.append(read_segment(path))
        except Unreadable as problem:
            unreadable.append(str(problem))
    segments.sort(key=lambda segment: (segment.created_ms, segment.id))
    json.dump({
        "segments": [{
            "id": segment.id,
            "slots": segment.slots,
            "created_ms": segment.created_ms,
            "end": segment.end,
            "void": segment.void,
            "torn": segment.torn,
            "clicks": [vars(click) for click in segment.clicks],
            "clicks_by_link": {str(link): count for link, count in sorted(segment.clicks_by_link.items())},
            "strings": {str(slot): text for slot, text in segment.strings.items()},
        } for segment in segments],
        "unreadable": unreadable,
    }, sys.stdout, indent=1)
    print()
    return 1 if unreadable else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
