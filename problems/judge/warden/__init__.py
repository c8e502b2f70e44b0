"""The warden: a program of its own, see __main__.py; nothing here is imported by the site but landlock.landlock_version."""
