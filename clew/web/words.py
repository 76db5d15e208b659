"""Words in the officer's language: the catalogues, and the tables that turn ids into sentences.

Holds no page and no rule; an unknown id is shown as it came, never dropped.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from clew.web.phrases import REASONS, TABLES, WHY

LANGUAGES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
RIGHT_TO_LEFT = frozenset({"ar"})
LOCALES = Path(__file__).parent / "locales"


def catalogue(language: str) -> Path:
    """Return where the translations of a language are kept."""
    return LOCALES / language / "LC_MESSAGES" / "clew.po"


@cache
def translations(language: str) -> NullTranslations:
    """Return the translations of a language, compiled in memory; English and unknown ones are the source text."""
    path = catalogue(language)
    if language not in LANGUAGES or not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


class Words:
    """One language: sentences, dates, numbers. Times are shown in `zone`, by default UTC."""

    def __init__(self, language: str, zone: str = "UTC") -> None:
        self.language = language if language in LANGUAGES else "en"
        self.direction = "rtl" if self.language in RIGHT_TO_LEFT else "ltr"
        self.zone = ZoneInfo(zone)
        self._translations = translations(self.language)

    def say(self, message: str, **values: Any) -> str:
        """Return a sentence with its {values} put in."""
        text: str = self._translations.gettext(message)
        return text.format(**values) if values else text

    def count(self, one: str, many: str, number: int) -> str:
        """Return the form of a sentence that fits the number; {n} is the number."""
        text: str = self._translations.ngettext(one, many, number)
        return text.format(n=self.number(number))

    def named(self, table: str, key: str) -> str:
        """Return the word for an id of one of the tables (`state`, `role`, `verb`, ...)."""
        message = TABLES[table].get(key)
        return self.say(message) if message else key

    def why(self, message: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Return a matcher's reason as a sentence; an unknown message id is filled in as it stands."""
        values = {key: self._value(key, value) for key, value in (parameters or {}).items()}
        try:
            return self.say(WHY.get(message, message), **values)
        except (KeyError, IndexError, ValueError):
            return message

    def reason(self, message: str) -> str:
        """Return why a file was refused in this language; a file name in front of the sentence is left out."""
        known = next((sentence for sentence in REASONS if message.endswith(sentence)), None)
        return self.say(known) if known else message

    def _value(self, key: str, value: Any) -> str:
        if key == "orientation":
            return self.named("orientation", str(value))
        if key == "time" and isinstance(value, int | float):
            return clock_time(value)
        return self.number(value) if isinstance(value, int | float) else str(value)

    def number(self, value: float) -> str:
        """Return a number as the language writes it, at most one decimal."""
        return format_decimal(round(value, 1), locale=self.language)

    def percent(self, value: float) -> str:
        """Return a share 0..1 in percent."""
        return format_percent(value, locale=self.language)

    def day(self, value: date) -> str:
        """Return a date."""
        return format_date(value, format="medium", locale=self.language)

    def moment(self, value: datetime) -> str:
        """Return a date and the time to the minute in the officer's time zone."""
        local = value.astimezone(self.zone)
        return f"{self.day(local.date())} {format_time(local, format='short', locale=self.language)} {local.tzname()}"

    def size(self, octets: int) -> str:
        """Return a size in bytes, kB, MB or GB."""
        amount, unit = float(octets), "B"
        for unit in ("B", "kB", "MB", "GB"):
            if amount < 1000 or unit == "GB":
                break
            amount /= 1000
        return f"{self.number(amount)} {unit}"

    def span(self, seconds: float) -> str:
        """Return a stretch of time: seconds, minutes or hours."""
        whole = round(seconds)
        if whole < 100:
            return self.count("{n} second", "{n} seconds", whole)
        if whole < 6000:
            return self.count("{n} minute", "{n} minutes", round(whole / 60))
        return self.count("{n} hour", "{n} hours", round(whole / 3600))


def clock_time(seconds: float) -> str:
    """Return a place in a film as h:mm:ss.t, the same in every language."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"
