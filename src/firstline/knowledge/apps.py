"""Registration of the knowledge slice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class KnowledgeConfig(AppConfig):
    """Articles at the desk and in the portal."""

    name = "firstline.knowledge"
    label = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self) -> None:
        from firstline.accounts.queries import register_part
        from firstline.knowledge import findable, handlers, permissions  # noqa: F401
        from firstline.knowledge.enums import ERRORS
        from firstline.knowledge.erasure import PART
        from firstline.ui import messages, navigation

        messages.register(ERRORS)
        register_part(PART)
        findable.register()
        navigation.register_rail_item(
            label=pgettext_lazy("place", "Articles"),
            url_name="knowledge:desk_list",
            icon="book",
            permission=permissions.ARTICLE_VIEW,
            order=40,
            under="/desk/articles/",
        )
        navigation.register_portal_item(
            label=pgettext_lazy("place", "Articles"), url_name="knowledge:portal_list", order=30
        )
