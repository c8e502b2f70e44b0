"""Why a package cannot be read."""


class PackageError(ValueError):
    """The message names the culprit (file, key) and what to do about it; it may have several lines."""
