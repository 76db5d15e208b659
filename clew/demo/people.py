"""The people and cases of the demo world, made through the same doors as everybody's."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

import pyotp

from clew.demo.world import AgencyPlan, CasePlan, World
from clew.domain.accounts import door, service
from clew.domain.accounts.model import Invitation
from clew.domain.accounts.node import make_node
from clew.domain.cases import service as cases
from clew.domain.cases.model import Policy
from clew.domain.exhibits import contributions
from clew.kernel import clock
from clew.kernel.errors import NotFound
from clew.kernel.ids import ContributionId
from clew.kernel.viewer import Viewer
from clew.store.db import database
from clew.store.vault import vault

PASSWORD = "look for the thread"  # noqa: S105  a demo's, printed on the screen
_STEP = 30


@dataclass
class DemoLogin:
    """A login of the demo, with its one-time-code secret."""

    login: str
    password: str
    secret: str
    who: str


def logins(home: Path) -> list[DemoLogin]:
    """Return the demo's logins, as kept beside its data."""
    path = home / "demo-logins.json"
    return [DemoLogin(**one) for one in json.loads(path.read_text())] if path.exists() else []


def code_of(secret: str) -> str:
    """Return the one-time code of the present moment."""
    return pyotp.TOTP(secret).now()


class People:
    """Enrols and logs in; keeps the secrets in a file of the demo."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._known = {one.login: one for one in logins(home)}
        self._viewers: dict[str, Viewer] = {}

    def enrol(self, invitation: Invitation, who: str) -> None:
        """Enrol an invited officer and write his secret down."""
        secret = door.new_secret(invitation.login).secret
        door.enrol(invitation.login, invitation.code, PASSWORD, secret, _code(secret, -1))
        self._known[invitation.login] = DemoLogin(invitation.login, PASSWORD, secret, who)
        path = self._home / "demo-logins.json"
        path.write_text(json.dumps([asdict(one) for one in self._known.values()], indent=1))
        path.chmod(0o600)

    def viewer(self, login: str) -> Viewer:
        """Return a logged-in officer."""
        if login not in self._viewers:
            secret = self._known[login].secret
            opened = door.log_in(login, PASSWORD, _code(secret, 0), kind="command-line")
            with database().viewer_work(opened.token) as (_, viewer):
                self._viewers[login] = viewer
        return self._viewers[login]

    def log_out(self) -> None:
        """End the sessions made here."""
        for viewer in self._viewers.values():
            service.revoke_session(viewer, viewer.session_id)


def _code(secret: str, shift: int) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + shift * _STEP)


def fill(world: World, home: Path, *, progress: Callable[[int, int], None]) -> None:
    """Make agencies, officers, cases and policies, bring all files in and wait until they are searchable."""
    people = People(home)
    if not logins(home):
        people.enrol(make_node("root", full_name="Operator of the demo", country="XZ"), "system administrator")
    brought: list[tuple[Viewer, ContributionId]] = []
    for agency in world.agencies:
        _agency(people, agency)
        for case in agency.cases:
            viewer = people.viewer(case.officer)
            brought += [(viewer, one) for one in _case(world, viewer, case)]
    _wait(brought, progress)
    people.log_out()


def _agency(people: People, plan: AgencyPlan) -> None:
    root = people.viewer("root")
    if any(one.code == plan.code for one in service.list_agencies(root)):
        return
    made = service.add_agency(root, plan.code, name=plan.name, country=plan.country, kind=plan.kind, contact=plan.contact)
    administrator = f"admin.{plan.code.lower()}"
    people.enrol(service.appoint_officer(root, made.id, login=administrator, full_name=f"Administrator of {plan.code}",
                                         roles=["agency_administrator"]), f"administrator of {plan.name}")
    for officer in plan.officers:
        roles = [role for role in officer.roles if role in {"investigator", "analyst"}]
        if roles:
            invited = service.add_officer(people.viewer(administrator), officer.login, full_name=officer.name, roles=roles)
            people.enrol(invited, f"{', '.join(roles)} of {plan.name}")


def _case(world: World, viewer: Viewer, plan: CasePlan) -> list[ContributionId]:
    """Open a case, bring its files and set its policy; what is there already stays."""
    try:
        case = cases.find_case(viewer, plan.reference)
    except NotFound:
        case = cases.open_case(viewer, plan.reference, title=plan.title)
    contribution = contributions.begin_contribution(viewer, case.id, source="demo world")
    for file in plan.files:
        stored = vault().blobs.put([world.path(file).read_bytes()])
        name = file.path.split("/", 2)[-1]
        _, kept = contributions.add_file(viewer, contribution.id, name, stored=stored)
        if not kept:
            vault().blobs.drop(stored.object_name)
    contributions.close_contribution(viewer, contribution.id)
    cases.set_policy(viewer, case.id, policy=_policy(viewer, plan))
    return [contribution.id]


def _policy(viewer: Viewer, plan: CasePlan) -> Policy:
    wanted = plan.policy
    kind = wanted.audience if wanted.audience in {"own", "network"} else "listed"
    policy = Policy(audience=wanted.audience_agencies if kind == "listed" else (), deny=wanted.deny, hits=wanted.hits,
                    conditions=wanted.conditions, expires=clock.now().date() + timedelta(days=wanted.expires_in_days))
    policy = replace(policy, audience_kind="listed" if kind == "listed" else "network" if kind == "network" else "own")
    return replace(policy, team_kind="listed", team=(viewer.officer_id,)) if wanted.team != "agency" else policy


def _wait(brought: list[tuple[Viewer, ContributionId]], progress: Callable[[int, int], None]) -> None:
    while True:
        states = [contributions.get_progress(viewer, one) for viewer, one in brought]
        total = sum(state.files for state in states)
        waiting = sum(state.waiting + state.imported - state.matched - state.stopped for state in states)
        progress(total - waiting, total)
        if not waiting:
            return
        time.sleep(0.5)
