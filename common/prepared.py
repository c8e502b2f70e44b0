"""Queries whose SQL is made once: what every page asks takes Django ten times as long to compile as the database to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.query import get_related_populators

SIZES = (8, 24, 50, 100)  # lists are filled up to one of these, so that few shapes are compiled
#: stand in for arguments while a shape is compiled: values that no query holds of itself
NUMBER, MOMENT = -(2**31) + 1, dt.datetime(1911, 2, 3, 4, 5, 6, 789, dt.UTC)

Raw = tuple[Any, ...]


class Prepared:
    """A read query by keyword arguments: whole numbers, aware datetimes and sequences of whole numbers.

    `build` makes its queryset (rows with `select_related`, or `values_list`; no prefetching, no slices of lists). It is called
    with stand-ins, once per shape: what it does may not depend on the arguments, and each must reach the SQL as it is.
    """

    def __init__(self, build: Callable[..., Any]):
        self.build = build
        self.shapes: dict[tuple, _Shape] = {}

    def rows(self, **arguments: Any) -> list[Raw]:
        """Rows as the database gives them: equal rows mean equal values, and nothing is converted."""
        return self._shape(arguments).rows(arguments)

    def instances(self, rows: Iterable[Raw], **arguments: Any) -> list[Any]:
        """The model instances of rows that `rows` gave for arguments of the same shape."""
        return self._shape(arguments).instances(rows)

    def _shape(self, arguments: dict[str, Any]) -> _Shape:
        key = tuple((name, _size(value)) for name, value in arguments.items())
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = _Shape(self.build, arguments)
        return shape


class _Shape:
    """The SQL for one number of arguments, and where these go."""

    def __init__(self, build: Callable[..., Any], arguments: dict[str, Any]):
        self.compiler, self.sql, self.params = _compiled(build, arguments, 0)
        # a second time with other stand-ins: what else differs was derived from them
        if _compiled(build, arguments, 1000)[1:] != (self.sql, self.params):
            raise TypeError(f"arguments of a prepared query must reach the SQL as they are: {', '.join(arguments)}")
        self.converters = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select or ()])

    def rows(self, arguments: dict[str, Any]) -> list[Raw]:
        values = {name: _parts(value) for name, value in arguments.items()}
        with connection.cursor() as cursor:
            cursor.execute(
                self.sql, [plain if place is None else values[place[0]][place[1]] for place, plain in self.params]
            )
            return cursor.fetchall()

    def instances(self, rows: Iterable[Raw]) -> list[Any]:
        """As Django's `ModelIterable`."""
        select, info = self.compiler.select, self.compiler.klass_info
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column.target.attname for column, _sql, _alias in select[start:end]]
        populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of Django 6
        found = []
        for row in self.compiler.apply_converters(rows, self.converters):
            instance = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
            for populator in populators:
                populator.populate(row, instance)
            found.append(instance)
        return found


def _compiled(build: Callable[..., Any], arguments: dict[str, Any], number: int) -> tuple[Any, str, list]:
    """Compiler, SQL, and for each parameter its place in the arguments or else its value."""
    stand_ins, places = {}, {}
    for name, value in arguments.items():
        made: list[Any] = []
        for part in range(_size(value) or 1):
            number += 1
            moment = isinstance(value, dt.datetime)
            made.append(MOMENT + dt.timedelta(days=number) if moment else NUMBER + number)
            adapted = connection.ops.adapt_datetimefield_value(made[-1]) if moment else made[-1]
            places[adapted] = (name, part)
        stand_ins[name] = made if _size(value) else made[0]
    compiler = build(**stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    return compiler, sql, [(places.get(value), None if value in places else value) for value in params]


def _size(value: Any) -> int:
    """The number of places for a sequence; 0 for a single value."""
    if not isinstance(value, Sequence):
        return 0
    return next((size for size in SIZES if size >= len(value)), len(value))


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, dt.datetime):
        return [connection.ops.adapt_datetimefield_value(value)]
    size = _size(value)
    return [*value, *[value[-1]] * (size - len(value))] if size else [value]
