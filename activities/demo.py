"""Loads the synthetic demo data of clubs and activities (fixtures/README.md) in bulk: rows, events and models."""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import Category, Region, User
from activities import demo_moderation
from activities.models import Activity, Club, Comment, Like, Membership, Participation
from activities.services.counts import recount
from fixtures import load
from recommendations.bulk import record_many, refs_of
from recommendations.domains import Domain, domains
from recommendations.models import Event
from recommendations.publishing import publish_all

MARK = "demo-"
Say = Callable[[str], None]


def is_loaded() -> bool:
    return Activity.objects.filter(external_id=f"{MARK}1").exists()


def load_all(say: Say) -> None:
    """Write everything; the caller opens the transaction. Times count from today."""
    categories = {category.name_ko: category for category in Category.objects.all()}
    regions = {region.name_ko: region for region in Region.objects.all()}
    users = _members(categories, regions)
    say(f"{len(users)} members")
    clubs = _clubs(users, categories, regions)
    activities = _activities(clubs, categories, regions)
    say(f"{len(clubs)} clubs, {len(activities)} activities")
    _relations(users, clubs, activities)
    say(f"{demo_moderation.load(list(users.values()))} comments for moderators")
    recount()
    for name in ("clubs", "activities"):
        publish_all(domains[name])
    for name, rows in (("clubs", clubs), ("activities", activities)):
        events = _events(domains[name], users, rows)
        record_many(domains[name], events)
        say(f"{len(events)} events on {name}")


def _events(domain: Domain, users: dict[int, User], rows: dict) -> list[Event]:
    refs = refs_of(domain, (str(row.pk) for row in rows.values()))
    found = []
    for event in load.read("events"):
        if event["domain"] == domain.name:
            item_id = str(rows[event["item"]].pk)
            fields = {
                "item_id": item_id,
                "revision_id": refs[item_id],
                "verb": event["verb"],
                "occurred_at": event["at"],
            }
            found.append(Event(user=users[event["member"]], domain=domain.name, **fields))
    return found


def _members(categories: dict, regions: dict) -> dict[int, User]:
    rows = list(load.read("members"))
    users = [
        User(
            email=row["email"],
            nickname=row["nickname"],
            region=regions[row["region"]],
            keywords=row["keywords"],
            date_joined=row["created"],
        )
        for row in rows
    ]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    through = User.categories.through
    through.objects.bulk_create(
        [
            through(user=user, category=categories[name])
            for user, row in zip(users, rows, strict=True)
            for name in row["categories"]
        ]
    )
    return {row["id"]: user for row, user in zip(rows, users, strict=True)}


def _clubs(users: dict, categories: dict, regions: dict) -> dict[int, Club]:
    rows = list(load.read("clubs"))
    clubs = Club.objects.bulk_create(
        [
            Club(
                external_id=f"{MARK}{row['id']}",
                name=row["name"],
                intro=row["intro"],
                info=row["info"],
                category=categories[row["category"]],
                region=regions[row["region"]],
                owner=users[row["owner"]],
                created_at=row["created"],
            )
            for row in rows
        ]
    )
    through = Club.categories.through
    through.objects.bulk_create(
        [
            through(club=club, category=categories[name])
            for club, row in zip(clubs, rows, strict=True)
            for name in row["categories"]
        ]
    )
    return {row["id"]: club for row, club in zip(rows, clubs, strict=True)}


def _activities(clubs: dict, categories: dict, regions: dict) -> dict[int, Activity]:
    rows = list(load.read("activities"))
    made = Activity.objects.bulk_create(
        [
            Activity(
                external_id=f"{MARK}{row['id']}",
                club=clubs[row["club"]],
                host=clubs[row["club"]].owner,
                title=row["title"],
                intro=row["intro"],
                content=row["content"],
                category=categories[row["category"]],
                tags=row["tags"],
                region=regions[row["region"]],
                place=row["place"],
                capacity=row["capacity"],
                created_at=row["created"],
                recruit_start=row["recruit_start"],
                recruit_end=row["recruit_end"],
                starts_at=row["starts"],
                ends_at=row["ends"],
            )
            for row in rows
        ]
    )
    return {row["id"]: activity for row, activity in zip(rows, made, strict=True)}


def _relations(users: dict, clubs: dict, activities: dict) -> None:
    Membership.objects.bulk_create(
        Membership(
            club=clubs[r["club"]], user=users[r["member"]], status=r["status"], requested_at=r["at"], decided_at=r["at"]
        )
        for r in load.read("memberships")
    )
    Membership.objects.bulk_create(
        [
            Membership(
                club=club, user=club.owner, status="approved", requested_at=club.created_at, decided_at=club.created_at
            )
            for club in clubs.values()
            if club.owner
        ],
        ignore_conflicts=True,
    )
    Participation.objects.bulk_create(
        Participation(
            activity=activities[r["activity"]],
            user=users[r["member"]],
            status=r["status"],
            requested_at=r["at"],
            decided_at=r["at"],
        )
        for r in load.read("participations")
    )
    Like.objects.bulk_create(
        Like(activity=activities[r["activity"]], user=users[r["member"]], created_at=r["at"])
        for r in load.read("likes")
    )
    Comment.objects.bulk_create(
        Comment(activity=activities[r["activity"]], user=users[r["member"]], text=r["text"], created_at=r["at"])
        for r in load.read("comments")
    )
