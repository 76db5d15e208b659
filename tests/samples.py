"""Where the sample files are, when they are there: beside the repository, never in it."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
needs_samples = pytest.mark.needs_samples
ABSENT = f"No sample files at {SAMPLES}."
