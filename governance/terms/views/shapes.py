"""The shapes that every policy of ours fits (SHACL), for programs that check for themselves."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from governance.terms.document import Site
from governance.terms.graph import TURTLE
from governance.terms.http import A_DAY, published

SHAPES = Path(__file__).parent.parent / "shapes.ttl"


@login_not_required
@require_safe
def shapes(request: HttpRequest) -> HttpResponseBase:
    """The shapes, with our own words under the address of this site."""
    text = SHAPES.read_text("utf-8").replace("{namespace}", Site(settings.PUBLIC_ORIGIN).namespace)
    return published(request, text.encode(), media_type=TURTLE, caching=A_DAY)
