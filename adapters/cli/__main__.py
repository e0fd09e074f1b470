"""`python -m esozflow.adapters.cli`."""

from . import main

main()
