"""Makes every published byte again, in a process of its own: ``python -m tests.deploy.rendering``.

``DATABASE PUBLIC_ROOT KEYS_DIR LANGUAGE`` as arguments; it answers with the SHA-256 of each byte
string as JSON. A version's document is signed again and its renditions are rendered again, by the
functions that publication uses, from the draft's text alone; checkpoints are signed again.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import django
from django.conf import settings


def main() -> None:
    database, public_root, keys, language = sys.argv[1:]
    settings.DATABASES["default"]["NAME"] = database
    settings.PUBLIC_ROOT, settings.KEYS_DIR = Path(public_root), Path(keys)
    settings.LANGUAGE_CODE = language
    django.setup()
    from django.utils import translation

    translation.activate(language)
    made = {name: sha256(content).hexdigest() for name, content in (*_terms(), *_record())}
    sys.stdout.write(json.dumps({"language": translation.get_language(), "made": made}))


def _terms() -> Iterator[tuple[str, bytes]]:
    """Each version's files by path, made from its draft, its adoption and its translations."""
    from governance.record import signing
    from governance.record.canonical import canonical_bytes, timestamp
    from governance.terms import document
    from governance.terms.actions import publishing
    from governance.terms.models import Version

    site = document.Site(settings.PUBLIC_ORIGIN)
    for version in Version.objects.select_related("replaces", "revision"):
        here = f"terms/{version.term_id}/{version.version}"
        content = version.revision.content
        unsigned = document.unsigned(
            content,
            site=site,
            issued=timestamp(version.issued),
            replaces=version.replaces.version if version.replaces else "",
            adoption=version.adoption,
        )
        body = canonical_bytes(signing.sign_document(unsigned, at=version.issued))
        version.document, version.sha256 = body, document.sha256(body)
        yield f"{here}.json", body
        yield f"{here}.jsonld", body
        parts = [*publishing._renditions(version, site)]
        for translated in version.translations.all():
            plain, legal = (
                bytes(text.body).decode().removesuffix("\n")
                for text in (translated.plain, translated.legal)
            )
            other = dataclasses.replace(content, title=translated.title, plain=plain, legal=legal)
            parts += document.texts(other, translated.language)
        for part in parts:
            yield document.path(here, part.name), part.body


def _record() -> Iterator[tuple[str, bytes]]:
    """The record's files by path, and each checkpoint signed again."""
    from governance.record import notes, reads, signing
    from governance.record.models import Checkpoint

    yield from reads.public_files()
    _name, key = signing.signer("record")
    for checkpoint in Checkpoint.objects.all():
        head = notes.TreeHead(
            signing.log_origin(), checkpoint.size, reads.tree_root(checkpoint.size)
        )
        note = notes.sign(head.text, name=signing.log_origin(), key=key)
        yield f"checkpoint of {checkpoint.size}", note.encode()


if __name__ == "__main__":
    main()
