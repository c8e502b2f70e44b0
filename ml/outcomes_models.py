"""The table of what versions said of held-out decisions, row by row (`ml.outcomes`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelOutcome(models.Model):
    """The evaluation by time of one version: its rows (`ml.evaluation.outcomes`), or why there are none.

    A table of its own, so that lists of versions never read the rows.
    """

    version = models.OneToOneField("ml.ModelVersion", models.CASCADE, related_name="outcome", verbose_name=_("version"))
    data = models.BinaryField(_("data"), default=bytes, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    note = models.CharField(_("why it is not evaluated"), max_length=300, blank=True)
    info = models.JSONField(_("how it was evaluated"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("evaluation of a version"), _("evaluations of versions")

    def __str__(self):
        return f"{self.version_id}: {self.rows}"
