"""The deployed nginx configuration with other paths: for the tests and for the bench."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings as site

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
DEPLOYED = Path(site.BASE_DIR, "deploy/nginx/customer-commons.conf")


def rendered(tree: Path, folder: Path, port: int, beside: str = "") -> str:
    """The deployed file over ``tree`` on ``port``, in the least nginx.conf around it.

    What it reads and writes besides is in ``folder``; ``beside`` is more for its ``http`` block.
    """
    text = DEPLOYED.read_text(encoding="utf-8")
    for deployed, here in {
        "    listen 80;\n    listen [::]:80;": f"    listen 127.0.0.1:{port};",
        "/var/lib/customer-commons/headers.map": f"{folder}/var/headers.map",
        "/var/lib/customer-commons/public": str(tree),
        "/var/lib/customer-commons/static/": f"{folder}/var/static/",
        "/var/log/nginx/customer-commons.access.log": f"{folder}/access.log",
        "/var/log/nginx/customer-commons.error.log": f"{folder}/error.log",
        "/run/customer-commons/web.sock": f"{folder}/django.sock",
    }.items():
        assert text.count(deployed) == 1, f"{deployed!r} is once in the deployed configuration"
        text = text.replace(deployed, here)
    scratch = "\n".join(
        f"    {kind}_temp_path {folder}/temporary;"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{}}
http {{
{scratch}
    types {{ text/css css; }}
{text}
{beside}
}}
"""
