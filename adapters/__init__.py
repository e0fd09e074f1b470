"""Everything that touches the world: HTTP, stores, signing, user interfaces, the sandbox, the command line."""
