"""The task queue: django-q2 on the site's own database, with a second cluster that judges submissions and nothing else."""

import os

from config.env import env

_TIMEOUT = env.int("TASK_TIMEOUT", default=1800)

Q_CLUSTER = {
    "name": "moa",
    "label": "Task queue",
    "orm": "default",
    "broker_class": "recommendations.watch.workers.Broker",  # the same, and it knows which processes live
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
    "ALT_CLUSTERS": {
        # Its own processes (`manage.py qcluster -n judge`): a training that takes minutes must not keep verdicts waiting.
        "judge": {
            "workers": env.int("JUDGE_WORKERS", default=min(2, os.cpu_count() or 1)),
            # Only tokens: the rows of submissions are the queue, so that a lost token loses nothing.
            "max_attempts": 1,
            "queue_limit": 1,  # a worker that is told to stop works off what it was handed
        }
    },
}

#: Whether the task queue trains each model in a process of its own, and how much memory that may take (0: no limit).
TRAINING_APART = env.bool("TRAINING_APART", default=True)
TRAINING_MEMORY_MB = env.int("TRAINING_MEMORY_MB", default=0)

#: The sandboxes that the judge may use, in their order: "auto" (bubblewrap, else landlock), one of them, or "off".
JUDGE_SANDBOX = env.str("JUDGE_SANDBOX", default="auto")
#: The user that members' programs run as where the site runs as root.
JUDGE_UID = env.int("JUDGE_UID", default=64231)
