"""How far each table of the source database has been read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SourceTable(models.Model):
    """The watermark of one table: everything up to (`mark`, `key`) has been imported. Written with the rows themselves."""

    name = models.CharField(_("table"), max_length=100, unique=True)
    mark = models.CharField(_("watermark"), max_length=100, blank=True)
    key = models.CharField(_("last key"), max_length=100, blank=True)
    complete = models.BooleanField(_("read to the end"), default=False)
    rows = models.PositiveBigIntegerField(_("rows read"), default=0)
    bad = models.PositiveBigIntegerField(_("bad rows"), default=0)
    pulled_at = models.DateTimeField(_("last read"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("source table")
        verbose_name_plural = _("source tables")
        ordering = ["name"]

    def __str__(self):
        return self.name
