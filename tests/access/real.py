"""A world of the oracle as a real node: officers and cases through the doors, links and policies as rows."""

import datetime
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, make_url

from clew.domain.accounts import service as accounts
from clew.domain.accounts.model import Agency as RealAgency
from clew.domain.cases import service as cases
from clew.domain.cases.model import Audience, Policy
from clew.domain.cases.policy import write_policy
from clew.domain.exhibits import contributions
from clew.kernel.events import Event
from clew.kernel.ids import OfficerId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import db
from clew.store.db import Database, T, Work
from clew.store.postgres import APP
from clew.store.vault import vault
from tests.access.oracle import READ, Agency, Case, Exhibit, Officer, World
from tests.node import Node, cheap_passwords, make_test_node


@dataclass
class Real:
    """A node that holds a world; every name of the world leads to the id of the real thing."""

    world: World
    node: Node
    admin: psycopg.Connection[tuple[Any, ...]]
    agencies: dict[str, RealAgency] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    cases: dict[str, uuid.UUID] = field(default_factory=dict)
    contributions: dict[str, uuid.UUID] = field(default_factory=dict)
    exhibits: dict[str, uuid.UUID] = field(default_factory=dict)
    media: dict[str, uuid.UUID] = field(default_factory=dict)
    links: dict[frozenset[str], uuid.UUID] = field(default_factory=dict)

    def behind(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the server's administrator, behind every guard."""
        ran = self.admin.execute(sql.encode(), params)
        return ran.fetchall() if ran.description else []

    def name_of(self, things: dict[str, uuid.UUID]) -> dict[uuid.UUID, str]:
        """Return id -> name."""
        return {one: name for name, one in things.items()}

    def search(self, viewer: Officer, case: Case, media: list[str]) -> uuid.UUID:
        """Write a finished search of an officer that found these media."""
        one, me = uuid.uuid4(), self.viewers[viewer.name]
        self.behind("INSERT INTO clew.searches (id, officer_id, agency_id, case_id, purpose, name, sha256, object_name, "
                    "wrapped_key, state) VALUES (%s, %s, %s, %s, 'a purpose', 'f', '', '', '', 'done')",
                    one, me.officer_id, me.agency_id, self.cases[case.name])
        for name in media:
            self.behind("INSERT INTO clew.search_hits (search_id, exhibit_id, matcher, value, verdict, why) "
                        "SELECT %s, id, 'pdq', 0.95, 'match', 'near' FROM clew.exhibits WHERE media_id = %s",
                        one, self.media[name])
        return one

    def selection(self, viewer: Officer, case: Case) -> uuid.UUID:
        """Write a selection that an officer has opened."""
        return self._triage("selections (id, officer_id, case_id, asked, members, total)", viewer, case, "'{}', '{}', 0")

    def view(self, viewer: Officer, case: Case) -> uuid.UUID:
        """Write a saved view of an officer."""
        return self._triage("saved_views (id, officer_id, case_id, asked, name, agency_id)", viewer, case, "'{}', 'v', %s",
                            self.viewers[viewer.name].agency_id)

    def act(self, viewer: Officer, case: Case) -> uuid.UUID:
        """Write an act of an officer."""
        return self._triage("acts (id, officer_id, case_id, verb, targets, total, state, agency_id)", viewer, case,
                            "'categorise', '{}', 0, 'done', %s", self.viewers[viewer.name].agency_id)

    def _triage(self, into: str, viewer: Officer, case: Case, values: str, *more: Any) -> uuid.UUID:
        one = uuid.uuid4()
        self.behind(f"INSERT INTO clew.{into} VALUES (%s, %s, %s, {values})", one, self.viewers[viewer.name].officer_id,
                    self.cases[case.name], *more)
        return one

    def profile(self, agency: str) -> uuid.UUID:
        """Write a category profile of an agency."""
        one = uuid.uuid4()
        self.behind("INSERT INTO clew.profiles (id, agency_id, name) VALUES (%s, %s, 'p')", one, self.agencies[agency].id)
        self.behind("INSERT INTO clew.profile_codes (profile_id, code, label) VALUES (%s, 1, 'one')", one)
        return one

    def upload(self, viewer: Officer, case: Case) -> uuid.UUID:
        """Begin an upload of four bytes in the name of an officer."""
        one = uuid.uuid4()
        self.behind("INSERT INTO clew.uploads (id, contribution_id, case_id, officer_id, path, length) "
                    "VALUES (%s, %s, %s, %s, 'new.jpg', 4)", one, self.contributions[case.name],
                    self.cases[case.name], self.viewers[viewer.name].officer_id)
        vault().uploads.create(one, 4)
        return one

    def build(self) -> None:
        """Make everything."""
        for agency in self.world.agencies:
            self._agency(agency)
        for case in self.world.cases:
            self._case(case)
        self.behind("UPDATE clew.media SET kind = 'picture', media_type = 'image/jpeg', described_at = now()")
        self.behind("UPDATE clew.exhibits SET state = 'imported', compared = true")
        self.behind("UPDATE clew.files SET status = 'imported', matched = true")
        for pair in sorted(self.world.links, key=sorted):
            if pair <= self.media.keys():
                self._link(pair)
        for mine, other in self.world.disclosed:
            self.behind("INSERT INTO clew.disclosures (case_id, other_case_id, officer_id) SELECT %s, %s, id "
                        "FROM clew.officers LIMIT 1", self.cases[mine], self.cases[other])
        self.behind("UPDATE clew.officers SET mode = 'full'")
        for officer in self.world.officers:
            self._end(officer)

    def _agency(self, agency: Agency) -> None:
        root = self.node.viewers["root"]
        made = accounts.add_agency(root, agency.name, name=f"Agency {agency.name}", country=agency.country,
                                   kind=agency.kind, contact=f"desk@{agency.name.lower()}.example")
        self.agencies[agency.name] = made
        admin = None
        officers = [one for one in self.world.officers if one.agency == agency]
        for officer in sorted(officers, key=lambda one: one.roles != {"agency_administrator"}):
            roles = sorted(officer.roles - {"biometric"})
            if roles == ["system_administrator"]:
                self.viewers[officer.name] = root
            elif admin is None or roles == ["auditor"]:
                self.viewers[officer.name] = self.node.enrol(accounts.appoint_officer(
                    root, made.id, login=officer.name, full_name=officer.name, roles=roles))
                admin = admin or self.viewers[officer.name]
            else:
                self.viewers[officer.name] = self.node.enrol(accounts.add_officer(
                    admin, officer.name, full_name=officer.name, roles=roles))
        self.behind("UPDATE clew.officers SET roles = roles || 'biometric'::text WHERE login = ANY (%s)",
                    [one.name for one in officers if "biometric" in one.roles])

    def _case(self, case: Case) -> None:
        name = case.owner.name.lower()
        maker, admin = self.viewers[f"inv1-{name}"], self.viewers[f"admin-{name}"]
        made = cases.open_case(maker, case.name, title=f"Title of {case.name}").id
        self.cases[case.name] = made
        delivery = contributions.begin_contribution(maker, made, source="a phone").id
        self.contributions[case.name] = delivery
        for exhibit in self.world.exhibits:
            if exhibit.case == case:
                self._exhibit(maker, exhibit, delivery)
        with db.database().viewer_work(admin.token) as (work, viewer):
            write_policy(work, made, viewer.agency_id, self.policy(case))
            work.record(accounts.event(viewer, "test"))

    def policy(self, case: Case) -> Policy:
        """Return the policy of a case as the program writes it down."""
        today = datetime.datetime.now(datetime.UTC).date()
        team = tuple(OfficerId(self.viewers[one].officer_id) for one in sorted(case.team or ()))
        kind: Audience = "network" if case.audience is None else "listed" if case.audience else "own"
        agencies = {one.name for one in self.world.agencies}
        audience, deny = ([one if one in agencies else f"country:{one}" for one in sorted(named or ())]
                          for named in (case.audience, case.deny))
        return Policy("agency" if case.team is None else "listed", team, kind, tuple(audience),
                      tuple(deny), case.hits, expires=today + datetime.timedelta(case.expires))  # type: ignore[arg-type]

    def _exhibit(self, maker: Viewer, exhibit: Exhibit, delivery: uuid.UUID) -> None:
        stored = vault().blobs.put([f"content {exhibit.media}".encode()])
        added, _ = contributions.add_file(maker, delivery, f"{exhibit.name}.jpg", stored=stored)  # type: ignore[arg-type]
        assert added.exhibit_id is not None
        self.exhibits[exhibit.name] = added.exhibit_id
        self.media[exhibit.media] = self.behind("UPDATE clew.exhibits SET narrowed = %s WHERE id = %s RETURNING media_id",
                                                exhibit.narrowed, added.exhibit_id)[0][0]
        for agency in exhibit.granted & {one.name for one in self.world.agencies}:
            self.behind("INSERT INTO clew.exhibit_grants SELECT %s, id FROM clew.agencies WHERE code = %s",
                        added.exhibit_id, agency)

    def _link(self, pair: frozenset[str]) -> None:
        a, b = sorted(self.media[one] for one in pair)
        self.links[pair] = uuid.uuid4()
        with db.database().system_work() as work:
            work.write("INSERT INTO clew.links (id, media_a, media_b, matcher, version, value, verdict, why) VALUES "
                       "(:id, :a, :b, 'pdq', 1, 0.95, 'match', 'near')", {"id": self.links[pair], "a": a, "b": b})
            work.record(Event("test"))

    def _end(self, officer: Officer) -> None:
        viewer = self.viewers[officer.name]
        if officer.suspended:
            accounts.suspend_officer(self.viewers[f"admin-{officer.agency.name.lower()}"], viewer.officer_id)
        if not officer.logged_in:
            accounts.revoke_session(viewer, viewer.session_id)


def storable(world: World) -> World:
    """Return the world without second exhibits of the same bytes in one case, which the store keeps as one.

    Grants come after exhibits, so that an agency made later can be granted too; grants to the owner mean nothing.
    """
    kept: dict[tuple[str, str], Exhibit] = {}
    for exhibit in world.exhibits:
        kept.setdefault((exhibit.case.name, exhibit.media), exhibit)
    used = {one.media for one in kept.values()}
    return replace(world, exhibits=tuple(kept.values()), links=frozenset(pair for pair in world.links if pair <= used))


@contextmanager
def real_world(at: Settings, admin_dsn: str, world: World) -> Iterator[Real]:
    """Make a node of this world."""
    with cheap_passwords(), psycopg.connect(admin_dsn, autocommit=True) as admin:
        real = Real(storable(world), make_test_node(at), admin)
        real.build()
        yield real
        db.database().close()


class Undone(Database):
    """A database in which every transaction runs to its end and is then undone: writes can be tried for ever."""

    @contextmanager
    def _work(self, login: str, opening: Callable[[Work], T]) -> Iterator[tuple[Work, T]]:
        conn, attempt, work, opened = self._begin(login, opening)
        with closing(conn):
            try:
                yield work, opened
                work.finish()
            finally:
                attempt.rollback()


class FirstWallOnly(Undone):
    """The same without row-level security: the web's login is the server's administrator, so the verbs stand alone."""

    admin_dsn = ""

    def engine(self, login: str) -> Engine:
        """Return the administrator's pool for the web."""
        if login == APP and login not in self._engines:
            url = make_url(self.admin_dsn).set(drivername="postgresql+psycopg")
            self._engines[login] = create_engine(url, pool_size=4)
        return super().engine(login)


def readers(world: World) -> list[Officer]:
    """Return the active officers who may read what is in sight."""
    return [one for one in world.officers if one.roles & READ and one.logged_in and not one.suspended]
