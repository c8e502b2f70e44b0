"""What is usually learned before what, so that roadmaps work before there is a log."""

from django.db import migrations

from problems import reference


def fill(apps, schema_editor):
    reference.ensure_prerequisites(apps.get_model("problems", "Tag"), apps.get_model("problems", "Prerequisite"))


class Migration(migrations.Migration):
    dependencies = [("problems", "0005_prerequisite_source")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
