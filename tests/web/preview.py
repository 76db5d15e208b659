"""Takes a picture of every sample page: python -m tests.web.preview FOLDER [NAME...]; look at them after a change."""

import sys
from pathlib import Path

from tests.web.browser import chromium, open_page
from tests.web.sample_views import PAGES, PARTS

LOOKS = (("en", False, (1366, 768)), ("ar", True, (1366, 768)), ("ar", False, (390, 844)), ("en", False, (2560, 1440)))


def main(folder: Path, *only: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, _, _ in PAGES:
            if name in PARTS or (only and name not in only):
                continue
            for language, dark, size in LOOKS:
                page = open_page(browser, name, language, dark, size)
                look = f"{name}-{language}-{'dark' if dark else 'light'}-{size[0]}.png"
                page.screenshot(path=str(folder / look), full_page=size[0] < 2000)
                wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                print(look, "SCROLLS SIDEWAYS" if wide else "", *page.complaints)  # type: ignore[attr-defined]
                page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
