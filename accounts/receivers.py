"""What happens when allauth reports a login: the visitor's past is handed to the apps above."""


def connect():
    """Connect the receivers; called once from AppConfig.ready."""
