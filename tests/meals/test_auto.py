"""Automatic orders: for whom, which meal, exactly once, and told."""

import datetime as dt
import io
import json
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from meals import services, tasks
from meals.auto import auto_order, mails
from meals.models import AutoOrder, AutoOrderResult, AutoOrderRun, Food, GroupMembership, Holiday, Menu, Order
from recommendations.domains import domains
from recommendations.models import Event
from recommendations.services import record_event
from recommendations.verification import difference


def run(date, *options, dining_type="lunch"):
    out = io.StringIO()
    call_command("auto_order", "--date", str(date), "--dining-type", dining_type, *options, stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def opt_in(user, **values):
    return services.auto_order_set(user=user, dining_type="lunch", enabled=True, **values)


def reason(user):
    return AutoOrderResult.objects.get(user=user).reason


@pytest.fixture
def dishes(make_food, make_menu, salad):
    """Four menus of tomorrow: cheap, dear, with peanuts, and a salad."""
    foods = [
        make_food("김치찌개", price=8000),
        make_food("갈비탕", price=15000),
        make_food("땅콩국수", price=8000, allergens=["땅콩"]),
        make_food("샐러드", price=9000, food_type=salad),
    ]
    return [make_menu(food) for food in foods]


def test_only_those_who_opted_in_and_have_not_ordered(alice, bob, charlie, dishes, tomorrow):
    opt_in(alice)
    opt_in(bob)
    services.order_place(user=bob, menu=dishes[1])
    assert run(tomorrow) == {"ordered": 1, "skipped": 1}
    order = Order.objects.get(user=alice)
    assert (order.placed_by, order.status, order.menu.group_id) == ("auto", "placed", dishes[0].group_id)
    assert order.price <= 10000
    assert reason(bob) == "has_order"
    event = Event.objects.get(user=alice)
    assert (event.verb, event.item_id, event.context) == ("order", str(order.food_id), str(order.menu_id))
    menu = Menu.objects.get(pk=order.menu_id)
    assert menu.ordered == 1
    assert not AutoOrderResult.objects.filter(user=charlie).exists()


def test_never_twice_and_not_after_a_cancellation(alice, dishes, tomorrow):
    opt_in(alice)
    assert run(tomorrow) == {"ordered": 1, "skipped": 0}
    assert run(tomorrow) == {"ordered": 0, "skipped": 1}
    services.order_cancel(user=alice, order=Order.objects.get())
    assert run(tomorrow) == {"ordered": 0, "skipped": 1}
    assert (Order.objects.count(), len(mail.outbox), alice.notifications.count()) == (1, 1, 1)


def test_whoever_cancelled_their_own_order_wants_none(alice, dishes, tomorrow):
    opt_in(alice)
    order, _ = services.order_place(user=alice, menu=dishes[0])
    services.order_cancel(user=alice, order=order)
    assert run(tomorrow) == {"ordered": 0, "skipped": 1}
    assert reason(alice) == "cancelled"


def test_what_the_site_took_back_is_ordered_anew(alice, dishes, tomorrow):
    opt_in(alice)
    run(tomorrow)
    first = Order.objects.get()
    services.menu_withdraw(menu=first.menu)
    assert run(tomorrow) == {"ordered": 1, "skipped": 0}
    second = Order.objects.live().get()
    assert second.menu_id != first.menu_id
    assert AutoOrderResult.objects.get().order == second
    assert len(mail.outbox) == 2


def test_the_members_own_model_chooses(alice, bob, dishes, tomorrow, make_menu, korean):
    from recommendations.tasks import train_family

    for family in ("naive_bayes", "popularity"):
        train_family("meals", family)
    for user, dish in ((alice, dishes[3]), (bob, dishes[0])):
        opt_in(user)
        for _n in range(6):
            record_event(domain="meals", item=dish.food, verb="view", user=user)
        record_event(domain="meals", item=dish.food, verb="like", user=user)
    assert run(tomorrow) == {"ordered": 2, "skipped": 0}
    assert Order.objects.get(user=alice).menu == dishes[3]
    assert Order.objects.get(user=bob).menu == dishes[0]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"max_price": 8500, "exclude_allergens": ["peanut"]}, {0}),
        ({"max_price": 20000, "exclude_types": ["korean"]}, {3}),
        ({"max_price": 20000, "exclude_types": ["샐러드", "한식"]}, None),
        ({"max_price": 100}, None),
        ({"max_price": 0}, None),
    ],
    ids=["price and allergens", "types", "all types", "too cheap", "nothing"],
)
def test_limits(alice, dishes, tomorrow, limits, expected):
    opt_in(alice, **limits)
    assert run(tomorrow)["ordered"] == (expected is not None)
    if expected is None:
        assert reason(alice) == "limits"
        assert alice.notifications.get().kind == "meal-left-out"
        run(tomorrow)
        assert alice.notifications.count() == 1  # told once
    else:
        assert Order.objects.get().menu in [dishes[n] for n in expected]


def test_disliked_foods_are_never_ordered(alice, dishes, tomorrow):
    opt_in(alice, max_price=8500, exclude_allergens=["peanut"])
    record_event(domain="meals", item=dishes[0].food, verb="hide", user=alice)
    assert run(tomorrow) == {"ordered": 0, "skipped": 1}
    assert reason(alice) == "limits"


def test_days_off(alice, bob, dishes, tomorrow):
    opt_in(alice, weekdays_off=[tomorrow.weekday()])
    opt_in(bob, days_off=[tomorrow.isoformat()])
    assert run(tomorrow) == {"ordered": 0, "skipped": 2}
    assert {reason(alice), reason(bob)} == {"day_off"}


def test_why_nothing_can_be_had(alice, bob, dishes, tomorrow, make_user):
    dana = make_user("dana")
    GroupMembership.objects.filter(user=dana).delete()
    for user in (alice, dana):
        opt_in(user)
    assert run(tomorrow, "--now", dishes[0].closes_at.isoformat()) == {"ordered": 0, "skipped": 2}
    assert (reason(alice), reason(dana)) == ("closed", "no_group")
    Menu.objects.update(stock=1, ordered=1)
    run(tomorrow)
    assert reason(alice) == "sold_out"
    Menu.objects.all().delete()
    run(tomorrow)
    assert reason(alice) == "no_menu"
    assert run(tomorrow, dining_type="dinner") == {"ordered": 0, "skipped": 0}


def test_scarce_meals_are_not_oversold(alice, bob, make_menu, make_food, tomorrow, maker):
    opt_in(alice)
    opt_in(bob)
    menu = make_menu(stock=1)
    assert run(tomorrow) == {"ordered": 1, "skipped": 1}
    assert AutoOrderResult.objects.filter(reason="sold_out").count() == 1
    services.maker_save(maker, capacity=1)
    make_menu(make_food("비빔밥", price=8000), stock=5)
    assert run(tomorrow) == {"ordered": 0, "skipped": 2}  # the maker is full
    menu.refresh_from_db()
    assert menu.ordered == 1


def test_a_dry_run_changes_nothing(alice, dishes, tomorrow):
    opt_in(alice)
    assert run(tomorrow, "--dry-run") == {"ordered": 1, "skipped": 0}
    tables = (Order, AutoOrderResult, AutoOrderRun, Event, alice.notifications.model)
    assert [model.objects.count() for model in tables] == [0] * len(tables)
    assert mail.outbox == []


def test_the_member_is_told_by_notice_and_mail(alice, dishes, tomorrow, settings):
    settings.SITE_URL = "https://moa.example/"
    alice.language = "en"
    alice.save()
    opt_in(alice, max_price=8500, exclude_allergens=["peanut"])
    run(tomorrow)
    notice, letter = alice.notifications.get(), mail.outbox[0]
    assert (notice.kind, notice.params["food"]) == ("meal-ordered", "김치찌개")
    assert letter.to == [alice.email]
    assert "김치찌개" in letter.subject
    assert "https://moa.example/" in letter.body
    assert "8,000" in letter.body
    page, kind = letter.alternatives[0]
    link = re.search(r"https://moa.example/\S+", letter.body).group()
    assert (kind, page.count(f'href="{link}"')) == ("text/html", 2)
    assert 'lang="en"' in page
    assert "Cancel the order" in page


def test_the_mail_is_in_the_members_language_and_safe(alice, make_food, make_menu, tomorrow):
    food = make_food("김치찌개")
    Food.objects.update(name="<b>김치</b> & 밥")
    make_menu(food)
    opt_in(alice)
    run(tomorrow)
    page = mail.outbox[0].alternatives[0][0]
    assert 'lang="ko' in page
    assert "주문 취소하기" in page
    assert "&lt;b&gt;김치&lt;/b&gt; &amp; 밥" in page


def test_mails_wait_for_a_mail_server_that_is_down(alice, dishes, tomorrow, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    opt_in(alice)
    assert run(tomorrow) == {"ordered": 1, "skipped": 0}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mails.send_pending() == 1
    assert mails.send_pending() == 0
    assert [letter.to for letter in mail.outbox] == [[alice.email]]


def test_models_can_be_rebuilt_after_automatic_orders(alice, bob, dishes, tomorrow):
    opt_in(alice)
    opt_in(bob)
    run(tomorrow)
    assert [difference(user.pk, domains["meals"]) for user in (alice, bob)] == ["", ""]


def test_due_groups_are_served_before_their_cutoff(alice, charlie, dishes, make_menu, public, tomorrow):
    opt_in(alice)
    opt_in(charlie)
    make_menu(group=public)
    public.lunch_cutoff = dt.time(11, 0)
    public.save()
    services.refresh_cutoffs(public)
    early = dishes[0].closes_at - dt.timedelta(hours=2)
    assert tasks.order_due(early) == {}
    slot = f"{tomorrow} lunch"
    assert tasks.order_due(dishes[0].closes_at - dt.timedelta(minutes=59)) == {slot: {"ordered": 1, "skipped": 0}}
    assert Order.objects.get().user == alice
    assert tasks.order_due(dishes[0].closes_at + dt.timedelta(minutes=1)) == {slot: {"ordered": 1, "skipped": 0}}
    assert Order.objects.live().count() == 2


def test_holidays_have_no_orders(alice, dishes, tomorrow):
    opt_in(alice)
    run(tomorrow)
    services.holiday_add(date=tomorrow, name="창립기념일")
    assert Holiday.objects.count() == 1
    assert not Order.objects.live().exists()
    assert alice.notifications.filter(kind="meal-day_off").exists()
    assert run(tomorrow) == {"ordered": 0, "skipped": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--date", "2026-13-01", "--dining-type", "lunch"], "2026-13-01"),
        (["--date", "2026-05-01", "--dining-type", "brunch"], "lunch or dinner"),
        (["--date", "2026-05-01", "--dining-type", "lunch", "--now", "soon"], "soon"),
    ],
    ids=["date", "meal", "now"],
)
def test_bad_options_are_named(db, options, message):
    with pytest.raises(CommandError, match=message):
        call_command("auto_order", *options)


def test_auto_order_off_is_off(alice, dishes, tomorrow):
    opt_in(alice)
    AutoOrder.objects.update(enabled=False)
    assert auto_order(tomorrow, "lunch").counts == {"ordered": 0, "skipped": 0}
