"""File stores whose process dies at the worst moment."""

import os
import signal

from ml.store.filesystem import FileSystemStore


class DyingBefore(FileSystemStore):
    def update(self, key, fn):
        os.kill(os.getpid(), signal.SIGKILL)


class DyingAfter(FileSystemStore):
    def update(self, key, fn):
        super().update(key, fn)
        os.kill(os.getpid(), signal.SIGKILL)
