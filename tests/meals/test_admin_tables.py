"""CSV and Excel of the admin, there and back: real numbers and days, titles in Korean, nothing that a spreadsheet would run."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from meals import services
from meals.models import Food, Group, Maker, MakerDay, Menu, Order

CSV, XLSX = "0", "1"


@pytest.fixture
def boss(client, staff):
    client.force_login(staff)
    return client


def export(boss, name, kind=XLSX):
    return boss.post(reverse(f"admin:meals_{name}_export"), {"format": kind, "resource": "0"}).content


def sheet(content):
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def load(boss, name, content, kind=XLSX):
    """Both steps of the import; returns the errors of its first page as text, "" where all went in."""
    file = SimpleUploadedFile("table.xlsx" if kind == XLSX else "table.csv", content)
    page = boss.post(reverse(f"admin:meals_{name}_import"), {"import_file": file, "format": kind, "resource": "0"})
    result, form = page.context["result"], page.context.get("confirm_form")
    if result.has_errors() or result.has_validation_errors():
        bad = [str(error.error) for row in result.rows for error in row.errors]
        return " ".join(bad + [str(row.error) for row in result.invalid_rows])
    data = {name: field.value() or "" for name, field in ((bound.name, bound) for bound in form)}
    assert boss.post(reverse(f"admin:meals_{name}_process_import"), data).status_code == 302
    return ""


def workbook(rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(out)
    return out.getvalue()


def test_orders_go_out_as_people_read_them(boss, alice, menu):
    services.order_place(user=alice, menu=menu)
    Order.objects.update(comment="=HYPERLINK(1)")
    (row,) = sheet(export(boss, "order"))
    assert (row["가격(원)"], row["회원"], row["상태"], row["끼니"]) == (
        9000,
        "alice",
        Order.objects.get().get_status_display(),
        "점심",
    )
    assert isinstance(row["날짜"], dt.datetime)
    assert isinstance(row["생성"], dt.datetime)
    assert row["댓글"] == "'=HYPERLINK(1)"
    text = export(boss, "order", CSV)
    assert text.startswith(b"\xef\xbb\xbf")  # Excel reads Korean
    assert next(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))["가격(원)"] == "9000"


@pytest.mark.parametrize("name", ["food", "menu", "maker", "group"])
@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_there_and_back_changes_nothing(boss, menu, other_menu, make_food, name, kind):
    make_food("-특가 @비빔밥", tags=["국물", "매운맛"], allergens=["egg"], spiciness=2, description="+둘째 줄")
    model = {"food": Food, "menu": Menu, "maker": Maker, "group": Group}[name]
    rows = list(model.objects.order_by("pk").values())
    assert load(boss, name, export(boss, name, kind), kind) == ""
    after = list(model.objects.order_by("pk").values())
    for row in [*rows, *after]:
        row.pop("updated_at", None)
        row["created_at"] = row["created_at"].replace(microsecond=0)
    assert after == rows


def test_what_staff_change_in_the_file_comes_in(boss, menu, make_food, tomorrow):
    new = make_food("갈비탕", price=13000)
    (row,) = sheet(export(boss, "menu"))
    added = {**row, "번호": None, "음식 번호": new.pk, "날짜": tomorrow, "재고": 7, "가격(원)": 12500}
    assert load(boss, "menu", workbook([{**row, "재고": 44}, added])) == ""
    assert set(Menu.objects.values_list("food__name", "stock", "price")) == {
        ("김치찌개", 44, 9000),
        ("갈비탕", 7, 12500),
    }


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("재고", 0, "1"),
        ("재고", -1, "0"),
        ("가격(원)", -100, "0"),
        ("날짜", dt.date(2020, 1, 1), ""),
        ("번호", 999, "999"),
        ("음식 번호", 999, "999"),
    ],
)
def test_bad_rows_are_refused_and_nothing_is_loaded(boss, alice, menu, column, value, word):
    services.order_place(user=alice, menu=menu)
    before = list(Menu.objects.values())
    (row,) = sheet(export(boss, "menu"))
    told = load(boss, "menu", workbook([{**row, column: value}]))
    assert told
    assert word in told
    assert list(Menu.objects.values()) == before


def test_a_makers_capacity_from_a_file_holds_for_the_coming_days(boss, alice, menu, maker):
    services.order_place(user=alice, menu=menu)
    (row,) = sheet(export(boss, "maker"))
    assert load(boss, "maker", workbook([{**row, "하루 식사 수": 3}])) == ""
    assert MakerDay.objects.get().capacity == Maker.objects.get().capacity == 3


def test_orders_are_marked_as_delivered_once_they_cannot_be_changed(boss, alice, bob, menu, other_menu):
    services.order_place(user=alice, menu=menu)
    services.order_place(user=bob, menu=other_menu)
    Menu.objects.filter(pk=menu.pk).update(closes_at=timezone.now())
    chosen = list(Order.objects.values_list("pk", flat=True))
    boss.post(reverse("admin:meals_order_changelist"), {"action": "deliver", "_selected_action": chosen})
    assert dict(Order.objects.values_list("user__nickname", "status")) == {"alice": "delivered", "bob": "placed"}
