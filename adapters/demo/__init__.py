"""The demonstration: scenarios of a sign-up, played by two organisations against the sandbox."""
