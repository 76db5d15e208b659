from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clew.domain.matching.trial.files import Described
from clew.domain.matching.trial.shelf import Shelf
from clew.signals.contract import Signal

share = st.floats(0, 1)
signals = st.lists(st.builds(
    Signal, st.sampled_from(["pdq", "details", "sound"]), st.integers(1, 9), st.binary(max_size=40), st.integers(0, 100),
    st.none() | st.floats(0, 1e6), st.none() | st.tuples(share, share, share, share)), max_size=6)


def described(some: list[Signal], path: str = "a") -> Described:
    held: dict[str, list[Signal]] = {}
    for signal in some:
        held.setdefault(signal.matcher, []).append(signal)
    return Described(path, Path("/", path), (b"", b"", b""), "picture", signals=held)


@given(st.lists(signals, max_size=5))
def test_what_is_kept_reads_the_same(tmp_path_factory, files: list[list[Signal]]):
    with closing(Shelf(tmp_path_factory.mktemp("shelf") / "signals")) as shelf:
        kept = [shelf.keep(described(some)) for some in files]
        assert [dict(one.signals) for one in kept] == [dict(described(some).signals) for some in files]
        assert all(("pdq" in one.signals) == any(s.matcher == "pdq" for s in some) for one, some in zip(kept, files, strict=True))
        assert all(one.signals.get("faces") is None for one in kept)


def test_several_threads_read_what_is_theirs_and_few_files_are_held(tmp_path: Path):
    with closing(Shelf(tmp_path / "signals")) as shelf:
        kept = [shelf.keep(described([Signal("pdq", 1, bytes([number]) * 2000)], str(number))) for number in range(200)]
        with ThreadPoolExecutor(4) as crew:
            read = list(crew.map(lambda one: one.signals["pdq"][0].value, kept * 3))
        assert read == [bytes([number]) * 2000 for number in range(200)] * 3
        assert shelf.read.cache_info().currsize <= 64
