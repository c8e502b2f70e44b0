"""Pages of the admin over what all apps share: the task queue."""

from pages import staff_tasks  # noqa: F401  registers
