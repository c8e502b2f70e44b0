"""All that the site needs to know of books."""

from rest_framework import serializers

from recommendations.domains import Domain, domains
from recommendations.feeds import Latest, Popular
from recommendations.for_you import ForYou
from tests.books.models import Book


class BookCard(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["id", "title", "subject"]


@domains.register
class BookDomain(Domain):
    name = "books"
    verbs = {"view": 1, "like": 3}
    families = ("naive_bayes", "popularity")
    feeds = (ForYou(), Popular(), Latest())
    serializer_class = BookCard

    def get_queryset(self, *, user=None, at=None):
        return Book.objects.all()

    def text(self, item):
        return item.title

    def label(self, item):
        return item.subject
