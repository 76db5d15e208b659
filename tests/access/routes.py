"""Every API route with what it needs by access.md: on which object, whom the oracle lets through, what it then answers."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access.oracle import Case, Officer, World, hit, in_team, may, may_grant, sight

Answer = Callable[[World, Officer, Any], str]  # the oracle's word for an officer's try on a thing (None: missing)
BYTES = "application/offset+octet-stream"
STATUS = {"not_logged_in": {401}, "not_your_role": {403}, "not_found": {404}, "not_yours": {403, 404}, "not_expired": {422}}


@dataclass(frozen=True)
class Route:
    """One route: the kind of object in its path, the oracle's rule, an example request, the answer when allowed."""

    rule: Answer
    of: str = ""  # "", case, every case, reference, contribution, exhibit, link, search, upload, officer, agency, session
    ok: int = 200
    ask: dict[str, Any] = field(default_factory=dict)


def verb(name: str) -> Answer:
    """A verb that needs only its right, whatever it is done on."""
    return lambda world, viewer, thing: "yes" if may(viewer, name, None) == "not_found" else may(viewer, name, None)


def on(name: str) -> Answer:
    """A verb on a case or an exhibit."""
    return lambda world, viewer, thing: may(viewer, name, thing)


def anyone(world: World, viewer: Officer, thing: object) -> str:
    """An act on one's own account: whoever is logged in."""
    return may(viewer, "create_case") if may(viewer, "create_case") == "not_logged_in" else "yes"


def team(name: str) -> Answer:
    """A verb on the delivery of files into a case: the team's own work (reading n)."""
    def rule(world: World, viewer: Officer, thing: Any) -> str:
        answer = may(viewer, name, thing)
        return "not_found" if answer == "yes" and not in_team(viewer, thing) else answer
    return rule


def narrowing(world: World, viewer: Officer, thing: Any) -> str:
    """Narrowing or granting one exhibit: its team, who know it; an administrator who cannot see it cannot narrow it."""
    answer = may(viewer, "set_policy", thing)
    known = thing is not None and sight(viewer, thing) and in_team(viewer, thing.case)
    return "not_found" if answer == "yes" and not known else answer


def under_its_case(world: World, viewer: Officer, thing: Any) -> str:
    """A search from an exhibit names no case here: both the exhibit and the case it lies in must be known."""
    answer = may(viewer, "search", thing)
    return may(viewer, "search", thing.case) if answer == "yes" else answer


def nobody(name: str) -> Answer:
    """An act on a thing that nobody has: the right is asked first."""
    return lambda world, viewer, thing: may(viewer, name, None)


def a_link(name: str) -> Answer:
    """A link: whoever knows both its sides."""
    def rule(world: World, viewer: Officer, thing: frozenset[str] | None) -> str:
        answer = may(viewer, name, None)
        if answer != "not_found" or thing is None:
            return answer
        pairs = [(a, b) for a in world.exhibits for b in world.exhibits if frozenset({a.media, b.media}) == thing]
        return "yes" if any(hit(world, viewer, a, b) == "link" for a, b in pairs) else "not_found"
    return rule


def own_thing(name: str, rule: Answer) -> Answer:
    """A search or upload: its officer's own, under a case he still may."""
    def judged(world: World, viewer: Officer, thing: tuple[str, Case] | None) -> str:
        mine = thing is not None and thing[0] == viewer.name
        return rule(world, viewer, thing[1] if thing is not None and mine else None)
    return judged


def on_officer(world: World, viewer: Officer, target: Officer | None) -> str:
    """An administrator's act on an officer of his agency: not on himself, not on a higher account."""
    if (answer := may(viewer, "officers")) != "yes":
        return answer
    if target is None or target.agency != viewer.agency:
        return "not_found"
    return "yes" if may_grant(world, viewer, target, "investigator") else "not_your_role"


def on_profile(world: World, viewer: Officer, agency: Any) -> str:
    """A category profile: its own agency's administrator changes it."""
    answer = may(viewer, "officers")
    return "not_found" if answer == "yes" and agency != viewer.agency else answer


def on_appointed(world: World, viewer: Officer, target: Officer | None) -> str:
    """The system administrator's reset: of administrators and auditors, who hold nothing else."""
    if (answer := may(viewer, "operate")) != "yes":
        return answer
    if target is None:
        return "not_found"
    appointed = target.roles <= {"agency_administrator", "auditor"}
    return "yes" if appointed else "not_your_role"


def on_agency(world: World, viewer: Officer, agency: object) -> str:
    """The system administrator's act on an agency."""
    answer = may(viewer, "operate")
    return "not_found" if answer == "yes" and agency is None else answer


def first_administrator(world: World, viewer: Officer, agency: Any) -> str:
    """Appointing an administrator: the first one only."""
    answer = on_agency(world, viewer, agency)
    has = any("agency_administrator" in one.roles for one in world.officers if one.agency == agency)
    return "not_your_role" if answer == "yes" and has else answer


def erasing(world: World, viewer: Officer, case: Any) -> str:
    """Erasing a case: its owner's administrator, once it has expired."""
    answer = may(viewer, "set_policy", None)
    if answer == "not_found" and "agency_administrator" not in viewer.roles:
        return "not_your_role"
    if answer != "not_found" or case is None or case.owner != viewer.agency:
        return answer
    return "yes" if case.expires <= 0 else "not_expired"


def own_session(world: World, viewer: Officer, thing: str | None) -> str:
    """A session: one's own."""
    answer = anyone(world, viewer, None)
    return "not_found" if answer == "yes" and thing != viewer.name else answer


def address(path: str, thing: object) -> str:
    """Return the address of a route for one thing."""
    path = path.replace("{agency_code}", "NODE")
    return "/api/v1" + (path[:path.index("{")] + str(thing) + path[path.index("}") + 1:] if "{" in path else path)


SOON = (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(300)).isoformat()
_TUS = {"Content-Type": BYTES, "Upload-Metadata": "path bmV3LmpwZw==", "Upload-Length": "4"}
_OFFICER = {"login": "new.one", "full_name": "New One", "roles": ["investigator"]}
_PROFILE = {"name": "P", "codes": [{"code": 1, "label": "one"}]}
PROFILE = "c1a55e00-0000-4000-8000-000000000001"
PUBLIC = {("POST", "/login"), ("POST", "/enrol/secret"), ("POST", "/enrol")}

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/me"): Route(anyone),
    ("GET", "/me/exposure"): Route(anyone),
    ("PUT", "/me/preferences"): Route(anyone, ok=204, ask={"json": {"language": "en", "mode": "safe"}}),
    ("GET", "/sessions"): Route(anyone),
    ("DELETE", "/sessions/{session_id}"): Route(own_session, "session", 204),
    ("POST", "/logout"): Route(anyone, ok=204),
    ("GET", "/agencies"): Route(anyone),
    ("POST", "/agencies"): Route(verb("operate"), ok=201, ask={"json": {"code": "Z9", "name": "Z", "country": "XD"}}),
    ("POST", "/agencies/{agency_id}/officers"): Route(
        first_administrator, "agency", 201, {"json": _OFFICER | {"roles": ["agency_administrator"]}}),
    ("PUT", "/agencies/{agency_id}/cut-off"): Route(on_agency, "agency", 204, {"json": {"off": False}}),
    ("GET", "/appointed"): Route(verb("operate")),
    ("POST", "/appointed/{officer_id}/reset"): Route(on_appointed, "officer"),
    ("GET", "/officers"): Route(verb("officers")),
    ("GET", "/colleagues"): Route(verb("set_policy")),
    ("POST", "/officers"): Route(verb("officers"), ok=201, ask={"json": _OFFICER}),
    ("PUT", "/officers/{officer_id}/roles"): Route(on_officer, "officer", 204, {"json": {"roles": ["analyst"]}}),
    ("PUT", "/officers/{officer_id}/suspended"): Route(on_officer, "officer", 204, {"json": {"suspended": False}}),
    ("POST", "/officers/{officer_id}/reset"): Route(on_officer, "officer"),
    ("GET", "/cases"): Route(verb("read")),
    ("POST", "/cases"): Route(verb("create_case"), ok=201, ask={"json": {"reference": "a new one"}}),
    ("GET", "/find-case"): Route(on("read"), "reference"),
    ("GET", "/managed-cases"): Route(verb("set_policy")),
    ("GET", "/cases/{case_id}"): Route(on("read"), "case"),
    ("DELETE", "/cases/{case_id}"): Route(erasing, "every case", 204),
    ("GET", "/cases/{case_id}/policy"): Route(on("set_policy"), "case"),
    ("PUT", "/cases/{case_id}/policy"): Route(on("set_policy"), "case", ask={"json": {"expires": SOON}}),
    ("GET", "/cases/{case_id}/overlap"): Route(on("read"), "case"),
    ("POST", "/cases/{case_id}/disclosures"): Route(
        nobody("set_policy"), "case", 204, {"json": {"handle": "00000000-0000-4000-8000-000000000000"}}),
    ("GET", "/cases/{case_id}/links"): Route(on("read"), "case"),
    ("GET", "/links/{link_id}"): Route(a_link("read"), "link"),
    ("GET", "/links/{link_id}/judgements"): Route(a_link("read"), "link"),
    ("POST", "/links/{link_id}/picture"): Route(a_link("reveal"), "link", ask={"json": {"purpose": "to compare"}}),
    ("POST", "/links/{link_id}/judgements"): Route(
        a_link("judge"), "link", 201, {"json": {"answer": "UNSURE", "reason": "blurred"}}),
    ("POST", "/cases/{case_id}/contributions"): Route(on("contribute"), "case", 201, {"json": {"source": "s"}}),
    ("GET", "/cases/{case_id}/contributions"): Route(team("read"), "case"),
    ("GET", "/contributions/{contribution_id}"): Route(team("read"), "contribution"),
    ("POST", "/contributions/{contribution_id}/close"): Route(on("contribute"), "contribution"),
    ("DELETE", "/contributions/{contribution_id}"): Route(on("contribute"), "contribution"),
    ("GET", "/contributions/{contribution_id}/files"): Route(team("read"), "contribution"),
    ("GET", "/contributions/{contribution_id}/uploads"): Route(team("contribute"), "contribution"),
    ("POST", "/contributions/{contribution_id}/refused"): Route(
        on("contribute"), "contribution", 201, {"json": {"path": "a.jpg", "reason": "cannot be read"}}),
    ("OPTIONS", "/contributions/{contribution_id}/uploads"): Route(team("read"), "contribution", 204),
    ("POST", "/contributions/{contribution_id}/uploads"): Route(
        on("contribute"), "contribution", 201, {"content": b"new!", "headers": _TUS}),
    ("GET", "/cases/{case_id}/exhibits"): Route(on("read"), "case"),
    ("GET", "/exhibits/{exhibit_id}"): Route(on("read"), "exhibit"),
    ("GET", "/exhibits/{exhibit_id}/thumbnail"): Route(on("read"), "exhibit", 204),
    ("GET", "/exhibits/{exhibit_id}/signals"): Route(on("read"), "exhibit"),
    ("POST", "/exhibits/{exhibit_id}/hidden"): Route(on("reveal"), "exhibit", 204, {"json": {"seconds": 2}}),
    ("POST", "/exhibits/{exhibit_id}/reveal"): Route(on("reveal"), "exhibit", ask={"json": {"purpose": "to compare"}}),
    ("PUT", "/exhibits/{exhibit_id}/narrowed"): Route(narrowing, "exhibit", 204, {"json": {"narrowed": True}}),
    ("GET", "/exhibits/{exhibit_id}/grants"): Route(narrowing, "exhibit"),
    ("PUT", "/exhibits/{exhibit_id}/grants/{agency_code}"): Route(narrowing, "exhibit", 204),
    ("DELETE", "/exhibits/{exhibit_id}/grants/{agency_code}"): Route(narrowing, "exhibit", 204),
    ("POST", "/cases/{case_id}/searches"): Route(
        on("search"), "case", 202, {"content": b"some file", "params": {"purpose": "to compare"}}),
    ("GET", "/cases/{case_id}/searches"): Route(on("search"), "case"),
    ("POST", "/exhibits/{exhibit_id}/searches"): Route(
        under_its_case, "exhibit", 202, {"json": {"box": [0.1, 0.1, 0.5, 0.5], "purpose": "to compare"}}),
    ("GET", "/searches/{search_id}"): Route(own_thing("search", on("search")), "search"),
    ("HEAD", "/uploads/{upload_id}"): Route(own_thing("contribute", team("contribute")), "upload"),
    ("PATCH", "/uploads/{upload_id}"): Route(
        own_thing("contribute", team("contribute")), "upload", 204,
        {"content": b"ne", "headers": {"Content-Type": BYTES, "Upload-Offset": "0"}}),
    ("DELETE", "/uploads/{upload_id}"): Route(own_thing("contribute", team("contribute")), "upload", 204),
    ("GET", "/events"): Route(verb("events")),
    ("POST", "/cases/{case_id}/selections"): Route(on("read"), "case", 201, {"json": {}}),
    ("GET", "/selections/{selection_id}"): Route(own_thing("read", on("read")), "selection"),
    ("GET", "/selections/{selection_id}/tiles"): Route(own_thing("read", on("read")), "selection"),
    ("GET", "/selections/{selection_id}/categories"): Route(own_thing("read", on("read")), "selection"),
    ("GET", "/cases/{case_id}/facets"): Route(on("read"), "case"),
    ("POST", "/cases/{case_id}/acts"): Route(on("categorise"), "case", 400, {"json": {"profile_id": PROFILE, "code": 1}}),
    ("POST", "/cases/{case_id}/undo"): Route(on("categorise"), "case"),
    ("POST", "/cases/{case_id}/redo"): Route(on("categorise"), "case"),
    ("GET", "/acts/{act_id}"): Route(own_thing("read", on("read")), "act"),
    ("GET", "/exhibits/{exhibit_id}/categories"): Route(on("read"), "exhibit"),
    ("POST", "/cases/{case_id}/views"): Route(on("read"), "case", 201, {"json": {"name": "v"}}),
    ("GET", "/cases/{case_id}/views"): Route(on("read"), "case"),
    ("DELETE", "/views/{view_id}"): Route(own_thing("read", on("read")), "view", 204),
    ("POST", "/cases/{case_id}/batches"): Route(on("categorise"), "case", 201, {"json": {}}),
    ("GET", "/profiles"): Route(anyone),
    ("POST", "/profiles"): Route(verb("officers"), ok=201, ask={"json": _PROFILE}),
    ("PUT", "/profiles/{profile_id}"): Route(on_profile, "profile", ask={"json": _PROFILE}),
    ("PUT", "/profiles/{profile_id}/chosen"): Route(on_profile, "profile", 204),
    ("GET", "/priorities"): Route(verb("read")),
    ("PUT", "/priorities"): Route(verb("categorise"), ask={"json": {"rules": []}}),
    ("GET", "/cases/{case_id}/priorities"): Route(on("read"), "case"),
}
