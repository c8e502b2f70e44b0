"""The task queue: django-q2 on the site's own database."""

from config.env import env

_TIMEOUT = env.int("TASK_TIMEOUT", default=1800)

Q_CLUSTER = {
    "name": "moa",
    "label": "Task queue",
    "orm": "default",
    "workers": env.int("TASK_WORKERS", default=1),
    "poll": 0.2,
    "timeout": _TIMEOUT,
    # Above the timeout, else a task still running is handed to a second worker.
    "retry": _TIMEOUT + 300,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "bulk": 1,
    "queue_limit": 10,
    "recycle": 200,
    "save_limit": 1000,
    "log_level": env.str("LOG_LEVEL", default="INFO").upper(),
}
