"""What several tests need."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the repo; tests that want it skip where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("../shared is absent")
    return SHARED
