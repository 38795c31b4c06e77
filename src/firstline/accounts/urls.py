"""Routes of people and signing in; the names without a namespace are those that allauth looks up."""

from django.urls import include, path, re_path

from firstline.accounts.views import profile, sign_in

own = [
    path("accounts/profile/", profile.profile, name="profile"),
    path("accounts/password/", profile.password, name="password"),
    path("accounts/sessions/", profile.sessions, name="sessions"),
    path("accounts/sessions/end/", profile.sessions_end, name="sessions_end"),
    path("accounts/sessions/<int:session_id>/end/", profile.session_end, name="session_end"),
    path("accounts/tokens/", profile.tokens, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", profile.token_revoke, name="token_revoke"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("accounts/login/", sign_in.sign_in, name="account_login"),
    path("accounts/logout/", sign_in.sign_out, name="account_logout"),
    path("accounts/inactive/", sign_in.inactive, name="account_inactive"),
    path("accounts/password/reset/", sign_in.forgotten, name="account_reset_password"),
    path("accounts/password/reset/done/", sign_in.forgotten_sent, name="account_reset_password_done"),
    path(
        "accounts/password/reset/key/done/",
        sign_in.password_is_set,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.set_password,
        name="account_reset_password_from_key",
    ),
    path("accounts/invitation/<path:secret>/", sign_in.invitation, name="accounts_invitation"),
]
