"""Every door of the web, one line each."""

from fastapi import APIRouter

from clew.web.api import accounts, cases, exhibits, oversight, sharing, triage, uploads
from clew.web.pages import accounts as my
from clew.web.pages import administration, contributions, door, links, policies, searches
from clew.web.pages import cases as case
from clew.web.pages import exhibits as exhibit
from clew.web.pages import oversight as watch
from clew.web.pages import sharing as alone
from clew.web.pages import triage as sorting
from clew.web.pages import triage_rules as rules

API = APIRouter(prefix="/api/v1")
for _part in (accounts, cases, exhibits, sharing, triage, uploads, oversight):
    API.include_router(_part.router)

PAGES = APIRouter(include_in_schema=False)
for _method, _path, _page in (
    ("GET", "/", door.start),
    ("GET", "/login", door.login_page),
    ("POST", "/login", door.log_in),
    ("POST", "/logout", door.log_out),
    ("GET", "/enrol", door.enrol_page),
    ("POST", "/enrol", door.enrol),
    ("GET", "/account", my.account_page),
    ("POST", "/account/language", my.choose_language),
    ("POST", "/account/mode", my.choose_mode),
    ("POST", "/account/sessions/{session_id}/revoke", my.end_session),
    ("GET", "/cases", case.cases_page),
    ("POST", "/cases", case.open_case),
    ("GET", "/cases/{case_id}", case.case_page),
    ("GET", "/cases/{case_id}/links", case.links_page),
    ("POST", "/cases/{case_id}/disclosures", case.disclose),
    ("GET", "/cases/{case_id}/policy", policies.policy_page),
    ("POST", "/cases/{case_id}/policy", policies.set_policy),
    ("GET", "/cases/{case_id}/contributions", contributions.contributions_part),
    ("GET", "/contributions/{contribution_id}", contributions.files_page),
    ("POST", "/contributions/{contribution_id}/withdraw", contributions.withdraw),
    ("GET", "/cases/{case_id}/exhibits", exhibit.grid_page),
    ("GET", "/cases/{case_id}/triage", sorting.triage_page),
    ("GET", "/cases/{case_id}/triage/counts", sorting.counts_part),
    ("POST", "/cases/{case_id}/views", sorting.save_view),
    ("POST", "/views/{view_id}/drop", sorting.drop_view),
    ("POST", "/cases/{case_id}/batches", sorting.next_batch),
    ("GET", "/cases/{case_id}/priorities", rules.priorities_page),
    ("POST", "/cases/{case_id}/priorities", rules.set_priorities),
    ("GET", "/profiles", rules.profiles_page),
    ("POST", "/profiles", rules.add_profile),
    ("POST", "/profiles/{profile_id}", rules.change_profile),
    ("POST", "/profiles/{profile_id}/choose", rules.choose_profile),
    ("GET", "/exhibits/{exhibit_id}", exhibit.exhibit_page),
    ("GET", "/exhibits/{exhibit_id}/compare", links.compare_two),
    ("POST", "/exhibits/{exhibit_id}/search", searches.search_part),
    ("POST", "/exhibits/{exhibit_id}/narrow", alone.narrow),
    ("POST", "/exhibits/{exhibit_id}/grant", alone.grant),
    ("POST", "/exhibits/{exhibit_id}/take-back", alone.take_back),
    ("GET", "/links/{link_id}", links.compare_page),
    ("POST", "/links/{link_id}/judge", links.judge),
    ("GET", "/search", searches.search_page),
    ("GET", "/search/{search_id}", searches.answer_page),
    ("GET", "/reviews", administration.reviews_page),
    ("POST", "/cases/{case_id}/erase", administration.erase_case),
    ("GET", "/officers", administration.officers_page),
    ("POST", "/officers", administration.add_officer),
    ("POST", "/officers/{officer_id}/roles", administration.set_roles),
    ("POST", "/officers/{officer_id}/suspend", administration.suspend),
    ("POST", "/officers/{officer_id}/restore", administration.restore),
    ("POST", "/officers/{officer_id}/code", administration.new_code),
    ("GET", "/agencies", administration.agencies_page),
    ("POST", "/agencies", administration.add_agency),
    ("POST", "/agencies/{agency_id}/officers", administration.appoint),
    ("POST", "/agencies/{agency_id}/cut-off", administration.cut_off),
    ("POST", "/agencies/{agency_id}/let-in", administration.let_in),
    ("POST", "/appointed/{officer_id}/code", administration.reset_appointed),
    ("GET", "/events", watch.events_page),
    ("GET", "/health", watch.health_page),
):
    PAGES.add_api_route(_path, _page, methods=[_method], response_model=None)
