from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=100)
    subject = models.CharField(max_length=50)

    class Meta:
        app_label = "books"

    def __str__(self):
        return self.title
