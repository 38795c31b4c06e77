"""Routes of the knowledge slice."""

from django.urls import path

from firstline.knowledge.views import desk, portal

app_name = "knowledge"

urlpatterns = [
    path("desk/articles/", desk.article_list, name="desk_list"),
    path("desk/articles/new/", desk.create, name="create"),
    path("desk/articles/preview/", desk.preview, name="preview"),
    path("desk/articles/<int:article_id>/", desk.article, name="desk_article"),
    path("desk/articles/<int:article_id>/edit/", desk.edit, name="edit"),
    path("desk/articles/<int:article_id>/publication/", desk.publication, name="publication"),
    path("portal/articles/", portal.article_list, name="portal_list"),
    path("portal/articles/<int:article_id>/", portal.article, name="portal_article"),
    path("portal/articles/<int:article_id>/feedback/", portal.feedback, name="feedback"),
]
