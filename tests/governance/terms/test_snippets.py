"""The snippets of the developers' guide, run as they stand there, against the site itself."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from governance.record import sweeps
from governance.terms.models import Version
from governance.terms.roster import load
from governance.terms.views.developers import EXAMPLE, PAGES, SNIPPETS
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish

pytestmark = pytest.mark.django_db(transaction=True)

CLIENT = Path(settings.BASE_DIR) / "clients/python"
SCRIPTS = sorted(SNIPPETS.glob("*.mjs"))
HERE = f"{settings.PUBLIC_ORIGIN}/terms/{'/'.join(EXAMPLE)}"


@pytest.fixture
def term(publish: Publish) -> Version:
    """The term that the examples are about, and the one it is compared with."""
    terms = {term.slug: term for term in load(Path(settings.BASE_DIR, "config/demo/roster.toml"))}
    version = publish(terms[EXAMPLE[0]])
    publish(terms["service-delivery-only"])
    sweeps.sequence(NOW)
    assert version.version == EXAMPLE[1]
    return version


@pytest.fixture
def site(live_server: LiveServer) -> str:
    # Signatures are checked in secure contexts only: under a name, not under a bare address.
    return str(live_server.url).replace("127.0.0.1", "localhost")


def need(program: str) -> str:
    """The program of that name: a named skip where it is missing, a failure on CI."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{program} is missing, and CI requires it")
    if found is None:
        pytest.skip(f"no {program} here")
    return found


@pytest.fixture
def run(site: str, tmp_path: Path) -> Callable[..., str]:
    """What a snippet prints when it is run in a folder of its own, with the client at hand."""
    tools = tmp_path / "tools"
    tools.mkdir()
    command = tools / "customer-commons"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m customer_commons "$@"\n')
    command.chmod(0o755)

    def run(name: str, *program: str, client: bool = False) -> str:
        path = {"PYTHONPATH": str(CLIENT)} if client else {}
        done = subprocess.run(
            [*program, str(SNIPPETS / name)],
            cwd=tmp_path,
            env={
                **path,
                "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
                "HOME": str(tmp_path),
                "PYTHONDONTWRITEBYTECODE": "1",
                "NODE_NO_WARNINGS": "1",
                "ORIGIN": site,
                "IDENTITY": settings.PUBLIC_ORIGIN,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


Run = Callable[..., str]


def test_the_curl_snippets(run: Run, term: Version, tmp_path: Path) -> None:
    need("curl")

    def sh(name: str) -> str:
        return run(name, "/bin/sh", "-eu", client=True)

    listed = json.loads(sh("start.sh"))
    assert {row["slug"] for row in listed["terms"]} == {EXAMPLE[0], "service-delivery-only"}
    fetched = sh("fetch.sh").split()
    assert fetched == [term.sha256, "no-stalking.json", "304"]
    assert (tmp_path / "no-stalking.json").read_bytes() == bytes(term.document)
    verified = sh("verify.sh")
    assert f"{HERE} is what members approved." in verified
    assert term.sha256 in verified
    assert "is what members approved" in sh("offline.sh").split("kept      in kept")[1]
    assert json.loads(sh("status.sh"))["sha256"] == term.sha256
    rules = sh("rules.sh")
    assert '"points"' in rules
    assert "odrl:prohibit" in rules
    assert "no-stalking" in sh("compare.sh").splitlines()[0]
    record = sh("record.sh")
    assert record.startswith(f"{settings.PUBLIC_ORIGIN.partition('//')[2]}/record\n")
    assert "c2sp.org/tlog-proof@v1" in record


def test_the_python_snippets_need_the_standard_library_alone(run: Run, term: Version) -> None:
    def python(name: str) -> str:
        return run(name, sys.executable, "-I", "-S")

    fetched = python("fetch.stdlib.py").splitlines()
    assert fetched[0].endswith(term.sha256)
    assert fetched[1:] == [
        f"{rule['party']} {rule['kind']} {rule['action']}"
        for rule in json.loads(bytes(term.document))["rules"]
    ]
    assert python("status.stdlib.py").split() == ["active"]
    assert python("rules.stdlib.py") == "no\n"


def test_the_snippets_of_the_client(run: Run, term: Version) -> None:
    def python(name: str) -> str:
        return run(name, sys.executable, client=True)

    assert term.sha256 in python("fetch.client.py")
    verified = python("verify.client.py")
    assert "#terms-" in verified
    assert term.revision.plain[:20] in verified
    assert python("status.client.py").startswith("active until ")
    assert "second" in python("compare.client.py")
    assert "term.published is entry" in python("record.client.py")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.stem))
def test_the_javascript_snippets_in_node(script: Path, run: Run, term: Version) -> None:
    if shutil.which("node") is None:
        pytest.skip("no node here: Chromium runs the same in the next test")
    check(script.stem, run(script.name, "node"), term)


@pytest.mark.browser
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.stem))
def test_the_javascript_snippets_in_a_browser(
    script: Path, site: str, term: Version, new_browser: Callable[..., BrowserContext]
) -> None:
    page = new_browser(bypass_csp=True).new_page()
    printed: list[str] = []
    page.on("console", lambda message: printed.append(message.text))
    page.add_init_script(f"globalThis.ORIGIN = {json.dumps(site)}")
    page.goto(f"{site}/privacy/")
    # As a module, and then a mark that it has come to its end.
    page.add_script_tag(type="module", content=script.read_text() + "\nconsole.log('the end');")
    for _ in range(100):
        if "the end" in printed:
            break
        page.wait_for_timeout(50)
    assert printed.pop() == "the end"
    check(script.stem, "\n".join(printed), term)


def check(name: str, printed: str, term: Version) -> None:
    """Whether a JavaScript snippet printed what it should."""
    expected = {
        "fetch": term.sha256,
        "verify": "signed by did:web:",
        "status": "active",
        "rules": "the organisation may not: ",
    }
    assert expected[name] in printed


@pytest.mark.parametrize("name", ["fetch", "status", "verify"])
def test_a_snippet_that_checks_does_not_pass_what_is_wrong(
    name: str, site: str, term: Version, new_browser: Callable[..., BrowserContext]
) -> None:
    page = new_browser(bypass_csp=True).new_page()
    page.add_init_script(f"globalThis.ORIGIN = {json.dumps(site)}")

    def tamper(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        route.fulfill(response=answer, body=answer.text().replace("prohibition", "permission"))  # type: ignore[attr-defined]

    page.route(f"**/terms/{'/'.join(EXAMPLE)}.json", tamper)
    page.goto(f"{site}/privacy/")
    script = (SNIPPETS / f"{name}.mjs").read_text()
    said = page.evaluate(
        "async script => { try { await import(URL.createObjectURL(new Blob([script],"
        " {type: 'text/javascript'}))); return 'passed' } catch (error) { return error.message } }",
        script,
    )
    assert re.search("not the one|another document|does not fit", said), said


# On the pages


@pytest.fixture
def guide(client: Client) -> dict[str, str]:
    pages = {"start": client.get("/developers/")}
    pages |= {name: client.get(f"/developers/{name}/") for name in PAGES}
    assert {name: page.status_code for name, page in pages.items() if page.status_code != 200} == {}
    return {name: page.content.decode() for name, page in pages.items()}


def test_every_snippet_stands_on_its_page_as_it_is_run(guide: dict[str, str]) -> None:
    for path in SNIPPETS.iterdir():
        name = path.name.partition(".")[0]
        page = guide["verify" if name == "offline" else name]
        assert escape(path.read_text("utf-8").rstrip()) in page, path.name


def test_the_guide_leads_from_page_to_page(guide: dict[str, str], client: Client) -> None:
    names = ["start", *PAGES]
    for name, after in itertools.pairwise(names):
        assert f'class="secondary" href="/developers/{after}/"' in guide[name]
    for name, page in guide.items():
        assert page.count('aria-current="page"') == 1, name
        assert "/api/v1/reference/" in page
        for link in set(re.findall(r'href="(/(?!static/)[^"#]*)', page)):
            assert client.get(link).status_code == 200, (name, link)
    assert client.get("/developers/nowhere/").status_code == 404
    assert "/api/v1/schema/" in guide["fetch"] + guide["stability"]
