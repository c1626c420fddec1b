"""The addresses of dues and of the money page."""

from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from funding.dues.api import cases as cases_api
from funding.dues.api import mine as mine_api
from funding.dues.api import open as open_api
from funding.dues.views import cases, giving, joining, links, mine, money, statements, webhook

urlpatterns = [
    path("join/", joining.join, name="join"),
    path("join/wait/", joining.wait, name="join-wait"),
    path("join/cancelled/", joining.cancelled, name="join-cancelled"),
    # One's own dues
    path("dues/", mine.my_dues, name="my-dues"),
    path("dues/cancel/", mine.cancel, name="my-dues-cancel"),
    path("dues/resume/", mine.resume, name="my-dues-resume"),
    path("dues/change/", mine.change, name="my-dues-change"),
    path("dues/card/", mine.portal, name="my-dues-card"),
    path("dues/confirm/", links.attest_again, name="attest-again"),
    path("dues/payments/<uuid:payment>/receipt.pdf", mine.receipt, name="dues-receipt"),
    path("dues/years/<int:year>.pdf", mine.year_summary, name="dues-year"),
    path(
        "me/dues/",
        require_safe(RedirectView.as_view(pattern_name="my-dues", permanent=True)),
        name="dues-old",
    ),
    # For others, and without paying
    path("dues/pot/", giving.pot, name="dues-pot"),
    path("dues/gift/", giving.gift, name="dues-gift"),
    path("dues/gifts/<uuid:gift>/take-back/", mine.take_back, name="dues-gift-take-back"),
    path("dues/thanks/", giving.thanks, name="dues-thanks"),
    path("dues/without/", giving.waiver, name="dues-waiver"),
    path("dues/without/tell-me/", giving.wish, name="dues-waiver-wish"),
    # What links in mail open, without signing in
    path("dues/stop/<str:token>/", links.cancel, name="dues-link-cancel"),
    path("dues/mend/<str:token>/", links.mend, name="dues-link-mend"),
    path("dues/gifts/<str:token>/", links.gift, name="dues-link-gift"),
    path("dues/confirm/<str:token>/", links.attest, name="dues-link-attest"),
    path("money/", money.money, name="money"),
    path("dues/payments/<uuid:uuid>/proof.json", money.payment_proof, name="payment-proof"),
    # Stewards
    path("stewards/cases/", cases.cases, name="cases"),
    path("stewards/cases/<uuid:pk>/", cases.case, name="case"),
    path("stewards/cases/<uuid:pk>/ask/", cases.ask, name="case-ask"),
    path("stewards/payments/", cases.find_payer, name="find-payer"),
    path("stewards/payments/<uuid:payment>/", cases.refund, name="refund"),
    path("stewards/refunds/", cases.refunds, name="refunds"),
    path("stewards/refunds/<uuid:pk>/", cases.decide_refund, name="refund-decide"),
    path("stewards/endings/", cases.endings, name="endings"),
    path("stewards/endings/<uuid:pk>/", cases.ending, name="ending"),
    path("stewards/endings/of/<uuid:person>/", cases.propose_ending, name="ending-propose"),
    path("stewards/dead-letters/", cases.dead_letters, name="dead-letters"),
    path("stewards/statements/", statements.statements, name="statements"),
    path("stewards/statements/<uuid:pk>/", statements.statement, name="statement"),
    # Stripe alone posts here.
    path("dues/webhook/", webhook.webhook, name="dues-webhook"),
]

api_urlpatterns = [
    path("dues/", mine_api.MyDues.as_view(), name="api-dues"),
    path("dues/cancel/", mine_api.Cancel.as_view(), name="api-dues-cancel"),
    path("dues/resume/", mine_api.Resume.as_view(), name="api-dues-resume"),
    path("dues/change/", mine_api.Change.as_view(), name="api-dues-change"),
    path("dues/change/preview/", mine_api.ChangePreview.as_view(), name="api-dues-change-preview"),
    path("dues/waiver/", mine_api.WaiverView.as_view(), name="api-dues-waiver"),
    path("dues/pot/", mine_api.PotView.as_view(), name="api-dues-pot"),
    path("dues/gifts/", mine_api.GiftView.as_view(), name="api-dues-gifts"),
    path("dues/plans/", open_api.PlanList.as_view(), name="api-dues-plans"),
    path("cases/", cases_api.CaseList.as_view(), name="api-cases"),
    path("cases/<uuid:pk>/", cases_api.CaseDetail.as_view(), name="api-case"),
    path("cases/<uuid:pk>/ask/", cases_api.AskAboutCase.as_view(), name="api-case-ask"),
    path("cases/<uuid:pk>/settle/", cases_api.SettleCase.as_view(), name="api-case-settle"),
    path("payments/<uuid:payment>/refunds/", cases_api.RefundList.as_view(), name="api-refunds"),
    path(
        "refunds/<uuid:pk>/approve/", cases_api.ApproveRefund.as_view(), name="api-refund-approve"
    ),
    path("ledger/summary/", open_api.LedgerSummary.as_view(), name="api-ledger-summary"),
]
