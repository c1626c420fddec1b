"""The addresses of dues and of the money page."""

from django.urls import path

from funding.dues import api, views

urlpatterns = [
    path("join/", views.join, name="join"),
    path("join/wait/", views.wait, name="join-wait"),
    path("join/cancelled/", views.cancelled, name="join-cancelled"),
    path("me/dues/", views.my_dues, name="my-dues"),
    path("me/dues/cancel/", views.cancel, name="my-dues-cancel"),
    path("money/", views.money, name="money"),
    # Stripe alone posts here.
    path("dues/webhook/", views.webhook, name="dues-webhook"),
]

api_urlpatterns = [
    path("dues/plans/", api.PlanList.as_view(), name="api-dues-plans"),
    path("ledger/summary/", api.LedgerSummary.as_view(), name="api-ledger-summary"),
]
