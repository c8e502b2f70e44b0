"""Dates and times as the site writes them, by language; what stands in no module here is Django's."""
