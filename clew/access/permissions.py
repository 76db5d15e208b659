"""Every right there is. A right nobody needs, or a verb without one, fails the guard test."""

RIGHTS: dict[str, str] = {
    "account": "see and change one's own account and sessions, and the directory of agencies",
    "open_case": "open a case of one's own agency",
    "contribute": "bring files into a case and edit it",
    "read": "see what is in sight",
    "search": "search under a case and a purpose",
    "reveal": "show clear material on purpose",
    "judge": "judge a link",
    "categorise": "categorise exhibits, and order your agency's triage",
    "set_profiles": "set your agency's category profiles",
    "set_policy": "set who may know of a case",
    "manage_officers": "add and suspend officers of one's own agency and set their roles",
    "manage_agencies": "add agencies, appoint their first administrator and the auditors",
    "read_events": "read the record of events, never content",
    "health": "see jobs and storage, never content",
}
