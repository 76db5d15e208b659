from clew.signals.contract import Score
from clew.signals.fuse import fused


def test_the_strongest_verdict_speaks_and_all_are_shown():
    scores = {
        "likeness": Score(0.97, "possible", "likeness.possible"),
        "exact": Score(0.9, "match", "exact.match", where={"digest": "md5"}),
        "frames": Score(0.0, "none", "frames.none"),
    }
    one = fused(scores)
    assert (one.value, one.verdict, one.why) == (0.9, "match", "fused.match")
    assert one.parameters == {"matcher": "exact", "others": 2}
    assert [part["matcher"] for part in one.where["parts"]] == ["exact", "likeness", "frames"]
    assert one.where["digest"] == "md5"


def test_nobody_spoke():
    assert fused({}).verdict == "none"
