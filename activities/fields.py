"""Model fields that clean what is written to them, whichever way it comes: page, API, admin, import, bulk_create."""

from django.db import models

from common import html


class RichTextField(models.TextField):
    """HTML, brought to the allow-list before it reaches the database."""

    def pre_save(self, model_instance, add):
        value = getattr(model_instance, self.attname)
        cleaned = html.rich(value or "")
        setattr(model_instance, self.attname, cleaned)
        return cleaned


class PlainCopyField(models.TextField):
    """The words of a rich text field, kept for search and for text models.

    Parameters
    ----------
    source : name of the rich text field.
    """

    def __init__(self, *args, source="", **kwargs):
        self.source = source
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance, add):
        words = html.plain(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, words)
        return words
