"""Every page route with its rule: pages hold no rule of their own, so each is that of the API it stands for."""

from typing import Any

from tests.access.routes import (
    SOON,
    Route,
    a_link,
    anyone,
    erasing,
    first_administrator,
    narrowing,
    nobody,
    on,
    on_agency,
    on_appointed,
    on_officer,
    on_profile,
    own_session,
    own_thing,
    team,
    under_its_case,
    verb,
)

# Doors for who is not logged in, and the one that leads there.
PUBLIC_PAGES = {("GET", "/login"), ("POST", "/login"), ("GET", "/enrol"), ("POST", "/enrol"), ("POST", "/logout")}


def form(**fields: Any) -> dict[str, Any]:
    """Return the request of a posted form."""
    return {"data": fields}


_OFFICER = form(name="new.one", full_name="New One", roles="investigator")
PAGES: dict[tuple[str, str], Route] = {
    ("GET", "/"): Route(anyone, ok=303),
    ("GET", "/account"): Route(anyone),
    ("POST", "/account/language"): Route(anyone, ok=303, ask=form(language="en")),
    ("POST", "/account/mode"): Route(anyone, ok=303, ask=form(mode="safe")),
    ("POST", "/account/sessions/{session_id}/revoke"): Route(own_session, "session", 303),
    ("GET", "/cases"): Route(verb("read")),
    ("POST", "/cases"): Route(verb("create_case"), ok=303, ask=form(reference="a new one")),
    ("GET", "/cases/{case_id}"): Route(on("read"), "case"),
    ("GET", "/cases/{case_id}/links"): Route(on("read"), "case"),
    ("POST", "/cases/{case_id}/disclosures"): Route(
        nobody("set_policy"), "case", 303, form(handle="00000000-0000-4000-8000-000000000000")),
    ("GET", "/cases/{case_id}/policy"): Route(on("set_policy"), "case"),
    ("POST", "/cases/{case_id}/policy"): Route(
        on("set_policy"), "case", 303, form(team="agency", audience="own", hits="contact", expires=SOON)),
    ("POST", "/cases/{case_id}/erase"): Route(erasing, "every case", 303),
    ("GET", "/cases/{case_id}/contributions"): Route(team("read"), "case"),
    ("GET", "/contributions/{contribution_id}"): Route(team("read"), "contribution"),
    ("POST", "/contributions/{contribution_id}/withdraw"): Route(on("contribute"), "contribution", 303),
    ("GET", "/cases/{case_id}/exhibits"): Route(on("read"), "case"),
    ("GET", "/cases/{case_id}/triage"): Route(on("read"), "case"),
    ("GET", "/cases/{case_id}/triage/counts"): Route(on("read"), "case"),
    ("POST", "/cases/{case_id}/views"): Route(on("read"), "case", 303, form(name="v")),
    ("POST", "/views/{view_id}/drop"): Route(own_thing("read", on("read")), "view", 303),
    ("POST", "/cases/{case_id}/batches"): Route(on("categorise"), "case", 303),
    ("GET", "/cases/{case_id}/priorities"): Route(on("read"), "case"),
    ("POST", "/cases/{case_id}/priorities"): Route(verb("categorise"), "case", 303, form(act="up", at="0")),
    ("GET", "/profiles"): Route(verb("officers")),
    ("POST", "/profiles"): Route(verb("officers"), ok=303, ask=form(name="P", label1="one")),
    ("POST", "/profiles/{profile_id}"): Route(on_profile, "profile", 303, form(name="P", label1="one")),
    ("POST", "/profiles/{profile_id}/choose"): Route(on_profile, "profile", 303),
    ("GET", "/exhibits/{exhibit_id}"): Route(on("read"), "exhibit"),
    ("GET", "/exhibits/{exhibit_id}/compare"): Route(on("read"), "exhibit", 303),
    ("POST", "/exhibits/{exhibit_id}/search"): Route(under_its_case, "exhibit", 303, form(
        purpose="to compare", left="10", top="10", width="50", height="50")),
    ("POST", "/exhibits/{exhibit_id}/narrow"): Route(narrowing, "exhibit", 303, form(narrowed="yes")),
    ("POST", "/exhibits/{exhibit_id}/grant"): Route(narrowing, "exhibit", 303, form(agency="NODE")),
    ("POST", "/exhibits/{exhibit_id}/take-back"): Route(narrowing, "exhibit", 303, form(agency="NODE")),
    ("GET", "/links/{link_id}"): Route(a_link("read"), "link"),
    ("POST", "/links/{link_id}/judge"): Route(a_link("judge"), "link", 303, form(value="UNSURE", reason="blurred")),
    ("GET", "/search"): Route(verb("search")),
    ("GET", "/search/{search_id}"): Route(own_thing("search", on("search")), "search"),
    ("GET", "/reviews"): Route(verb("set_policy")),
    ("GET", "/officers"): Route(verb("officers")),
    ("POST", "/officers"): Route(verb("officers"), ok=200, ask=_OFFICER),
    ("POST", "/officers/{officer_id}/roles"): Route(on_officer, "officer", 303, form(roles="analyst")),
    ("POST", "/officers/{officer_id}/suspend"): Route(on_officer, "officer", 303),
    ("POST", "/officers/{officer_id}/restore"): Route(on_officer, "officer", 303),
    ("POST", "/officers/{officer_id}/code"): Route(on_officer, "officer"),
    ("GET", "/agencies"): Route(verb("operate")),
    ("POST", "/agencies"): Route(verb("operate"), ok=303, ask=form(code="Z9", name="Z", country="XD", kind="unit")),
    ("POST", "/agencies/{agency_id}/officers"): Route(
        first_administrator, "agency", 200, form(name="new.one", full_name="N", role="agency_administrator")),
    ("POST", "/agencies/{agency_id}/cut-off"): Route(on_agency, "agency", 303),
    ("POST", "/agencies/{agency_id}/let-in"): Route(on_agency, "agency", 303),
    ("POST", "/appointed/{officer_id}/code"): Route(on_appointed, "officer"),
    ("GET", "/events"): Route(verb("events")),
    ("GET", "/health"): Route(verb("operate")),
}
