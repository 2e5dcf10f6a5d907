"""The addresses of all pages."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from helpdesk import views, wkd

handler400 = "helpdesk.views.bad_request"
handler403 = "helpdesk.views.permission_denied"
handler404 = "helpdesk.views.not_found"
handler429 = "helpdesk.views.too_many_requests"
handler500 = "helpdesk.views.server_error"

# Of allauth only what is needed: nobody signs up, nobody gets a password by mail.
account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("inactive/", account.account_inactive, name="account_inactive"),
]

# The desk's own keys, at both places where mail programs look (draft-koch-openpgp-webkey-service).
key_patterns = [
    path("policy", wkd.policy, name="wkd_policy"),
    path("hu/<slug:local_hash>", wkd.key, name="wkd"),
    path("<str:domain>/policy", wkd.policy, name="wkd_policy_of"),
    path("<str:domain>/hu/<slug:local_hash>", wkd.key, name="wkd_of"),
]

urlpatterns = [
    path("", views.front, name="front"),
    path("", include("tickets.desk.urls")),
    path("account/", include(account_patterns)),
    path(".well-known/openpgpkey/", include(key_patterns)),
]
