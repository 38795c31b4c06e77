"""Django's WSGI handler; served through the bridge in `asgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstline.config.settings")
application = get_wsgi_application()
