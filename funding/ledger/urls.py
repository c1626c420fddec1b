"""The addresses of the books, for the treasurer and the stewards; of the digests, for everybody."""

from django.urls import path, re_path

from funding.ledger import api, views

MONTH = "(?P<month>(?:19[7-9][0-9]|2[0-9]{3})-(?:0[1-9]|1[0-2]))"

urlpatterns = [
    path("books/", views.books, name="books"),
    # Statements
    path("books/trial-balance/", views.trial_balance, name="books-trial-balance"),
    path("books/income/", views.income, name="books-income"),
    path("books/balance-sheet/", views.balance_sheet, name="books-balance-sheet"),
    # Entries
    path("books/journal/", views.journal, name="books-journal"),
    path("books/journal.csv", views.journal_csv, name="books-journal-csv"),
    path("books/journal.beancount", views.journal_beancount, name="books-journal-beancount"),
    path("books/entries/<uuid:pk>/", views.entry, name="books-entry"),
    path("books/entries/<uuid:pk>/undo/", views.entry_undo, name="books-entry-undo"),
    path("books/lists/<slug:name>.csv", views.csv_list, name="books-list"),
    # Vouchers
    path("books/vouchers/", views.vouchers_page, name="books-vouchers"),
    path("books/vouchers/new/<slug:kind>/", views.voucher_new, name="books-voucher-new"),
    path("books/vouchers/<uuid:pk>/", views.voucher, name="books-voucher"),
    path("books/vouchers/<uuid:pk>/change/", views.voucher_change, name="books-voucher-change"),
    path("books/vouchers/<uuid:pk>/approve/", views.voucher_approve, name="books-voucher-approve"),
    path("books/vouchers/<uuid:pk>/reject/", views.voucher_reject, name="books-voucher-reject"),
    path(
        "books/vouchers/<uuid:pk>/withdraw/", views.voucher_withdraw, name="books-voucher-withdraw"
    ),
    path(
        "books/vouchers/<uuid:pk>/document", views.voucher_document, name="books-voucher-document"
    ),
    # Months
    path("books/months/", views.months, name="books-months"),
    re_path(rf"^books/months/{MONTH}/$", views.month, name="books-month"),
    re_path(rf"^books/months/{MONTH}/report$", views.month_report, name="books-month-report"),
]

api_urlpatterns = [
    path("books/entries/", api.EntryList.as_view(), name="api-books-entries"),
    path("books/entries/<uuid:pk>/", api.EntryDetail.as_view(), name="api-books-entry"),
    path("books/entries/<uuid:entry>/undo/", api.EntryUndo.as_view(), name="api-books-entry-undo"),
    path("books/statements/", api.StatementsView.as_view(), name="api-books-statements"),
    path("books/vouchers/", api.VoucherList.as_view(), name="api-books-vouchers"),
    path("books/vouchers/<uuid:pk>/", api.VoucherDetail.as_view(), name="api-books-voucher"),
    path(
        "books/vouchers/<uuid:pk>/approve/",
        api.VoucherApprove.as_view(),
        name="api-books-voucher-approve",
    ),
    path(
        "books/vouchers/<uuid:pk>/reject/",
        api.VoucherReject.as_view(),
        name="api-books-voucher-reject",
    ),
    path(
        "books/vouchers/<uuid:pk>/withdraw/",
        api.VoucherWithdraw.as_view(),
        name="api-books-voucher-withdraw",
    ),
    path("books/months/", api.MonthList.as_view(), name="api-books-months"),
    path("ledger/digests/", api.DigestList.as_view(), name="api-ledger-digests"),
]
