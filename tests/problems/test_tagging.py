"""The topic model's tags: who gets them, that people have the last word, what the command says."""

import pytest
from django.core.management import CommandError, call_command

from problems.models import ProblemTag, Tag
from problems.tagging import tag_nightly, tag_untagged, text_of, training_data, untagged
from recommendations import catalogue
from recommendations.tasks import train_family
from tests.problems import make

WORDS = {"graphs": "정점과 간선으로 된 그래프", "math": "소수와 약수의 합", "dp": "부분 수열의 최댓값"}


@pytest.fixture
def tagged(db):
    """Ten problems on each of three tags, and the trained model."""
    catalogue.forget_all()
    for number in range(30):
        tag = list(WORDS)[number % 3]
        make.problem(
            f"{tag}-{number}", tags=(tag,), title_ko=WORDS[tag], statement_ko=f"{WORDS[tag]} {number}", samples=()
        )
    train_family("problems", "topic_tagger")


@pytest.fixture
def bare(tagged):
    return make.problem("bare", tags=(), title_ko="그래프의 간선", statement_ko="정점과 간선", samples=())


def tags_of(problem):
    return [(row.tag.slug, row.source) for row in problem.problem_tags.select_related("tag")]


def test_a_problem_without_tags_gets_them_from_its_text(bare, capsys):
    call_command("tag_problems")
    assert tags_of(bare) == [("graphs", "model")]
    assert 0 < bare.problem_tags.get().probability <= 1
    assert "1 of 1" in capsys.readouterr().out


def test_the_catalogue_learns_of_the_tags(bare):
    tag_untagged()
    snapshot = catalogue.current("problems")
    assert snapshot.item(snapshot.position[str(bare.pk)]).tags == ("graphs",)


def test_people_have_the_last_word(bare):
    tag_untagged()
    bare.problem_tags.all().delete()
    ProblemTag.objects.create(problem=bare, tag=Tag.objects.get(slug="math"), source="staff")
    assert tag_untagged() == 0
    assert tags_of(bare) == [("math", "staff")]


def test_again_changes_nothing(bare):
    tag_untagged()
    first = tags_of(bare)
    assert (tag_untagged(), tags_of(bare)) == (1, first)


def test_the_model_does_not_learn_from_itself(bare):
    before = len(training_data())
    tag_untagged()
    assert len(training_data()) == before == 30
    assert list(untagged()) == [bare]


def test_the_text_holds_no_tags(bare):
    assert text_of(bare).splitlines() == ["그래프의 간선", "Sum of two", "정점과 간선", "Add $a$ and $b$."]


def test_an_untrained_model_and_an_unknown_problem_are_named(db):
    with pytest.raises(CommandError, match="not trained yet"):
        call_command("tag_problems")
    with pytest.raises(CommandError, match="no problem nowhere"):
        call_command("tag_problems", "nowhere")


def test_the_nightly_task_tags_what_nobody_has_tagged(bare):
    assert (tag_nightly(), tags_of(bare)) == (1, [("graphs", "model")])


def test_without_a_model_the_nightly_task_does_nothing(db):
    assert tag_nightly() == 0
