"""Run the sandbox: `python -m esozflow.adapters.sandbox`."""

import sys

from .process import main

main(sys.argv[1:])
