"""Like rows for imported likes, in a few queries."""

from collections import Counter

from meals.models import Food, FoodLike

CHUNK = 2000


def apply_likes(events):
    """Like rows for the likes among unsaved `events`; False for those of something liked already."""
    likes = [event for event in events if event.verb == "like"]
    members = sorted({event.user_id for event in likes})
    known = set()
    for n in range(0, len(members), CHUNK):
        known.update(FoodLike.objects.filter(user_id__in=members[n : n + CHUNK]).values_list("user_id", "food_id"))
    outcome, rows = [], []
    for event in events:
        pair = (event.user_id, int(event.item_id))
        made = event.verb != "like" or pair not in known
        outcome.append(made)
        if made and event.verb == "like":
            known.add(pair)
            rows.append(FoodLike(user_id=pair[0], food_id=pair[1], created_at=event.occurred_at))
    FoodLike.objects.bulk_create(rows, batch_size=CHUNK)
    for food, number in Counter(row.food_id for row in rows).items():
        Food.objects.filter(pk=food).adjust("like_count", number)
    return outcome
