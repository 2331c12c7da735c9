"""Django REST framework with djoser, as a stranger would set it up.

/auth/jwt/*    simplejwt: access and refresh tokens, sent with the scheme "JWT"; refresh tokens rotate
/auth/token/*  opaque tokens, sent with the scheme "Token"
/auth/users/me/

Run with `python app.py PORT`. DATABASE names the SQLite file, ACCESS_LIFETIME the JWTs' life in seconds.
"""

import datetime
import os
import sys

import django
from django.conf import settings

USERNAME, EMAIL, PASSWORD = "ana", "ana@example.com", "s3cret-Pa55"

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", "djoser.sqlite")}
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DJOSER={"SEND_ACTIVATION_EMAIL": False},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework.authtoken",
        "rest_framework_simplejwt.token_blacklist",
        "djoser",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": (
            "rest_framework_simplejwt.authentication.JWTAuthentication",
            "rest_framework.authentication.TokenAuthentication",
        ),
        "DEFAULT_RENDERER_CLASSES": ("rest_framework.renderers.JSONRenderer",),
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY="for-tests-of-compatibility-only-" + "djoser",
    SIMPLE_JWT={
        "AUTH_HEADER_TYPES": ("JWT",),
        "ACCESS_TOKEN_LIFETIME": datetime.timedelta(seconds=int(os.environ.get("ACCESS_LIFETIME", "300"))),
        "REFRESH_TOKEN_LIFETIME": datetime.timedelta(days=1),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
    },
    USE_TZ=True,
)
django.setup()

# Django's own modules can be imported only now.
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework_simplejwt.views import TokenBlacklistView  # noqa: E402

urlpatterns = [
    path("auth/", include("djoser.urls")),
    path("auth/", include("djoser.urls.jwt")),
    path("auth/", include("djoser.urls.authtoken")),
    path("auth/jwt/blacklist/", TokenBlacklistView.as_view()),
]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    users = get_user_model().objects
    if not users.filter(username=USERNAME).exists():
        users.create_user(USERNAME, EMAIL, PASSWORD)
    call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload")
