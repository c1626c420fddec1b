"""The systemd units start what there is."""

from __future__ import annotations

import importlib.util
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

UNITS = Path(settings.BASE_DIR, "deploy/systemd")


def service(name: str) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / f"customer-commons-{name}.service", encoding="utf-8")
    assert parser["Unit"]["After"].split() == ["network.target", "postgresql.service"]
    assert parser["Install"]["WantedBy"] == "multi-user.target"
    return dict(parser["Service"])


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_unit_runs_the_production_settings_with_few_rights(name: str) -> None:
    unit = service(name)
    variable, _, module = unit["Environment"].partition("=")
    assert variable == "DJANGO_SETTINGS_MODULE"
    assert importlib.util.find_spec(module) is not None
    assert unit["EnvironmentFile"]
    assert unit["Restart"] == "always"
    assert unit["User"] not in ("", "root")
    assert unit["NoNewPrivileges"] == "yes"
    assert unit["ProtectSystem"] == "strict"
    assert unit["StateDirectory"] == "customer-commons"


def test_the_web_unit_starts_gunicorn_on_the_socket_that_nginx_asks() -> None:
    unit = service("web")
    program, module, *options = shlex.split(unit["ExecStart"])
    assert Path(program).name == "gunicorn"
    assert importlib.util.find_spec("gunicorn") is not None
    assert hasattr(importlib.import_module(module), "application")
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert given["--worker-class"] == "gthread"
    nginx = Path(settings.BASE_DIR, "deploy/nginx/customer-commons.conf").read_text()
    assert f"server {given['--bind']} " in nginx
    assert given["--bind"].startswith(f"unix:/run/{unit['RuntimeDirectory']}/")


def test_the_worker_unit_starts_the_worker() -> None:
    program, manage, command = shlex.split(service("worker")["ExecStart"])
    assert Path(program).name == "python"
    assert Path(settings.BASE_DIR, manage).is_file()
    assert get_commands()[command] == "config"
