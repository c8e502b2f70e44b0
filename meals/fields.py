"""Model fields that fill themselves in, whichever way a row is written: service, admin, import, bulk_create."""

from django.db import models


class ClosesAtField(models.DateTimeField):
    """The moment until which a menu can be ordered, from its group's cutoff; kept on the row so that queries can use it."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        value = model_instance.group.closes_at(model_instance.date, model_instance.dining_type)
        if value is not None:  # a meal no longer served keeps the time that it had
            setattr(model_instance, self.attname, value)
        return super().pre_save(model_instance, add)
