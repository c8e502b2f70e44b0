"""The 13 categories and 17 regions, so that every database, a test's too, starts with them."""

from django.db import migrations

from accounts import reference


def fill(apps, schema_editor):
    reference.ensure(apps.get_model("accounts", "Category"), reference.CATEGORIES)
    reference.ensure(apps.get_model("accounts", "Region"), reference.REGIONS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
