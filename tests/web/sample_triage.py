"""Sample views of triage: a full selection and an empty one, priorities and profiles."""

import json

from clew.web import views as v
from clew.web.phrases import KIND, STATUS
from clew.web.phrases_of_triage import GRID

CASE = "7d0c7a55-7c0e-4a1e-9d55-5d1f4a3c0001"
PROFILE = v.ProfileView("c1a55e00-0000-4000-8000-000000000001", "VICS 2.0 US", False, True, (
    v.CodeView(0, "Non-pertinent"), v.CodeView(1, "Child abuse material"), v.CodeView(5, "Not categorised", True)))
OWN = v.ProfileView("c1a55e00-0000-4000-8000-000000000009", "فئاتنا", True, False, (v.CodeView(1, "شديد"), v.CodeView(2, "خفيف")))
ADDRESS = f"/cases/{CASE}/triage"
COUNTS = v.FacetsView(100_000, (
    v.FacetRow("category", "Category", (v.FacetValue("not categorised", False, 99_000, True, ADDRESS),
                                        v.FacetValue("1 Child abuse material", False, 1000, False, ADDRESS)), True),
    v.FacetRow("camera", "Camera", (v.FacetValue("Acme SM-G991B", True, 70_000, False, ADDRESS),
                                    v.FacetValue("not known", False, 30_000, False, ADDRESS)), False, 12)), ADDRESS, ADDRESS)
WORDS = {"language": "en", "kinds": KIND, "states": STATUS, "labels": {},
         **{name: text.replace("{", "%").replace("}", "") for name, text in GRID.items()}}
TRIAGE = v.TriageView(
    CASE, "2026-0417", "{}", ADDRESS, COUNTS, (v.Choice("arrival", "Arrival", True), v.Choice("size", "Size")), True, ADDRESS,
    PROFILE, json.dumps({one.code: {"label": one.label, "none": one.means_none} for one in PROFILE.codes}), json.dumps(WORDS),
    (v.SavedViewRow(CASE, "Films of 2024", ADDRESS, True, True), v.SavedViewRow(OWN.id, "عرض", ADDRESS, False, True)))
EMPTY = v.TriageView(CASE, "2026-0417", "{}", ADDRESS, v.FacetsView(0, (), ADDRESS), TRIAGE.orders, False, ADDRESS, PROFILE, "{}",
                     TRIAGE.words, (), may_decide=False)
PRIORITIES = v.PrioritiesView(CASE, "2026-0417", (v.PriorityRow("Unknown camera", "Camera: not known", 30_000),
                                                  v.PriorityRow("أفلام", "Kind: Film", 12)), 69_988)
SAMPLES = (
    ("triage", "triage/triage.html", TRIAGE),
    ("triage-empty", "triage/triage.html", EMPTY),
    ("priorities", "triage/priorities.html", PRIORITIES),
    ("priorities-empty", "triage/priorities.html", v.PrioritiesView(CASE, "2026-0417", (), 0)),
    ("profiles", "triage/profiles.html", v.ProfilesView((PROFILE, OWN), v.ProfileView(OWN.id, "x", True, False, OWN.codes))),
)
