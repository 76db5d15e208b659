"""Sample views of pictures that are drawn on: comparisons of films and pictures, a part to mark, and hits that show theirs."""

from datetime import UTC, datetime, timedelta

from clew.signals import sides
from clew.web import views as v
from clew.web.pages import stages
from clew.web.words import Words

NOW = datetime(2026, 11, 21, 20, 15, tzinfo=UTC)
XA = v.Agency("XA-ICU", "XA", "Internet Crimes Unit of Xanadu")
XB = v.Agency("XB-CPC", "XB", "Child Protection Centre Borduria")
CASE, OTHER = "7d0c7a55-7c0e-4a1e-9d55-5d1f4a3c0001", "00000000-0000-4000-8000-000000000002"
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAGZmZgAAACwAAAAAAQABAAACAkQBADs="
WHERE = {
    "a_quad": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], "b_quad": [[0.42, 0.2], [0.86, 0.25], [0.83, 0.7], [0.4, 0.62]],
    "a_points": [[0.1 + 0.07 * n, 0.15 + 0.06 * n] for n in range(12)],
    "b_points": [[0.46 + 0.028 * n, 0.25 + 0.028 * n] for n in range(12)]}
WORDS = Words("en")


def sample(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def side(which: int, size: tuple[int, int] = (4000, 3000), where: dict[str, object] = WHERE) -> v.StageView:
    """Return the stage of one side of a comparison."""
    return stages.stage(WORDS, "picture", size, DOT, [pair[which] for pair in sides.outlines(where)],
                        [pair[which] for pair in sides.points(where)])


FILM = stages.stage(WORDS, "film", (1920, 1080), DOT, [sides.outlines({"orientation": "mirrored"})[0][0]])
COMPARE = v.CompareView(
    sample(5), v.SideView(CASE, "2026-0417", sample(8), "clips/VID_20260301_1122.mp4", XA, FILM, 95.0, True, at=17.75),
    v.SideView(OTHER, "B-2025/883", sample(7), "lantern.mkv", XB, stages.stage(WORDS, "film", (1280, 720), DOT), 212.5,
               conditions="Ask before any arrest", at=73.75),
    (v.ScoreRow("frames", 0.94, "match", "The two films share 41 seconds that run in step."),
     v.ScoreRow("sound", 0.88, "possible", "The sounds are alike for 20 seconds. Listen to both.", sample(4))),
    (v.Segment(4.0, 31.5, 60.0, 87.5), v.Segment(50.0, 63.5, 150.2, 163.7, 2, 1)),
    (v.PartRow("A", 0, "the whole picture", "the whole picture"),), chosen=1,
    judgements=(v.JudgementRow("POSITIVE", "Ada Berg", "XA-ICU", NOW, "Same curtain and same stain on the wall"),
                v.JudgementRow("UNSURE", "XC-NB", "XC-NB", NOW - timedelta(1), "Logo hides it")),
    may_judge=True, next_link=sample(6), remaining=13)
PICTURES = v.CompareView(
    sample(6), v.SideView(CASE, "2026-0417", sample(9), "IMG_0417.JPG", XA, side(0), 0.0, True),
    v.SideView(OTHER, "B-2025/883", sample(7), "scan/0042_small.jpg", XB, side(1, (900, 1200)), 0.0, True,
               conditions="Ask before any arrest"),
    (v.ScoreRow("details", 0.97, "match", "One picture lies in the other: 34 places agree."),),
    parts=(v.PartRow("A", 0, "the whole picture", "40% to 86% across, 20% to 70% down"),), points=12, may_judge=True)
SOUNDS = v.CompareView(
    sample(6), v.SideView(CASE, "2026-0417", sample(9), "call.m4a", XA, stages.stage(WORDS, "sound", (0, 0), ""), 30.0, at=4.0),
    v.SideView(OTHER, "B-2025/883", sample(7), "tape.wav", XB, stages.stage(WORDS, "sound", (0, 0), ""), 61.0, at=14.0),
    (v.ScoreRow("sound", 0.99, "match", "The same sound for 8 seconds."),), (v.Segment(0.0, 8.0, 10.0, 18.0),))
UNLINKED = v.CompareView("", PICTURES.left, PICTURES.right, ())
PART = stages.stage(WORDS, "picture", (4000, 3000), DOT)
MARKED = stages.stage(WORDS, "picture", (4000, 3000), DOT, [sides.outlines({"a_box": [0.1, 0.2, 0.3, 0.4]})[0][0]])
HITS = (
    v.SearchHit("audience", XA, "2026-0417", "icu@police.xa.example", NOW.date(), "details", "strong",
                "One picture lies in the other: 34 places agree.", CASE, sample(9), "IMG_0417.JPG", side(1)),
    v.SearchHit("audience", XB, "B-2025/883", "cpc@police.xb.example", NOW.date(), "details", "possible", "", OTHER, sample(7),
                "lantern.mkv", FILM, 12.5),
    v.SearchHit("contact", XB, "B-2025/884", "cpc@police.xb.example", NOW.date() - timedelta(30), "pdq", "possible"))
ANSWER = v.SearchView(sample(1), NOW, "photo.jpg", CASE, "2026-0417", "Is the room known?", "done", hits=HITS)
FOUND = v.SearchView(
    sample(1), NOW, "IMG_0417.JPG", CASE, "2026-0417", "Where is this poster?", "done", hits=HITS, stage=MARKED,
    back=f"/exhibits/{sample(9)}?box=0.1,0.2,0.3,0.4#part", marked="10% to 40% across, 20% to 60% down")
