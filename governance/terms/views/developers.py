"""The guide for developers. Its snippets are run, as they stand, by a test."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

SNIPPETS = Path(__file__).parent.parent / "snippets"


@login_not_required
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    context = {
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "snippets": {path.stem: path.read_text("utf-8") for path in SNIPPETS.glob("*.sh")},
    }
    return render(request, "terms/developers.html", context)
