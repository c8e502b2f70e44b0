"""Taking over scikit-learn text pipelines that an older version of somebody's site pickled (docs/how-to/adopt.md).

The file is never unpickled: `machine` interprets its opcodes, and every name in it is one of `names.TABLE` or refused.
"""

from ml.adopt.convert import to_base
from ml.adopt.errors import AdoptError
from ml.adopt.machine import read
from ml.adopt.pipeline import Found, describe
from ml.adopt.source import content

__all__ = ["AdoptError", "Found", "content", "describe", "read", "to_base"]
