"""A small node for tests: agencies, officers with every role, cases and material, all made through the doors."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyotp
import pytest
from argon2 import PasswordHasher

from clew.domain.accounts import door, service
from clew.domain.accounts.model import Agency, Invitation
from clew.domain.accounts.node import make_node
from clew.kernel.settings import Settings, use_settings
from clew.kernel.viewer import Viewer
from clew.store.db import database
from clew.store.keys import make_keys
from clew.store.vault import vault

PASSWORD = "a long sentence for tests"


@dataclass
class Login:
    """An enrolled officer of a test."""

    name: str
    secret: str
    used: int = 0

    def code(self) -> str:
        """Return a code that was not used yet, without waiting for the next one."""
        step = max(int(time.time()) // 30 - 1, self.used + 1)
        self.used = step
        return pyotp.TOTP(self.secret).at(step * 30)


@dataclass
class Node:
    """A migrated node and the officers enrolled on it."""

    at: Settings
    agencies: dict[str, Agency] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)

    def enrol(self, invitation: Invitation) -> Viewer:
        """Enrol an invited officer and log him in."""
        fresh = door.new_secret(invitation.login)
        login = Login(invitation.login, fresh.secret)
        door.enrol(invitation.login, invitation.code, PASSWORD, fresh.secret, login.code())
        self.logins[invitation.login] = login
        return self.log_in(invitation.login)

    def log_in(self, name: str) -> Viewer:
        """Log an enrolled officer in and keep him as the viewer of that name."""
        login = self.logins[name]
        opened = door.log_in(name, PASSWORD, login.code())
        with database().viewer_work(opened.token) as (work, viewer):
            work.record(service.event(viewer, "test"))
        self.viewers[name] = viewer
        return viewer

    def agency(self, code: str, *, kind: str = "unit") -> Viewer:
        """Add an agency of country code[:2] with its administrator, named admin.<code>."""
        made = service.add_agency(self.viewers["root"], code, name=f"Unit {code}", country=code[:2], kind=kind,
                                  contact=f"desk@{code.lower()}.example")
        self.agencies[code] = made
        return self.enrol(service.appoint_officer(
            self.viewers["root"], made.id, login=f"admin.{code.lower()}", full_name=f"Admin {code}",
            roles=["agency_administrator"]))

    def officer(self, code: str, name: str, *roles: str) -> Viewer:
        """Add an officer to an agency and log him in."""
        return self.enrol(service.add_officer(self.viewers[f"admin.{code.lower()}"], name, full_name=name.title(),
                                              roles=roles or ["investigator"]))


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Hash passwords with next to no work while a test makes its officers."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    door._nobody.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_hasher", lambda: hasher)
        yield
    door._nobody.cache_clear()


def make_test_node(at: Settings) -> Node:
    """Make a node of these settings with its system administrator `root`."""
    use_settings(at)
    make_keys(at.keys, data=at.home)
    vault()
    node = Node(at)
    node.enrol(make_node("root", full_name="Root", country="XZ"))
    return node
