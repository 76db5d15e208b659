"""A node of three agencies for the tests of services: Anna and Art of XA, Ben of XB, Cleo of XC."""

import datetime
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from clew.domain.cases import service as cases
from clew.domain.cases.model import Policy
from clew.domain.exhibits import contributions
from clew.kernel.events import Event
from clew.kernel.ids import CaseId, ExhibitId, LinkId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store.db import database
from clew.store.postgres import database_name
from clew.store.vault import vault
from tests.database import TestServer
from tests.node import Node, cheap_passwords, make_test_node


@dataclass
class House:
    """The node with shortcuts for material; the sandbox is never needed."""

    node: Node
    admin: psycopg.Connection[tuple[Any, ...]]
    cases_made: int = 0

    def viewer(self, name: str) -> Viewer:
        return self.node.viewers[name]

    def log_in(self, name: str) -> Viewer:
        """Log an officer in again, as if the codes he used were of an hour ago."""
        self.behind("UPDATE clew.officers SET totp_step = 0, failed_tries = 0 WHERE login = %s", name)
        self.node.logins[name].used = 0
        return self.node.log_in(name)

    def behind(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the server's administrator, behind every guard."""
        ran = self.admin.execute(sql.encode(), params)
        return ran.fetchall() if ran.description else []

    def case(self, name: str, **policy: Any) -> CaseId:
        """Open a case of an officer, with a policy other than the first one."""
        self.cases_made += 1
        case = cases.open_case(self.viewer(name), f"T-{self.cases_made}").id
        if policy:
            cases.set_policy(self.viewer(name), case, policy=self.policy(**policy))
        return case

    def policy(self, **policy: Any) -> Policy:
        """Return a policy that ends in a year."""
        return Policy(**{"expires": datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(365), **policy})

    def bring(self, name: str, case: CaseId, *contents: str) -> list[ExhibitId]:
        """Bring files into a case, as if they had been opened."""
        delivery = contributions.begin_contribution(self.viewer(name), case)
        made = []
        for content in contents:
            stored = vault().blobs.put([content.encode()])
            added, kept = contributions.add_file(self.viewer(name), delivery.id, f"{content}.jpg", stored=stored)
            if not kept:
                vault().blobs.drop(stored.object_name)
            assert added.exhibit_id is not None
            made.append(added.exhibit_id)
        self.behind("UPDATE clew.media SET kind = 'picture', described_at = now() WHERE id IN "
                    "(SELECT media_id FROM clew.exhibits WHERE id = ANY (%s))", made)
        self.behind("UPDATE clew.exhibits SET state = 'imported', compared = true WHERE id = ANY (%s)", made)
        self.behind("UPDATE clew.files SET status = 'imported', matched = true WHERE exhibit_id = ANY (%s) "
                    "AND status = 'waiting'", made)
        return made

    def media(self, exhibit: ExhibitId) -> uuid.UUID:
        found: uuid.UUID = self.behind("SELECT media_id FROM clew.exhibits WHERE id = %s", exhibit)[0][0]
        return found

    def link(self, one: ExhibitId, other: ExhibitId, *, value: float = 0.95, verdict: str = "match") -> LinkId:
        """Store a link between the content of two exhibits, as the worker does."""
        a, b = sorted((self.media(one), self.media(other)))
        made = LinkId(uuid.uuid4())
        with database().system_work() as work:
            work.write("INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why) VALUES "
                       "(:id, :a, :b, 'pdq', 1, :value, :verdict, 'near')",
                       {"id": made, "a": a, "b": b, "value": value, "verdict": verdict})
            work.record(Event("test"))
        return made

    def last_event(self, verb: str) -> tuple[Any, ...]:
        """Return case, subject, purpose and detail of the newest event of a verb."""
        return self.behind("SELECT case_id, subject, purpose, payload -> 'detail' FROM clew.events WHERE verb = %s "
                           "ORDER BY at DESC, arrival DESC LIMIT 1", verb)[0]


@pytest.fixture(scope="module")
def house(server: TestServer, shared_database: Settings) -> Iterator[House]:
    """Return the node, one for a whole file."""
    dsn = server.server.admin_dsn(database_name(shared_database))
    with cheap_passwords(), psycopg.connect(dsn, autocommit=True) as admin:
        node = make_test_node(shared_database)
        for code in ("XA-VIU", "XB-VIU", "XC-VIU"):
            node.agency(code)
        for code, name in (("XA-VIU", "anna"), ("XA-VIU", "art"), ("XB-VIU", "ben"), ("XC-VIU", "cleo")):
            node.officer(code, name)
        yield House(node, admin)
        database().close()
