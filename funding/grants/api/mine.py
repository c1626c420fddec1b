"""The API's door to what one's own dues paid for."""

from __future__ import annotations

from typing import cast

from django.core.paginator import EmptyPage, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.grants import my_share, open_reads
from funding.grants.open_serializers import MyShareOut
from members.models import Person
from members.permissions import HasScope

ON_A_PAGE = 100


class MyShare(APIView):
    """One's own share of each payment to a project, by the rule that the page explains."""

    permission_classes = [HasScope("read")]

    @extend_schema(
        operation_id="my_grants_share",
        summary="What my dues paid for",
        parameters=[
            OpenApiParameter(
                "page",
                {"type": "integer", "minimum": 1, "maximum": 999_999_999},
                description="Which page: a hundred payments are on each.",
            )
        ],
        responses={200: MyShareOut, 404: OpenApiResponse(description="There is no such page.")},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("page", "1")
        if not asked.isascii() or not asked.isdigit() or len(asked) > 9 or int(asked) < 1:
            raise ValidationError({"page": [_("Give a number from 1 on.")]})
        mine = my_share.of(cast(Person, request.user))
        pages = Paginator(mine.lines, ON_A_PAGE)
        try:
            page = pages.page(int(asked))
        except EmptyPage:
            raise NotFound(_("There is no such page.")) from None
        proofs = open_reads.proofs([line.payment for line in page if line.payment])
        lines = [
            {
                "award": line.award,
                "title": line.title,
                "round_title": line.round_title,
                "on": line.on,
                "amount": line.amount,
                "share": line.share,
                "record": reverse("record-entry", args=[proofs[line.key]])
                if line.key in proofs
                else None,
            }
            for line in page
        ]
        said = {
            "totals": mine.totals(),
            "page": page.number,
            "pages": pages.num_pages,
            "lines": lines,
        }
        return Response(MyShareOut(said).data)
