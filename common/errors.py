"""What services of all apps refuse: bad input is a ValidationError, a missing right PermissionDenied, else Conflict."""

from django.core.exceptions import ValidationError


class Conflict(ValidationError):
    """The input is fine, but the state of things does not allow it now: full, closed, over, decided already."""
