"""Conformance over HTTP: somebody else's Auth UI or PIS, judged requirement by requirement against our sandbox."""
