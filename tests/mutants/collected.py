"""Imports the tests, and all of ours with them, into the process from which the workers are forked."""

from __future__ import annotations

import gc
import os

import pytest
from mutmut.configuration import config
from mutmut.utils.file_utils import change_cwd

if not os.environ.get("MUTANTS_AFRESH"):
    with change_cwd("mutants"):
        arguments = [*config().pytest_add_cli_args_test_selection, *config().pytest_add_cli_args]
        pytest.main(["--rootdir=.", "--collect-only", "-qqq", *arguments])

# What is frozen stays shared between the processes.
gc.collect()
gc.freeze()
