"""Routes of the portal."""

from django.urls import path

from firstline.portal.views import asking, devices, home, requests, search

app_name = "portal"
urlpatterns = [
    path("portal/", home.home, name="home"),
    path("portal/search/", search.search, name="search"),
    path("portal/search/box/", search.box, name="search_box"),
    path("portal/suggest/", asking.suggest, name="suggest"),
    path("portal/ask/", asking.ask, name="ask"),
    path("portal/requests/", requests.index, name="requests"),
    path("portal/requests/<int:number>/", requests.detail, name="request"),
    path("portal/requests/<int:number>/conversation/", requests.conversation, name="conversation"),
    path("portal/requests/<int:number>/reply/", requests.reply, name="reply"),
    path("portal/requests/<int:number>/confirm/", requests.confirm, name="confirm"),
    path("portal/requests/<int:number>/reopen/", requests.reopen, name="reopen"),
    path("portal/requests/<int:number>/rating/", requests.rate, name="rate"),
    path("portal/devices/", devices.index, name="devices"),
]
