"""The weakness radar."""

from django.urls import reverse

from problems.weakness import radar


def test_predicted_stands_beside_real(world, alice, happened):
    for level in (2, 3):
        happened(alice, world["graphs", level], "fail", days=2)
        happened(alice, world["math", level], "solve", days=1)
    rows = {row["tag"].slug: row for row in radar(alice)}
    assert (rows["graphs"]["real"], rows["graphs"]["n"]) == (1.0, 2)
    assert (rows["math"]["real"], rows["math"]["n"]) == (0.0, 2)
    assert (rows["dp"]["real"], rows["dp"]["n"]) == (None, 0)
    assert rows["graphs"]["predicted"] > rows["math"]["predicted"]
    assert [row["n"] for row in radar(alice)] == [2, 2, 0, 0]


def test_it_is_empty_before_anything_is_trained(db, alice):
    assert radar(alice) == []


def test_the_progress_page_with_a_trained_model(world, alice, happened, client, django_assert_num_queries):
    for tag in ("graphs", "math"):
        for level in (2, 3):
            happened(alice, world[tag, level], "fail", days=2)
    client.force_login(alice)
    url = reverse("problems:progress")
    client.get(url)
    # session, member; solved, tried, submissions, days, latest ones; and for the radar: revisions, model state, done, tags
    with django_assert_num_queries(11):
        page = client.get(url)
    assert [row["tag"].slug for row in page.context["weakness"]] == ["graphs", "math", "dp", "string"]
    assert "<svg" in page.content.decode()
