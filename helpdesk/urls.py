"""The addresses of all pages."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from helpdesk import views

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

urlpatterns = [
    path("", views.front, name="front"),
    path("", include("tickets.desk.urls")),
    path("account/", include(account_patterns)),
]
