"""Triage of a large case in a real browser: a key to the painted frame, scrolling, first paint; facets of a million exhibits.

Run: python -m benchmarks.triage [--size EXHIBITS] [--facets EXHIBITS]   (50,000 and 1,000,000 unless told)
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg
from playwright.sync_api import Page

from benchmarks.throwaway import Running, fill, running_node
from clew.domain.cases import service as cases
from clew.domain.triage import acts, jobs, service
from clew.domain.triage.profiles import PACKAGED
from clew.store import postgres
from clew.store.vault import vault
from clew.web.session import PLAIN_COOKIE
from tests.web.browser import chromium, small_picture

MOVES, LABELS, ASKED, SPEED, BULK = 200, 60, 20, 3000, 100_000
# Facts as the trigger writes them, for rows that were filled without it: 20 cameras, 5 kinds of file, 15 years, 3 sizes.
_FACTS = """
    INSERT INTO clew.case_words
        SELECT '{case}', 'camera', 'Camera ' || n, n FROM generate_series(1, 20) n ON CONFLICT DO NOTHING;
    INSERT INTO clew.case_words
        SELECT '{case}', 'format', 'image/' || n, n FROM generate_series(1, 5) n ON CONFLICT DO NOTHING;
    INSERT INTO clew.case_words SELECT '{case}', 'contribution', e.contribution_id::text, 1 FROM clew.exhibits e
        WHERE e.case_id = '{case}' LIMIT 1 ON CONFLICT DO NOTHING;
    INSERT INTO clew.exhibit_facts (exhibit_id, case_id, cube, size, taken_at)
        SELECT e.id, e.case_id, 1 + CASE WHEN r.n % 50 = 0 THEN 1 ELSE 0 END + 8 + (r.n % 3 << 8)
               + ((40 + r.n % 15)::bigint << 14) + ((1 + r.n % 5)::bigint << 22) + ((1 + r.n * 7 % 20)::bigint << 30)
               + (1::bigint << 42), 300000 + r.n,
               timestamp '2010-01-01' + make_interval(hours => (r.n % 130000)::int)
        FROM (SELECT e.*, row_number() OVER () AS n FROM clew.exhibits e WHERE e.case_id = '{case}') r
        JOIN clew.exhibits e ON e.id = r.id WHERE NOT EXISTS (SELECT 1 FROM clew.exhibit_facts f WHERE f.exhibit_id = e.id);
"""


_HALF = """
    INSERT INTO clew.categories (exhibit_id, agency_id, case_id, number, cube, profile_id, code, officer_id)
        SELECT f.exhibit_id, '{agency}', f.case_id, f.number, f.cube, 'c1a55e00-0000-4000-8000-000000000001', f.number % 5,
               '{officer}' FROM clew.exhibit_facts f WHERE f.case_id = '{case}' AND f.number % 2 = 0"""
# Filled pictures have no thumbnail that opens: those at the end, which are looked at, have none.
_BARE = """
    UPDATE clew.media SET safe_thumbnail = NULL WHERE id IN (SELECT e.media_id FROM clew.exhibits e JOIN clew.exhibit_facts f
        ON f.exhibit_id = e.id WHERE e.case_id = '{case}' ORDER BY f.number DESC LIMIT 120000)"""


def behind(node: Running, *statements: str) -> None:
    with psycopg.connect(postgres.embedded(node.at).admin_dsn(postgres.DATABASE), autocommit=True) as conn:
        for statement in statements:
            conn.execute(statement.encode())


def filled(node: Running, rows: int, case: str) -> None:
    """Fill a case, with one real thumbnail for all of its pictures."""
    fill(node, rows, case)
    behind(node, _FACTS.format(case=case), _BARE.format(case=case), "VACUUM ANALYZE clew.exhibit_facts")


def give_thumbnails(node: Running, case: str, rows: int = 20_000) -> None:
    """Give the first exhibits a thumbnail of their own, sealed as the worker seals it."""
    seal = vault().keyring.seal_small
    with psycopg.connect(postgres.embedded(node.at).admin_dsn(postgres.DATABASE), autocommit=True) as conn:
        found = conn.execute("SELECT e.media_id FROM clew.exhibits e JOIN clew.exhibit_facts f ON f.exhibit_id = e.id "
                             "WHERE e.case_id = %s ORDER BY f.number LIMIT %s", [case, rows])
        media = [row[0] for row in found.fetchall()]
        with conn.cursor() as cursor:
            cursor.executemany("UPDATE clew.media SET safe_thumbnail = %s WHERE id = %s", [
                (seal(small_picture(str(n % 40)), f"thumbnail:{one}"), one) for n, one in enumerate(media)])


# Each key is timed from its event to the frame that shows it: two animation frames later the first has been painted.
_TIMED = """async ([keys, shift]) => {
    const grid = document.querySelector('triage-grid [role=grid]'), times = [];
    grid.focus();
    for (const key of keys) {
        const code = /^[0-9]$/.test(key) ? `Digit${key}` : key;
        const began = performance.now();
        grid.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, shiftKey: shift }));
        await new Promise((done) => requestAnimationFrame(() => { const c = new MessageChannel();
            c.port1.onmessage = done; c.port2.postMessage(0); }));
        times.push(performance.now() - began);
        await new Promise((done) => setTimeout(done, 12));
    }
    return times; }"""
_SCROLLED = """async ([speed, seconds]) => {
    const port = document.querySelector('triage-grid .port'), frames = [];
    let last = performance.now(), end = last + seconds * 1000;
    await new Promise((done) => requestAnimationFrame(function step(now) {
        frames.push(now - last); port.scrollTop += speed * (now - last) / 1000; last = now;
        now < end ? requestAnimationFrame(step) : done(); }));
    return frames.slice(1); }"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[18], 1)


def figure(name: str, times: list[float], unit: str = "ms", better: str = "lower", value: float | None = None) -> dict[str, Any]:
    return {"name": name, "value": p95(times) if value is None else value, "unit": unit, "better": better, "peer": None,
            "peer_value": None, "ratio": None, "runs": len(times), "spread": [round(min(times), 1), round(max(times), 1)],
            "median": round(statistics.median(times), 1)}


def opened(page: Page, node: Running, case: str) -> float:
    """Open the triage page and return the milliseconds until tiles with pictures stand there."""
    began = time.perf_counter()
    page.goto(f"{node.address}/cases/{case}/triage")
    page.wait_for_selector("triage-grid .tile img[src^='data:']")
    return (time.perf_counter() - began) * 1000


def in_the_browser(node: Running, case: str, rows: int) -> list[dict[str, Any]]:
    """Measure what an officer feels."""
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.add_cookies([{"name": PLAIN_COOKIE, "value": node.token, "url": node.address}])
        page = context.new_page()
        opens = [opened(page, node, case) for _ in range(11)][1:]  # the first one starts the server's threads
        paint = float(page.evaluate(_PAINT))
        moves = page.evaluate(_TIMED, [(["ArrowRight"] * 5 + ["ArrowDown"] * 3 + ["PageDown"]) * (MOVES // 9), False])
        page.evaluate(_TIMED, [["Home"], False])
        page.wait_for_timeout(800)
        labels = page.evaluate(_TIMED, [["1", "2", "3"] * (LABELS // 3), False])
        frames = page.evaluate(_SCROLLED, [SPEED, 4])
        return [figure(f"first useful paint, {rows} exhibits", opens), figure("first contentful paint", [paint, paint]),
                figure(f"arrow key to painted frame, {rows} exhibits", moves),
                figure("label key to painted frame", labels),
                figure(f"frames a second at {SPEED} px/s", frames, "fps", "higher", round(1000 / statistics.mean(frames), 1))]


def timed(ask: Callable[[], object]) -> list[float]:
    ask()
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return times


def in_the_database(node: Running, case: Any, rows: int) -> list[dict[str, Any]]:
    """Measure the verbs on a large case: facets, opening a selection, deep pages, bulk."""
    viewer = node.viewer
    facets = timed(lambda: service.count_facets(viewer, case, asked={}))
    narrowed = timed(lambda: service.count_facets(viewer, case, asked={"camera": ["Camera 3"], "category": ["none"]}))
    few = timed(lambda: service.open_selection(viewer, case, asked={"camera": ["Camera 3"], "order": "taken"}))[:5]
    behind(node, _HALF.format(case=case, agency=viewer.agency_id, officer=viewer.officer_id), "VACUUM ANALYZE clew.categories")
    decided = timed(lambda: service.count_facets(viewer, case, asked={}))
    kept = service.open_selection(viewer, case, asked={})
    tiles = timed(lambda: service.show_tiles(viewer, kept.id, start=rows - 100, count=60))
    act = timed(lambda: acts.categorise(viewer, case, profile_id=PACKAGED, code=1, selection_id=kept.id, places=[(5, 5)]))
    long = acts.categorise(viewer, case, profile_id=PACKAGED, code=2, selection_id=kept.id, places=[(0, BULK - 1)])
    began = time.perf_counter()
    jobs.act({"act": str(long.id)})
    bulk = [time.perf_counter() - began] * 2
    return [figure(f"facet counts, {rows} exhibits", facets),
            figure(f"facet counts of a narrowed selection, {rows} exhibits", narrowed),
            figure(f"opening a selection by camera and time, {rows} exhibits", few),
            figure(f"facet counts, half of {rows} exhibits categorised", decided),
            figure(f"categorising {BULK} exhibits, the worker's steps, {rows} exhibits", bulk, "s"),
            figure("a page of 60 tiles at the end", tiles),
            figure("one category, kept on the node", act)]


def measure(size: int = 50_000, facets: int = 1_000_000) -> dict[str, Any]:
    """Return {"machine", "figures"}."""
    with running_node(worker=False) as node:
        filled(node, size, node.case_id)
        give_thumbnails(node, node.case_id)
        found = in_the_browser(node, node.case_id, size)
        large = cases.open_case(node.viewer, "BENCH-3", title="Large").id
        filled(node, facets, str(large))
        found += in_the_database(node, large, facets)
    return {"machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "figures": found}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--facets", type=int, default=1_000_000)
    given = parser.parse_args()
    print(json.dumps(measure(given.size, given.facets), indent=1))
