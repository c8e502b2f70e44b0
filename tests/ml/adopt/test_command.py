"""`manage.py adopt_pipeline`: hash, labels, versions, promotion, and members who go on learning with what was adopted."""

import json
import pickle
import warnings
from io import BytesIO, StringIO

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from django.conf import settings
from django.core.management import CommandError, call_command
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from accounts.models import Category
from ml import registry
from ml.families.items import Catalogue, Example, Item
from ml.families.naive_bayes import NaiveBayes
from ml.models import ModelVersion
from tests.ml.adopt import makers

pytestmark = pytest.mark.django_db
PAIRS = [f"{theirs}={ours}" for theirs, ours in makers.OURS.items()]
TEENPLAY = settings.BASE_DIR.parent / "shared" / "data" / "teenplay-models"


def adopt(path, sha, *extra, labels=PAIRS, domain="activities"):
    out = StringIO()
    options = ["--sha256", sha] if sha else []
    call_command("adopt_pipeline", str(path), "--domain", domain, "--labels", *labels, *options, *extra, stdout=out)
    return out.getvalue()


def refused(*args, **kwargs):
    with pytest.raises(CommandError) as caught:
        adopt(*args, **kwargs)
    assert ModelVersion.objects.count() == 0
    return str(caught.value)


@pytest.fixture
def file(tmp_path):
    return makers.write(tmp_path, makers.dumped(makers.fitted("tfidf"), compress=3))


def test_saves_a_candidate_that_says_where_it_is_from(file):
    path, sha = file
    out = adopt(path, sha.upper())
    version = ModelVersion.objects.get()
    assert (version.domain, version.family, version.status, version.rows) == (
        "activities",
        "naive_bayes",
        "candidate",
        36,
    )
    origin = version.metrics["origin"]
    assert (origin["sha256"], origin["labels"]) == (sha, makers.OURS)
    assert version.fingerprint == sha
    assert origin["largest_difference"] <= 1e-9
    assert "3 classes, 32 features; probabilities equal the pipeline's to " in out
    assert f"manage.py promote activities naive_bayes --model-version {version.version}" in out


def test_promoted_it_serves_and_survives_the_store(file):
    adopt(*file, "--promote")
    registry.clear_cache()
    base = registry.production("activities", "naive_bayes")
    assert base.state["classes"] == ["sports", "food", "languages"]
    model = makers.fitted("tfidf")
    personal = NaiveBayes().open(base)
    assert np.abs(personal.predict_proba(makers.ASKED) - model.predict_proba(makers.ASKED)).max() <= 1e-9


def test_the_same_file_again_is_the_same_version(file):
    adopt(*file)
    adopt(*file)
    assert ModelVersion.objects.count() == 1


def test_wrong_and_missing_hash(file):
    path, sha = file
    assert "does not have the given SHA-256, so nothing in it was read" in refused(path, "0" * 64)
    assert "--sha256 is not a SHA-256" in refused(path, sha[:-1])
    assert refused(path, None).startswith("--sha256 is missing: the SHA-256 of the file by which you vouch for it.")
    path.write_bytes(path.read_bytes() + b"x")
    assert "does not have the given SHA-256" in refused(path, sha)


def test_files_that_are_none(tmp_path):
    assert "cannot be read: No such file" in refused(tmp_path / "missing", "0" * 64)
    assert f"{tmp_path} is not a file" == refused(tmp_path, "0" * 64)
    assert refused("/dev/zero", "0" * 64) == "/dev/zero is not a file"


def test_hostile_file_with_its_right_hash(tmp_path):
    ran = tmp_path / "ran"
    path, sha = makers.write(tmp_path, makers.call("os", "system", makers.text(f"touch {ran}")) + b".")
    assert refused(path, sha).startswith("the file asks for os.system, which no such pipeline needs")
    assert not ran.exists()


def test_unknown_domain_and_domain_without_the_family(file):
    assert "nowhere" in refused(*file, domain="nowhere")


def test_labels_by_slug_name_and_json(file, tmp_path):
    sports = Category.objects.get(slug="sports")
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"1": sports.name_ko, "2": "Food & drink"}))
    adopt(*file, labels=[str(mapping), "3=languages"])
    assert ModelVersion.objects.get().metrics["origin"]["labels"] == makers.OURS


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["1=sports"], "the pipeline has classes that --labels does not map: 2, 3"),
        ([*PAIRS, "4=travel"], "--labels maps what the pipeline does not have (its classes: 1, 2, 3): 4"),
        (["1=sports", "2=food", "3=klingon"], "languages, neighbours, other, sports, study, travel): klingon"),
        (["1=sports", "2=food", "3=food"], "several classes would become the same label: food"),
        (["1=sports", "1=food"], "--labels maps '1' twice, to 'sports' and 'food'"),
        (["=sports"], "--labels '=sports': neither side of theirs=ours may be empty"),
        (["nowhere.json"], "--labels 'nowhere.json' is neither theirs=ours nor a JSON file that can be read"),
    ],
)
def test_bad_labels_are_listed(file, labels, said):
    assert refused(*file, labels=labels).endswith(said)


@pytest.mark.parametrize(
    ("content", "said"), [("{", "not JSON"), ("[1]", "needed is an object"), ('{"1": 2}', "needed is an object")]
)
def test_bad_label_files(file, tmp_path, content, said):
    mapping = tmp_path / "map.json"
    mapping.write_text(content)
    assert said in refused(*file, labels=[str(mapping)])


def as_of(model, version):
    """The pipeline's file as scikit-learn `version` would have recorded it."""
    here, there = (b"\x8c" + bytes([len(name)]) + name.encode() for name in (sklearn.__version__, version))
    data = makers.dumped(model)
    assert data.count(here) == 1  # further mentions refer to it
    return data.replace(here, there)


def test_version_mismatch_is_explained(tmp_path):
    path, sha = makers.write(tmp_path, as_of(makers.fitted("count"), "1.2.2"))
    out = adopt(path, sha)
    assert "note: made with scikit-learn 1.2.2, here is " in out
    assert ModelVersion.objects.get().metrics["origin"]["made_with"] == "scikit-learn 1.2.2"


def test_idf_of_older_versions(tmp_path):
    """Until some years ago the idf lay in a sparse diagonal matrix."""
    model = joblib.load(BytesIO(makers.dumped(makers.fitted("tfidf"))))
    expected = model.predict_proba(makers.ASKED)
    transformer = model[0]._tfidf
    idf = transformer.__dict__.pop("idf_")
    transformer._idf_diag = sp.diags(idf, offsets=0, shape=(len(idf), len(idf)), format="csr")
    del model[-1].force_alpha
    path, sha = makers.write(tmp_path, as_of(model, "1.2.2"))
    out = adopt(path, sha, "--promote")
    assert "note: idf_ was taken out of the diagonal matrix _idf_diag" in out
    assert "note: no force_alpha (new in 1.2)" in out
    ours = NaiveBayes().open(registry.production("activities", "naive_bayes")).predict_proba(makers.ASKED)
    assert np.abs(ours - expected).max() <= 1e-9


def rebuilt(name):
    """The site's pipeline as it was: its numbers in scikit-learn's objects, counts taken back out of the log probabilities."""
    numbers = np.load(TEENPLAY / f"{name}.params.npz", allow_pickle=False)
    words = (TEENPLAY / f"{name}.vocab.txt").read_text().splitlines()
    shares = np.exp(numbers["feature_log_prob"].astype(np.float64))
    counts = np.rint(shares / shares.min(1, keepdims=True) - 1)  # alpha 1: the rarest word of a class was never seen
    vectorizer = CountVectorizer(vocabulary={word: at for at, word in enumerate(words)}, ngram_range=(1, 2))
    vectorizer.vocabulary_, vectorizer.fixed_vocabulary_ = vectorizer.vocabulary, True
    bayes = MultinomialNB()
    bayes.partial_fit(np.zeros((len(numbers["classes"]), len(words))), numbers["classes"], classes=numbers["classes"])
    bayes.class_count_[:], bayes.feature_count_[:] = numbers["class_count"], counts
    bayes._update_feature_log_prob(bayes.alpha)
    bayes._update_class_log_prior()
    assert np.abs(bayes.feature_log_prob_ - numbers["feature_log_prob"]).max() < 1e-4
    assert np.abs(bayes.class_log_prior_ - numbers["class_log_prior"]).max() < 1e-6
    return make_pipeline(vectorizer, bayes), words


@pytest.mark.skipif(not TEENPLAY.exists(), reason="the numbers of the older site are not here")
@pytest.mark.parametrize("name", ["activity_recommender", "club"])
def test_the_older_site(name, tmp_path):
    model, words = rebuilt(name)
    path, sha = makers.write(tmp_path, as_of(model, "1.2.2"))
    slugs = list(Category.objects.order_by("order", "pk").values_list("slug", flat=True))
    labels = [f"{number}={slugs[at]}" for at, number in enumerate(model.classes_)]
    out = adopt(path, sha, "--promote", labels=labels)
    assert f"{len(model.classes_)} classes, {len(words):,} features" in out
    base = registry.production("activities", "naive_bayes")
    texts = [" ".join(words[at : at + 7]) for at in range(0, len(words), 101)]
    personal = NaiveBayes().open(base, None, Catalogue())
    assert np.abs(personal.predict_proba(texts) - model.predict_proba(texts)).max() <= 1e-9
    for number, text in enumerate(texts[:20], 1):
        label = model.classes_[number % len(model.classes_)]
        ours = dict(zip(model.classes_, base.state["classes"], strict=True))[label]
        personal.learn_one(Example(Item(str(number), text, ours, ref=number), 3.0))
        model[-1].partial_fit(model[:-1].transform([text]), [label], sample_weight=[3.0])
    assert np.abs(personal.predict_proba(texts) - model.predict_proba(texts)).max() <= 1e-9


def test_a_plain_pickle_with_number_labels(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path, sha = makers.write(tmp_path, pickle.dumps(makers.fitted("char_wb", makers.NUMBERS)))
        adopt(path, sha)
    assert ModelVersion.objects.get().status == "candidate"


def test_a_member_likes_through_the_service(file, django_user_model):
    """The whole way: adopted, promoted, and an event recorded, learned and scored."""
    import datetime as dt

    from django.utils import timezone

    from activities.models import Activity
    from recommendations import selectors, services
    from recommendations.domains import domains
    from recommendations.publishing import publish_rows

    adopt(*file, "--promote")
    now = timezone.now()
    rows = [
        Activity.objects.create(
            title=title, category=Category.objects.get(slug=slug), created_at=now - dt.timedelta(days=1)
        )
        for title, slug in [("주말 등산 산행", "sports"), ("새벽 등산", "sports"), ("커피 핸드드립", "food")]
    ]
    publish_rows(domains["activities"], rows)
    alice = django_user_model.objects.create_user(email="alice@example.com", nickname="alice", password="moa-Test-1")
    services.record_event(domain="activities", item=rows[0], verb="like", user=alice)
    explained = selectors.explain(alice, "activities", str(rows[1].pk))
    assert explained["score"] > 0
