"""Which of the allowed menus each member's own model finds best: the feed's ranking, for all members in one pass."""

import hashlib

from meals.recommend import context_of
from recommendations import batch
from recommendations.domains import domains

#: The feed that decides: the ranking of the day's menu where the domain has one.
FEEDS = ("today", "for-you")


def deciding_feed(domain):
    names = {feed.name: feed for feed in domain.feeds}
    return next(names[name] for name in FEEDS if name in names)


def preferences(wishes, date, now):
    """Yields (wish, its menus best first). What a member rejected is not in the feed, and so is never ordered."""
    domain = domains["meals"]
    feed = deciding_feed(domain)
    by_user = {wish.user.pk: wish for wish in wishes}
    offered = {pk: wish.menus.keys() for pk, wish in by_user.items()}
    contexts = {pk: context_of(date, wish.group) for pk, wish in by_user.items()}
    users = [wish.user for wish in wishes]
    for user, scene in batch.scenes(domain, feed, users, at=now, offered=offered, contexts=contexts):
        wish = by_user[user.pk]
        ranked = feed.rank(scene, len(wish.menus))
        ids = [scene.snapshot.ids[position] for position in ranked.order]
        yield wish, [menu for item_id in ids for menu in wish.menus.get(item_id, ())]


def in_turn(wishes, date):
    """The members in an order that is another every day: when meals run out, it is not always the same who is last."""
    return sorted(wishes, key=lambda wish: hashlib.sha256(f"{date}/{wish.user.pk}".encode()).digest())
