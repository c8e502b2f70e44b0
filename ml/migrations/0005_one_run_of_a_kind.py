from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ml", "0004_outcomes")]

    operations = [
        migrations.RemoveConstraint(model_name="trainingrun", name="ml_training_one_at_a_time"),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("domain", "family", "kind"),
                name="ml_training_one_at_a_time",
            ),
        ),
    ]
