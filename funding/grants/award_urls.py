"""The addresses of awards and of what is paid for them."""

from django.urls import URLPattern, URLResolver, path

from funding.grants.views import award_money, award_work, awards

urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/awards/", awards.awards, name="grant-awards"),
    path("grants/awards/<uuid:pk>/", awards.award, name="grant-award"),
    path("grants/awards/<uuid:pk>/agreement/", award_work.agreement, name="grant-agreement"),
    path("grants/milestones/<uuid:pk>/", award_work.milestone, name="grant-milestone"),
    path("grants/milestones/<uuid:pk>/pay/", award_money.payment_new, name="grant-payment-new"),
    path("grants/evidence/<uuid:pk>/", award_work.evidence_file, name="grant-evidence"),
    path("grants/account/", award_work.account, name="grant-account"),
    path(
        "grants/account/confirm/<str:token>/",
        award_work.account_confirm,
        name="grant-account-confirm",
    ),
    path("grants/payments/", award_money.payments, name="grant-payments"),
    path("grants/payments/<uuid:pk>/", award_money.payment, name="grant-payment"),
    path("grants/bank-files/<uuid:pk>/", award_money.bank_file_page, name="grant-bank-file-page"),
    path("grants/bank-files/<uuid:pk>/file/", award_money.bank_file, name="grant-bank-file"),
]
api_urlpatterns: list[URLPattern | URLResolver] = []
