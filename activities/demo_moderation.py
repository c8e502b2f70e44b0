"""A few synthetic comments for the queue of staff, so that it is not empty: held, hidden, reported, appealed and decided."""

from __future__ import annotations

from activities import services
from activities.models import Activity, Comment

HIDDEN = "준비도 안 하고 이 병신아 꺼져라"
#: what is said, and what it is reported for
SAID = (
    ("이 모임 진짜 쓰레기네", ()),
    ("참 한심한 인간들이네", ()),
    (HIDDEN, ()),
    ("그렇게 할 거면 모임을 왜 여나 한심하다", ("insult", "insult")),
    ("싸게 팝니다. 프로필에 적힌 연락처로 문의 주세요!", ("spam", "spam", "spam", "spam")),
    ("지난주에는 비가 와서 쉬었습니다.", ("hate",)),
)
ADVERT = "무료 체험 링크는 제 프로필에 있어요. 선착순입니다!"
KIND = "처음 가는데 혼자 가도 괜찮을까요?"
#: members who write, and as many who report
PEOPLE = 6


def load(users: list) -> int:
    """Write the comments through the services, as members and staff would; returns how many."""
    activities = list(Activity.objects.filter(status="open").select_related("host").order_by("pk")[:PEOPLE])
    authors, readers = users[:PEOPLE], users[PEOPLE : 2 * PEOPLE]
    if len(activities) < PEOPLE or len(readers) < PEOPLE:
        return 0
    for activity, author, (text, reports) in zip(activities, authors, SAID, strict=True):
        comment = services.comment_create(user=author, activity=activity, text=text)
        for reader, reason in zip(readers, reports, strict=False):
            services.comment_report(user=reader, comment=comment, reason=reason)
        if text == HIDDEN and comment.state == Comment.State.HIDDEN:
            services.comment_appeal(
                user=author, comment=comment, text="친한 친구에게 장난으로 한 말입니다. 다시 봐 주세요."
            )
    for text, verdict, reason in ((ADVERT, "abusive", "광고는 올릴 수 없습니다."), (KIND, "fine", "")):
        comment = services.comment_create(user=authors[0], activity=activities[0], text=text)
        services.comment_report(user=readers[0], comment=comment, reason="spam")
        services.comment_decide(by=None, comment=comment, verdict=verdict, reason=reason)
    return len(SAID) + 2
