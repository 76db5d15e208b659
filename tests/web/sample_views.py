"""Sample views: every template with a full and an empty context, for the page tests and the preview."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from clew.web import views as v
from tests.web.sample_stages import ANSWER, COMPARE, FOUND, PART, PICTURES, SOUNDS, UNLINKED
from tests.web.sample_triage import SAMPLES

NOW = datetime(2026, 11, 21, 20, 15, tzinfo=UTC)
XA = v.Agency("XA-ICU", "XA", "Internet Crimes Unit of Xanadu")
XB = v.Agency("XB-CPC", "XB", "Child Protection Centre Borduria")
XC = v.Agency("XC-NB", "XC", "مكتب سيلدافيا الوطني")
CASE = "7d0c7a55-7c0e-4a1e-9d55-5d1f4a3c0001"
DAY = timedelta(days=1)


def sample_id(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


POLICY = v.PolicyView(
    CASE, "2026-0417", XA, "listed", "listed", "contact", date(2031, 11, 21),
    officers=(v.Choice("1", "Ada Berg", True), v.Choice("2", "Jonas Lind"), v.Choice("3", "Sami Noor", True)),
    shared=(v.Choice("XB-CPC", "Child Protection Centre Borduria (XB-CPC)", True),
            v.Choice("XC-NB", "مكتب سيلدافيا الوطني (XC-NB)")),
    denied=(v.Choice("XD", "Every agency of XD", True), v.Choice("XC-NB", "مكتب سيلدافيا الوطني (XC-NB)")),
    conditions="Not to be used in court without asking the owner", handling="H2", latest=date(2031, 11, 21))
CONTRIBUTIONS = (
    v.ContributionRow(sample_id(1), "Phone SM-G991, seized 2026-11-19", NOW, "running", 18400, 7210, 7000, 312, 9,
                      9_000_000_000, 41.5, 264, (("The file is damaged.", 6), ("The file is empty.", 3)), moving=True,
                      in_depth=3),
    v.ContributionRow(sample_id(2), "USB stick, blue", NOW - DAY, "done", 120, 118, 118, 2, 0, may_withdraw=True, in_depth=118),
    v.ContributionRow(sample_id(3), "", NOW - DAY, "withdrawn", 12, 12, 12, 0, 0),
)
OVERLAP = (
    v.OverlapRow("audience", XB, "B-2025/883", "cpc@police.xb.example, +99 2 555 010", NOW.date() - 300 * DAY,
                 ("exact", "pdq"), "certain", 14, sample_id(2), sample_id(5)),
    v.OverlapRow("contact", XC, "س-2026-0417", "bureau@xc.example", NOW.date() - 20 * DAY, ("frames",), "strong", 1,
                 handle=sample_id(6)),
)
CASE_VIEW = v.CaseView(
    CASE, "2026-0417", "Room with the striped curtain", XA, True, NOW - 3 * DAY, 7528, 14, CONTRIBUTIONS, OVERLAP,
    (sample_id(3),), POLICY, POLICY.conditions, "H2", True, sample_id(5))
SHARED_CASE = v.CaseView(
    sample_id(2), "B-2025/883", "Operation Lantern", XB, False, NOW, 41, 0, (), (), conditions="Ask before any arrest",
    handling="H1")
CASES = v.CasesView((
    v.CaseRow(CASE, "2026-0417", "Room with the striped curtain", XA, True, 7528, NOW, date(2031, 11, 21)),
    v.CaseRow(sample_id(2), "B-2025/883", "Operation Lantern, second device", XB, False, 41, NOW - DAY,
              date(2030, 1, 2))), True)
FILES = v.FilesView(CASE, "2026-0417", CONTRIBUTIONS[0], "refused", (
    v.FileRow("DCIM/100/broken.jpg", "refused", "The file is damaged.", 11, sample_id(1)),
    v.FileRow("a.zip!/../x", "refused", "Its name points outside the archive.", 0, "")), sample_id(4))
REVIEWS = v.ReviewView((v.ReviewRow(CASE, "2026-0417", "listed", "contact", date(2026, 11, 1), True),
                        v.ReviewRow(sample_id(2), "2026-0418", "own", "owner-first", date(2031, 11, 21), False)))
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAGZmZgAAACwAAAAAAQABAAACAkQBADs="
TILES = tuple(
    v.TileView(sample_id(n), f"DCIM/100/IMG_{400 + n:04d}.JPG", ("picture", "film", "sound")[n % 9 // 7 + (n % 11 == 5)],
               "imported" if n % 13 else "waiting", n % 4 * (n % 3 == 0), 1 + n % 5 * (n % 2), DOT if n % 10 != 4 else "")
    for n in range(30))
REFUSED = (v.TileView(sample_id(1), "DCIM/100/broken.jpg", "", "refused", reason="The file is damaged."),)
LINKS = (
    v.LinkRow(sample_id(5), "audience", sample_id(9), "DCIM/IMG_0417.JPG", sample_id(7), "scan/0042_small.jpg",
              sample_id(2), "B-2025/883", XB, "cpc@police.xb.example", NOW.date(), "pdq", "match", "strong", 0.97,
              "The pictures look the same: 6 of 256 bits of their PDQ hashes differ (mirrored).", "POSITIVE"),
    v.LinkRow("", "audience", sample_id(9), "DCIM/IMG_0417.JPG", sample_id(8), "same.jpg", CASE, "2026-0417", XA, "",
              NOW.date(), "exact", "match", "certain", 1.0, "The two files are the same, byte for byte."),
    v.LinkRow("", "contact", sample_id(9), "DCIM/IMG_0417.JPG", "", "", "", "س-2026-0417", XC, "bureau@xc.example",
              NOW.date(), "pdq", "possible", "possible", None, ""),
)
EXHIBIT = v.ExhibitView(
    sample_id(9), CASE, "2026-0417", XA, "IMG_0417.JPG", "DCIM/100/IMG_0417.JPG", "picture", "image/jpeg", "imported", "",
    2_481_022, NOW, (("SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                     ("MD5", "098f6bcd4621d373cade4e832627b4f6")), 4000, 3000,
    facts=(("taken_at", "2026-03-01 11:22:07"), ("camera_model", "Samsung SM-G991B"), ("text.unknown", "x")),
    signals=(v.SignalRow("exact", 1, 0, None), v.SignalRow("pdq", 1, 1, 96)), links=LINKS, stack=3, thumbnail=DOT,
    changes=(v.ChangeRow(NOW, "XA-ICU", "Ada Berg", "VICS 2.0 US", "1 Child abuse material"),
             v.ChangeRow(NOW - DAY, "XB-CPC", "XB-CPC", "", "")),
    may_reveal=True, conditions="Not to be used in court without asking the owner",
    sharing=v.SharingView(True, (v.Choice("XB-CPC", "Child Protection Centre Borduria (XB-CPC)"),),
                          (v.Choice("XC-NB", "مكتب سيلدافيا الوطني (XC-NB)"),)), part=PART)
REFUSED_EXHIBIT = v.ExhibitView(
    sample_id(1), CASE, "2026-0417", XA, "broken.jpg", "DCIM/broken.jpg", "", "", "refused", "The file is damaged.", 11, NOW)
SEARCHES = v.SearchesView((v.Choice(CASE, "2026-0417 Room with the striped curtain", True),), "2026-0417",
                          (v.SearchRow(sample_id(1), NOW, "photo.jpg", "Is the room known?", "done"),
                           v.SearchRow(sample_id(2), NOW, "", "Where is this poster?", "waiting", part=True)))
SESSIONS = (v.SessionRow(sample_id(1), "10.4.0.17", "web", NOW, NOW, True),
            v.SessionRow(sample_id(2), "10.4.0.99", "command-line", NOW - DAY, NOW - DAY))
ISSUED = v.IssuedCode("jlind", "KXQ7-2M4P-9TRD-AB2C", NOW + DAY)
ROLES = (v.Choice("investigator", "Investigator", True), v.Choice("analyst", "Analyst"),
         v.Choice("agency_administrator", "Agency administrator"))
OFFICERS = v.OfficersView(XA, (
    v.OfficerRow(sample_id(1), "aberg", "Ada Berg", ("agency_administrator",), "active", False),
    v.OfficerRow(sample_id(2), "snoor", "Sami Noor", ("investigator",), "invited"),
    v.OfficerRow(sample_id(3), "jlind", "Jonas Lind", ("analyst",), "suspended")), ROLES, ISSUED)
AGENCIES = v.AgenciesView((
    v.AgencyRow(sample_id(1), XA, "unit", "icu@police.xa.example", False, (
        v.AppointedRow(sample_id(4), "aberg", "Ada Berg", ("agency_administrator",), "active"),)),
    v.AgencyRow(sample_id(2), XC, "bureau", "bureau@xc.example", True)), (v.Choice("auditor", "Auditor"),), ISSUED)
EVENTS = v.EventsView(tuple(
    v.EventRow(sample_id(n), NOW - n * DAY, ("reveal", "judge", "search", "log_in")[n % 4], "aberg", "XA-ICU", CASE,
               f"exhibit:{sample_id(n)}", "Is the room known?" if n % 2 else "", 4000 - n if n else None)
    for n in range(8)), True, (v.Choice("reveal", "Reveal"), v.Choice("judge", "Judge", True)), "judge", "aberg",
    following="x")
HEALTH = v.HealthView(
    (v.CheckRow("PostgreSQL", "ok", "17.2"), v.CheckRow("exiftool", "off", "", "apt-get install libimage-exiftool-perl"),
     v.CheckRow("bubblewrap", "broken", "", "apt-get install bubblewrap")),
    (v.JobRow("describe", 4120, 2, 0, 131), v.JobRow("match", 12, 1, 3, 4)), NOW, "0.1.0",
    (v.FailedRow("describe", NOW, 5, "The worker died while it ran this job."),))
URI = "otpauth://totp/Clew:aberg?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Clew"
NOT_FOUND = v.ErrorView("not_found", "Not found. Check the reference, or ask the owner whether you may know it.")

# name of the picture, template, view
PAGES: tuple[tuple[str, str, object], ...] = (
    ("login", "accounts/login.html", v.LoginView("aberg", "/cases", True)),
    ("enrol", "accounts/enrol.html", v.EnrolmentView()),
    ("enrol-confirm", "accounts/enrol.html", v.EnrolmentView("aberg", ticket="t", secret="JBSW Y3DP EHPK 3PXP", uri=URI)),
    ("account", "accounts/account.html",
     v.AccountView("Ada Berg", "aberg", XA, ("investigator", "analyst"), "en", "safe", SESSIONS,
                   v.ExposureView(12, 73, 190.0, 2400.0, 200))),
    ("officers", "accounts/officers.html", OFFICERS),
    ("agencies", "accounts/agencies.html", AGENCIES),
    ("agencies-empty", "accounts/agencies.html", v.AgenciesView(())),
    ("cases", "cases/list.html", CASES),
    ("cases-empty", "cases/list.html", v.CasesView((), True)),
    ("case", "cases/case.html", CASE_VIEW),
    ("case-shared", "cases/case.html", SHARED_CASE),
    ("case-empty", "cases/case.html",
     v.CaseView(CASE, "2026-0417", "New", XA, True, NOW, 0, 0, (), (), policy=POLICY, may_contribute=True)),
    ("contributions", "cases/contributions.html", v.ProgressView(CASE, CONTRIBUTIONS)),
    ("files", "cases/files.html", FILES),
    ("policy", "cases/policy_page.html", POLICY),
    ("reviews", "cases/reviews.html", REVIEWS),
    ("reviews-empty", "cases/reviews.html", v.ReviewView(())),
    ("grid", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "all", TILES, 7528, "c", False)),
    ("grid-next", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "all", TILES[:3], None, first=False)),
    ("grid-refused", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "refused", REFUSED, 1)),
    ("grid-empty", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "linked", (), 0)),
    ("exhibit", "exhibits/exhibit.html", EXHIBIT),
    ("exhibit-refused", "exhibits/exhibit.html", REFUSED_EXHIBIT),
    ("links", "links/list.html", v.LinksView(CASE, "2026-0417", "all", LINKS, "place")),
    ("links-empty", "links/list.html", v.LinksView(CASE, "2026-0417", "unjudged", ())),
    ("compare", "links/compare.html", COMPARE),
    ("compare-pictures", "links/compare.html", PICTURES),
    ("compare-unlinked", "links/compare.html", UNLINKED),
    ("compare-sounds", "links/compare.html", SOUNDS),
    ("search", "searches/search.html", SEARCHES),
    ("search-empty", "searches/search.html", v.SearchesView(())),
    ("answer", "searches/result.html", ANSWER),
    ("answer-part", "searches/result.html", FOUND),
    ("answer-none", "searches/result.html", replace(FOUND, hits=())),
    ("answer-waiting", "searches/result.html", replace(ANSWER, state="waiting", hits=())),
    ("answer-refused", "searches/result.html", replace(ANSWER, state="refused", reason="The file is damaged.", hits=())),
    *SAMPLES,
    ("events", "oversight/events.html", EVENTS),
    ("events-empty", "oversight/events.html", v.EventsView((), False)),
    ("health", "oversight/health.html", HEALTH),
    ("error", "errors/error.html", NOT_FOUND),
)
PARTS = {"contributions"}  # no whole pages


def shell(name: str, language: str = "en", mode: str = "full") -> v.Shell:
    """The frame of a sample page; login, enrolment and errors before login have no officer."""
    if name in {"login", "enrol", "enrol-confirm"}:
        return v.Shell(language, "token", error="Name, password or one-time code is wrong." if name == "login" else "")
    may = frozenset({"cases", "search", "officers", "profiles", "events", "reviews"})
    return v.Shell(language, "token", "aberg", "XA-ICU", may, name.partition("-")[0], mode)
