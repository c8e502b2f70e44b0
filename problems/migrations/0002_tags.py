"""The 38 tags, so that every database, a test's too, starts with them."""

from django.db import migrations

from problems import reference


def fill(apps, schema_editor):
    reference.ensure(apps.get_model("problems", "Tag"))


class Migration(migrations.Migration):
    dependencies = [("problems", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
