"""Serving the web parts: a production-grade HTTP server on loopback, configured from the environment."""
