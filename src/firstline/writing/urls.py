"""Routes of text modules and signatures."""

from django.urls import include, path

from firstline.writing import views

pages = [
    path("admin/text-modules/", views.modules, name="modules"),
    path("admin/text-modules/new/", views.module, name="module_new"),
    path("admin/text-modules/<int:module_id>/", views.module, name="module"),
    path("admin/text-modules/<int:module_id>/removal/", views.removal, name="module_removal"),
    path("admin/signatures/", views.signatures, name="signatures"),
    path("admin/signatures/default/", views.signature, name="signature_default"),
    path("admin/signatures/<int:team_id>/", views.signature, name="signature_team"),
    path("desk/signature/", views.own_signature, name="own_signature"),
]

urlpatterns = [path("", include((pages, "writing")))]
