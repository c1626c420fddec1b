"""The ballot page's programs: all of them are named, and served as they are named."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import storage
from django.core.management import call_command

from governance.voting import scripts

SOURCES = Path(settings.BASE_DIR, "config/static")


def test_whatever_a_program_imports_is_named_before_it() -> None:
    named: list[str] = []
    for name in scripts.NAMES:
        source = (SOURCES / name).read_text()
        for imported in re.findall(r'^import .* from "(.*)";$', source, re.MULTILINE):
            assert str(PurePosixPath(name).parent / imported) in named, (name, imported)
        # Nothing is fetched on the way but what stands at the top.
        assert not re.search(r"\bimport\s*\(", source), name
        named.append(name)


def test_under_hashed_names_the_programs_are_the_ones_a_manifest_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As production serves them: an import leads to the hashed name, whose bytes are unchanged."""
    hashed = storage.ManifestStaticFilesStorage(location=tmp_path, base_url=settings.STATIC_URL)
    monkeypatch.setattr(storage.staticfiles_storage, "_wrapped", hashed)
    call_command("collectstatic", interactive=False, verbosity=0)
    imports = json.loads(scripts.import_map())["imports"]
    assert set(imports) == {urljoin(settings.STATIC_URL, name) for name in scripts.NAMES}
    for name, digest in scripts.hashes().items():
        served = imports[urljoin(settings.STATIC_URL, name)]
        assert re.search(r"\.[0-9a-f]{12}\.js$", served)
        for path in (served.removeprefix(settings.STATIC_URL), name):
            assert hashlib.sha256((tmp_path / path).read_bytes()).hexdigest() == digest
