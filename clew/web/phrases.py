"""The ids that come from below (matchers, states, roles, verbs) and the English sentence of each.

Every sentence here is in the catalogues; add an id with its sentence, then run `python frontend/catalogues.py`.
"""


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark a sentence for the catalogues."""
    return message


WHY = {
    "same bytes": N_("The two files are the same, byte for byte."),
    "pdq within {distance} bits ({orientation})": N_(
        "The pictures look the same: {distance} of 256 bits of their PDQ hashes differ ({orientation})."
    ),
    "film segments aligned: {seconds} s": N_("The two films share {seconds} seconds that run in step."),
    "still found in film at {time}": N_("The picture is found in the film at {time}."),
}

ORIENTATION = {
    "original": N_("same way up"),
    "identity": N_("same way up"),
    "rotate90": N_("turned by 90 degrees"),
    "rotate180": N_("turned by 180 degrees"),
    "rotate270": N_("turned by 270 degrees"),
    "flip_vertical": N_("upside-down mirror"),
    "flip_horizontal": N_("mirrored"),
    "flip_x": N_("upside-down mirror"),
    "flip_y": N_("mirrored"),
    "mirrored": N_("mirrored"),
    "flip_plus1": N_("mirrored along a diagonal"),
    "flip_minus1": N_("mirrored along a diagonal"),
}

MATCHER = {
    "exact": N_("Same file"),
    "sha256": N_("Same file"),
    "pdq": N_("Same picture (PDQ)"),
    "frames": N_("Film frames"),
    "film": N_("Same film"),
    "picture-in-film": N_("Picture in film"),
}

VERDICT = {"match": N_("Match"), "possible": N_("Possible match"), "none": N_("No match")}
BAND = {"strong": N_("Strong"), "good": N_("Good"), "weak": N_("Weak")}
JUDGEMENT = {
    "POSITIVE": N_("Same: confirmed"),
    "NEGATIVE": N_("Not the same"),
    "UNSURE": N_("Unsure"),
}
KIND = {"picture": N_("Picture"), "film": N_("Film"), "sound": N_("Sound"), "archive": N_("Archive")}
STATUS = {
    "imported": N_("Imported"),
    "duplicate": N_("Already in this case"),
    "refused": N_("Refused"),
    "waiting": N_("Waiting"),
}
STATE = {
    "receiving": N_("Receiving"),
    "waiting": N_("Waiting"),
    "running": N_("In progress"),
    "done": N_("Done"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
    "active": N_("Active"),
    "suspended": N_("Suspended"),
    "invited": N_("Waiting for first login"),
    "ok": N_("Working"),
    "off": N_("Switched off"),
    "broken": N_("Broken"),
}
ROLE = {
    "investigator": N_("Investigator"),
    "analyst": N_("Analyst"),
    "agency_administrator": N_("Agency administrator"),
    "auditor": N_("Auditor"),
    "system_administrator": N_("System administrator"),
}
AGENCY_KIND = {"unit": N_("Investigating unit"), "bureau": N_("National bureau"), "coordination": N_("Coordination")}
SESSION = {"web": N_("Browser"), "cli": N_("Command line"), "api": N_("Command line")}
FACT = {
    "taken": N_("Taken"),
    "camera": N_("Camera"),
    "software": N_("Software"),
    "place": N_("Position"),
    "frames": N_("Frames"),
    "rate": N_("Frame rate"),
    "codec": N_("Codec"),
    "sound": N_("Sound"),
    "orientation": N_("Orientation"),
}
REASON = {
    "not a picture, film or sound we open": N_("Not a picture, film or sound that Clew opens"),
    "damaged": N_("Damaged"),
    "empty": N_("Empty file"),
    "too large": N_("Larger than this node allows"),
    "too many pixels": N_("More pixels than this node allows"),
    "took too long": N_("Took too long to open"),
    "encrypted": N_("Locked with a password"),
    "nested too deep": N_("Archives nested too deep"),
}
VERB = {
    "log in": N_("Log in"),
    "log out": N_("Log out"),
    "create case": N_("New case"),
    "contribute": N_("Contribute files"),
    "withdraw": N_("Withdraw a contribution"),
    "set policy": N_("Change a policy"),
    "list exhibits": N_("List exhibits"),
    "reveal": N_("Reveal"),
    "search": N_("Search"),
    "judge": N_("Judge"),
    "disclose": N_("Disclose"),
    "export": N_("Export"),
    "add officer": N_("Add officer"),
    "suspend officer": N_("Suspend officer"),
    "set roles": N_("Change roles"),
    "reset enrolment": N_("Issue a new enrolment code"),
}
ERROR = {
    "bad_input": N_("This cannot be used"),
    "not_logged_in": N_("Please log in"),
    "not_your_role": N_("Your role does not allow this"),
    "not_found": N_("Not found"),
    "conflict": N_("Somebody was faster"),
    "refused": N_("Refused"),
    "too_many": N_("Too many tries"),
    "unavailable": N_("Not available now"),
    "error": N_("Something went wrong"),
}
# Sentences raised below the web layer that an officer may read; listed so that they are translated.
MESSAGES = (
    N_("Not found. Check the reference, or ask the owner whether you may know it."),
    N_("Something went wrong on this node. Nothing was changed. Try again, or tell your administrator the time."),
    N_("Name, password or one-time code is wrong. Check all three; each one-time code works only once."),
    N_("Your session has ended. Please log in again."),
)
TABLES = {
    "orientation": ORIENTATION,
    "matcher": MATCHER,
    "verdict": VERDICT,
    "band": BAND,
    "judgement": JUDGEMENT,
    "kind": KIND,
    "status": STATUS,
    "state": STATE,
    "role": ROLE,
    "agency_kind": AGENCY_KIND,
    "session": SESSION,
    "fact": FACT,
    "reason": REASON,
    "verb": VERB,
    "error": ERROR,
}
