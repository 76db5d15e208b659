"""A job that fails for good ends its file or search with a reason; nobody waits for ever."""

from sqlalchemy import text

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.matching import service as matching
from clew.domain.matching.give_up import give_up
from clew.kernel.settings import Settings
from clew.store import postgres
from clew.store.db import database as opened
from clew.store.vault import vault
from tests.node import make_test_node


def test_files_of_jobs_given_up_end_with_a_reason(database: Settings) -> None:
    node = make_test_node(database)
    node.agency("XA-VIU")
    anna = node.officer("XA-VIU", "anna")
    case = cases.open_case(anna, "A-1")
    contribution = contributions.begin_contribution(anna, case.id).id
    for name in ("opened.jpg", "compared.jpg"):
        stored = vault().blobs.put([name.encode()])
        contributions.add_file(anna, contribution, name, stored=stored)
    with opened().engine(postgres.SYSTEM).connect() as conn, conn.begin():
        conn.execute(text("UPDATE clew.files SET status = 'imported' WHERE path = 'compared.jpg'"))
        conn.execute(text("UPDATE clew.pgqueuer SET status = 'failed', entrypoint = CASE WHEN id = (SELECT max(id) "
                          "FROM clew.pgqueuer) THEN 'match' ELSE entrypoint END"))

    assert give_up() == 2
    assert give_up() == 0

    progress = contributions.get_progress(anna, contribution)
    assert (progress.refused, progress.stopped, progress.waiting) == (1, 1, 0)
    assert progress.finished
    assert all(file.reason for file in contributions.list_files(anna, contribution))


def test_a_search_whose_job_was_given_up_ends_and_its_file_goes(database: Settings) -> None:
    node = make_test_node(database)
    node.agency("XA-VIU")
    anna = node.officer("XA-VIU", "anna")
    stored = vault().blobs.put([b"asked for"])
    made = matching.search(anna, cases.open_case(anna, "A-1").id, purpose="same room?", name="x.jpg", stored=stored)
    assert give_up() == 0
    with opened().engine(postgres.SYSTEM).connect() as conn, conn.begin():
        conn.execute(text("UPDATE clew.pgqueuer SET status = 'failed'"))

    assert (give_up(), give_up()) == (1, 0)

    found = matching.get_search(anna, made)
    assert found.state == "refused" and "again" in found.reason
    assert not vault().blobs.looks_whole(stored.object_name, stored.size)
