"""What is served against a slow, plain reimplementation of the same ranking, and against a process that remembers nothing."""

import datetime as dt
import math
import time

import numpy as np
import pytest
from django.utils import timezone

from ml import parameters, registry
from ml.families.naive_bayes_personal import Learned
from recommendations import catalogue, opened, selectors, services
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.tasks import train_family
from tests.recommendations.conftest import FOOD, SPORT

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(trained, make_activity, make_user):
    """More items, some of them new, and members whose likes say what goes together."""
    for category in (SPORT, FOOD):
        for n in range(12):
            make_activity(f"{category} 모임 {n % 5} 번째", category, age=0.3 + n * 1.7)
    for n in range(6):
        fan, category = make_user(f"fan{n}"), (SPORT, FOOD)[n % 2]
        for row in trained[category][n % 3 : n % 3 + 3]:
            services.record_event(domain="activities", item=row, verb="like", user=fan)
    for family in domains["activities"].families:
        train_family("activities", family)
    return trained


def served(user, at, n=20):
    result = selectors.feed("activities", "for-you", user=user, n=n, at=at)
    return [(ranked.id, ranked.score) for ranked in result.items]


def text_score(base, likes, item):
    """Log lifts of the item's telling words and label, summed word by word."""
    learned, params = Learned.of(base), base.params
    vector = learned.vectorizer.transform
    prior, mean = params["prior_examples"], learned.mean_length

    def lift(count, share, examples):
        return math.log((count + examples * share) / (examples * share))

    words, labels = {}, {}
    for past, weight in likes:
        row = vector([past.text])
        for at, count in zip(row.indices, row.data, strict=True):
            words[at] = words.get(at, 0.0) + weight * float(count)
        labels[past.label] = labels.get(past.label, 0.0) + weight
    row = vector([item.text])
    heavy = [(float(count * learned.weight[at]), at) for at, count in zip(row.indices, row.data, strict=True)]
    told = sorted(heavy, key=lambda pair: pair[0] * math.log(learned.share[pair[1]]))[: int(params["score_features"])]
    length = sum(weight for weight, _at in told)
    score = params["word_weight"] * sum(
        weight / length * lift(words.get(at, 0.0), learned.share[at], prior * mean) for weight, at in told
    )
    share = learned.class_share[learned.classes.index(item.label)]
    return score + params["label_weight"] * lift(labels.get(item.label, 0.0), share, prior)


def reference(user, at, n):
    """(ids and scores) of the default feed by loops: parts, weights, greedy variety."""
    kind = domains["activities"]
    params, snapshot = parameters.get("activities.for-you"), catalogue.current("activities")
    likes, seen = {}, set()
    for event in Event.objects.filter(user=user, domain="activities", weight__gt=0):
        likes[event.revision_id] = likes.get(event.revision_id, 0) + event.weight / 1000
        seen.add(event.item_id)
    done = kind.get_done(user)
    events = Event.objects.filter(user=user, domain="activities").exclude(weight=0).count()
    warm = min(1.0, events / params["cold_to_hot"])
    here = [p for p in range(len(snapshot)) if snapshot.open_at(at.timestamp())[p] and snapshot.ids[p] not in done]
    fresh = [p for p in here if snapshot.ids[p] not in seen] or here

    def standard(values):
        chosen = np.array([values[p] for p in fresh], float)
        return {p: (values[p] - chosen.mean()) / chosen.std() if chosen.std() > 1e-12 else 0.0 for p in here}

    past = [(snapshot.catalogue.get(ref), weight) for ref, weight in likes.items()]
    bases = {name: registry.production("activities", name) for name in kind.families}
    total = dict.fromkeys(here, 0.0)

    def add(weight, values):
        for p, value in values.items():
            total[p] += weight * value

    for part, family in kind.feed("for-you").own.items():
        if params[part] and family in bases:
            if family == "naive_bayes":
                values = {p: text_score(bases[family], past, snapshot.item(p)) for p in here}
            else:
                scene, _ = selectors.scene_for(kind, kind.feed("for-you"), user=user, at=at, numbers={})
                values = dict(enumerate(scene.models[family].score(snapshot.rows).tolist()))
            add(params[part] * warm, standard(values))
    popular = dict(
        zip(bases["popularity"].state["ids"].decode().split("\0"), bases["popularity"].state["score"], strict=True)
    )
    add(
        params["popular"] * warm + params["popular_cold"] * (1 - warm),
        standard({p: popular.get(snapshot.ids[p], 0) for p in here}),
    )
    age = {p: max(at.timestamp() - snapshot.created[p], 0) / 86400 for p in here}
    add(params["fresh"], standard({p: 2 ** (-age[p] / params["half_life"]) for p in here}))
    add(-params["seen"], {p: float(snapshot.ids[p] in seen) for p in here})
    order, left = [], dict(total)
    while left and len(order) < n:
        best = max(left, key=lambda p: (left[p], total[p], p))
        order.append(best)
        del left[best]
        for p in left:
            left[p] -= params["diversity"] * (snapshot.labels[p] == snapshot.labels[best])
    return [(snapshot.ids[p], 1 / (1 + math.exp(-total[p]))) for p in order]


def test_a_plain_reimplementation_ranks_the_same(rich, alice):
    for row in (*rich[SPORT][:3], rich[FOOD][1]):
        services.record_event(domain="activities", item=row, verb="view", user=alice)
    services.record_event(domain="activities", item=rich[FOOD][2], verb="like", user=alice)
    at = timezone.now()
    found, expected = served(alice, at), reference(alice, at, 20)
    assert [item for item, _ in found] == [item for item, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=2e-4)


def test_memory_changes_nothing(rich, alice, bob):
    """After each of many events, undone ones too, the next request equals that of a process that starts now."""
    rng, rows = np.random.default_rng(3), [*rich[SPORT], *rich[FOOD]]
    for n in range(25):
        who = (alice, bob)[int(rng.integers(2))]
        if n % 6 == 5:
            services.undo(who, "activities")
        else:
            verb = ("view", "view", "like", "dislike")[int(rng.integers(4))]
            services.record_event(domain="activities", item=rows[int(rng.integers(len(rows)))], verb=verb, user=who)
        at = timezone.now()
        remembered = served(who, at), served(who, at)
        opened.forget_all()
        assert remembered == (served(who, at),) * 2


def test_memory_is_bounded_and_forgets(rich, make_user, monkeypatch):
    people = [make_user(f"one{n}") for n in range(5)]
    for user in people:
        services.record_event(domain="activities", item=rich[SPORT][0], verb="view", user=user)
    opened.forget_all()
    monkeypatch.setattr(opened, "BYTES", 3 * (opened.VECTOR + 16 * len(catalogue.current("activities"))))
    for user in people:
        served(user, timezone.now())
    assert [user_id for _, user_id in opened._kept] == [user.pk for user in people[2:]]
    monkeypatch.setattr(opened, "SECONDS", 0.01)
    time.sleep(0.02)
    served(people[3], timezone.now() + dt.timedelta(seconds=1))
    assert [user_id for _, user_id in opened._kept] == [people[3].pk]


def test_visitors_are_not_kept(rich):
    opened.forget_all()
    served(None, timezone.now())
    assert not opened._kept
