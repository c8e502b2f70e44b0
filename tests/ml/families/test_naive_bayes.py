"""naive_bayes is scikit-learn's MultinomialNB, fine-tuned on a private copy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import MultinomialNB

from ml.families.items import Catalogue, Example, Item
from ml.families.naive_bayes import Learned, NaiveBayes
from tests.ml.families import world

FAMILY = NaiveBayes()
DATA = world.data()
BASES = {
    "plain": FAMILY.fit(DATA, {"weighting": "none", "alpha": 0.3, "tokenizer": "words"}),
    "weighted": FAMILY.fit(DATA, {"weighting": "learned", "max_features": 80}),
}
# 36 items are too few for learned weights; any positive ones must do.
WEIGHT = np.random.default_rng(0).uniform(0.05, 3, len(BASES["weighted"].state["weight"])).astype(np.float32)
BASES["weighted"].state["weight"][:] = WEIGHT

words = st.sampled_from(["등산", "영화", "커피", "모임", "unknown", "<b>", "&amp;", "주말에", ""])
texts = st.lists(words, max_size=8).map(" ".join)
labels = st.sampled_from(["운동", "문화", "음식", "새분류", "가나다"])
events = st.lists(st.tuples(texts, labels, st.integers(1, 9000).map(lambda n: n / 1000)), max_size=15)


def private_copy(base, classes):
    """The base as a scikit-learn estimator that knows `classes` (sorted, as it wants them)."""
    learned = Learned.of(base)
    model = MultinomialNB(alpha=learned.alpha)
    width = len(learned.vectorizer)
    model.partial_fit(np.zeros((1, width)), [classes[0]], classes=classes, sample_weight=[1.0])
    model.class_count_[:] = 0
    for row, name in enumerate(learned.classes):
        at = classes.index(name)
        model.feature_count_[at] = learned.counts[row] * learned.weight
        model.class_count_[at] = learned.class_count[row]
    model._update_feature_log_prob(model._check_alpha())
    model._update_class_log_prior()
    return model


@pytest.mark.parametrize("kind", sorted(BASES))
@given(events=events, asked=st.lists(texts, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_equals_partial_fit(kind, events, asked):
    base = BASES[kind]
    learned = Learned.of(base)
    personal = FAMILY.open(base, None, Catalogue(DATA.items))
    classes = sorted({*learned.classes, *(label for _, label, _ in events)})
    model = private_copy(base, classes)
    for number, (text, label, weight) in enumerate(events):
        personal.learn_one(Example(Item(str(number), text, label, ref=1000 + number), weight))
        counts = learned.vectorizer.transform([text]).astype(float).multiply(learned.weight).tocsr()
        model.partial_fit(counts, [label], sample_weight=[weight])
    order = [personal.classes.index(name) for name in classes]
    matrix = learned.vectorizer.transform(asked).astype(float).multiply(learned.weight).tocsr()
    expected = model.predict_joint_log_proba(matrix)
    assert np.allclose(personal.joint_log_likelihood(asked)[:, order], expected, rtol=0, atol=1e-9)
    assert np.allclose(personal.predict_proba(asked)[:, order], model.predict_proba(matrix), rtol=0, atol=1e-9)


def test_dislikes_stay_out_of_the_classifier_but_count_in_scores():
    catalogue = Catalogue(DATA.items)
    personal = FAMILY.open(BASES["plain"], None, catalogue)
    before = personal.predict_proba(["등산 영화"])
    personal.learn_one(Example(DATA.items[0], -2.0))
    assert (personal.predict_proba(["등산 영화"]) == before).all()
    assert personal.score()[:12].mean() < 0
    assert personal.top(1)[0][0] == "운동"
    assert personal.top(1)[0][1] < 0


def test_a_newcomer_scores_zeros():
    assert not FAMILY.open(BASES["plain"], None, Catalogue(DATA.items)).score().any()


def test_likes_raise_their_label_and_words():
    personal = FAMILY.open(BASES["plain"], None, Catalogue(DATA.items))
    personal.learn_one(Example(Item("n", "커피 카페", "음식", ref=900), 3.0))
    scores = personal.score()
    assert scores[24:36].min() > scores[:24].max()
    assert personal.label_lift()["음식"] > 0 == personal.label_lift()["운동"]
    assert personal.affinity("카페 커피")["음식"] > 0.9
    names = {part.name for part in personal.explain(Item("m", "맛있는 커피", "음식")).contributions}
    assert names == {"음식", "커피"}


def test_an_unlabelled_item_teaches_words_only():
    personal = FAMILY.open(BASES["plain"], None, Catalogue(DATA.items))
    personal.learn_one(Example(Item("n", "등산 등산", "", ref=900), 1.0))
    assert personal.classes == Learned.of(BASES["plain"]).classes
    assert personal.top() == []
    assert personal.score().any()


def test_learned_weights_predict_held_out_texts_better():
    generator = np.random.default_rng(1)
    labels = generator.choice(list(world.TOPICS), 400)
    noise = ["함께", "주말", "모임", "서울", "초보", "환영", "매주", "저녁"]
    texts = [" ".join([generator.choice(world.TOPICS[label][:8]), *generator.choice(noise, 8)]) for label in labels]
    labels = np.where(generator.random(400) < 0.2, generator.choice(list(world.TOPICS), 400), labels)
    likelihood = {}
    for weighting in ("none", "learned"):
        base = FAMILY.fit_texts(texts[:200], labels[:200], {"weighting": weighting})
        personal = FAMILY.open(base)
        share = personal.predict_proba(texts[200:])
        right = share[np.arange(200), [personal.classes.index(label) for label in labels[200:]]]
        likelihood[weighting] = np.log(right).mean()
    assert likelihood["learned"] > likelihood["none"]
