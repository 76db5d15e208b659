"""Takes every sentence out of the templates and the web code, and brings the catalogues up to date.

Run `python frontend/catalogues.py` after changing a sentence; then translate what it lists. Never translates.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "clew" / "web"
METHODS = [("**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2), "count": (1, 2)}
LANGUAGES = ("fr", "es", "ar")


def sentences() -> Catalog:
    """Return every sentence of the web layer with the files it stands in."""
    found = Catalog(project="clew", charset="utf-8", fuzzy=False)
    for file, line, message, _comments, context in extract_from_dir(WEB, METHODS, OPTIONS, keywords=KEYWORDS):
        del line
        found.add(message, locations=[(f"clew/web/{file}", 0)], context=context)
    return found


def path_of(language: str) -> Path:
    """Return where the catalogue of a language is kept."""
    return WEB / "locales" / language / "LC_MESSAGES" / "clew.po"


def kept(language: str) -> Catalog:
    """Return the catalogue of a language as it is in the repository."""
    if not path_of(language).is_file():
        return Catalog(locale=language, project="clew", fuzzy=False)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def untranslated(language: str) -> Iterator[str]:
    """Yield each sentence that the language lacks, in whole or in one of its plural forms."""
    catalogue = kept(language)
    for message in sentences():
        if not message.id:
            continue
        known = catalogue.get(message.id)
        given = known.string if known else ""
        forms = given if isinstance(given, tuple) else (given,)
        if not all(forms) or (known is not None and known.fuzzy):
            yield message.id if isinstance(message.id, str) else message.id[0]


def stale(language: str) -> Iterator[str]:
    """Yield each translated sentence that no page says any more."""
    said = sentences()
    for message in kept(language):
        if message.id and said.get(message.id) is None:
            yield message.id if isinstance(message.id, str) else message.id[0]


def main() -> int:
    """Write the catalogues anew with the sentences of today; say what is left to translate."""
    lacking = 0
    for language in LANGUAGES:
        catalogue = kept(language)
        catalogue.update(sentences(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, catalogue, sort_output=True, no_location=True, omit_header=False, width=110)
        for sentence in untranslated(language):
            lacking += 1
            sys.stdout.write(f"{language}: {sentence}\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
