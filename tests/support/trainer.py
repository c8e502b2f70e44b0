"""A training that goes wrong in one of many ways: ``python -m tests.support.trainer RUN HOW``, on the database DATABASE_URL."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

import django


def main(run_id: int, how: str) -> None:
    django.setup()
    from ml import runs, training
    from tests.ml.test_training import data

    if how == "early":
        sys.exit(3)
    run = runs.claim(run_id)
    if run is None:
        return

    def fit():
        if how == "segv":
            ctypes.string_at(0)
        elif how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif how == "memory":
            bytearray(8 * 2**30)
        elif how == "hang":  # in compiled code that holds the interpreter's lock, as some fits do
            print("hangs", os.getpid(), flush=True)
            ctypes.PyDLL(None).sleep(60)
        elif how == "slow":
            time.sleep(2)
        return data()

    training.train(run.domain, run.family, fit, run=run)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
