"""What the task queue runs."""

from ml.models import ModelVersion, Promotion
from recommendations import tasks
from recommendations.models import CatalogueEntry


def production(family):
    return ModelVersion.objects.get(domain="activities", family=family, status="production")


def test_retraining_fits_and_promotes_every_family(activities):
    tasks.retrain()
    found = ModelVersion.objects.filter(domain="activities", status="production").values_list("family", flat=True)
    assert {"naive_bayes", "popularity", "item_item", "content", "comment_filter"} == set(found)
    assert set(Promotion.objects.values_list("source", flat=True)) == {"schedule"}


def test_retraining_the_same_changes_nothing(activities):
    tasks.retrain()
    before = production("naive_bayes").version
    tasks.retrain()
    assert production("naive_bayes").version == before


def test_retraining_heals_the_catalogue(activities):
    CatalogueEntry.objects.all().delete()
    tasks.retrain()
    assert CatalogueEntry.objects.filter(domain="activities").count() == 12


def test_an_adopted_base_stays_in_production(activities, make_activity):
    tasks.retrain()
    adopted = production("naive_bayes")
    adopted.metrics = {**adopted.metrics, "origin": {"file": "old.joblib"}}
    adopted.save()
    make_activity("새로운 배드민턴 모임")
    tasks.retrain()
    assert production("naive_bayes").pk == adopted.pk


def test_popularity_follows_the_log(activities, alice):
    from recommendations.services import record_event

    tasks.refresh_popularity()
    before = production("popularity").version
    record_event(domain="activities", item=next(iter(activities.values()))[0], verb="like", user=alice)
    tasks.refresh_popularity()
    assert production("popularity").version != before


def test_what_the_first_start_left_to_the_queue_serves_and_leaves_a_plain_result(activities):
    assert tasks.train_missing("activities", "naive_bayes") is None  # the queue keeps results: no rows of the database
    assert production("naive_bayes").number == 1
