"""Making a new node: its own agency and the first system administrator, as the database's owner. Once."""

import uuid
from datetime import timedelta

from sqlalchemy import create_engine, make_url

from clew.domain.accounts.invitations import enrolment_code, set_enrolment
from clew.domain.accounts.model import Invitation
from clew.domain.accounts.rules import check_login
from clew.domain.accounts.service import add_agency_row, audited
from clew.kernel import clock, ids
from clew.kernel.errors import Conflict
from clew.kernel.events import Event
from clew.kernel.ids import AgencyId, OfficerId
from clew.kernel.settings import settings
from clew.store import postgres
from clew.store.db import Work

NODE = "NODE"


def make_node(login: str, *, full_name: str, country: str) -> Invitation:
    """Make the node's agency and its first system administrator. Raises Conflict when there is one already."""
    url = make_url(postgres.dsn_for(postgres.OWNER, settings())).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        with engine.begin() as conn:
            work = Work(conn)
            if work.first("SELECT 1 FROM clew.officers"):
                raise Conflict("This node has its first administrator already. Log in as him, or have him reset.")
            invitation = _first(work, check_login(login), full_name, country)
            work.finish()
    finally:
        engine.dispose()
    return invitation


def _first(work: Work, login: str, full_name: str, country: str) -> Invitation:
    agency, officer = AgencyId(ids.ordered()), OfficerId(ids.random())
    add_agency_row(work, agency, NODE, "Operators of this node", country, "coordination", "")
    work.write("INSERT INTO clew.officers (id, agency_id, login, full_name, roles) "
               "VALUES (:id, :agency, :login, :name, ARRAY['system_administrator'])",
               {"id": officer, "agency": agency, "login": login, "name": full_name})
    code, ends = enrolment_code(), clock.now() + timedelta(days=7)
    set_enrolment(work, officer, code, ends)
    rows: dict[str, uuid.UUID] = {"agencies": agency, "officers": officer}
    work.record(Event("make_node", officer_id=officer, agency_id=agency,
                      row_hashes={key: value for table, one in rows.items()
                                  for key, value in audited(work, table, one).items()}))
    return Invitation(officer, login, code, ends)
