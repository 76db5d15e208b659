"""The ids that come from below (matchers, states, roles, verbs) and the English sentence of each.

Every sentence here is in the catalogues; add an id with its sentence, then run `python frontend/catalogues.py`.
"""


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark a sentence for the catalogues."""
    return message


WHY = {
    "same-bytes": N_("The two files are the same, byte for byte."),
    "exact.match": N_("The two files are the same, byte for byte."),
    "pdq.match": N_("The pictures look the same: {distance} of 256 bits of their PDQ hashes differ ({orientation})."),
    "details.match": N_(
        "One picture lies in the other: {points} places agree and {percent} percent of what lies over each other is alike."
    ),
    "details.film": N_("The same moves at the same moments of both films, for {seconds} seconds."),
    "details.copy": N_("One picture may lie in the other: {points} places agree. Look closely."),
    "details.scene": N_("The pictures may show the same scene: {points} places agree, but it is not the same photograph."),
    "likeness.possible": N_("A model finds the pictures alike. Look-alikes come as near as heavy edits: compare them yourself."),
    "place.possible": N_(
        "Perhaps the same place, seen from another side: {points} spots agree. It is no copy: compare the two yourself."
    ),
    "sound.match": N_("The same sound for {seconds} seconds."),
    "sound.possible": N_("The sounds are alike for {seconds} seconds. Listen to both."),
    "sound.repeats": N_("The sounds are alike for {seconds} seconds, but the sound repeats itself and proves no copy."),
    "frames.match": N_("The two films share {seconds} seconds that run in step ({orientation})."),
    "frames.possible": N_(
        "The two films resemble each other over {seconds} seconds ({orientation}); it may be the same place at another"
        " moment."
    ),
    "frames.picture_match": N_(
        "The picture is found in the film: {distance} of 256 bits of their PDQ hashes differ ({orientation})."
    ),
}

ORIENTATION = {
    "upright": N_("same way up"),
    "mirrored": N_("mirrored"),
    "flipped": N_("upside-down mirror"),
    "turned_90": N_("turned by 90 degrees"),
    "turned_180": N_("turned by 180 degrees"),
    "turned_270": N_("turned by 270 degrees"),
    "transposed": N_("mirrored along a diagonal"),
    "transversed": N_("mirrored along a diagonal"),
}

MATCHER = {
    "exact": N_("Same file"),
    "pdq": N_("Same picture (PDQ)"),
    "frames": N_("Film frames"),
    "details": N_("Details in common"),
    "likeness": N_("Looks alike (model)"),
    "sound": N_("Same sound"),
    "place": N_("Perhaps the same place"),
}

VERDICT = {"match": N_("Match"), "possible": N_("Possible match"), "none": N_("No match")}
BAND = {"certain": N_("Certain"), "strong": N_("Strong"), "possible": N_("Possible")}
JUDGEMENT = {
    "POSITIVE": N_("Same: confirmed"),
    "NEGATIVE": N_("Not the same"),
    "UNSURE": N_("Unsure"),
}
KIND = {"picture": N_("Picture"), "film": N_("Film"), "sound": N_("Sound"), "archive": N_("Archive"), "": N_("File")}
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
    "biometric": N_("Biometric search"),
    "system_administrator": N_("System administrator"),
}
AGENCY_KIND = {"unit": N_("Investigating unit"), "bureau": N_("National bureau"), "coordination": N_("Coordination")}
SESSION = {"web": N_("Browser"), "command-line": N_("Command line")}
AUDIENCE = {"own": N_("None"), "listed": N_("Listed ones"), "network": N_("The whole network")}
HITS = {
    "contact": N_("They learn your reference and contact at once"),
    "owner-first": N_("You are asked first; until you disclose, they learn only that there is a hit"),
}
FACT = {
    "taken_at": N_("Taken"),
    "changed_at": N_("Changed"),
    "camera_make": N_("Maker of the camera"),
    "camera_model": N_("Camera"),
    "camera_serial": N_("Serial number of the camera"),
    "camera_owner": N_("Owner of the camera"),
    "lens_model": N_("Lens"),
    "software": N_("Software"),
    "artist": N_("Author"),
    "copyright": N_("Rights"),
    "description": N_("Description"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "gps_date": N_("Day of the position"),
    "mode": N_("Colours"),
    "codec": N_("Codec"),
    "rotation": N_("Rotation"),
}
# Why a file was refused: the sentences of the reader and of archives.
REASONS = (
    N_("This kind of file is not opened. Pictures, films, sounds, ZIP, TAR and 7z archives are."),
    N_("The file is damaged and cannot be read. Ask the source for a new copy."),
    N_("The file is empty."),
    N_("The picture is larger than is safe to open. Add a smaller copy."),
    N_("The file made the reader stop: it asked for too much memory."),
    N_("The file made the reader stop: it took too long."),
    N_("The file made the reader stop: the reader broke down."),
    N_("The archive or film is locked with a password. Unlock it and add it again."),
    N_("The file holds neither pictures nor sound."),
    N_("The film or sound is coded in a way that is not opened. Convert it and add it again."),
    N_("The archive holds too much to be safe. Unpack it yourself and add the files."),
    N_("The archive swells beyond what is safe. Unpack it yourself and add the files."),
    N_("This is an archive. Add it as a contribution, and its members are opened one by one."),
    N_("Its name is empty or too long. Rename it and add it again."),
    N_("Its name holds characters that cannot be shown. Rename it and add it again."),
    N_("It is an archive that holds no files."),
    N_("The archive is damaged. What could be read of it was taken; ask the source for a new copy of the rest."),
    N_("It is a link. Add the file or folder it points to."),
    N_("It is a device or a pipe, not a file."),
    N_("Its name points outside the archive. The archive may be made to do harm."),
    N_("The archive holds this name twice; only the first is taken."),
    N_("It is a link or a device, not a file."),
    N_("It is locked with a password. Unlock it and add it again."),
    N_("It is packed in a way that is not opened. Pack it again as ZIP."),
    N_("It is damaged and cannot be unpacked. Ask the source for a new copy."),
    N_("It is larger than 2 GiB unpacked. Add it by itself."),
    N_("It is an archive more than 3 levels deep. Unpack it and add it by itself."),
    N_("The officer who brought this file, or his agency, was suspended before it was opened. Contribute it again."),
    N_("The officer or his agency was suspended before the search ran."),
    N_("The stored copy of this file is damaged. Contribute the file again: the new copy takes its place."),
    N_("The exhibit was withdrawn, or you may no longer know of it. Nothing was searched."),
    N_("The file was damaged on the node before it was looked at. Search with it again."),
    N_("The file could not be looked at after several tries; the operator's log says why. Search with it again."),
    N_("The contribution was withdrawn before this file was opened."),
)
VERB = {
    "add_agency": N_("Add an agency"),
    "add_file": N_("Add a file"),
    "add_officer": N_("Add an officer"),
    "appoint_officer": N_("Appoint an officer"),
    "begin_contribution": N_("Begin a contribution"),
    "begin_upload": N_("Begin an upload"),
    "list_uploads": N_("List unfinished uploads"),
    "note_refused": N_("Note a file that was not brought"),
    "close_contribution": N_("Close a contribution"),
    "cut_off_agency": N_("Cut an agency off or let it in"),
    "describe": N_("Open a file (worker)"),
    "look": N_("Look at a file in depth (worker)"),
    "feed": N_("Begin looking in depth (worker)"),
    "disclose": N_("Disclose"),
    "drop_upload": N_("Give an upload up"),
    "enrol": N_("Enrol"),
    "erase_case": N_("Erase a case"),
    "enrol_failed": N_("Failed enrolment"),
    "find_case": N_("Find a case"),
    "finish_upload": N_("Finish an upload"),
    "get_case": N_("Look at a case"),
    "get_exhibit": N_("Look at an exhibit"),
    "get_health": N_("Look at the health of the node"),
    "get_link": N_("Look at a link"),
    "get_me": N_("Look at the own account"),
    "get_policy": N_("Look at a policy"),
    "get_progress": N_("Look at a contribution"),
    "get_search": N_("Look at a search"),
    "get_thumbnail": N_("Look at a safe thumbnail"),
    "get_thumbnails": N_("Look at safe thumbnails"),
    "get_upload": N_("Look at an upload"),
    "give_up": N_("Give up files whose job failed (worker)"),
    "retry_jobs": N_("Run jobs again that were given up (operator)"),
    "grant": N_("Show an exhibit alone to an agency"),
    "heal": N_("Put a sound copy in the place of damaged content (worker)"),
    "judge": N_("Judge"),
    "keep_house": N_("Remove leftovers (worker)"),
    "list_agencies": N_("List agencies"),
    "list_appointed": N_("List appointed officers"),
    "list_cases": N_("List cases"),
    "list_colleagues": N_("List colleagues"),
    "list_contributions": N_("List contributions"),
    "list_events": N_("List events"),
    "list_exhibits": N_("List exhibits"),
    "list_files": N_("List files"),
    "list_grants": N_("List to whom an exhibit is shown alone"),
    "list_judgements": N_("List judgements"),
    "list_links": N_("List links"),
    "list_managed_cases": N_("List cases to review"),
    "list_officers": N_("List officers"),
    "list_searches": N_("List searches"),
    "list_sessions": N_("List sessions"),
    "list_signals": N_("List signals"),
    "log_in": N_("Log in"),
    "log_in_failed": N_("Failed login"),
    "login_taken": N_("Login found taken"),
    "make_node": N_("Make the node"),
    "match": N_("Compare a file (worker)"),
    "narrow": N_("Keep an exhibit to the team or open it"),
    "open_case": N_("Open a case"),
    "overlap": N_("Look at what is known elsewhere"),
    "refused": N_("Refused"),
    "reset_administrator": N_("New code for an administrator"),
    "reset_login": N_("New code for an officer"),
    "reveal": N_("Reveal"),
    "reveal_link": N_("Reveal both sides of a link"),
    "revoke_session": N_("End a session"),
    "run_search": N_("Run a search (worker)"),
    "search": N_("Search"),
    "search_exhibit": N_("Search with a part of an exhibit"),
    "search_hit": N_("Hit by a search"),
    "set_policy": N_("Change a policy"),
    "set_preferences": N_("Change language or mode"),
    "set_roles": N_("Change roles"),
    "stack": N_("Stack near-copies (worker)"),
    "suspend_officer": N_("Suspend an officer or let him in"),
    "take_back_grant": N_("Take back an exhibit shown alone"),
    "withdraw": N_("Withdraw a contribution"),
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
    N_("Login, password or one-time code is wrong. Check all three; a code works once and for 30 seconds."),
    N_(
        "Login, enrolment code or one-time code is wrong, or the enrolment code has ended. "
        "Ask your administrator for a new one."
    ),
    N_("You are not logged in, or your session has ended. Log in again."),
    N_("Too many wrong tries. Wait a little longer each time, then try again."),
    N_("This page is out of date. Reload it and try again."),
    N_("This page address is damaged. Begin again at the first page."),
    N_("This took longer than a quarter of an hour. Begin again."),
    N_("Passwords are taken over https only. Open this page with https://, or on the node itself."),
    N_("The two passwords differ. Type the same one twice."),
    N_("A password has at least 12 characters. A sentence you can remember is good."),
    N_("This password is too easy to guess. Choose one without your name and with more variety."),
    N_("A reference has 1 to 80 printable characters, for example 2026-0417."),
    N_("Your agency has a case with this reference already. Choose another reference."),
    N_("The expiry is a day after today and at most five years ahead."),
    N_("A listed team needs at least one officer, or nobody could work on the case."),
    N_("A listed audience needs at least one agency or country. Choose 'own' for nobody else."),
    N_("You would leave the team yourself. Ask your administrator to take you out."),
    N_("Say why you search, in 3 to 500 characters."),
    N_("The marked part lies in the picture and is at least 2 % of it wide and high. Mark it again."),
    N_("A place is a number: shares in percent, moments in seconds."),
    N_("Say at which second of the film the part is marked, from 0 to its length."),
    N_("Give a reason of 1 to 2,000 characters, so that the next officer understands."),
    N_("Give the officer at least one role."),
    N_("This login is taken on this node. Choose another one."),
    N_("An agency with this code is there already. Choose another code."),
    N_("A login has 2 to 80 letters a-z, digits, dots, dashes or underscores."),
    N_("The database is not available right now. Try again in a moment."),
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
    "audience": AUDIENCE,
    "hits": HITS,
    "verb": VERB,
    "error": ERROR,
}
