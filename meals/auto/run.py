"""One run: plan, rank, place in batches, tell. Any number of runs for a slot, at once or one after the other, order once."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from meals import notices
from meals.auto import mails, placing, plan, ranking
from meals.models import AutoOrderResult, AutoOrderRun
from recommendations import bulk
from recommendations.domains import domains

WRITE = 500


@dataclass
class Summary:
    """What a run did, or (dry) would do: members with an order each, and members left out with the reason."""

    ordered: dict[int, object] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)

    @property
    def counts(self):
        return {"ordered": len(self.ordered), "skipped": len(self.skipped)}


def auto_order(date, dining_type, *, now=None, dry_run=False, groups=None):
    """Order for every opted-in member without an order what their own model finds best within their limits.

    Parameters
    ----------
    date, dining_type : the slot, such as a `datetime.date` and "lunch".
    now : the moment that counts for cutoffs; default: now.
    groups : keys of the groups whose members are served; default: all.
    dry_run : only say what would happen; `Summary.ordered` has menus in place of orders.
    """
    now = now or timezone.now()
    everybody = plan.wishes(date, dining_type, now, groups)
    summary = Summary(skipped={wish.user.pk: wish.reason for wish in everybody if wish.reason})
    waiting = [wish for wish in ranking.in_turn(everybody, date) if not wish.reason]
    if dry_run:
        return _dry(waiting, date, now, summary)
    run = AutoOrderRun.objects.create(date=date, dining_type=dining_type)
    refs = bulk.refs_of(domains["meals"], {food for wish in waiting for food in wish.menus})
    batch = []
    for pair in ranking.preferences(waiting, date, now):
        batch.append(pair)
        if len(batch) == placing.BATCH:
            _place(batch, run, refs, now, summary)
            batch = []
    _place(batch, run, refs, now, summary)
    _remember(summary, run, now)
    run.finished_at = timezone.now()
    run.ordered, run.skipped = len(summary.ordered), len(summary.skipped)
    run.save()
    mails.send_pending(date, dining_type)
    return summary


def _dry(waiting, date, now, summary):
    menus = {menu.pk: menu for wish in waiting for found in wish.menus.values() for menu in found}
    stores = placing.Stores(menus.values(), date)
    for wish, choices in ranking.preferences(waiting, date, now):
        menu = next((menu for menu in choices if stores.take(menu)), None)
        if menu is None:
            summary.skipped[wish.user.pk] = placing.why_none(choices)
        else:
            summary.ordered[wish.user.pk] = menu
    return summary


def _place(batch, run, refs, now, summary):
    if not batch:
        return
    orders, left = placing.place(batch, run, refs, now)
    summary.ordered.update({order.user_id: order for order in orders})
    summary.skipped.update(left)
    for wish, _choices in batch:  # whom another run or they themselves served meanwhile
        if wish.user.pk not in summary.ordered:
            summary.skipped.setdefault(wish.user.pk, plan.Reason.HAS_ORDER)


def _remember(summary, run, now):
    """Result rows for those who were left out, and one notice where the reason is new to the member."""
    left = sorted(summary.skipped.items())
    for n in range(0, len(left), WRITE):
        _remember_some(dict(left[n : n + WRITE]), run, now)


@transaction.atomic
def _remember_some(left, run, now):
    slot = {"date": run.date, "dining_type": run.dining_type}
    values = {"outcome": placing.Outcome.SKIPPED, "run": run, "created_at": now}
    rows = [AutoOrderResult(user_id=user_id, **slot, **values) for user_id in left]
    AutoOrderResult.objects.bulk_create(rows, ignore_conflicts=True)
    # Locked, so that of two runs one finds the reason written and tells nobody a second time.
    known = AutoOrderResult.objects.select_for_update().filter(**slot, user__in=left, outcome=placing.Outcome.SKIPPED)
    changed = [row for row in known.order_by("user_id") if row.reason != left[row.user_id]]
    for row in changed:
        row.reason, row.run = left[row.user_id], run
    AutoOrderResult.objects.bulk_update(changed, ["reason", "run"], batch_size=WRITE)
    notices.send([notices.left_out(row.user_id, run.date, row.reason) for row in changed])
