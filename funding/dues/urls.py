"""The addresses of dues and of the money page."""

from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from funding.dues import (
    api,
    case_api,
    case_views,
    giving_views,
    link_views,
    money_views,
    my_api,
    my_views,
    statement_views,
    views,
)

urlpatterns = [
    path("join/", views.join, name="join"),
    path("join/wait/", views.wait, name="join-wait"),
    path("join/cancelled/", views.cancelled, name="join-cancelled"),
    # One's own dues
    path("dues/", my_views.my_dues, name="my-dues"),
    path("dues/cancel/", my_views.cancel, name="my-dues-cancel"),
    path("dues/resume/", my_views.resume, name="my-dues-resume"),
    path("dues/change/", my_views.change, name="my-dues-change"),
    path("dues/card/", my_views.portal, name="my-dues-card"),
    path("dues/confirm/", link_views.attest_again, name="attest-again"),
    path("dues/payments/<uuid:payment>/receipt.pdf", my_views.receipt, name="dues-receipt"),
    path("dues/years/<int:year>.pdf", my_views.year_summary, name="dues-year"),
    path(
        "me/dues/",
        require_safe(RedirectView.as_view(pattern_name="my-dues", permanent=True)),
        name="dues-old",
    ),
    # For others, and without paying
    path("dues/pot/", giving_views.pot, name="dues-pot"),
    path("dues/gift/", giving_views.gift, name="dues-gift"),
    path("dues/gifts/<uuid:gift>/take-back/", my_views.take_back, name="dues-gift-take-back"),
    path("dues/thanks/", giving_views.thanks, name="dues-thanks"),
    path("dues/without/", giving_views.waiver, name="dues-waiver"),
    path("dues/without/tell-me/", giving_views.wish, name="dues-waiver-wish"),
    # What links in mail open, without signing in
    path("dues/stop/<str:token>/", link_views.cancel, name="dues-link-cancel"),
    path("dues/mend/<str:token>/", link_views.mend, name="dues-link-mend"),
    path("dues/gifts/<str:token>/", link_views.gift, name="dues-link-gift"),
    path("dues/confirm/<str:token>/", link_views.attest, name="dues-link-attest"),
    path("money/", money_views.money, name="money"),
    path("dues/payments/<uuid:uuid>/proof.json", money_views.payment_proof, name="payment-proof"),
    # Stewards
    path("stewards/cases/", case_views.cases, name="cases"),
    path("stewards/cases/<uuid:pk>/", case_views.case, name="case"),
    path("stewards/cases/<uuid:pk>/ask/", case_views.ask, name="case-ask"),
    path("stewards/payments/", case_views.find_payer, name="find-payer"),
    path("stewards/payments/<uuid:payment>/", case_views.refund, name="refund"),
    path("stewards/refunds/", case_views.refunds, name="refunds"),
    path("stewards/refunds/<uuid:pk>/", case_views.decide_refund, name="refund-decide"),
    path("stewards/endings/", case_views.endings, name="endings"),
    path("stewards/endings/<uuid:pk>/", case_views.ending, name="ending"),
    path("stewards/endings/of/<uuid:person>/", case_views.propose_ending, name="ending-propose"),
    path("stewards/dead-letters/", case_views.dead_letters, name="dead-letters"),
    path("stewards/statements/", statement_views.statements, name="statements"),
    path("stewards/statements/<uuid:pk>/", statement_views.statement, name="statement"),
    # Stripe alone posts here.
    path("dues/webhook/", views.webhook, name="dues-webhook"),
]

api_urlpatterns = [
    path("dues/", my_api.MyDues.as_view(), name="api-dues"),
    path("dues/cancel/", my_api.Cancel.as_view(), name="api-dues-cancel"),
    path("dues/resume/", my_api.Resume.as_view(), name="api-dues-resume"),
    path("dues/change/", my_api.Change.as_view(), name="api-dues-change"),
    path("dues/change/preview/", my_api.ChangePreview.as_view(), name="api-dues-change-preview"),
    path("dues/waiver/", my_api.WaiverView.as_view(), name="api-dues-waiver"),
    path("dues/pot/", my_api.PotView.as_view(), name="api-dues-pot"),
    path("dues/gifts/", my_api.GiftView.as_view(), name="api-dues-gifts"),
    path("dues/plans/", api.PlanList.as_view(), name="api-dues-plans"),
    path("cases/", case_api.CaseList.as_view(), name="api-cases"),
    path("cases/<uuid:pk>/", case_api.CaseDetail.as_view(), name="api-case"),
    path("cases/<uuid:pk>/ask/", case_api.AskAboutCase.as_view(), name="api-case-ask"),
    path("cases/<uuid:pk>/settle/", case_api.SettleCase.as_view(), name="api-case-settle"),
    path("payments/<uuid:payment>/refunds/", case_api.RefundList.as_view(), name="api-refunds"),
    path("refunds/<uuid:pk>/approve/", case_api.ApproveRefund.as_view(), name="api-refund-approve"),
    path("ledger/summary/", api.LedgerSummary.as_view(), name="api-ledger-summary"),
]
