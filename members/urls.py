"""The addresses of signing in and of one's own account.

Only what we use of allauth is here, under the names it looks up; there are no passwords, so there
are no addresses for them.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from members import (
    api,
    desk_api,
    desk_views,
    invitation_views,
    leaving_views,
    mail_views,
    views,
)
from members.views import without_visitor

# allauth's views, and Django's beneath them, take more methods than their pages send.
_shown = require_safe
_form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    # Signing up, in and out
    path("signup/", _form(account.signup), name="account_signup"),
    path("login/", _form(account.login), name="account_login"),
    path("login/", _form(account.login), name="account_request_login_code"),
    path("login/code/", _form(account.confirm_login_code), name="account_confirm_login_code"),
    path("login/passkey/", _form(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/second/", _form(mfa.authenticate), name="mfa_authenticate"),
    path("login/closed/", _shown(account.account_inactive), name="account_inactive"),
    path(
        "confirm/", _form(account.email_verification_sent), name="account_email_verification_sent"
    ),
    path("logout/", _form(account.logout), name="account_logout"),
    # One's own page, mail and invitations
    path("home/", views.my_home, name="my-home"),
    path("me/mail/", mail_views.mail_choices, name="mail-choices"),
    path("mail/stop/<str:token>/", mail_views.mail_stop, name="mail-stop"),
    path("me/invite/", invitation_views.invite, name="invite"),
    path("me/invite/end/", invitation_views.revoke, name="invite-end"),
    path("invited/<uuid:pk>/", invitation_views.landing, name="invited"),
    # The desk of those who hold an office
    path("desk/", desk_views.the_desk, name="desk"),
    path("desk/list.csv", desk_views.desk_csv, name="desk-csv"),
    path("desk/claim/", desk_views.claim, name="desk-claim"),
    path("desk/release/", desk_views.release, name="desk-release"),
    path("desk/hand-over/", desk_views.hand_over, name="desk-hand-over"),
    path("desk/away/", desk_views.away, name="desk-away"),
    path("desk/away/<uuid:pk>/end/", desk_views.back, name="desk-away-end"),
    path("desk/sweeps/", desk_views.sweeps_page, name="desk-sweeps"),
    # Leaving
    path("leaving/", leaving_views.what_stays, name="what-stays"),
    path("schemas/export/v1.json", leaving_views.export_schema, name="export-schema"),
    path("me/everything.json", leaving_views.everything, name="everything"),
    path("me/leave/", leaving_views.leave, name="leave"),
    path("me/leave/confirm/", without_visitor(leaving_views.confirm), name="leave-confirm"),
    path("me/roles/<slug:role>/resign/", leaving_views.resign, name="role-resign"),
    # One's own account
    path("me/account/", views.account, name="account"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<uuid:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("me/addresses/", _form(without_visitor(account.email)), name="account_email"),
    path(
        "me/confirm/passkey/",
        _form(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("me/confirm/code/", _form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("me/passkeys/", views.passkeys, name="mfa_index"),
    path("me/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path(
        "me/passkeys/add/", _form(without_visitor(webauthn.add_webauthn)), name="mfa_add_webauthn"
    ),
    path("me/passkeys/<slug:passkey>/rename/", views.rename_passkey, name="passkey-rename"),
    path("me/passkeys/<slug:passkey>/remove/", views.remove_passkey, name="passkey-remove"),
    path(
        "me/recovery-codes/",
        _shown(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "me/recovery-codes/new/",
        _form(without_visitor(recovery_codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/recovery-codes/file/",
        _shown(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]

api_urlpatterns = [
    path("members/summary/", api.SummaryView.as_view(), name="api-members-summary"),
    path("me/", api.MeView.as_view(), name="api-me"),
    path("me/awaiting/", api.AwaitingView.as_view(), name="api-awaiting"),
    path("me/everything/", api.EverythingView.as_view(), name="api-everything"),
    path("me/mail/", api.MailChoicesView.as_view(), name="api-mail-choices"),
    path("me/invitation/", api.InvitationView.as_view(), name="api-invitation"),
    path("me/roles/<slug:role>/resign/", api.ResignView.as_view(), name="api-role-resign"),
    path("me/leaving/", api.LeavingView.as_view(), name="api-leaving"),
    path("me/leaving/code/", api.LeavingCodeView.as_view(), name="api-leaving-code"),
    path("desk/", desk_api.DeskList.as_view(), name="api-desk"),
    path("desk/claim", desk_api.ClaimItem.as_view(), name="api-desk-claim"),
    path("desk/release", desk_api.ReleaseItem.as_view(), name="api-desk-release"),
    path("desk/hand-over", desk_api.HandOverItem.as_view(), name="api-desk-hand-over"),
    path("desk/colleagues/", desk_api.ColleagueList.as_view(), name="api-desk-colleagues"),
    path("desk/away/", desk_api.AwayList.as_view(), name="api-desk-aways"),
    path("desk/away/<uuid:pk>/", desk_api.AwayDetail.as_view(), name="api-desk-away"),
    path("leaving/", api.WhatStaysView.as_view(), name="api-what-stays"),
]
