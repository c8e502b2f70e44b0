"""The pages serve a domain that they have never heard of, without a template of its own."""

import pytest

from accounts.models import Region
from ml import parameters
from recommendations import services
from recommendations.domains import Domain, domains
from recommendations.feeds import Latest


@pytest.fixture
def regions(db):
    @domains.register
    class RegionDomain(Domain):
        name = "regions"
        verbose_name = "Places <b>"
        order = 1
        verbs = {"view": 1, "like": 3}
        families = ("popularity",)
        feeds = (Latest(),)

        def get_queryset(self, *, user=None, at=None):
            return Region.objects.all()

        def text(self, item):
            return item.name_ko

        def search(self, query, user=None):
            return Region.objects.filter(name_ko__contains=query)

    domains["regions"].define_parameters()
    services.publish("regions", Region.objects.all())
    yield domains["regions"]
    domains.unregister("regions")
    parameters.undefine("regions.verbs")
    parameters.undefine("regions.models")


def test_its_tabs_and_cards(client, regions):
    page = client.get("/").content.decode()
    assert "Places &lt;b&gt;" in page
    assert "/?domain=regions&amp;tab=latest" in page
    assert client.get("/").context["domain"].name == "regions"
    cards = client.get("/fragments/feed/regions/latest/?n=5").context["cards"]
    assert len(cards) == 5
    assert client.get("/fragments/feed/regions/for-you/").status_code == 404


def test_its_buttons_and_history(client_of, regions, alice, htmx):
    region = Region.objects.first()
    client = client_of(alice)
    page = client.get("/fragments/feed/regions/latest/?n=48").content.decode()
    assert 'value="like"' in page
    assert 'value="dislike"' not in page
    client.post(f"/feedback/regions/{region.pk}/", {"action": "like"}, headers=htmx)
    page = client.get("/me/ai/regions/").content.decode()
    assert str(region) in page
    assert client.post(f"/feedback/regions/{region.pk}/", {"action": "dislike"}, headers=htmx).status_code == 400


def test_its_search_and_explanation(client, regions):
    region = Region.objects.first()
    found = {
        domain.name: len(cards) for domain, cards, _more in client.get(f"/search/?q={region.name_ko}").context["groups"]
    }
    assert found["regions"] == 1
    assert client.get(f"/why/regions/{region.pk}/").status_code == 404
