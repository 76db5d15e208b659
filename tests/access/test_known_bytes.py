"""Bytes that are known elsewhere, even by who denies me, answer as bytes that are known nowhere: whatever is asked."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.matching.search import _HIT
from clew.kernel.events import Event
from clew.kernel.ids import CaseId, ContributionId
from clew.kernel.viewer import Viewer
from clew.store.db import database
from clew.store.vault import vault
from tests.access.oracle import Agency, Case, Exhibit, Officer, World
from tests.access.real import Real
from tests.web.in_process import in_process

A0, A1, A2 = Agency("A0", "XA"), Agency("A1", "XB"), Agency("A2", "XC")
SECRET = Case("secret", A0, deny=frozenset({"A1"}))
OPEN = Case("open", A2, audience=None)
MINE = Case("mine", A1)
KNOWN = ("m0", "m1", "m2")  # one for each test
HIDES = ("id", "case_id", "contribution_id", "case_reference", "sha256", "sha1", "md5", "made_at", "first_at", "last_at",
         "after", "exhibit_id", "place")
ASKED = ("/cases/{case}/exhibits", "/cases/{case}/exhibits?only=linked", "/cases/{case}/exhibits?only=refused",
         "/cases/{case}/links", "/cases/{case}/overlap", "/cases/{case}/contributions", "/contributions/{delivery}",
         "/contributions/{delivery}/files", "/exhibits/{exhibit}", "/exhibits/{exhibit}/thumbnail",
         "/exhibits/{exhibit}/signals")


def _world() -> World:
    """A0 denies A1 what it has; A2 shows all agencies something near it, and so has A1 itself."""
    def officers(agency: Agency) -> list[Officer]:
        name = agency.name.lower()
        return [Officer(f"inv1-{name}", agency, frozenset({"investigator"})),
                Officer(f"admin-{name}", agency, frozenset({"agency_administrator"}))]

    agencies = (A0, A1, A2)
    exhibits = (*(Exhibit(f"known{one}", SECRET, one) for one in KNOWN), Exhibit("near", OPEN, "m5"),
                Exhibit("own", MINE, "m9"))
    return World(agencies, tuple(one for agency in agencies for one in officers(agency)), (SECRET, OPEN, MINE), exhibits,
                 frozenset(frozenset({one, near}) for one in KNOWN for near in ("m5", "m9")))


@dataclass
class Brought:
    """One file in a fresh case of A1."""

    case: CaseId
    delivery: ContributionId
    exhibit: uuid.UUID
    media: uuid.UUID


def bring(real: Real, viewer: Viewer, reference: str, content: str) -> Brought:
    """Bring a file into a case of its own; nothing has opened it yet."""
    case = cases.open_case(viewer, reference).id
    delivery = contributions.begin_contribution(viewer, case, source="a phone").id
    stored = vault().blobs.put([content.encode()])
    added, _ = contributions.add_file(viewer, delivery, "new.jpg", stored=stored)
    assert added.exhibit_id is not None
    media = real.behind("SELECT media_id FROM clew.exhibits WHERE id = %s", added.exhibit_id)[0][0]
    return Brought(case, delivery, added.exhibit_id, media)


def describe(real: Real, media: uuid.UUID) -> None:
    """Write down what opening finds out of a content."""
    thumbnail = vault().keyring.seal_small(b"a picture", f"thumbnail:{media}")
    real.behind("UPDATE clew.media SET kind = 'picture', media_type = 'image/jpeg', width = 640, height = 480, duration = 2, "
                "facts = '{\"camera\": \"X\"}', safe_thumbnail = %s, described_at = now() WHERE id = %s", thumbnail, media)
    real.behind("INSERT INTO clew.described VALUES (%s, 'pdq', 2)", media)
    real.behind("INSERT INTO clew.signals (media_id, matcher, version, value) VALUES (%s, 'pdq', 2, '')", media)


def masked(told: object) -> object:
    """Return an answer without ids, times and what the uploader computed himself."""
    if isinstance(told, dict):
        return {name: "-" if name in HIDES and one else masked(one) for name, one in told.items()}
    if isinstance(told, list):
        return [masked(one) for one in told]
    return told


def answers(web: httpx.Client, viewer: Viewer, of: Brought) -> dict[str, object]:
    """Return everything that can be asked of a file, its case and its delivery."""
    found: dict[str, object] = {}
    for asked in ASKED:
        address = asked.format(case=of.case, delivery=of.delivery, exhibit=of.exhibit)
        answer = web.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {viewer.token}"})
        assert answer.status_code in (200, 204), asked
        body = json.loads(answer.content) if "json" in answer.headers.get("content-type", "") else answer.content
        found[asked] = (answer.status_code, masked(body))
    revealed = web.post(f"/api/v1/exhibits/{of.exhibit}/reveal", json={"purpose": "looking"},
                        headers={"Authorization": f"Bearer {viewer.token}"})
    found["reveal"] = (revealed.status_code, re.sub(rb"[0-9a-f-]{36}", b"", revealed.content))
    return found


@pytest.fixture(scope="module")
def real(make_real: Callable[[World], Real]) -> Real:
    """Return the world as a real node, in which what A0 denies has been described, once by an older matcher."""
    real = make_real(_world())
    for one in KNOWN:
        describe(real, real.media[one])
        real.behind("INSERT INTO clew.described VALUES (%s, 'pdq', 1), (%s, 'details', 1)", real.media[one], real.media[one])
    return real


def test_known_bytes_answer_as_unknown_ones_at_every_step(real: Real) -> None:
    me = real.viewers["inv1-a1"]
    known, unknown = bring(real, me, "K-1", "content m0"), bring(real, me, "U-1", "content u1")
    assert known.media == real.media["m0"] != unknown.media
    ids = [known.exhibit, unknown.exhibit]
    with in_process() as web:
        waiting = answers(web, me, known), answers(web, me, unknown)
        assert waiting[0] == waiting[1]

        describe(real, unknown.media)
        real.behind("UPDATE clew.exhibits SET state = 'imported' WHERE id = ANY (%s)", ids)
        opened = answers(web, me, known), answers(web, me, unknown)
        opened[0].pop("reveal"), opened[1].pop("reveal")  # neither is a picture: the sandbox says so
        assert opened[0] == opened[1]
        assert opened[0]["/exhibits/{exhibit}"] != waiting[0]["/exhibits/{exhibit}"]

        real.behind("UPDATE clew.exhibits SET compared = true WHERE id = ANY (%s)", ids)
        compared = answers(web, me, known), answers(web, me, unknown)
        assert compared[0]["/cases/{case}/links"] != compared[1]["/cases/{case}/links"]  # what A2 shows everybody


def test_a_refusal_is_told_in_the_exhibits_own_words(real: Real) -> None:
    me = real.viewers["inv1-a1"]
    known, unknown = bring(real, me, "K-2", "content m1"), bring(real, me, "U-2", "content u2")
    real.behind("UPDATE clew.media SET refusal = 'what A0 was told' WHERE id = %s", known.media)
    with in_process() as web:
        for refusal in ("", "It is damaged."):  # unopened, or opened and found bad
            real.behind("UPDATE clew.exhibits SET state = 'refused', refusal = %s WHERE id = ANY (%s)", refusal,
                        [known.exhibit, unknown.exhibit])
            assert answers(web, me, known) == answers(web, me, unknown)


def test_a_search_finds_what_was_opened_itself(real: Real) -> None:
    """Not by what others' opening of the same content found: the searcher's own waiting exhibit would tell him."""
    me = real.viewers["inv1-a1"]
    known = bring(real, me, "K-4", "content m2")
    mine = Officer("inv1-a1", A1, frozenset({"investigator"}))
    found = []
    for state, in_depth in (("waiting", False), ("imported", False), ("imported", True)):
        real.behind("UPDATE clew.exhibits SET state = %s, in_depth = %s WHERE id = %s", state, in_depth, known.exhibit)
        search = real.search(mine, MINE, [])
        with database().system_work() as work:
            for matcher in ("exact", "pdq", "details"):
                work.write(_HIT, {"search": search, "media": known.media, "matcher": matcher, "value": 1, "verdict": "match",
                                  "why": "x", "parameters": "{}", "where": "{}"})
            work.record(Event("test"))
        found.append({row[0] for row in real.behind("SELECT matcher FROM clew.search_hits WHERE search_id = %s "
                                                    "AND exhibit_id = %s", search, known.exhibit)})
    assert found == [{"exact"}, {"exact", "pdq"}, {"exact", "pdq", "details"}]
    real.behind("UPDATE clew.exhibits SET state = 'waiting', in_depth = false WHERE id = %s", known.exhibit)


def test_the_tables_behind_tell_no_link_of_it_either(real: Real) -> None:
    """The second wall: raw rows and functions, without the verbs' predicates."""
    me = real.viewers["inv1-a1"]
    known = bring(real, me, "K-3", "content m2")
    with database().viewer_work(me.token) as (work, _):
        assert not work.rows("SELECT 1 FROM clew.links WHERE :media IN (media_a, media_b)", {"media": known.media})
        assert not work.rows("SELECT 1 FROM clew.exhibit_signals(:one)", {"one": known.exhibit})
        for link in (link for pair, link in real.links.items() if "m2" in pair):
            assert work.value("SELECT clew.link_sides(:link)", {"link": link}) is None
        assert not work.rows("SELECT 1 FROM clew.linked_exhibits(:case)", {"case": known.case})
        assert not work.rows("SELECT 1 FROM clew.stacks_of(:case, :media)", {"case": known.case, "media": [known.media]})
