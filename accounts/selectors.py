"""Everything that reads: the account's own part of the export, notices, what a profile shows."""

from allauth.account.models import EmailAddress

from accounts.models import Category, Notification, Region


def email_verified(user):
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def unread_count(user):
    """How many notices a member has not read; 0 for visitors, without a query."""
    return Notification.objects.filter(user=user, read_at=None).count() if user.is_authenticated else 0


def notifications(user):
    return Notification.objects.filter(user=user)


def categories():
    return Category.objects.all()


def regions():
    return Region.objects.all()


def export_account(user):
    """What accounts itself holds on a member."""
    return {
        "id": user.pk,
        "email": user.email,
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "nickname": user.nickname,
        "region": user.region.slug if user.region else None,
        "categories": [category.slug for category in user.categories.all()],
        "keywords": user.keywords,
        "language": user.language,
        "avatar": user.avatar.name,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "social_accounts": list(user.socialaccount_set.values("provider", "uid", "extra_data", "date_joined")),
        "open_sessions": list(user.sessions.values_list("expire_date", flat=True)),
    }


def export_notifications(user):
    return [
        {
            "kind": notice.kind,
            "message": notice.message,
            "url": notice.url,
            "created_at": notice.created_at,
            "read_at": notice.read_at,
        }
        for notice in notifications(user)
    ]
