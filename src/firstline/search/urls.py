"""Routes of the administration of search."""

from django.urls import path

from firstline.search import views

app_name = "search"
urlpatterns = [
    path("admin/search/", views.status, name="status"),
    path("admin/search/rebuild/", views.rebuild, name="rebuild"),
    path("admin/search/synonyms/", views.synonyms, name="synonyms"),
    path("admin/search/synonyms/<int:synonym_id>/", views.synonym, name="synonym"),
    path("admin/search/synonyms/<int:synonym_id>/removal/", views.synonym_removal, name="synonym_removal"),
    path("admin/search/evaluation/", views.evaluation, name="evaluation"),
]
