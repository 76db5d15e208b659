from hashlib import md5, sha1, sha256

import pytest

from clew.kernel.errors import BadInput
from clew.signals import exact
from clew.signals.examples import photo


def digests(content):
    return exact.signals_of(sha256(content).digest(), sha1(content).digest(), md5(content).digest())


def test_the_same_bytes_match_and_others_do_not():
    same = exact.compare(digests(b"a"), digests(b"a"))
    assert (same.verdict, same.value, same.parameters) == ("match", 1.0, {"digest": "sha256"})
    assert exact.compare(digests(b"a"), digests(b"b")).verdict == "none"


def test_a_list_that_knows_only_md5_still_matches():
    listed = exact.signals_of(md5(b"a").digest())
    assert exact.compare(digests(b"a"), listed).parameters == {"digest": "md5"}
    assert exact.compare(listed, digests(b"b")).verdict == "none"


def test_a_forged_md5_does_not_outweigh_sha256():
    forged = exact.signals_of(sha256(b"b").digest(), md5(b"a").digest())
    assert exact.compare(digests(b"a"), forged).verdict == "none"


def test_nothing_in_common_is_no_match():
    assert exact.compare([], digests(b"a")).verdict == "none"
    assert exact.compare(digests(b"a")[:1], digests(b"a")[1:]).verdict == "none"


def test_a_digest_of_another_length_is_refused():
    with pytest.raises(BadInput):
        exact.signals_of(b"short")


def test_pixels_have_no_digest():
    assert exact.describe(photo(1)) == []
