"""The addresses of proposals."""

from __future__ import annotations

from django.urls import path

from governance.proposals import (
    amendment_views,
    api,
    decision_api,
    decision_views,
    draft_api,
    draft_views,
    following_api,
    following_views,
    movement_api,
    movement_views,
    office_views,
    talk_api,
    talk_views,
    views,
)

urlpatterns = [
    path("proposals/", views.proposal_list, name="proposal-list"),
    path("proposals/rules/", decision_views.rules, name="decision-rules"),
    path("proposals/stages/", decision_views.stage_table, name="proposal-stages"),
    path("offices/", office_views.offices, name="offices"),
    path("proposals/new/", views.choose_kind, name="proposal-new"),
    path("proposals/new/<slug:kind>/", views.write, name="proposal-write"),
    path("proposals/similar/", draft_views.similar, name="proposal-similar"),
    # Drafts
    path("proposals/drafts/", draft_views.drafts, name="draft-list"),
    path("proposals/drafts/join/<str:secret>/", draft_views.join, name="draft-join"),
    path(
        "proposals/drafts/invitations/<uuid:invitation>/", draft_views.answer, name="draft-answer"
    ),
    path("proposals/drafts/<uuid:pk>/", draft_views.draft, name="draft"),
    path("proposals/drafts/<uuid:pk>/save/", draft_views.save, name="draft-save"),
    path("proposals/drafts/<uuid:pk>/history/", draft_views.history, name="draft-history"),
    path("proposals/drafts/<uuid:pk>/invite/", draft_views.invite, name="draft-invite"),
    path("proposals/drafts/<uuid:pk>/leave/", draft_views.leave, name="draft-leave"),
    # What members flagged
    path("stewards/flags/", talk_views.flags, name="flags"),
    path("stewards/flags/<uuid:flag>/", talk_views.settle, name="flag-settle"),
    # What one follows, and how members take part
    path("following/", following_views.following, name="following"),
    path("participation/", following_views.how_members_take_part, name="participation"),
    path("participation/turnout.csv", following_views.turnout_csv, name="participation-turnout"),
    path("participation/activity.csv", following_views.activity_csv, name="participation-activity"),
    path("proposals/feed.atom", following_views.feed_atom, name="proposal-feed-atom"),
    path("proposals/feed.json", following_views.feed_json, name="proposal-feed-json"),
    path(
        "proposals/<uuid:pk>/feed.atom",
        following_views.proposal_feed_atom,
        name="proposal-one-feed-atom",
    ),
    path(
        "proposals/<uuid:pk>/feed.json",
        following_views.proposal_feed_json,
        name="proposal-one-feed-json",
    ),
    path("proposals/<uuid:pk>/follow/", following_views.follow, name="proposal-follow"),
    # The movement behind a term, and who accepts it
    path("movement/<slug:slug>/", movement_views.term_movement, name="term-movement"),
    path("movement/<slug:slug>/proffer/", movement_views.proffer, name="term-proffer"),
    path("movement/<slug:slug>/ask/", movement_views.ask, name="term-ask"),
    path(
        "movement/<slug:slug>/letter/<str:domain>.txt",
        movement_views.term_letter,
        name="term-letter",
    ),
    path("accepting/", movement_views.organisations, name="organisations"),
    path("accepting/<str:domain>/", movement_views.organisation, name="organisation"),
    path("schemas/customer-commons/v1.json", movement_views.file_schema, name="acceptance-schema"),
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
    path("proposals/<uuid:pk>/echo/", views.echo, name="proposal-echo"),
    path("proposals/<uuid:pk>/flag/", talk_views.flag_idea, name="proposal-flag"),
    path("proposals/<uuid:pk>/hide/", talk_views.hide_idea, name="proposal-hide"),
    # Its decision
    path("proposals/<uuid:pk>/vote.ics", decision_views.calendar, name="proposal-calendar"),
    path("proposals/<uuid:pk>/interests/", decision_views.interests, name="proposal-interests"),
    path("proposals/<uuid:pk>/advice/", decision_views.advice, name="proposal-advice"),
    # Who stands, where it is an election
    path("proposals/<uuid:pk>/candidates/", office_views.candidates, name="candidates"),
    path(
        "proposals/<uuid:pk>/candidates.json", office_views.candidates_file, name="candidates-file"
    ),
    path("proposals/<uuid:pk>/candidates/stand/", office_views.stand, name="candidate-stand"),
    path(
        "proposals/<uuid:pk>/candidates/nominate/", office_views.nominate, name="candidate-nominate"
    ),
    path(
        "proposals/<uuid:pk>/candidates/decline/", office_views.decline, name="nomination-decline"
    ),
    path(
        "proposals/<uuid:pk>/candidates/step-back/",
        office_views.step_back,
        name="candidate-step-back",
    ),
    # Its texts, and others
    path("proposals/<uuid:pk>/texts/", amendment_views.texts, name="proposal-texts"),
    path("proposals/<uuid:pk>/amendments/", amendment_views.amendment_list, name="amendment-list"),
    path("proposals/<uuid:pk>/amendments/new/", amendment_views.amend, name="amendment-new"),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/", amendment_views.amendment, name="amendment"
    ),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/support/",
        amendment_views.support_amendment,
        name="amendment-support",
    ),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/decide/",
        amendment_views.decide_amendment,
        name="amendment-decide",
    ),
    # One comment
    path("proposals/<uuid:pk>/comments/<uuid:comment>/", talk_views.thread, name="comment"),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/edit/",
        talk_views.edit_comment,
        name="comment-edit",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/history/",
        talk_views.comment_history,
        name="comment-history",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/helps/", talk_views.react, name="comment-react"
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/flag/",
        talk_views.flag_comment,
        name="comment-flag",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/hide/", views.hide_comment, name="comment-hide"
    ),
]

api_urlpatterns = [
    path("decision-rules/", decision_api.RuleList.as_view(), name="api-decision-rules"),
    path("offices/", decision_api.OfficeList.as_view(), name="api-offices"),
    path("proposals/kinds/", decision_api.KindList.as_view(), name="api-proposal-kinds"),
    path("proposals/<uuid:pk>/path", decision_api.Timeline.as_view(), name="api-proposal-path"),
    path(
        "proposals/<uuid:pk>/candidates/",
        decision_api.CandidateList.as_view(),
        name="api-candidates",
    ),
    path(
        "proposals/<uuid:pk>/candidates/nominate",
        decision_api.NominateView.as_view(),
        name="api-candidate-nominate",
    ),
    path(
        "proposals/<uuid:pk>/candidates/decline",
        decision_api.DeclineView.as_view(),
        name="api-nomination-decline",
    ),
    path(
        "proposals/<uuid:pk>/candidates/step-back",
        decision_api.StepBackView.as_view(),
        name="api-candidate-step-back",
    ),
    path(
        "proposals/<uuid:pk>/interests",
        decision_api.InterestView.as_view(),
        name="api-proposal-interests",
    ),
    path(
        "proposals/<uuid:pk>/advice", decision_api.AdviceView.as_view(), name="api-proposal-advice"
    ),
    path("proposals/", api.ProposalList.as_view(), name="api-proposal-list"),
    path("proposals/<uuid:pk>/", api.ProposalDetail.as_view(), name="api-proposal"),
    path("proposals/<uuid:pk>/support", api.SupportView.as_view(), name="api-proposal-support"),
    path("proposals/<uuid:pk>/withdraw", api.WithdrawView.as_view(), name="api-proposal-withdraw"),
    path("proposals/similar", talk_api.SimilarView.as_view(), name="api-proposal-similar"),
    path("proposals/drafts/", draft_api.DraftList.as_view(), name="api-draft-list"),
    path("proposals/drafts/join", draft_api.DraftAnswer.as_view(), name="api-draft-join"),
    path("proposals/drafts/<uuid:pk>/", draft_api.DraftDetail.as_view(), name="api-draft"),
    path(
        "proposals/drafts/<uuid:pk>/publish",
        draft_api.DraftPublish.as_view(),
        name="api-draft-publish",
    ),
    path(
        "proposals/drafts/<uuid:pk>/invite",
        draft_api.DraftInvite.as_view(),
        name="api-draft-invite",
    ),
    path("movement/<slug:slug>/", movement_api.MovementView.as_view(), name="api-movement"),
    path("movement/<slug:slug>/proffer", movement_api.ProfferView.as_view(), name="api-proffer"),
    path("movement/<slug:slug>/asks/", movement_api.AskView.as_view(), name="api-ask-list"),
    path(
        "movement/<slug:slug>/asks/<str:domain>", movement_api.AskDetail.as_view(), name="api-ask"
    ),
    path("acceptances/", movement_api.AcceptanceList.as_view(), name="api-acceptance-list"),
    path("organisations/", movement_api.OrganisationList.as_view(), name="api-organisation-list"),
    path(
        "organisations/<str:domain>/",
        movement_api.OrganisationDetail.as_view(),
        name="api-organisation",
    ),
    path("proposals/<uuid:pk>/follow", following_api.FollowView.as_view(), name="api-follow"),
    path("me/follows/", following_api.FollowedList.as_view(), name="api-follow-list"),
    path("me/mentions/", following_api.MentionList.as_view(), name="api-mention-list"),
    path("participation/", following_api.ParticipationView.as_view(), name="api-participation"),
    path("flags/", talk_api.FlagList.as_view(), name="api-flag-list"),
    path("flags/<uuid:flag>/settle", talk_api.FlagSettleView.as_view(), name="api-flag-settle"),
    path("proposals/<uuid:pk>/echo", talk_api.EchoView.as_view(), name="api-proposal-echo"),
    path("proposals/<uuid:pk>/flag", talk_api.IdeaFlagView.as_view(), name="api-proposal-flag"),
    path("proposals/<uuid:pk>/hide", talk_api.IdeaHideView.as_view(), name="api-proposal-hide"),
    path("proposals/<uuid:pk>/texts/", talk_api.TextList.as_view(), name="api-text-list"),
    path(
        "proposals/<uuid:pk>/amendments/",
        talk_api.AmendmentList.as_view(),
        name="api-amendment-list",
    ),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/",
        talk_api.AmendmentDetail.as_view(),
        name="api-amendment",
    ),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/support",
        talk_api.AmendmentSupportView.as_view(),
        name="api-amendment-support",
    ),
    path(
        "proposals/<uuid:pk>/amendments/<int:number>/decide",
        talk_api.AmendmentDecideView.as_view(),
        name="api-amendment-decide",
    ),
    path("proposals/<uuid:pk>/comments/", api.CommentList.as_view(), name="api-comment-list"),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/",
        talk_api.CommentDetail.as_view(),
        name="api-comment",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/history",
        talk_api.CommentHistory.as_view(),
        name="api-comment-history",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/reaction",
        talk_api.ReactionView.as_view(),
        name="api-comment-reaction",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/flag",
        talk_api.CommentFlagView.as_view(),
        name="api-comment-flag",
    ),
    path(
        "proposals/<uuid:pk>/comments/<uuid:comment>/hide",
        talk_api.CommentHideView.as_view(),
        name="api-comment-hide",
    ),
]
