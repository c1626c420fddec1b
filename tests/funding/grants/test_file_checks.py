"""Files are what their bytes are, and nothing that unpacks or runs is taken."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import file_checks
from funding.grants.file_checks import Unfit


def bomb() -> bytes:
    """An archive of a few bytes that unpacks into many."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10**7))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("plan.pdf", b"%PDF-1.7 plan", ("plan.pdf", "application/pdf")),
        ("plan.exe", b"%PDF-1.7 plan", ("plan.pdf", "application/pdf")),
        ("shop.png", b"\x89PNG\r\n\x1a\n...", ("shop.png", "image/png")),
        ("shop.svg", b"\xff\xd8\xff\xe0", ("shop.jpg", "image/jpeg")),
        ("Budget (2).csv", "Müll,1\r\n".encode(), ("Budget (2).txt", "text/plain")),
    ],
)
def test_a_file_is_what_its_bytes_are(name: str, data: bytes, kept: tuple[str, str]) -> None:
    checked = file_checks.check(name, data)
    assert (checked.name, checked.type) == kept


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"x" * (file_checks.LARGEST + 1), "file-too-large"),
        (bomb(), "file-packed"),
        (b"\x1f\x8b\x08\x00", "file-packed"),
        (b'<svg onload="alert(1)"/>', "file-runs"),
        (b'\xef\xbb\xbf <?xml version="1.0"?><svg/>', "file-runs"),
        (b"<!DOCTYPE html><p>", "file-runs"),
        (b"MZ\x90\x00\x03", "file-type"),
        (b"\x7fELF\x02\x01", "file-type"),
        (b"text\x00with", "file-type"),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        file_checks.check("plan.pdf", data)
    assert refused.value.code == code
    assert refused.value.sentence


def test_two_gigabytes_are_refused_by_their_number_alone() -> None:
    with pytest.raises(Unfit):
        file_checks.check_size(2 * 2**30)


@given(st.text(max_size=300))
def test_a_name_is_never_a_path_and_never_breaks_a_header(name: str) -> None:
    kept = file_checks.check(name, b"%PDF-1").name
    assert kept.endswith(".pdf")
    assert 0 < len(kept) <= file_checks.LONGEST_NAME
    assert not set(kept) & set("/\\\x00\"'\r\n;:<>|")
    assert ".." not in kept


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
        ("..", "file.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\x00b.pdf", "a-b.pdf"),
    ],
)
def test_tricks_with_paths_leave_a_plain_name(given_name: str, kept: str) -> None:
    assert file_checks.check(given_name, b"%PDF-1").name == kept
