"""Which files an application can have: by their bytes, never by what their name says. Pure.

Pictures, PDF and plain text. Nothing that unpacks into something larger (an archive, an office
file), and nothing that a browser would run (SVG, HTML): each is refused with what to send instead.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LARGEST = 10 * 2**20
MOST_FILES = 10
LONGEST_NAME = 100

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg", TEXT: "txt"}
_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
)
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|svg|html|script|!--)", re.IGNORECASE)
# Text has these control characters and no others: tab, line feed, carriage return.
_CONTROLS = frozenset(range(32)) - {9, 10, 13}


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; who raises it translates it."""
    return text


_ = gettext_noop


class Unfit(ValueError):
    """A file that is not taken. ``code`` names why, ``sentence`` says what to send instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is taken: under which name, and of which type it is."""

    name: str
    type: str


def check_size(size: int) -> None:
    """Raise ``Unfit`` for nothing and for too much: to be asked before anything is read."""
    if size < 1:
        raise Unfit("file-empty", _("This file is empty."))
    if size > LARGEST:
        raise Unfit("file-too-large", _("A file can have at most 10 MB."))


def check(name: str, data: bytes) -> Checked:
    """What a file is, and its name as it is kept. Raises ``Unfit``."""
    check_size(len(data))
    media_type = _type_of(data)
    return Checked(name=_name(name, ENDINGS[media_type]), type=media_type)


def _type_of(data: bytes) -> str:
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data.startswith(_PACKED):
        raise Unfit(
            "file-packed",
            _("This file unpacks into others. Send what is in it as PDF, picture or plain text."),
        )
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise Unfit(
            "file-runs",
            _("A browser could run what is in this file. Send it as PDF or PNG."),
        )
    if _is_text(data):
        return TEXT
    raise Unfit("file-type", _("Send a PDF, a picture (PNG or JPEG) or plain text."))


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.intersection(data)


def _name(given: str, ending: str) -> str:
    """A name that is no path and means nothing to a shell or a header, with the right ending."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem = last.rpartition(".")[0] or last
    plain = "".join(sign if sign.isalnum() or sign in " -_()" else "-" for sign in stem)
    plain = re.sub(r"[\s-]{2,}", "-", plain).strip(" -_")[: LONGEST_NAME - 5]
    return f"{plain or 'file'}.{ending}"
