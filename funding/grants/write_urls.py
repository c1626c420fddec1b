"""The addresses at which programs write to grants, and the pages that end or undo something."""

from django.urls import URLPattern, URLResolver, path

from funding.grants.api import applying, awarding, paying, reviewing
from funding.grants.views import award_end, award_undo

_MINE = "grants/mine/<uuid:pk>/"
_ONE = "grants/applications/<uuid:pk>/"
_ROUND = "grants/rounds/<uuid:pk>/"
_AWARD = "grants/awards/<uuid:pk>/"
_MILESTONE = "grants/milestones/<uuid:pk>/"
_PAYMENT = "grants/payments/<uuid:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(_ROUND + "fund/", award_end.fund, name="grant-fund"),
    path(_AWARD + "end/", award_end.end, name="grant-award-end"),
    path(_AWARD + "returns/", award_undo.returns, name="grant-award-returns"),
    path(_AWARD + "payee/", award_undo.payee, name="grant-award-payee"),
    path(_PAYMENT + "reversal/", award_undo.reversal, name="grant-payment-reversal"),
]
api_urlpatterns: list[URLPattern | URLResolver] = [
    # Who applies
    path(_ROUND + "apply", applying.Begin.as_view(), name="api-grant-apply"),
    path("grants/mine/", applying.MineList.as_view(), name="api-grant-mine-list"),
    path(_MINE, applying.Mine.as_view(), name="api-grant-mine"),
    path(_MINE + "submit", applying.Submit.as_view(), name="api-grant-submit"),
    path(_MINE + "withdraw", applying.Withdraw.as_view(), name="api-grant-withdraw"),
    path(_MINE + "team/", applying.Team.as_view(), name="api-grant-team"),
    path(_MINE + "files/", applying.Files.as_view(), name="api-grant-files"),
    path(_MINE + "files/<uuid:file>/", applying.File.as_view(), name="api-grant-file"),
    path(_MINE + "import", applying.Import.as_view(), name="api-grant-import"),
    path(_MINE + "correct", applying.Correct.as_view(), name="api-grant-correct"),
    path(_MINE + "ask-members", applying.AskMembers.as_view(), name="api-grant-ask-members"),
    path("grants/account", paying.NameAccount.as_view(), name="api-grant-account"),
    # Who looks after it
    path(_ONE + "interest", reviewing.Interest.as_view(), name="api-grant-interest"),
    path(_ONE + "decide", reviewing.Decide.as_view(), name="api-grant-decide"),
    path(_ONE + "review", reviewing.Review.as_view(), name="api-grant-review"),
    path(_ONE + "remark", reviewing.Remark.as_view(), name="api-grant-remark"),
    path(_ONE + "answer", reviewing.Answer.as_view(), name="api-grant-answer"),
    path(_ONE + "confirm", reviewing.Confirm.as_view(), name="api-grant-confirm"),
    path(_ROUND + "vote", reviewing.PutToVote.as_view(), name="api-grant-vote"),
    path(_ROUND + "reviewers", reviewing.NameReviewer.as_view(), name="api-grant-reviewer"),
    path(_ROUND + "reviewers/end", reviewing.EndReviewer.as_view(), name="api-grant-reviewer-end"),
    path(_ROUND + "fund/close", awarding.CloseFund.as_view(), name="api-grant-fund-close"),
    # Awards
    path(_AWARD + "offer", awarding.Offer.as_view(), name="api-grant-offer"),
    path(_AWARD + "accept", awarding.Accept.as_view(), name="api-grant-accept"),
    path(_AWARD + "countersign", awarding.Countersign.as_view(), name="api-grant-countersign"),
    path(_AWARD + "decline", awarding.Decline.as_view(), name="api-grant-award-decline"),
    path(_AWARD + "terminate", awarding.Terminate.as_view(), name="api-grant-terminate"),
    path(
        _AWARD + "terminate/confirm",
        awarding.ConfirmTermination.as_view(),
        name="api-grant-terminate-confirm",
    ),
    path(
        _AWARD + "terminate/withdraw",
        awarding.WithdrawTermination.as_view(),
        name="api-grant-terminate-withdraw",
    ),
    path(_AWARD + "returns/", awarding.Returns.as_view(), name="api-grant-returns"),
    path(_AWARD + "check", paying.Check.as_view(), name="api-grant-check"),
    path(_AWARD + "payee", paying.Reveal.as_view(), name="api-grant-payee"),
    path(_MILESTONE + "evidence", awarding.Evidence.as_view(), name="api-grant-evidence"),
    path(_MILESTONE + "verdict", awarding.Verdict.as_view(), name="api-grant-verdict"),
    path(_MILESTONE + "amend", awarding.Amend.as_view(), name="api-grant-amend"),
    path(_MILESTONE + "extend", awarding.Extend.as_view(), name="api-grant-extend"),
    path(
        _MILESTONE + "amendment/answer",
        awarding.AnswerAmendment.as_view(),
        name="api-grant-amendment-answer",
    ),
    # Payments
    path(_MILESTONE + "pay", paying.Prepare.as_view(), name="api-grant-pay"),
    path(_PAYMENT, paying.Payment.as_view(), name="api-grant-payment"),
    path(_PAYMENT + "change", paying.Change.as_view(), name="api-grant-payment-change"),
    path(_PAYMENT + "approve", paying.Approve.as_view(), name="api-grant-payment-approve"),
    path(_PAYMENT + "cancel", paying.Cancel.as_view(), name="api-grant-payment-cancel"),
    path(_PAYMENT + "transfer", paying.Transferred.as_view(), name="api-grant-payment-transfer"),
    path(_PAYMENT + "fail", paying.Fail.as_view(), name="api-grant-payment-fail"),
    path(_PAYMENT + "reversal/", paying.Reversal.as_view(), name="api-grant-payment-reversal"),
    path(
        _PAYMENT + "reversal/confirm",
        paying.ConfirmReversal.as_view(),
        name="api-grant-payment-reversal-confirm",
    ),
    path("grants/bank-files/", paying.BankFileList.as_view(), name="api-grant-bank-files"),
    path(
        "grants/bank-files/<uuid:pk>/", paying.BankFileDetail.as_view(), name="api-grant-bank-file"
    ),
]
