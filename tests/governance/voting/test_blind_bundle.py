"""The browser's blind signatures: the bundle that was reviewed, and what it makes elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, Request, expect

from governance.voting import ballots, scripts
from governance.voting.models import Intake, Poll
from tests.governance.voting.conftest import manifest_of
from tests.governance.voting.test_ballot_browser import cast, review

REVIEWED = "3bf77ff192786b6f64f33c9ae44b0682ca1c5a0ae822a5588e97196e679d3203"


def test_the_bundle_is_the_one_that_was_reviewed() -> None:
    bundle = Path(settings.BASE_DIR, "config/static/vendor/blindrsa-0.4.4.min.js").read_bytes()
    assert hashlib.sha256(bundle).hexdigest() == REVIEWED
    lock = json.loads(
        Path(settings.BASE_DIR, "config/vendor/blindrsa/package-lock.json").read_text()
    )
    assert lock["packages"]["node_modules/@cloudflare/blindrsa-ts"]["version"] == "0.4.4"
    assert all(
        package.get("integrity", "").startswith("sha512-")
        for name, package in lock["packages"].items()
        if name
    )


@pytest.mark.django_db
def test_a_manifest_names_the_programs_its_ballot_page_loads(
    make_open: Callable[..., Poll],
) -> None:
    named = {one["name"]: one["sha256"] for one in manifest_of(make_open())["scripts"]}
    assert named == scripts.hashes()
    assert named["vendor/blindrsa-0.4.4.min.js"] == REVIEWED
    assert set(named) == set(scripts.NAMES)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_token_from_the_browser_verifies_in_python_and_in_openssl(
    ada_opens: Callable[..., Page], open_now: Callable[..., Poll], tmp_path: Path
) -> None:
    poll = open_now()
    page = ada_opens(poll)
    posted: list[Request] = []
    page.on("request", lambda request: posted.append(request) if request.method == "POST" else None)
    review(page, "Yes")
    cast(page)
    expect(page.locator("#ballot-done")).to_be_visible()

    ballot = json.loads(Intake.objects.get().body)
    [signed] = ballot["signatures"]
    token, prefix, signature = (
        base64.b64decode(text) for text in (ballot["token"], signed["prefix"], signed["signature"])
    )
    # What the issuer was shown has nothing of what was cast.
    [asked] = [request.post_data_json for request in posted if request.url.endswith("/issue")]
    assert isinstance(asked, dict)
    assert asked.keys() == {"blinded"}
    blinded = base64.b64decode(asked["blinded"])
    assert len(blinded) == 384
    for secret in (token, prefix, signature):
        assert secret not in blinded

    parsed = ballots.parse({"ballot": ballot, "proof": Intake.objects.get().proof})
    assert ballots.token_is_issued(parsed.ballot, poll.frozen.issuers)

    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    spki = base64.b64encode(base64.b64decode(manifest_of(poll)["issuers"][0]["spki"])).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n"
    for name, content in (("key", pem.encode()), ("sig", signature), ("msg", prefix + token)):
        (tmp_path / name).write_bytes(content)
    command = [
        *("openssl", "dgst", "-sha384", "-verify", "key", "-signature", "sig"),
        *("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:48"),
        *("-sigopt", "rsa_mgf1_md:sha384", "msg"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Verified OK", done.stderr
