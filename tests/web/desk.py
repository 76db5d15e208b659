"""Two agencies at their desks for the page tests: cases that hit each other, material, and browsers without a browser."""

import io
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpx
import numpy as np
from PIL import Image

from clew.domain.cases import service as cases
from clew.domain.exhibits import contributions
from clew.domain.exhibits.model import Contribution
from clew.domain.links import service as links
from clew.domain.matching import tools
from clew.domain.matching.jobs import JOBS
from clew.kernel.ids import CaseId
from clew.kernel.settings import Settings
from clew.kernel.viewer import Viewer
from clew.store import jobs
from clew.store.vault import vault
from clew.web import clear
from clew.web.session import PLAIN_COOKIE, csrf_of
from tests.node import Node, make_test_node
from tests.web.in_process import asked_in_process


def picture(seed: int, quality: int = 90) -> bytes:
    """A picture of soft patches; the same seed at another quality is a near-copy."""
    coarse = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    held = io.BytesIO()
    Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(held, "JPEG", quality=quality)
    return held.getvalue()


def bring(viewer: Viewer, case: CaseId, source: str, **files: bytes) -> Contribution:
    """Contribute files and say that this was all."""
    into = contributions.begin_contribution(viewer, case, source=source)
    for name, content in files.items():
        stored = vault().blobs.put([content])
        _, kept = contributions.add_file(viewer, into.id, f"DCIM/{name}.jpg", stored=stored)
        if not kept:
            vault().blobs.drop(stored.object_name)
    contributions.close_contribution(viewer, into.id)
    return into


@dataclass
class Desk:
    """The node, and an officer's browser for every login."""

    node: Node
    transport: httpx.BaseTransport
    ids: dict[str, str] = field(default_factory=dict)

    def browser(self, name: str = "") -> httpx.Client:
        """Return a client that holds the session of an officer, or none."""
        client = httpx.Client(transport=self.transport, base_url="http://localhost")
        if name:
            client.cookies.set(PLAIN_COOKIE, self.node.viewers[name].token)
        return client

    def csrf(self, name: str) -> str:
        return csrf_of(self.node.viewers[name].token)

    def post(self, who: str, path: str, /, **fields: str | list[str]) -> httpx.Response:
        """Post a form as a page of this officer does."""
        with self.browser(who) as client:
            return client.post(path, data={"csrf": self.csrf(who)} | fields)

    def get(self, name: str, path: str) -> httpx.Response:
        with self.browser(name) as client:
            return client.get(path)


@contextmanager
def make_desk(at: Settings) -> Iterator[Desk]:
    """Two units: ada (XA) and bo (XB), a shared picture, a near-copy in an open case, and a file that is refused."""
    with closing(clear._sandbox), closing(tools.sandbox()):
        yield from _desk(at)


def _desk(at: Settings) -> Iterator[Desk]:
    node = make_test_node(at)
    node.agency("XA-VIU")
    node.agency("XB-CPC")
    ada, bo = node.officer("XA-VIU", "ada"), node.officer("XB-CPC", "bo")
    mine = cases.open_case(ada, "A-2026/1", title="Striped curtain").id
    theirs = cases.open_case(bo, "B-2026/7", contact="lantern@xb.example").id
    hidden = cases.open_case(bo, "B-2026/8").id
    came = bring(ada, mine, "Phone", one=picture(1), two=picture(2), broken=b"\xff\xd8\xff\xe0 no picture")
    bring(bo, theirs, "Stick", same=picture(1), near=picture(2, 60))
    secret = bring(bo, hidden, "Stick", other=picture(9))
    jobs.drain(JOBS, at)
    with asked_in_process() as transport:
        desk = Desk(node, transport, {"mine": str(mine), "theirs": str(theirs), "hidden": str(hidden),
                                      "came": str(came.id), "secret": str(secret.id)})
        share(desk, "network")
        found = links.list_links(ada, mine)
        desk.ids["link"] = str(next(one.link_id for one in found if one.link_id))
        desk.ids["exhibit"] = str(found[0].exhibit_id)
        yield desk


def share(desk: Desk, audience: str, hits: str = "contact") -> None:
    """Set whom bo's first case is open to."""
    answer = desk.post("bo", f"/cases/{desk.ids['theirs']}/policy", team="agency", audience=audience, hits=hits,
                       expires="2030-01-01")
    assert answer.status_code == 303, answer.text


def shown_ids(html: str) -> set[str]:
    """Return every id a page holds."""
    return set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", html))
