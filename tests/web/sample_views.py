"""Sample views: every template with a full and an empty context, for the page tests and the preview."""

from datetime import UTC, date, datetime, timedelta

from clew.web import views as v

NOW = datetime(2026, 11, 21, 20, 15, tzinfo=UTC)
XA = v.Agency("XA-ICU", "XA", "Internet Crimes Unit of Xanadu")
XB = v.Agency("XB-CPC", "XB", "Child Protection Centre Borduria")
XC = v.Agency("XC-NB", "XC", "مكتب سيلدافيا الوطني")
CASE = "7d0c7a55-7c0e-4a1e-9d55-5d1f4a3c0001"
DAY = timedelta(days=1)


def sample_id(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


POLICY = v.PolicyView(
    owner=XA,
    team="officers",
    audience="listed",
    hits="contact",
    expires=date(2031, 11, 21),
    officers=(v.Choice("1", "Ada Berg", True), v.Choice("2", "Jonas Lind"), v.Choice("3", "Sami Noor", True)),
    shared=(
        v.Choice("XB-CPC", "XB Child Protection Centre Borduria", True),
        v.Choice("XC-NB", "XC مكتب سيلدافيا الوطني"),
    ),
    denied=(v.Choice("XD", "XD National Bureau", True), v.Choice("XC-NB", "XC مكتب سيلدافيا الوطني")),
    conditions="Not to be used in court without asking the owner",
    handling="H2",
    may_edit=True,
    latest=date(2031, 11, 21),
)
CONTRIBUTIONS = (
    v.ContributionRow(
        sample_id(1),
        "Phone SM-G991, seized 2026-11-19",
        "Ada Berg",
        NOW,
        "running",
        18400,
        7210,
        312,
        9,
        41.5,
        264,
        (("damaged", 6), ("not a picture, film or sound we open", 3)),
    ),
    v.ContributionRow(
        sample_id(2), "USB stick, blue", "Sami Noor", NOW - DAY, "done", 120, 118, 2, 0, may_withdraw=True
    ),
)
OVERLAP = (
    v.OverlapRow(
        "shared",
        XB,
        "B-2025/883",
        "cpc@police.xb.example, +99 2 555 010",
        NOW - 300 * DAY,
        "pdq",
        "strong",
        14,
        sample_id(9),
        "DCIM/100/IMG_0417.JPG",
        sample_id(5),
    ),
    v.OverlapRow(
        "contact",
        XC,
        "س-2026-0417",
        "bureau@xc.example",
        NOW - 20 * DAY,
        "film",
        "good",
        1,
        sample_id(8),
        "clips/VID_20260301_1122.mp4",
    ),
)
QUESTIONS = (v.DisclosureRow(sample_id(3), NOW - DAY, "pdq", "strong", 3),)
CASE_VIEW = v.CaseView(
    CASE,
    "2026-0417",
    "Room with the striped curtain",
    XA,
    True,
    NOW - 3 * DAY,
    7528,
    15,
    14,
    CONTRIBUTIONS,
    POLICY,
    OVERLAP,
    "abc",
    QUESTIONS,
    True,
    sample_id(5),
)
CASES = v.CasesView(
    (
        v.CaseRow(
            CASE, "2026-0417", "Room with the striped curtain", XA, True, 7528, 14, 1, NOW, date(2031, 11, 21), True
        ),
        v.CaseRow(
            sample_id(2),
            "B-2025/883",
            "Operation Lantern, second device",
            XB,
            False,
            41,
            0,
            0,
            NOW - DAY,
            date(2030, 1, 2),
        ),
    ),
    True,
    "next",
)
TILES = tuple(
    v.TileView(
        sample_id(n),
        f"DCIM/100/IMG_{400 + n:04d}.JPG",
        ("picture", "film", "sound")[n % 9 // 7 + (n % 11 == 5)],
        "imported" if n % 13 else "waiting",
        n % 4 * (n % 3 == 0),
        1 + n % 5 * (n % 2),
        n % 7 == 6,
        n % 10 != 4,
    )
    for n in range(30)
)
REFUSED = (v.TileView(sample_id(1), "DCIM/100/broken.jpg", "picture", "refused", reason="damaged"),)
LINKS = (
    v.LinkRow(
        sample_id(5),
        sample_id(2),
        "B-2025/883",
        sample_id(7),
        "scan/0042_small.jpg",
        XB,
        "pdq",
        "match",
        0.97,
        "The pictures look the same: 6 of 256 bits of their PDQ hashes differ (mirrored).",
        "POSITIVE",
    ),
    v.LinkRow(
        sample_id(6),
        CASE,
        "2026-0417",
        sample_id(8),
        "clips/VID_20260301_1122.mp4",
        XA,
        "picture-in-film",
        "possible",
        0.61,
        "The picture is found in the film at 0:12.4.",
    ),
)
EXHIBIT = v.ExhibitView(
    sample_id(9),
    CASE,
    "2026-0417",
    XA,
    "IMG_0417.JPG",
    "DCIM/100/IMG_0417.JPG",
    "picture",
    "image/jpeg",
    "imported",
    "",
    2_481_022,
    NOW,
    "Phone SM-G991, seized 2026-11-19",
    (
        ("sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("md5", "098f6bcd4621d373cade4e832627b4f6"),
    ),
    4000,
    3000,
    facts=(("taken", "2026-03-01 11:22:07"), ("camera", "Samsung SM-G991B")),
    signals=(v.SignalRow("exact", 1, 1, 100), v.SignalRow("pdq", 1, 1, 96)),
    links=LINKS,
    stack=3,
    may_reveal=True,
    conditions="Not to be used in court without asking the owner",
    former=sample_id(8),
    following=sample_id(10),
)
REFUSED_EXHIBIT = v.ExhibitView(
    sample_id(1),
    CASE,
    "2026-0417",
    XA,
    "broken.jpg",
    "DCIM/broken.jpg",
    "picture",
    "image/jpeg",
    "refused",
    "damaged",
    11,
    NOW,
    "USB stick, blue",
    thumbnail=False,
)
COMPARE = v.CompareView(
    sample_id(5),
    v.SideView(CASE, "2026-0417", sample_id(8), "clips/VID_20260301_1122.mp4", XA, "film", 95.0),
    v.SideView(
        sample_id(2), "B-2025/883", sample_id(7), "lantern.mkv", XB, "film", 212.5, conditions="Ask before any arrest"
    ),
    (
        v.ScoreRow("film", 1, 0.94, "match", "The two films share 41 seconds that run in step."),
        v.ScoreRow("frames", 1, 0.7, "possible", "…"),
    ),
    (v.Segment(4.0, 31.5, 60.0, 87.5), v.Segment(50.0, 63.5, 150.2, 163.7)),
    (
        v.JudgementRow("POSITIVE", "Ada Berg", XA, NOW, "Same curtain and same stain on the wall"),
        v.JudgementRow("UNSURE", "نور", XC, NOW - DAY, "Logo hides it"),
    ),
    True,
    sample_id(6),
    13,
)
PICTURES = v.CompareView(
    sample_id(6),
    v.SideView(CASE, "2026-0417", sample_id(9), "IMG_0417.JPG", XA, "picture", may_reveal=True),
    v.SideView(sample_id(2), "B-2025/883", sample_id(7), "scan/0042_small.jpg", XB, "picture", may_reveal=True),
    (v.ScoreRow("pdq", 1, 0.97, "match", "The pictures look the same."),),
    may_judge=True,
)
SEARCHES = v.SearchesView(
    (v.Choice(CASE, "2026-0417 Room with the striped curtain", True),),
    (v.SearchRow(sample_id(1), NOW, "2026-0417", "Is the room known?", "done", 2),),
)
HITS = (
    v.SearchHit(
        "shared",
        XA,
        "2026-0417",
        "icu@police.xa.example",
        NOW - DAY,
        "pdq",
        "strong",
        LINKS[0].why,
        CASE,
        sample_id(9),
        "IMG_0417.JPG",
    ),
    v.SearchHit("contact", XB, "B-2025/883", "cpc@police.xb.example", NOW - 30 * DAY, "pdq", "weak"),
)
SESSIONS = (
    v.SessionRow(sample_id(1), "10.4.0.17", "web", NOW, NOW, NOW + DAY, True),
    v.SessionRow(sample_id(2), "10.4.0.99", "cli", NOW - DAY, NOW - DAY, NOW + 3 * DAY),
)
ISSUED = v.IssuedCode("Jonas Lind", "KXQ7-2M4P-9TRD", NOW + DAY)
ROLES = (
    v.Choice("investigator", "Investigator", True),
    v.Choice("analyst", "Analyst"),
    v.Choice("agency_administrator", "Agency administrator"),
)
OFFICERS = v.OfficersView(
    XA,
    (
        v.OfficerRow(sample_id(1), "aberg", "Ada Berg", ("agency_administrator",), "active", NOW, False),
        v.OfficerRow(sample_id(2), "snoor", "Sami Noor", ("investigator",), "active", NOW - DAY),
        v.OfficerRow(sample_id(3), "jlind", "Jonas Lind", ("analyst",), "suspended"),
    ),
    ROLES,
    ISSUED,
)
AGENCIES = v.AgenciesView(
    (
        v.AgencyRow(sample_id(1), XA, "unit", 12, "icu@police.xa.example", "Ada Berg"),
        v.AgencyRow(sample_id(2), XC, "bureau", 0, "bureau@xc.example"),
    )
)
EVENTS = v.EventsView(
    tuple(
        v.EventRow(
            sample_id(n),
            NOW - n * DAY,
            ("reveal", "judge", "search", "log in")[n % 4],
            "Ada Berg",
            "XA-ICU",
            "2026-0417",
            sample_id(n)[-6:],
            "Is the room known?" if n % 2 else "",
            4000 - n if n else None,
        )
        for n in range(8)
    ),
    True,
    (v.Choice("reveal", "reveal"), v.Choice("judge", "judge", True)),
    "aberg",
    following="x",
    head="4000 · 5b1e…c2",
)
HEALTH = v.HealthView(
    (
        v.CheckRow("sandbox", "ok", "bubblewrap 0.8"),
        v.CheckRow("exiftool", "off", "not installed", "apt-get install libimage-exiftool-perl"),
        v.CheckRow("index", "broken", "snapshot is 3 h old", "clew work"),
    ),
    (v.JobRow("describe", 4120, 2, 0, 131), v.JobRow("match", 12, 1, 3, 4)),
    NOW,
    "0.1.0",
)
URI = "otpauth://totp/Clew:aberg?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Clew"
NOT_FOUND = v.ErrorView("not_found", "Not found. Check the reference, or ask the owner whether you may know it.")

# name of the picture, template, view
PAGES: tuple[tuple[str, str, object], ...] = (
    ("login", "accounts/login.html", v.LoginView("aberg", "/cases")),
    ("enrol", "accounts/enrol.html", v.EnrolmentView()),
    (
        "enrol-confirm",
        "accounts/enrol.html",
        v.EnrolmentView("aberg", ticket="t", secret="JBSW Y3DP EHPK 3PXP", uri=URI),
    ),
    (
        "account",
        "accounts/account.html",
        v.AccountView("Ada Berg", XA, ("investigator", "analyst"), "en", "safe", SESSIONS, NOW, 3),
    ),
    ("officers", "accounts/officers.html", OFFICERS),
    ("agencies", "accounts/agencies.html", AGENCIES),
    ("agencies-empty", "accounts/agencies.html", v.AgenciesView(())),
    ("cases", "cases/list.html", CASES),
    ("cases-empty", "cases/list.html", v.CasesView((), True)),
    ("case", "cases/case.html", CASE_VIEW),
    (
        "case-empty",
        "cases/case.html",
        v.CaseView(CASE, "2026-0417", "New", XA, True, NOW, 0, 0, 0, (), POLICY, (), may_contribute=True),
    ),
    ("grid", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "all", TILES, 7528, "c", "b")),
    ("grid-refused", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "refused", REFUSED, 1)),
    ("grid-empty", "exhibits/grid.html", v.GridView(CASE, "2026-0417", "linked", (), 0)),
    ("exhibit", "exhibits/exhibit.html", EXHIBIT),
    ("exhibit-refused", "exhibits/exhibit.html", REFUSED_EXHIBIT),
    ("compare", "links/compare.html", COMPARE),
    ("compare-pictures", "links/compare.html", PICTURES),
    ("search", "searches/search.html", SEARCHES),
    ("search-empty", "searches/search.html", v.SearchesView(())),
    (
        "answer",
        "searches/result.html",
        v.SearchView(sample_id(1), NOW, "photo.jpg", "2026-0417", "Is the room known?", "done", hits=HITS),
    ),
    (
        "answer-waiting",
        "searches/result.html",
        v.SearchView(sample_id(1), NOW, "photo.jpg", "2026-0417", "Is the room known?", "waiting"),
    ),
    (
        "answer-refused",
        "searches/result.html",
        v.SearchView(sample_id(1), NOW, "x.svg", "2026-0417", "Known?", "refused", "damaged"),
    ),
    ("events", "oversight/events.html", EVENTS),
    ("events-empty", "oversight/events.html", v.EventsView((), False)),
    ("health", "oversight/health.html", HEALTH),
    ("error", "errors/error.html", NOT_FOUND),
)


def shell(name: str, language: str = "en", mode: str = "full") -> v.Shell:
    """The frame of a sample page; login, enrolment and errors before login have no officer."""
    if name in {"login", "enrol", "enrol-confirm"}:
        return v.Shell(language, "token", error="Name, password or one-time code is wrong." if name == "login" else "")
    may = frozenset({"cases", "search", "officers", "events"})
    return v.Shell(language, "token", "Ada Berg", "XA-ICU", may, name.partition("-")[0], mode)
