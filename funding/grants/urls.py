"""The addresses of grants."""

from django.urls import URLPattern, URLResolver, path

from funding.grants import award_urls, open_urls, write_urls
from funding.grants.api import reading as api
from funding.grants.views import applying, panel, pipeline, reading

_ONE = "grants/applications/<uuid:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/", reading.rounds, name="grants"),
    path("grants/mine/", applying.mine, name="grant-mine"),
    path("grants/desk/", pipeline.rounds, name="grant-desk"),
    path("grants/interests/", panel.interests, name="grant-interests"),
    path("grants/rounds/<uuid:pk>/", reading.round, name="grant-round"),
    path("grants/rounds/<uuid:pk>/apply/", applying.apply, name="grant-apply"),
    path("grants/rounds/<uuid:pk>/reviewers/", panel.reviewers, name="grant-reviewers"),
    path("grants/rounds/<uuid:pk>/board/", pipeline.board, name="grant-board"),
    path("grants/rounds/<uuid:pk>/table/", pipeline.table, name="grant-table"),
    path("grants/rounds/<uuid:pk>/table.csv", pipeline.table_csv, name="grant-table-csv"),
    path("grants/rounds/<uuid:pk>/vote/", panel.vote, name="grant-vote"),
    path(_ONE + "", reading.application, name="grant-application"),
    # Who applies
    path(_ONE + "write/", applying.write, name="grant-write"),
    path(_ONE + "save/", applying.save, name="grant-save"),
    path(_ONE + "check/", applying.preview, name="grant-preview"),
    path(_ONE + "team/", applying.team, name="grant-team"),
    path(_ONE + "files/", applying.files, name="grant-files"),
    path(_ONE + "files/<uuid:file>/", applying.file, name="grant-file"),
    path(_ONE + "files/<uuid:file>/remove/", applying.remove_file, name="grant-file-remove"),
    path(_ONE + "fill/", applying.fill, name="grant-import"),
    path(_ONE + "withdraw/", applying.withdraw, name="grant-withdraw"),
    path(_ONE + "correct/", applying.correct, name="grant-correct"),
    path(_ONE + "ask-members/", applying.ask_members, name="grant-ask-members"),
    # Members
    path(_ONE + "sponsor/", applying.sponsor, name="grant-sponsor"),
    # Who looks after it
    path(_ONE + "history/", pipeline.history, name="grant-history"),
    path(_ONE + "panel/", panel.panel, name="grant-panel"),
    path(_ONE + "review/", panel.review, name="grant-review"),
    path(_ONE + "remark/", panel.remark, name="grant-remark"),
    path(_ONE + "answer/", panel.answer, name="grant-answer"),
    path(_ONE + "confirm/", panel.confirm, name="grant-confirm"),
    *award_urls.urlpatterns,
    *write_urls.urlpatterns,
    *open_urls.urlpatterns,
]
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/rounds/", api.RoundList.as_view(), name="api-grant-rounds"),
    path("grants/rounds/<uuid:pk>/", api.RoundDetail.as_view(), name="api-grant-round"),
    path("grants/projects/", api.ProjectList.as_view(), name="api-grant-projects"),
    path("grants/projects/<uuid:pk>/", api.ProjectDetail.as_view(), name="api-grant-project"),
    path("grants/projects/<uuid:pk>/sponsor", api.Sponsor.as_view(), name="api-grant-sponsor"),
    path("grants/applications/", api.ReadList.as_view(), name="api-grant-applications"),
    *write_urls.api_urlpatterns,
    *open_urls.api_urlpatterns,
]
