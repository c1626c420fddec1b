"""The addresses of proposals."""

from __future__ import annotations

from django.urls import path

from governance.proposals import api, views

urlpatterns = [
    path("proposals/", views.proposal_list, name="proposal-list"),
    path("proposals/rules/", views.rules, name="decision-rules"),
    path("proposals/new/", views.choose_kind, name="proposal-new"),
    path("proposals/new/<slug:kind>/", views.write, name="proposal-write"),
    # One proposal
    path("proposals/<uuid:pk>/", views.proposal, name="proposal"),
    path("proposals/<uuid:pk>/texts/<int:number>.json", views.text, name="proposal-text"),
    path("proposals/<uuid:pk>/edit/", views.edit, name="proposal-edit"),
    path("proposals/<uuid:pk>/support/", views.support, name="proposal-support"),
    path(
        "proposals/<uuid:pk>/withdraw-support/",
        views.withdraw_support,
        name="proposal-withdraw-support",
    ),
    path("proposals/<uuid:pk>/withdraw/", views.withdraw, name="proposal-withdraw"),
    path("proposals/<uuid:pk>/comment/", views.comment, name="proposal-comment"),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/hide/", views.hide_comment, name="comment-hide"
    ),
]

api_urlpatterns = [
    path("proposals/", api.ProposalList.as_view(), name="api-proposal-list"),
    path("proposals/<uuid:pk>/", api.ProposalDetail.as_view(), name="api-proposal"),
    path("proposals/<uuid:pk>/support", api.SupportView.as_view(), name="api-proposal-support"),
    path("proposals/<uuid:pk>/withdraw", api.WithdrawView.as_view(), name="api-proposal-withdraw"),
    path("proposals/<uuid:pk>/comments/", api.CommentList.as_view(), name="api-comment-list"),
]
