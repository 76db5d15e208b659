"""The compiled loops that answer: probe the bands, or scan every row. Neither leaves out a pair.

A bucket is read in order and 32 at a time: the next bands of its rows lie side by side, and only where one can still
agree are the row's number and the row itself read, both fetched ahead, so that waits for memory overlap.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.signals.indexes.compiled import BLOCK, agreeing, compiled, popcount, prefetch
from clew.signals.indexes.plan import BANDS, KEYS, RADIUS

AHEAD = 24  # how many reads are under way before the first is needed
BUCKETS_AHEAD, BLOCKS_AHEAD = 12, 8  # buckets, and how many blocks of each, that are fetched before they are read
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
def band_key(row: Any, band: Any) -> Any:
    """Return the 16 bits of a row's band, counted from the top of word 0, as a bucket number."""
    return np.int64((row[band >> 2] >> np.uint64(48 - 16 * (band & 3))) & np.uint64(KEYS - 1))


@compiled
def _differing(row: Any, query: Any, band: Any) -> Any:
    return popcount(np.uint64(band_key(row, band) ^ band_key(query, band)))


@compiled
def _grown(answer: Any, count: int, more: int) -> Any:
    """Return `answer`, or a larger one with its first `count` values, that has room for `more` beyond them."""
    if count + more <= len(answer):
        return answer
    larger = np.empty(4 * (count + more), np.int64)
    larger[:count] = answer[:count]
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
        answer = _grown(answer, count, 1)
        reached, count = _scan_on(which, query, rows, radius, answer, count, reached)
    return answer, count


@compiled
def _buckets(query: Any, bands: Any, masks: Any, offsets: Any, spans: Any, stride: int) -> Any:
    """Note for each probed bucket: first and last posting, next band's key, what that may differ by; return sums."""
    for b in range(BANDS):
        for j in range(bands[b, 0], bands[b, 1]):
            prefetch(offsets, b * (KEYS + 1) + (band_key(query, b) ^ masks[j]))
    filled: Any = 0
    total: Any = 0
    for b in range(BANDS):
        key, following = band_key(query, b), band_key(query, (b + 1) % BANDS)
        for j in range(bands[b, 0], bands[b, 1]):
            bucket = b * (KEYS + 1) + (key ^ masks[j])
            low, high = np.int64(offsets[bucket]), np.int64(offsets[bucket + 1])
            spans[filled, 0], spans[filled, 1] = b * stride + low, b * stride + high
            spans[filled, 2], spans[filled, 3] = following, bands[b, 3] - popcount(np.uint64(masks[j]))
            filled += 1 if high > low else 0
            total += high - low
    return filled, total


@compiled
def _fetch_bucket(checks: Any, spans: Any, j: int) -> None:
    for place in range(spans[j, 0], min(spans[j, 1] + BLOCK, spans[j, 0] + BLOCKS_AHEAD * BLOCK), BLOCK):
        prefetch(checks, place)


@compiled
def _gathered(spans: Any, filled: int, checks: Any, limit: int, places: Any) -> Any:
    """Collect the places of postings whose next band can still agree; return (places, how many), at most `limit` + 1.

    `checks` has BLOCK values to spare at its end.
    """
    count: Any = 0
    for j in range(filled):
        if j + BUCKETS_AHEAD < filled:
            _fetch_bucket(checks, spans, j + BUCKETS_AHEAD)
        stop, wanted, allowed = spans[j, 1], spans[j, 2], spans[j, 3]
        for place in range(spans[j, 0], stop, BLOCK):
            bits = agreeing(checks, place, wanted, allowed)
            if stop - place < BLOCK:
                bits &= (np.uint64(1) << np.uint64(stop - place)) - np.uint64(1)
            if bits == np.uint64(0):
                continue
            places = _grown(places, count, BLOCK)
            while bits != np.uint64(0):
                places[count] = place + popcount(~bits & (bits - np.uint64(1)))
                bits &= bits - np.uint64(1)
                count += 1
            if count > limit:
                return places, count
    return places, count


@compiled
def _earlier(row: Any, query: Any, bands: Any, band: int) -> bool:
    """Tell whether a band before `band` has already led to this row, so that it is answered once."""
    for b in range(band):
        here = _differing(row, query, b)
        if here <= bands[b, 2] and here + _differing(row, query, (b + 1) % BANDS) <= bands[b, 3]:
            return True
    return False


@compiled
def _compared(
    which: int, query: Any, rows: Any, postings: Any, places: Any, kept: int, bands: Any, radius: int, answer: Any,
    count: int
) -> Any:
    """Compare the query with the rows behind `places`; add a hit for each one within `radius`, once."""
    for i in range(min(AHEAD, kept)):
        prefetch(postings, places[i])
    for i in range(kept + AHEAD):
        if i + AHEAD < kept:
            prefetch(postings, places[i + AHEAD])
        if i < kept:
            prefetch(rows, np.int64(postings[places[i]]))
        if i < AHEAD:
            continue
        place = places[i - AHEAD]
        row = np.int64(postings[place])
        distance = _distance(rows, row, query)
        if distance <= radius and not _earlier(rows[row], query, bands, place // len(rows)):
            answer = _grown(answer, count, 1)
            answer[count] = which << QUERY_AT | distance << DISTANCE_AT | row
            count += 1
    return answer, count


@compiled
def scan(queries: Any, rows: Any, radius: int) -> Hits:
    """Return a hit for every row within `radius` of each query, by comparing with every row."""
    answer, count = np.empty(64, np.int64), 0
    for which in range(len(queries)):
        answer, count = _scanned(which, queries[which], rows, radius, answer, count)
    return answer[:count]


@compiled
def find(
    queries: Any, rows: Any, bands: Any, masks: Any, offsets: Any, postings: Any, checks: Any, radius: int, limit: int
) -> Hits:
    """Return the same as `scan`, through the bands; a query with more than `limit` rows to compare is scanned."""
    answer, count, places = np.empty(64, np.int64), 0, np.empty(1024, np.int64)
    spans = np.empty((len(masks) + 1, 4), np.int64)
    for which in range(len(queries)):
        query = queries[which]
        filled, total = _buckets(query, bands, masks, offsets, spans, len(rows))
        kept = limit + 1
        if total <= len(rows):  # else reading the buckets alone takes too long
            places, kept = _gathered(spans, filled, checks, limit, places)
        if kept > limit:
            answer, count = _scanned(which, query, rows, radius, answer, count)
        else:
            answer, count = _compared(which, query, rows, postings, places, kept, bands, radius, answer, count)
    return answer[:count]
