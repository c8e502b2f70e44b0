"""The admin's look: the site's own mark and green."""

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

_JADE = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(70.4% .14 182.503)",
    "600": "oklch(60% .118 184.704)",
    "700": "oklch(51.1% .096 186.391)",
    "800": "oklch(43.7% .078 188.216)",
    "900": "oklch(38.6% .063 188.416)",
    "950": "oklch(27.7% .046 192.524)",
}

#: A cell that begins with = would be run by the spreadsheet that opens an export.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
# The library's default lets all staff export and import whatever page they can guess.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"

#: The admin's sidebar (`common.sidebar`): title, whether it folds, and (model, icon); models that stand nowhere follow by app.
STAFF_SIDEBAR = [
    (
        _("Tune recommendations"),
        False,
        [
            ("ml.ParameterValue", "tune"),
            ("ml.ParameterDraft", "edit_note"),
            ("ml.ParameterPublication", "published_with_changes"),
            ("ml.ParameterChange", "history"),
            ("recommendations.PreviewRun", "compare"),
        ],
    ),
    (
        _("Models and training"),
        False,
        [("ml.ModelVersion", "deployed_code"), ("ml.TrainingRun", "model_training"), ("ml.Promotion", "rocket_launch")],
    ),
    (_("Watch"), False, [("recommendations.WatchDay", "monitoring"), ("recommendations.Event", "receipt_long")]),
    (
        _("Comments"),
        False,
        [
            ("activities.QueuedComment", "gavel"),
            ("activities.Appeal", "balance"),
            ("activities.Report", "flag"),
            ("activities.ModerationDecision", "fact_check"),
            ("activities.Comment", "forum"),
        ],
    ),
    (
        _("Clubs and activities"),
        True,
        [
            ("activities.Activity", "event"),
            ("activities.Club", "groups"),
            ("activities.Participation", "how_to_reg"),
            ("activities.Membership", "group_add"),
            ("activities.Like", "favorite"),
        ],
    ),
    (
        _("Meals"),
        True,
        [
            ("meals.Menu", "menu_book"),
            ("meals.Order", "receipt"),
            ("meals.Food", "restaurant"),
            ("meals.FoodType", "category"),
            ("meals.FoodLike", "favorite"),
            ("meals.Maker", "storefront"),
            ("meals.MakerDay", "calendar_today"),
            ("meals.Group", "corporate_fare"),
            ("meals.GroupMembership", "badge"),
            ("meals.Holiday", "beach_access"),
            ("meals.AutoOrder", "autorenew"),
            ("meals.AutoOrderRun", "play_circle"),
            ("meals.AutoOrderResult", "checklist"),
            ("meals.SpendingForecast", "payments"),
            ("meals.VarietyCurve", "ssid_chart"),
            ("meals.SourceTable", "database"),
        ],
    ),
    (
        _("Problems"),
        True,
        [
            ("problems.Problem", "code"),
            ("problems.Tag", "sell"),
            ("problems.Prerequisite", "account_tree"),
            ("problems.TestCase", "rule"),
            ("problems.Submission", "terminal"),
            ("problems.Attempt", "timeline"),
        ],
    ),
    (
        _("Members"),
        True,
        [
            ("accounts.User", "person"),
            ("auth.Group", "admin_panel_settings"),
            ("account.EmailAddress", "mail"),
            ("accounts.Notification", "notifications"),
            ("accounts.Category", "category"),
            ("accounts.Region", "location_on"),
            ("socialaccount.SocialAccount", "link"),
            ("socialaccount.SocialApp", "key"),
            ("socialaccount.SocialToken", "vpn_key"),
        ],
    ),
    (
        _("Tasks"),
        True,
        [
            ("django_q.OrmQ", "pending_actions"),
            ("django_q.Schedule", "schedule"),
            ("django_q.Failure", "error"),
            ("django_q.Success", "task_alt"),
        ],
    ),
    (
        _("Inside the machine"),
        True,
        [
            ("recommendations.CatalogueEntry", "inventory_2"),
            ("recommendations.ItemRevision", "difference"),
            ("ml.StoredBlob", "save"),
            ("ml.QuarantinedBlob", "dangerous"),
            ("ml.Revision", "tag"),
            ("sites.Site", "public"),
            ("axes.AccessAttempt", "lock"),
            ("axes.AccessFailureLog", "no_accounts"),
            ("axes.AccessLog", "login"),
        ],
    ),
]

UNFOLD = {
    "SITE_TITLE": "Moa",
    "SITE_HEADER": "Moa",
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "COLORS": {"primary": _JADE},
    "STYLES": [lambda request: static("css/admin.css")],
    "DASHBOARD_CALLBACK": "common.dashboard.callback",
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "common.sidebar.navigation"},
}
