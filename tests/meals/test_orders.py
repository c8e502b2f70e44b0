"""Ordering, cancelling, changing, rating: what is allowed until when, and what the member's model learns."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from common.errors import Conflict
from meals import services
from meals.days import moment
from meals.models import FoodLike, Group, GroupMembership, Maker, MakerDay, Menu, Order
from ml.families.history import fixed
from recommendations.models import Event


def events(user):
    rows = Event.objects.filter(user=user, domain="meals", forgotten_at=None).order_by("sequence")
    return list(rows.values_list("verb", "item_id", "context"))


def refusal(function, **values):
    with pytest.raises(Conflict) as caught:
        function(**values)
    return caught.value.code


def test_an_order_keeps_price_and_subsidy_and_is_learned(alice, menu):
    order, new = services.order_place(user=alice, menu=menu)
    assert new
    assert (order.price, order.subsidy, order.own_share, order.status, order.placed_by) == (
        9000,
        9000,
        0,
        "placed",
        "self",
    )
    assert events(alice) == [("order", str(menu.food_id), str(menu.pk))]
    menu.refresh_from_db()
    assert (menu.ordered, MakerDay.objects.get().ordered) == (1, 1)
    assert Event.objects.get(verb="order").weight == fixed(5)


def test_the_member_pays_what_is_above_the_budget(alice, other_menu):
    order, _ = services.order_place(user=alice, menu=other_menu)
    assert (order.price, order.subsidy, order.own_share) == (12000, 10000, 2000)


def test_price_changes_leave_orders_alone(alice, menu):
    order, _ = services.order_place(user=alice, menu=menu)
    services.food_save(menu.food, price=20000)
    services.menu_edit(menu=menu, price=15000)
    order.refresh_from_db()
    menu.refresh_from_db()
    assert (order.price, order.subsidy, menu.price) == (9000, 9000, 15000)


def test_the_same_menu_twice_is_one_order(alice, menu):
    first, _ = services.order_place(user=alice, menu=menu)
    second, new = services.order_place(user=alice, menu=menu)
    assert (second, new) == (first, False)
    assert len(events(alice)) == 1


def test_one_meal_per_slot(alice, menu, other_menu, make_menu):
    services.order_place(user=alice, menu=menu)
    assert refusal(services.order_place, user=alice, menu=other_menu) == "has_order"
    dinner = make_menu(dining_type="dinner")
    assert services.order_place(user=alice, menu=dinner)[1]


def test_past_the_cutoff(alice, menu):
    last = menu.closes_at - dt.timedelta(microseconds=1)
    assert refusal(services.order_place, user=alice, menu=menu, at=menu.closes_at) == "over"
    order, _ = services.order_place(user=alice, menu=menu, at=last)
    assert refusal(services.order_cancel, user=alice, order=order, at=menu.closes_at) == "over"
    assert services.order_cancel(user=alice, order=order, at=last)[1]
    assert [verb for verb, *_ in events(alice)] == ["order", "cancel"]


def test_for_another_group(charlie, alice, menu, make_menu, public):
    with pytest.raises(PermissionDenied):
        services.order_place(user=charlie, menu=menu)
    with pytest.raises(PermissionDenied):
        services.order_place(user=alice, menu=make_menu(group=public))
    assert not Order.objects.exists()
    assert not Event.objects.exists()


def test_sold_out_and_withdrawn(alice, bob, make_menu, make_food):
    menu = make_menu(stock=1)
    services.order_place(user=bob, menu=menu)
    assert refusal(services.order_place, user=alice, menu=menu) == "sold_out"
    other = make_menu(make_food("카레"))
    services.menu_withdraw(menu=other)
    assert refusal(services.order_place, user=alice, menu=other) == "withdrawn"
    assert events(alice) == []  # what was refused is not learned


def test_a_maker_cooks_for_all_groups_together(alice, charlie, maker, make_menu, public):
    services.maker_save(maker, capacity=1)
    services.order_place(user=charlie, menu=make_menu(group=public))
    assert refusal(services.order_place, user=alice, menu=make_menu()) == "capacity"
    services.maker_save(maker, capacity=2)
    assert services.order_place(user=alice, menu=Menu.objects.get(group__is_public=False))[1]
    services.maker_save(maker, capacity=1)  # takes no ordered meal away
    assert MakerDay.objects.get().capacity == 2


def test_cancelling_gives_the_meal_back(alice, bob, make_menu):
    menu = make_menu(stock=1)
    order, _ = services.order_place(user=alice, menu=menu)
    with pytest.raises(PermissionDenied):
        services.order_cancel(user=bob, order=order)
    assert services.order_cancel(user=alice, order=order)[1]
    assert services.order_cancel(user=alice, order=order)[1] is False
    order.refresh_from_db()
    menu.refresh_from_db()
    assert (order.status, order.reason, menu.ordered, MakerDay.objects.get().ordered) == ("cancelled", "member", 0, 0)
    assert services.order_place(user=bob, menu=menu)[1]
    assert [verb for verb, *_ in events(alice)] == ["order", "cancel"]


def test_ordering_again_after_a_cancellation(alice, menu):
    first, _ = services.order_place(user=alice, menu=menu)
    services.order_cancel(user=alice, order=first)
    second, new = services.order_place(user=alice, menu=menu)
    assert new
    assert second.pk != first.pk


def test_changing_swaps_both_or_nothing(alice, bob, menu, make_menu, make_food):
    order, _ = services.order_place(user=alice, menu=menu)
    single = make_menu(make_food("돈까스", price=11000), stock=1)
    changed = services.order_change(user=alice, order=order, menu=single)
    order.refresh_from_db()
    menu.refresh_from_db()
    single.refresh_from_db()
    assert (order.status, order.reason, changed.price, menu.ordered, single.ordered) == (
        "cancelled",
        "changed",
        11000,
        0,
        1,
    )
    assert [verb for verb, *_ in events(alice)] == ["order", "cancel", "order"]
    mine, _ = services.order_place(user=bob, menu=menu)
    assert refusal(services.order_change, user=bob, order=mine, menu=single) == "sold_out"
    mine.refresh_from_db()
    assert mine.status == "placed"
    assert [verb for verb, *_ in events(bob)] == ["order"]
    assert services.order_change(user=bob, order=mine, menu=menu) == mine
    assert Menu.objects.get(pk=menu.pk).ordered == 1


def test_changes_stay_within_the_slot_and_the_owner(alice, bob, menu, make_menu):
    order, _ = services.order_place(user=alice, menu=menu)
    assert refusal(services.order_change, user=alice, order=order, menu=make_menu(dining_type="dinner")) == "slot"
    with pytest.raises(PermissionDenied):
        services.order_change(user=bob, order=order, menu=menu)


def test_ratings_become_likes_and_dislikes(alice, menu):
    order, _ = services.order_place(user=alice, menu=menu)
    assert refusal(services.order_rate, user=alice, order=order, rating=5) == "early"
    Menu.objects.filter(pk=menu.pk).update(closes_at=timezone.now())
    order = services.order_rate(user=alice, order=order, rating=5, comment="맛있어요 <script>x</script>")
    assert (order.rating, order.comment) == (5, "맛있어요")
    assert FoodLike.objects.filter(user=alice, food=menu.food).exists()
    services.order_rate(user=alice, order=order, rating=1)
    assert not FoodLike.objects.exists()
    order.refresh_from_db()
    services.order_rate(user=alice, order=order, rating=3)
    assert [verb for verb, *_ in events(alice)] == ["order"]


@pytest.mark.parametrize("rating", [0, 6, -1, 4.5, "5", None, True])
def test_bad_ratings(alice, menu, rating):
    order, _ = services.order_place(user=alice, menu=menu)
    with pytest.raises(ValidationError) as caught:
        services.order_rate(user=alice, order=order, rating=rating)
    assert "rating" in caught.value.message_dict


def test_skipping_a_menu_is_a_weak_dislike(alice, menu):
    services.menu_skip(user=alice, menu=menu)
    assert events(alice) == [("skip", str(menu.food_id), str(menu.pk))]
    assert Event.objects.get().weight == fixed(-0.5)


def test_delivered_orders_are_history(alice, menu, tomorrow):
    order, _ = services.order_place(user=alice, menu=menu)
    late = moment(tomorrow, dt.time(23, 59))
    assert services.deliver(late) == 0
    assert services.deliver(late + dt.timedelta(minutes=1)) == 1
    order.refresh_from_db()
    assert refusal(services.order_cancel, user=alice, order=order) == "over"


def test_newcomers_belong_to_the_public_group(public, make_user, make_menu, company):
    dana = make_user("dana")
    assert [m.group for m in dana.meal_memberships.all()] == [public]
    services.join_public(dana)
    assert dana.meal_memberships.count() == 1
    assert services.order_place(user=dana, menu=make_menu(group=public))[1]


def test_a_member_of_no_group_joins_by_ordering_from_the_public_one(make_user, public, company, make_menu):
    dana = make_user("dana")
    GroupMembership.objects.filter(user=dana).delete()
    assert services.order_place(user=dana, menu=make_menu(group=public))[1]
    assert dana.meal_memberships.get().group == public


def test_leaving_a_group_cancels_what_is_to_come(alice, company, menu):
    order, _ = services.order_place(user=alice, menu=menu)
    services.group_leave(user=alice, group=company)
    order.refresh_from_db()
    assert (order.status, order.reason) == ("cancelled", "staff")
    assert alice.notifications.get().kind == "meal-staff"


def test_models_hold_what_services_promise(alice, menu):
    assert Group._meta.get_field("budget").get_internal_type() == "PositiveIntegerField"
    assert {c.name for c in Order._meta.constraints} >= {"meals_order_one_per_slot", "meals_order_rating"}
    assert Maker.objects.working(menu.date).count() == 1
