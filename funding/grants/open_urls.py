"""The addresses of what everybody reads of grants, and of one's own share in them."""

from django.urls import URLPattern, URLResolver, path

from funding.grants.api import mine, open_money, work
from funding.grants.views import money, open_data

urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/money/", money.money, name="grant-money"),
    path("grants/my-share/", money.share, name="grant-my-share"),
    path("grants/my-share.csv", money.share_csv, name="grant-my-share-csv"),
    path("grants/360giving.json", open_data.giving, name="grant-open-data"),
    path("grants/feed.atom", open_data.feed_atom, name="grant-feed-atom"),
    path("grants/feed.json", open_data.feed_json, name="grant-feed-json"),
]
api_urlpatterns: list[URLPattern | URLResolver] = [
    path("grants/awards/", open_money.AwardList.as_view(), name="api-grant-awards"),
    path("grants/awards/<uuid:pk>/", open_money.AwardDetail.as_view(), name="api-grant-award"),
    path("grants/milestones/", open_money.MilestoneList.as_view(), name="api-grant-milestones"),
    path("grants/paid/", open_money.PaidList.as_view(), name="api-grant-paid"),
    path("grants/funds/", open_money.FundList.as_view(), name="api-grant-funds"),
    path("grants/movements/", open_money.MovementList.as_view(), name="api-grant-movements"),
    path("grants/my-share/", mine.MyShare.as_view(), name="api-grant-my-share"),
    # Who looks after it
    path("grants/reviews/", work.ReviewList.as_view(), name="api-grant-reviews"),
    path("grants/payments/", work.PaymentList.as_view(), name="api-grant-payments"),
    path("grants/accounts/", work.AccountList.as_view(), name="api-grant-accounts"),
]
