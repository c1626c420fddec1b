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

from members import api, views
from members.views import without_visitor

urlpatterns = [
    # Signing up, in and out
    path("signup/", account.signup, name="account_signup"),
    path("login/", account.login, name="account_login"),
    path("login/", account.login, name="account_request_login_code"),
    path("login/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("login/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("login/second/", mfa.authenticate, name="mfa_authenticate"),
    path("login/closed/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.email_verification_sent, name="account_email_verification_sent"),
    path("logout/", account.logout, name="account_logout"),
    # One's own account
    path("me/account/", views.account, name="account"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<uuid:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("me/addresses/", without_visitor(account.email), name="account_email"),
    path(
        "me/confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
    path("me/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("me/passkeys/", views.passkeys, name="mfa_index"),
    path("me/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("me/passkeys/add/", without_visitor(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("me/passkeys/<slug:passkey>/rename/", views.rename_passkey, name="passkey-rename"),
    path("me/passkeys/<slug:passkey>/remove/", views.remove_passkey, name="passkey-remove"),
    path("me/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "me/recovery-codes/new/",
        without_visitor(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/recovery-codes/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

api_urlpatterns = [
    path("members/summary/", api.SummaryView.as_view(), name="api-members-summary"),
    path("me/", api.MeView.as_view(), name="api-me"),
]
