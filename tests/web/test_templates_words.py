"""No sentence is untranslated or stale; placeholders survive translation; ids become words."""

import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.access.roles import ROLES
from clew.access.verb import VERBS
from clew.media import answers, members
from clew.signals import orientations
from clew.web import routes
from clew.web.phrases import REASONS, TABLES, WHY
from clew.web.policy_words import who_can_see
from clew.web.views import Agency, PolicyView
from clew.web.words import LANGUAGES, Words, clock_time

ROOT = Path(__file__).parents[2]
TRANSLATED = ("fr", "es", "ar")


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "frontend" / "catalogues.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_untranslated_or_stale(catalogues: ModuleType, language: str) -> None:
    assert list(catalogues.untranslated(language)) == []
    assert list(catalogues.stale(language)) == []


def test_the_search_for_sentences_finds_them(catalogues: ModuleType) -> None:
    said = catalogues.sentences()
    for sentence in ("Log in", "Who can see this, and why", "No media", *WHY.values()):
        assert said.get(sentence) is not None, sentence


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_survive(catalogues: ModuleType, language: str) -> None:
    for message in catalogues.kept(language):
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        given_back = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = {name for text in asked for name in _placeholders(text)}
        for text in given_back:
            found = set(_placeholders(text))
            # A plural form may say its number in words ("two hours"); nothing else may go missing.
            assert found <= allowed, text
            assert len(asked) > 1 or found == allowed, text


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_differ_from_english_but_for_shared_words(catalogues: ModuleType, language: str) -> None:
    same = [m.id for m in catalogues.kept(language) if m.id and m.string == m.id]
    assert len(same) < 20, same
    assert all(len(text) < 15 for text in same), same


def _placeholders(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)s|\{\w+\}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_has_a_word(language: str) -> None:
    words = Words(language)
    assert all(words.named(table, key) for table, entries in TABLES.items() for key in entries)
    assert words.named("role", "unheard-of") == "unheard-of"


def test_why_in_words() -> None:
    words = Words("fr")
    said = words.why("pdq.match", {"distance": 6, "orientation": "turned_90"})
    assert "6 bits sur 256" in said
    assert "tournée de 90 degrés" in said
    assert Words("ar").why("frames.match", {"seconds": 5.5, "orientation": "upright"}).count("{") == 0


def test_why_shows_an_unknown_reason_as_it_came() -> None:
    assert Words("es").why("two ears alike: {share}", {"share": 0.5}) == "two ears alike: 0,5"
    assert Words("es").why("needs {missing}", {}) == "needs {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hits", ["contact", "owner-first"])
@pytest.mark.parametrize("audience", ["own", "network"])
def test_policy_in_words_names_the_owner(language: str, hits: str, audience: str) -> None:
    policy = PolicyView("1", "R", Agency("XA", "XA", "Xanadu"), "agency", audience, hits, date(2031, 1, 2))
    lines = who_can_see(policy, Words(language))
    assert "Xanadu" in lines[0]
    assert any("2031" in line for line in lines)
    assert len(set(lines)) == len(lines)


@given(st.floats(min_value=0, max_value=360_000))
def test_clock_time_can_be_read_back(seconds: float) -> None:
    parts = [float(part) for part in clock_time(seconds).split(":")]
    read = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    assert abs(read - seconds) <= 0.0501
    assert all(part < 60 for part in parts[1:])


def test_sizes_and_spans() -> None:
    words = Words("en")
    assert words.size(999) == "999 B"
    assert words.size(2_481_022) == "2.5 MB"
    assert words.span(1) == "1 second"
    assert words.span(264) == "4 minutes"
    assert Words("ar").span(7200) == "ساعتان"


def test_every_reason_below_has_its_sentence() -> None:
    """What matchers, readers, archives and verbs say below is known here, or an officer reads ids."""
    signals = [path.read_text() for path in (ROOT / "clew" / "signals").glob("*.py")]
    said = {why for text in signals for why in re.findall(r'"((?:pdq|frames|exact)\.(?:match|possible|picture_match))"', text)}
    assert said <= WHY.keys()
    assert {"pdq.match", "frames.match", "frames.possible", "frames.picture_match", "same-bytes"} <= WHY.keys()
    assert set(orientations.NAMES) == TABLES["orientation"].keys()
    assert {*answers._SENTENCES.values(), *members._SENTENCES.values()} <= set(REASONS)
    assert routes.PAGES.routes
    assert VERBS.keys() <= TABLES["verb"].keys()
    assert ROLES.keys() == TABLES["role"].keys()
