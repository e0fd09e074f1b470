"""A demonstration PIS as a website: sign-in, form, signature, hand-over, callback, tokens (4.1, 4.9)."""
