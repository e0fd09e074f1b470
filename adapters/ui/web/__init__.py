"""The Auth UI as a mountable web part: a Flask blueprint that renders pages and sends events (4.2 – 4.8)."""
