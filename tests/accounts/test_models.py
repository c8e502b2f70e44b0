"""What the database itself holds accounts to."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts import services
from accounts.models import Category, Notification, Region, User

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_every_database_starts_with_the_categories_and_regions():
    assert list(Category.objects.values_list("name_ko", flat=True)) == [
        "취미", "문화·예술", "운동·액티비티", "푸드·드링크", "여행·동행", "성장·자기개발", "동네·또래",
        "연애·소개팅", "재테크", "외국어", "스터디", "지역축제", "기타",
    ]  # fmt: skip
    assert Region.objects.count() == 17


def test_reference_data_comes_back_once_and_keeps_what_staff_changed():
    Category.objects.filter(slug="food").update(name_ko="맛집")
    Category.objects.filter(slug="study").delete()
    assert services.ensure_reference_data() == 1
    assert services.ensure_reference_data() == 0
    assert Category.objects.get(slug="food").name_ko == "맛집"


def test_a_flushed_database_gets_its_reference_data_back():
    Category.objects.all().delete()
    Region.objects.filter(slug="jeju").delete()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert (Category.objects.count(), Region.objects.count()) == (13, 16)


def test_a_category_speaks_the_reader_s_language():
    category = Category.objects.get(slug="food")
    with translation.override("en"):
        assert category.name == "Food & drink"
    with translation.override("ko"):
        assert category.name == "푸드·드링크"


@pytest.mark.parametrize("field", ["email", "nickname"])
def test_names_and_addresses_are_unique_whatever_their_case(alice, field):
    values = {"email": "other@moa.example", "nickname": "other", field: getattr(alice, field).upper()}
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(**values)])
    with pytest.raises(ValidationError) as error:
        User(password="!", **values).full_clean()
    assert list(error.value.message_dict) == [field]


@pytest.mark.parametrize(
    "nickname",
    ["a", "x" * 31, "<b>bold</b>", "a\0b", "a\u202eb", "me@moa.example", "   ", 'q"q', "tab\x07"],
)
def test_a_nickname_is_plain_text(nickname):
    with pytest.raises(ValidationError) as error:
        User(email="a@moa.example", nickname=nickname, password="!").full_clean()
    assert list(error.value.message_dict) == ["nickname"]


def test_a_placeholder_cannot_be_active(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(is_placeholder=True)


def test_a_notice_fills_its_text_and_survives_bad_parameters(alice):
    assert str(services.notify(alice, "joined", "%(who)s joined.", {"who": "bob"})) == "bob joined."
    assert str(Notification(text="%(who)s joined.", params={"x": 1})) == "%(who)s joined."


def test_a_free_nickname_is_valid_and_new(make_user):
    make_user("kim")
    make_user("kim2")
    assert services.free_nickname("Kim") == "Kim3"
    assert services.free_nickname("<b>lee</b>@x") == "blee/bx"
    assert len(services.free_nickname("x" * 80)) == 24
    assert services.free_nickname("") != ""
