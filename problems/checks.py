"""System checks of the judge: whether it can run programs here."""

from django.conf import settings
from django.core import checks

from problems import judge

HINT = (
    "Submissions wait until it can. On Debian and Ubuntu: apt-get install bubblewrap python3 libseccomp2 "
    "(docs/how-to/judge.md)."
)


@checks.register("judge")
def check_judge(app_configs, **kwargs):
    """The settings name sandboxes that exist, and what one of them needs is installed; the self-test is the worker's."""
    wanted = settings.JUDGE_SANDBOX
    if wanted not in ("auto", "off", *judge.KINDS):
        known = ", ".join(("auto", *judge.KINDS, "off"))
        return [checks.Error(f"JUDGE_SANDBOX is {wanted!r}.", hint=f"Use one of {known}.", id="problems.E001")]
    if not 1000 <= settings.JUDGE_UID < 2**31:
        hint = "Use the number of a user that exists for nothing else, above 1000."
        return [checks.Error(f"JUDGE_UID is {settings.JUDGE_UID}.", hint=hint, id="problems.E002")]
    reason = "it is switched off (JUDGE_SANDBOX=off)" if wanted == "off" else judge.missing()
    if reason:
        return [checks.Warning(f"The judge cannot run programs here: {reason}.", hint=HINT, id="problems.W001")]
    return []
