"""Rows of evaluations: stable keys, pairs, intervals by member, rates by group, and rules that follow a model."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.evaluation import groups, paired, rules
from ml.evaluation.outcomes import MOST_ROWS, Outcomes, hash_of, made, mixed, packed, pair, unpacked


def rows(seed: int = 0, decisions: int = 60, members: int = 15, skill: float = 1.0) -> Outcomes:
    """Decisions with one item taken out of four; a greater `skill` puts it further up."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(decisions), 4)
    y = (np.arange(4 * decisions) % 4 == 0).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(size=len(y)) + skill * y)))
    rank = np.concatenate([np.argsort(np.argsort(-part)) for part in np.split(score, decisions)])
    person = np.array([hash_of("member", n) for n in range(members)], np.uint64)[owner % members]
    keys = mixed(
        np.array([hash_of("decision", n) for n in range(decisions)], np.uint64)[owner], np.arange(4 * decisions) % 4
    )
    columns = {"key": keys, "member": person, "y": y, "score": score, "rank": rank, "category": owner % 3}
    history = (("newcomer", "regular"), (owner % members) // (members // 2) % 2)
    return made(columns, categories=("a", "b", "c"), groups={"history": history})


def test_keys_stay_as_they_are():
    assert hash_of("a", 1, 2.5) == 0xF4AD98EA910A4DAA
    assert mixed(5, np.array([1, 2])).tolist() == [7134611160154358618, 13877614986023876344]
    assert len({hash_of("a", 1), hash_of("a1"), hash_of("a", 1, secret=b"x")}) == 3
    assert len(set(mixed(5, np.arange(10_000)).tolist())) == 10_000


def test_what_is_packed_comes_back():
    first = rows()
    again = unpacked(packed(first))
    assert packed(first) == packed(rows())
    assert (again.key == first.key).all()
    assert np.abs(again.score - first.score).max() < 1e-3
    assert again.categories == first.categories
    assert again.groups["history"][0] == ("newcomer", "regular")
    assert (again.groups["history"][1] == first.groups["history"][1]).all()


@pytest.mark.parametrize("data", [b"", b"PK", packed(rows())[:200], b"\x80\x04."])
def test_damaged_rows_are_refused(data):
    with pytest.raises(ValueError, match="damaged"):
        unpacked(data)


def test_rows_are_bounded_by_whole_members():
    n = MOST_ROWS + 500
    columns = {name: np.zeros(n) for name in ("y", "score", "rank", "category")}
    columns |= {"key": np.arange(n, dtype=np.uint64), "member": (np.arange(n) // 100).astype(np.uint64)}
    found = made(columns)
    assert MOST_ROWS - 100 <= len(found) <= MOST_ROWS
    assert set(np.unique(found.member, return_counts=True)[1]) == {100}


def test_pairs_are_the_common_rows_with_the_same_outcome():
    one = rows()
    other = one.part(np.arange(len(one)) % 2 == 0)
    other = replace(other, y=np.where(np.arange(len(other)) < 3, 1 - other.y, other.y))
    both = pair(one, other)
    assert both.common == len(other) - 3
    assert (both.a.key == both.b.key).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 60), st.integers(3, 20))
def test_a_version_and_itself_differ_by_exactly_nothing(seed, decisions, members):
    one = rows(seed, decisions, members)
    for row in paired.measures(paired.Comparison.of(one, one)):
        assert tuple(row.lead) == (0.0, 0.0, 0.0) or len(one) < paired.LEAST_ROWS or members < paired.LEAST_MEMBERS
        assert not row.clear
    for table in groups.tables(paired.Comparison.of(one, one), "top3"):
        assert not any(rate.clear for row in table.rows for rate in row.rates)


def test_pairs_tell_small_differences_that_separate_test_sets_do_not():
    one = rows(decisions=300, members=60)
    up = replace(
        one, rank=np.where((one.y == 1) & (one.key % np.uint64(4) == 0), np.maximum(one.rank - 1, 0), one.rank)
    )
    both = {row.name: row for row in paired.measures(paired.Comparison.of(up, one))}
    assert both["ndcg@3"].better == "a"
    apart = replace(one, key=one.key + np.uint64(1))
    separate = paired.Comparison.of(up, apart)
    assert (separate.paired, separate.common < 20) == (False, True)
    found = {row.name: row for row in paired.measures(separate)}
    assert found["ndcg@3"].lead.high - found["ndcg@3"].lead.low > 2 * (
        both["ndcg@3"].lead.high - both["ndcg@3"].lead.low
    )


def test_measures_are_those_of_ranking():
    from ml.evaluation import ranking

    one = rows()
    found = paired.summary(one)
    rank = one.rank[one.ranked]
    assert found["hit@1"][0] == pytest.approx(ranking.hit_rate(rank, 1), abs=1e-5)
    assert found["ndcg@8"][0] == pytest.approx(ranking.ndcg(rank, 8), abs=1e-5)
    assert found["mrr"][0] == pytest.approx(ranking.mrr(rank), abs=1e-5)
    from sklearn.metrics import brier_score_loss, roc_auc_score

    assert found["auc"][0] == pytest.approx(roc_auc_score(one.y, one.score), abs=2e-3)
    assert found["brier"][0] == pytest.approx(brier_score_loss(one.y, one.score), abs=1e-5)
    assert all(low <= mean <= high for mean, low, high in found.values())


def test_losses_are_better_when_they_are_smaller():
    good, bad = rows(skill=3.0, decisions=200, members=40), rows(skill=0.0, decisions=200, members=40)
    found = {row.name: row.better for row in paired.measures(paired.Comparison.of(good, bad))}
    assert found["brier"] == found["auc"] == found["hit@1"] == "a"


def test_rates_are_those_of_the_matrix():
    one = rows(decisions=200, members=40)
    cells = np.array(groups.matrix(one, "top1"))
    table = next(t for t in groups.tables(paired.Comparison.of(one, one), "top1") if t.name == "all")
    rate = {row.name: row.a.mean for row in table.rows[0].rates}
    assert rate["tpr"] == pytest.approx(cells[1, 1] / cells[1].sum())
    assert rate["precision"] == pytest.approx(cells[1, 1] / cells[:, 1].sum())
    assert rate["for"] == pytest.approx(cells[1, 0] / cells[:, 0].sum())
    assert rate["prevalence"] == pytest.approx(0.25)
    from ml.evaluation.rates import per_class

    theirs = per_class(cells, ["no", "yes"])[1]
    assert all(rate[name] == pytest.approx(theirs[name]) for name in rate)


def test_small_groups_are_counted_and_not_shown():
    one = rows(decisions=40, members=4)
    table = next(t for t in groups.tables(paired.Comparison.of(one, one), "top1") if t.name == "category")
    assert all(row.hidden and not row.rates for row in table.rows)


def test_thresholds():
    assert groups.best_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8])) == pytest.approx(0.4)
    assert groups.best_threshold(np.array([0, 0]), np.array([0.1, 0.4])) == 0.5
    one = rows()
    assert groups.default_rule(one) == "top3"
    assert groups.default_rule(replace(one, rank=np.full(len(one), np.nan))) == "f1"
    assert groups.said(replace(one, rank=np.full(len(one), np.nan)), "top3")[1] is not None


def test_nothing_at_all_breaks_nothing():
    empty = rows().part(np.zeros(0, int))
    assert paired.measures(paired.Comparison.of(empty, empty)) == []
    assert groups.tables(paired.Comparison.of(empty, rows()), "top1")
    assert unpacked(packed(empty)).key.shape == (0,)


def world(noise: float):
    rng = np.random.default_rng(3)
    columns = rng.random((1200, 3)).astype(np.float32)
    target = np.where(columns[:, 0] > 0.6, 0.9, np.where(columns[:, 2] > 0.5, 0.5, 0.1)) + noise * rng.normal(size=1200)
    member = np.array([hash_of(n % 80) for n in range(1200)], np.uint64)
    return columns, target, member, np.arange(1200) // 8


def test_rules_find_what_a_model_goes_by_and_say_how_well():
    found = rules.fit(["own", "noise", "new"], *world(0.0))
    assert found.r2 > 0.95
    assert found.agreement > 0.8
    assert rules.used(found.root) == {"own", "new"}
    best = rules.leaves(found.root)[0]
    assert [(feature, above) for feature, _at, above in best[0]] == [("own", True)]
    assert best[1]["value"] == pytest.approx(0.9, abs=0.01)
    assert sum(leaf["share"] for _path, leaf in rules.leaves(found.root)) == pytest.approx(1, abs=0.01)
    assert rules.fit(["own", "noise", "new"], *world(0.0)).plain() == found.plain()


def test_rules_say_that_they_follow_noise_badly():
    found = rules.fit(["own", "noise", "new"], *world(5.0))
    assert found is None or found.r2 < 0.1


def test_too_few_rows_or_one_answer_give_no_rules():
    columns, target, member, decision = world(0.0)
    assert rules.fit(["a", "b", "c"], columns[:40], target[:40], member[:40], decision[:40]) is None
    assert rules.fit(["a", "b", "c"], columns, np.ones(1200), member, decision) is None


def test_bounds_of_one_feature_are_joined():
    assert rules.joined((("a", 0.2, True), ("a", 0.5, True), ("a", 0.9, False))) == (
        ("a", 0.5, True),
        ("a", 0.9, False),
    )
