"""The Auth UI as a mountable web part: a Flask blueprint that renders pages and sends events (4.2 – 4.8)."""

from .auth_ui import auth_ui_app, auth_ui_pages

__all__ = ["auth_ui_app", "auth_ui_pages"]
