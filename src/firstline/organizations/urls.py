"""Routes of Administration about organisations, services and the installation."""

from django.urls import path

from firstline.organizations.views import installation, organizations, services

app_name = "organizations"
urlpatterns = [
    path("admin/organizations/", organizations.organizations, name="organizations"),
    path("admin/organizations/new/", organizations.organization_new, name="organization_new"),
    path("admin/organizations/<int:organization_id>/", organizations.organization, name="organization"),
    path(
        "admin/organizations/<int:organization_id>/activity/",
        organizations.organization_activity,
        name="organization_activity",
    ),
    path("admin/organizations/<int:organization_id>/sites/", organizations.site_new, name="site_new"),
    path(
        "admin/organizations/<int:organization_id>/departments/",
        organizations.department_new,
        name="department_new",
    ),
    path("admin/sites/<int:site_id>/", organizations.site, name="site"),
    path("admin/departments/<int:department_id>/", organizations.department, name="department"),
    path("admin/services/", services.services, name="services"),
    path("admin/services/new/", services.service_new, name="service_new"),
    path("admin/services/<int:service_id>/", services.service, name="service"),
    path("admin/services/<int:service_id>/activity/", services.service_activity, name="service_activity"),
    path("admin/installation/", installation.installation, name="installation"),
]
