"""The triage pages as forms and links: facets lead on, views are kept, batches taken, priorities and profiles set."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from clew.domain.exhibits import service as exhibits
from clew.domain.triage import priorities, profiles, views
from clew.kernel.settings import Settings
from tests.node import cheap_passwords
from tests.web.desk import Desk, make_desk


@pytest.fixture(scope="module")
def desk(shared_database: Settings) -> Iterator[Desk]:
    with cheap_passwords(), make_desk(shared_database) as made:
        yield made


def addresses(page: str, word: str) -> list[str]:
    """Return where links lead whose words hold this one."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page, re.S)
    return [html.unescape(address) for address, said in found if word in said]


def asked_in(address: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(parse_qs(urlsplit(address).query).get("asked", ["{}"])[0])
    return found


def test_facets_lead_to_the_selection_with_and_without_a_value(desk: Desk) -> None:
    base = f"/cases/{desk.ids['mine']}/triage"
    page = desk.get("ada", base).text
    assert 'class="number">2</span>' in page
    address = addresses(page, "Picture")[0]
    assert asked_in(address) == {"kind": ["picture"]}
    narrowed = desk.get("ada", address).text
    assert asked_in(addresses(narrowed, "Picture")[0]) == {}, "the same link leads back"
    assert asked_in(addresses(narrowed, "not seen yet")[0]) == {"kind": ["picture"], "seen": False}
    assert asked_in(addresses(page, "Refused")[0]) == {"state": ["refused"]}
    assert asked_in(addresses(page, "Unfold stacks")[0]) == {"folded": False}
    ordered = desk.get("ada", f"{base}?order=size&asked={json.dumps({'seen': False})}").text
    assert html.unescape(re.search(r'<triage-grid[^>]* asked="([^"]*)"', ordered)[1]) == '{"seen": false, "order": "size"}'  # type: ignore[index]
    assert "facet-linked" in desk.get("ada", f"{base}/counts?links=true").text
    assert asked_in(addresses(page, "with links")[0]) == {"linked": True}
    linked = desk.get("ada", addresses(page, "with links")[0]).text
    assert 'class="number">2</span>' in linked
    assert desk.get("ada", f"{base}?asked=[1]").status_code == 400


def test_a_view_is_saved_shared_and_forgotten(desk: Desk) -> None:
    case = desk.ids["mine"]
    gone = desk.post("ada", f"/cases/{case}/views", name="Films", asked='{"kind": ["film"]}', shared="yes")
    assert gone.status_code == 303
    assert asked_in(gone.headers["location"]) == {"kind": ["film"]}
    page = desk.get("ada", gone.headers["location"]).text
    assert asked_in(addresses(page, "Films")[0]) == {"kind": ["film"]}
    saved = views.list_views(desk.node.viewers["ada"], case)[0]  # type: ignore[arg-type]
    assert saved.shared
    assert desk.post("ada", f"/views/{saved.id}/drop", case=case).headers["location"] == f"/cases/{case}/triage"
    assert desk.post("ada", f"/views/{saved.id}/drop", case=case).status_code == 404


def test_a_batch_opens_as_a_selection_of_its_own(desk: Desk) -> None:
    case = desk.ids["mine"]
    gone = desk.post("ada", f"/cases/{case}/batches", asked='{"order": "size"}')
    taken = parse_qs(urlsplit(gone.headers["location"]).query)
    page = desk.get("ada", gone.headers["location"]).text
    assert f'selection="{taken["selection"][0]}"' in page
    with desk.browser("ada") as client:
        assert client.get(f"/api/v1/selections/{taken['selection'][0]}").json()["total"] == 2


def test_priorities_are_added_moved_and_taken_out_with_their_effect(desk: Desk) -> None:
    base, ada = f"/cases/{desk.ids['mine']}/priorities", desk.node.viewers["ada"]
    assert "No rule yet" in desk.get("ada", base).text
    for name, asked in (("Films", {"kind": ["film"]}), ("Pictures", {"kind": ["picture"], "order": "size"})):
        assert desk.post("ada", base, act="add", name=name, asked=json.dumps(asked)).status_code == 303
    page = desk.get("ada", base).text
    assert "Kind: Film" in page
    assert re.findall(r'<td class="number">(\d+)</td>', page) == ["0", "2", "0"]
    desk.post("ada", base, act="up", at="1")
    assert [one.name for one in priorities.list_priorities(ada)] == ["Pictures", "Films"]
    desk.post("ada", base, act="down", at="0")
    desk.post("ada", base, act="out", at="0")
    desk.post("ada", base, act="out", at="9")
    assert [(one.name, one.where) for one in priorities.list_priorities(ada)] == [("Pictures", {"kind": ["picture"]})]
    assert desk.post("ada", base, act="add", name="All", asked="{}").status_code == 400


def test_an_administrator_makes_and_chooses_a_profile(desk: Desk) -> None:
    admin, viewer = "admin.xa-viu", desk.node.viewers["admin.xa-viu"]
    refused = desk.post(admin, "/profiles", name="Ours")
    assert refused.status_code == 400
    assert 'value="Ours"' in refused.text
    assert desk.post(admin, "/profiles", name="Ours", label0="open", label1="grave", none="0").status_code == 303
    made = next(one for one in profiles.list_profiles(viewer) if one.own)
    assert [(one.code, one.label, one.means_none) for one in made.codes] == [(0, "open", True), (1, "grave", False)]
    assert desk.post(admin, f"/profiles/{made.id}", name="Ours", label1="graver").status_code == 303
    assert desk.post(admin, f"/profiles/{made.id}", name="").status_code == 400
    assert desk.post(admin, f"/profiles/{made.id}/choose").status_code == 303
    page = desk.get("ada", f"/cases/{desk.ids['mine']}/triage").text
    assert "graver" in page
    assert "VICS" not in re.search(r'<triage-grid.*?</triage-grid>', page, re.S)[0]  # type: ignore[index]
    assert desk.get("ada", "/profiles").status_code == 403
    assert "graver" not in desk.get("admin.xb-cpc", "/profiles").text


def test_opening_an_exhibit_notes_it_as_seen_and_tells_its_categories(desk: Desk) -> None:
    ada, case = desk.node.viewers["ada"], desk.ids["mine"]
    one = exhibits.list_exhibits(ada, case).tiles[0].id  # type: ignore[arg-type]
    with desk.browser("ada") as client:
        said = client.post(f"/api/v1/cases/{case}/acts", headers={"X-CSRF-Token": desk.csrf("ada")}, json={
            "profile_id": str(profiles.PACKAGED), "code": 3, "exhibits": [str(one)]})
    assert said.json()["changed"] == 1
    page = desk.get("ada", f"/exhibits/{one}").text
    assert "3 CGI or animation" in page
    seen = desk.get("ada", f"/cases/{case}/triage/counts").text
    assert asked_in(addresses(seen, ">seen<")[0]) == {"seen": True}
