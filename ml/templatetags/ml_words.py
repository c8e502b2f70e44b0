"""Filters of staff's pages: models, versions and what runs wrote, in words."""

from __future__ import annotations

from django import template

from ml import names, said

register = template.Library()
register.filter("said", said.said)
register.filter("run_log", said.log)
register.filter("model_word", names.of)
register.filter("domain_word", names.domain)
