"""Routes of people and signing in; the names without a namespace are those that allauth looks up."""

from django.urls import include, path, re_path

from firstline.accounts.views import access, imports, people, profile, sign_in

own = [
    path("accounts/profile/", profile.profile, name="profile"),
    path("accounts/password/", profile.password, name="password"),
    path("accounts/sessions/", profile.sessions, name="sessions"),
    path("accounts/sessions/end/", profile.sessions_end, name="sessions_end"),
    path("accounts/sessions/<int:session_id>/end/", profile.session_end, name="session_end"),
    path("accounts/tokens/", profile.tokens, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", profile.token_revoke, name="token_revoke"),
]

administration = [
    path("admin/people/", people.people, name="people"),
    path("admin/people/new/", people.person_new, name="person_new"),
    path("admin/people/import/", imports.people_import, name="people_import"),
    path("admin/people/people.csv", people.people_export, {"kind": "csv"}, name="people_csv"),
    path("admin/people/people.xlsx", people.people_export, {"kind": "xlsx"}, name="people_xlsx"),
    path("admin/people/<int:person_id>/", people.person, name="person"),
    path("admin/people/<int:person_id>/roles/", people.person_roles, name="person_roles"),
    path("admin/people/<int:person_id>/teams/", people.person_teams, name="person_teams"),
    path("admin/people/<int:person_id>/skills/", people.person_skills, name="person_skills"),
    path("admin/people/<int:person_id>/invitation/", people.person_invitation, name="person_invitation"),
    path("admin/people/<int:person_id>/activity/", people.person_activity, name="person_activity"),
    path(
        "admin/people/<int:person_id>/reactivation/", people.person_reactivation, name="person_reactivation"
    ),
    path("admin/people/<int:person_id>/erasure/", people.person_erasure, name="person_erasure"),
    path("admin/teams/", access.teams, name="teams"),
    path("admin/teams/new/", access.team_new, name="team_new"),
    path("admin/teams/<int:team_id>/", access.team, name="team"),
    path("admin/teams/<int:team_id>/activity/", access.team_activity, name="team_activity"),
    path("admin/roles/", access.roles, name="roles"),
    path("admin/roles/new/", access.role_new, name="role_new"),
    path("admin/roles/<int:role_id>/", access.role, name="role"),
    path("admin/roles/<int:role_id>/delete/", access.role_delete, name="role_delete"),
]

urlpatterns = [
    path("", include((own + administration, "accounts"))),
    path("accounts/login/", sign_in.sign_in, name="account_login"),
    path("accounts/logout/", sign_in.sign_out, name="account_logout"),
    path(".well-known/change-password", sign_in.change_password_place, name="accounts_change_password_place"),
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
