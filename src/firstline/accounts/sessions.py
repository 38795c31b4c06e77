"""Django's sessions in the database, read by SQL that is written once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from firstline.kit import clock
from firstline.kit.prepared import Prepared

_sessions = Prepared(lambda key: Session.objects.filter(session_key=key))


class SessionStore(db.SessionStore):
    """Sessions in the database, as `django.contrib.sessions.backends.db` keeps them."""

    def _get_session_from_db(self) -> Session | None:
        found = _sessions.first(self.session_key or "")
        if found is None or found.expire_date <= clock.now():
            self._session_key = None
            return None
        return found
