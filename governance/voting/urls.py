"""Addresses of polls: pages and files, and the API's."""

from django.urls import path

from governance.voting import api, check_views, fault_api, fault_views, views

urlpatterns = [
    path("polls/", views.poll_list, name="poll-list"),
    path("polls/<uuid:pk>/", views.poll, name="poll"),
    path("polls/<uuid:pk>/fault/", fault_views.name_fault, name="poll-fault"),
    path(
        "polls/<uuid:pk>/fault/<uuid:fault>/",
        fault_views.confirm_fault,
        name="poll-fault-confirm",
    ),
    path("polls/<uuid:pk>/verify", check_views.verify, name="poll-verify"),
    path("polls/<uuid:pk>/receipt", check_views.receipt, name="poll-receipt"),
    path("polls/<uuid:pk>/my-roll-entry", check_views.my_roll_entry, name="poll-my-roll-entry"),
    path(
        "polls/<uuid:pk>/my-roll-entry.json",
        check_views.my_roll_entry_file,
        name="poll-my-roll-entry-file",
    ),
    path("polls/<uuid:pk>/objection/", check_views.objection, name="poll-objection"),
    path("polls/<uuid:pk>/manifest.json", views.manifest, name="poll-manifest"),
    path("polls/<uuid:pk>/ballots.json", views.ballots, name="poll-ballots"),
    path("polls/<uuid:pk>/result.json", views.result, name="poll-result"),
    path("polls/<uuid:pk>/ballots.<slug:ending>", views.export, name="poll-export"),
]

api_urlpatterns = [
    path("polls/", api.PollListView.as_view(), name="api-polls"),
    path("polls/<uuid:pk>/", api.PollView.as_view(), name="api-poll"),
    path("polls/<uuid:pk>/issue", api.IssueView.as_view(), name="api-poll-issue"),
    path("polls/<uuid:pk>/objection", api.ObjectionView.as_view(), name="api-poll-objection"),
    path("polls/<uuid:pk>/faults/", fault_api.FaultListView.as_view(), name="api-poll-faults"),
    path(
        "polls/<uuid:pk>/faults/<uuid:fault>/confirm",
        fault_api.ConfirmFaultView.as_view(),
        name="api-poll-fault-confirm",
    ),
    path("polls/<uuid:pk>/cast", api.CastView.as_view(), name="api-poll-cast"),
]
