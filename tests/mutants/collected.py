import gc
import os

import pytest

if not os.environ.get("MUTANTS_AFRESH"):
    from mutmut.configuration import config
    from mutmut.utils.file_utils import change_cwd

    with change_cwd("mutants"):
        pytest.main(["--rootdir=.", "--collect-only", "-qqq", *config().pytest_add_cli_args_test_selection, *config().pytest_add_cli_args])
    gc.collect()
    gc.freeze()
