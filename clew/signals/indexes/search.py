"""The compiled loops that answer: probe the bands, or scan every row. Neither leaves out a pair.

Bucket ends are read first for all probes, candidates next, rows last, each fetched ahead, so that the waits for
memory overlap instead of adding up.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import compiled, popcount, prefetch
from clew.signals.indexes.plan import RADIUS

AHEAD = 24  # how many reads are under way before the first is needed
QUERY_AT, DISTANCE_AT = 40, 34  # a hit in one word: which query (23 bits), distance (6), row (34)
ROW_MASK = (1 << DISTANCE_AT) - 1
MOST_QUERIES = 1 << 23
Hits = NDArray[np.int64]


@compiled
def _distance(rows: Any, i: Any, query: Any) -> Any:
    """Return the distance of row i; when the first half alone exceeds any radius in use, that half is enough."""
    half: Any = popcount(rows[i, 0] ^ query[0]) + popcount(rows[i, 1] ^ query[1])
    if half > RADIUS:
        return half
    return half + popcount(rows[i, 2] ^ query[2]) + popcount(rows[i, 3] ^ query[3])


@compiled
def band_key(rows: Any, i: Any, first: int, width: int) -> Any:
    """Return bits first..first+width of row i, counted from the top of word 0, as a bucket number."""
    word, shift = first >> 6, first & 63
    bits = rows[i, word] << np.uint64(shift)
    if shift + width > 64:
        bits |= rows[i, word + 1] >> np.uint64(64 - shift)
    return np.int64(bits >> np.uint64(64 - width))


@compiled
def _grown(answer: Any, count: int) -> Any:
    if count < len(answer):
        return answer
    larger = np.empty(4 * len(answer), np.int64)
    larger[:count] = answer
    return larger


@compiled
def _scan_on(which: int, query: Any, rows: Any, radius: int, answer: Any, count: int, start: int) -> Any:
    """Scan from row `start` until the rows end or the room does; return (row reached, hits)."""
    for i in range(start, len(rows)):
        distance = _distance(rows, i, query)
        if distance <= radius:
            if count == len(answer):
                return i, count
            answer[count] = which << QUERY_AT | distance << DISTANCE_AT | i
            count += 1
    return len(rows), count


@compiled
def _scanned(which: int, query: Any, rows: Any, radius: int, answer: Any, count: int) -> Any:
    reached, count = _scan_on(which, query, rows, radius, answer, count, 0)
    while reached < len(rows):
        answer = _grown(answer, count)
        reached, count = _scan_on(which, query, rows, radius, answer, count, reached)
    return answer, count


@compiled
def _buckets(queries: Any, which: int, bands: Any, masks: Any, offsets: Any, spans: Any, stride: int) -> Any:
    """Note for each probed bucket: first and last posting, band, what the next band may differ by; return the sums."""
    filled: Any = 0
    total: Any = 0
    for b in range(len(bands)):
        key = band_key(queries, which, bands[b, 0], bands[b, 1])
        base, start, stop, pair = bands[b, 2], bands[b, 3], bands[b, 4], bands[b, 6]
        for j in range(start, min(start + AHEAD, stop)):
            prefetch(offsets, base + (key ^ masks[j]))
        for j in range(start, stop):
            if j + AHEAD < stop:
                prefetch(offsets, base + (key ^ masks[j + AHEAD]))
            bucket = base + (key ^ masks[j])
            low, high = np.int64(offsets[bucket]), np.int64(offsets[bucket + 1])
            spans[filled, 0], spans[filled, 1] = b * stride + low, b * stride + high
            spans[filled, 2], spans[filled, 3] = b, pair - popcount(np.uint64(masks[j]))
            filled += 1 if high > low else 0
            total += high - low
    return filled, total


@compiled
def _earlier(rows: Any, i: Any, queries: Any, which: int, bands: Any, band: int, bits: int) -> Any:
    """Tell whether a band before `band` has already led to this row, so that it is answered once."""
    for b in range(band):
        first, width, following = bands[b, 0], bands[b, 1], bands[b, 7]
        here = popcount(np.uint64(band_key(rows, i, first, width) ^ band_key(queries, which, first, width)))
        if here <= bands[b, 5]:
            check = band_key(rows, i, following, 32 - bits) ^ band_key(queries, which, following, 32 - bits)
            if popcount(np.uint64(check)) <= bands[b, 6] - here:
                return True
    return False


@compiled
def _gathered(spans: Any, filled: int, postings: Any, checks: Any, bits: int, candidates: Any, origins: Any) -> Any:
    """Collect the rows whose next band can still agree, and the band that led to each; return how many."""
    row_mask = np.int64((1 << bits) - 1)
    kept: Any = 0
    for j in range(filled):
        if j + AHEAD < filled:
            prefetch(postings, spans[j + AHEAD, 0])
        band, allowed = spans[j, 2], spans[j, 3]
        for place in range(spans[j, 0], spans[j, 1]):
            posting = np.int64(postings[place])
            candidates[kept], origins[kept] = posting & row_mask, band
            kept += 1 if popcount(np.uint64((posting >> bits) ^ checks[band])) <= allowed else 0
    return kept


@compiled
def scan(queries: Any, rows: Any, radius: int) -> Hits:
    """Return a hit for every row within `radius` of each query, by comparing with every row."""
    answer, count = np.empty(64, np.int64), 0
    for which in range(len(queries)):
        answer, count = _scanned(which, queries[which], rows, radius, answer, count)
    return answer[:count]


@compiled
def find(
    queries: Any, rows: Any, bands: Any, masks: Any, offsets: Any, postings: Any, bits: int, radius: int, limit: int
) -> Hits:
    """Return the same as `scan`, through the bands; a query with more than `limit` candidates is scanned.

    `bits` of each posting number its row; the others are the first bits of the row's next band.
    """
    answer, count = np.empty(64, np.int64), 0
    spans, checks = np.empty((len(masks) + 1, 4), np.int64), np.empty(len(bands), np.int64)
    candidates, origins = np.empty(8192, np.uint32), np.empty(8192, np.uint8)
    for which in range(len(queries)):
        query = queries[which]
        filled, total = _buckets(queries, which, bands, masks, offsets, spans, len(rows))
        if total > limit:
            answer, count = _scanned(which, query, rows, radius, answer, count)
            continue
        if total >= len(candidates):
            candidates, origins = np.empty(total + 1, np.uint32), np.empty(total + 1, np.uint8)
        for b in range(len(bands)):
            checks[b] = band_key(queries, which, bands[b, 7], 32 - bits)
        kept = _gathered(spans, filled, postings, checks, bits, candidates, origins)
        for i in range(kept):
            if i + AHEAD < kept:
                prefetch(rows, np.int64(candidates[i + AHEAD]))
            row = np.int64(candidates[i])
            distance = _distance(rows, row, query)
            if distance <= radius and not _earlier(rows, row, queries, which, bands, origins[i], bits):
                answer = _grown(answer, count)
                answer[count] = which << QUERY_AT | distance << DISTANCE_AT | row
                count += 1
    return answer[:count]
