"""What the tests of members share."""

from tests.functional.conftest import chromium, new_browser

__all__ = ["chromium", "new_browser"]
