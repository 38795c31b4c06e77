"""The one settings module; operators change it through FIRSTLINE_* variables (docs/reference/settings.md)."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from firstline.config import environment as env

BASE_DIR = Path(__file__).resolve().parents[3]
SOURCE_DIR = Path(__file__).resolve().parents[1]

FIRSTLINE_DATA_DIR = Path(env.text("FIRSTLINE_DATA_DIR", str(BASE_DIR / "data"))).absolute()
FIRSTLINE_PUBLIC_URL = env.text("FIRSTLINE_PUBLIC_URL", "http://localhost:8000").rstrip("/")
FIRSTLINE_SMTP_PORT = env.integer("FIRSTLINE_SMTP_PORT", 2525, least=0, most=65535)
FIRSTLINE_THREADS = env.integer("FIRSTLINE_THREADS", 4, least=1, most=64)
FIRSTLINE_WORKER_PROCESS = env.flag("FIRSTLINE_WORKER_PROCESS", default=True)
FIRSTLINE_LEASE_SECONDS = env.integer("FIRSTLINE_LEASE_SECONDS", 30, least=2, most=600)
FIRSTLINE_LOG_LEVEL = env.text("FIRSTLINE_LOG_LEVEL", "INFO")
FIRSTLINE_UPLOAD_BYTES_MAX = env.integer("FIRSTLINE_UPLOAD_BYTES_MAX", 25 * 2**20, least=1024)

SECRET_KEY = env.secret_key(FIRSTLINE_DATA_DIR)
DEBUG = False

# Lowest slice first; the order in which migrations, handlers and routes are found.
FIRSTLINE_SLICES = [
    name
    for name in (
        "ui", "audit", "outbox", "files", "organizations", "accounts", "search", "notifications", "mail",
        "knowledge", "devices", "remote", "monitoring", "servicelevels", "tickets", "writing", "routing",
        "reports", "automation", "portal", "desk", "api", "demo", "config",
    )
    if find_spec(f"firstline.{name}") and find_spec(f"firstline.{name}.apps")
]  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    *(f"firstline.{name}" for name in FIRSTLINE_SLICES),
]

MIDDLEWARE = [
    "firstline.config.middleware.RequestMiddleware",
    "firstline.config.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "firstline.ui.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "firstline.accounts.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "firstline.config.urls"
WSGI_APPLICATION = "firstline.config.wsgi.application"

TEMPLATES = [
    {
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [SOURCE_DIR / name / "templates" for name in FIRSTLINE_SLICES],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "firstline.ui.environment.environment",
            "context_processors": [],
        },
    },
    {
        # allauth and axes look for their own templates here; every page a person sees is ours above.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {
    "default": env.database(
        FIRSTLINE_DATA_DIR, str(Path(tempfile.gettempdir()) / f"firstline-test-{os.getpid()}.sqlite3")
    )
}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Sign-in
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "firstline.accounts.backends.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # It compares bags of letters: below this, a phrase would be refused for sharing some with a long name.
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name",), "max_similarity": 0.8},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "firstline.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail from us
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # axes locks out, with a page of ours
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "firstline.accounts.views.lockout"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # nobody can keep another locked out for ever
AXES_USERNAME_CALLABLE = "firstline.accounts.sign_ins.username_of"
AXES_CLIENT_IP_CALLABLE = "firstline.accounts.sign_ins.address_of"
AXES_ENABLE_ADMIN = False
AXES_IPWARE_PROXY_COUNT = None
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]  # the standalone backend is first; allauth's does the rest

SESSION_ENGINE = "firstline.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "firstline_session"
CSRF_COOKIE_NAME = "firstline_csrf"
CSRF_FAILURE_VIEW = "firstline.ui.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "firstline_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Addresses
_public = urlsplit(FIRSTLINE_PUBLIC_URL)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, [_public.hostname])]
ALLOWED_HOSTS += [host for host in env.text("FIRSTLINE_ALLOWED_HOSTS").split(",") if host]
if _public.scheme == "https":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000
    CSRF_TRUSTED_ORIGINS = [FIRSTLINE_PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * 2**20

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [SOURCE_DIR / name / "locale" for name in FIRSTLINE_SLICES]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Static files: built assets carry a hash in their names.
STATIC_URL = "/static/"
STATICFILES_DIRS = [path for name in FIRSTLINE_SLICES if (path := SOURCE_DIR / name / "static").is_dir()]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Mail
EMAIL_BACKEND = "firstline.mail.backend.OutboxEmailBackend"
DEFAULT_FROM_EMAIL = "support@localhost"

TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING_CONFIG = "firstline.config.logs.configure"
LOGGING = {"level": FIRSTLINE_LOG_LEVEL}
