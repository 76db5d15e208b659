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


def test_of_two_that_see_the_one_that_tells_more_seconds_is_heard():
    frames = Score(0.9, "match", "frames.match", where={"segments": [[2.0, 4.0, 5.0, 7.0]], "distance": 8})
    details = Score(0.8, "match", "details.film", where={"segments": [[0.0, 3.0, 3.0, 6.0], [4.0, 6.0, 9.0, 11.0]]})
    longer = fused({"frames": frames, "details": details})
    assert (longer.where["segments"], longer.where["distance"]) == (details.where["segments"], 8)
    doubtful = Score(0.8, "possible", "details.copy", where=details.where)
    assert fused({"frames": frames, "details": doubtful}).where["segments"] == frames.where["segments"]
    heard = Score(0.95, "match", "sound.match", where={"segments": [[0.0, 1.0, 3.0, 4.0]]})
    assert fused({"frames": frames, "sound": heard}).where["segments"] == heard.where["segments"]
