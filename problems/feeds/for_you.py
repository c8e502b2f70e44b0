"""The default feed of problems: what the member will try, may fail and is like their last ones, blended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from django.utils.translation import gettext_lazy as _

from ml.parameters import Parameter
from problems.feeds.past import COLD_TO_HOT, past_of
from recommendations import ranking
from recommendations.for_you import ForYou


def _weight(name: str, default: float, label, text) -> Parameter:
    return Parameter(name, default, min=0.0, max=10.0, label=label, help=text)


class ProblemsForYou(ForYou):
    """`ForYou` with the parts of problems; warm is who has solved enough, not who has clicked enough."""

    own = {"click": "matrix_factorization", "vulnerable": "deepfm", "alike": "item2vec", "text": "naive_bayes"}
    families = ("matrix_factorization", "deepfm", "item2vec", "naive_bayes", "popularity")
    parameters = (
        _weight("click", 0.5, _("Will try"), _("Weight of what the member will probably try.")),
        _weight("vulnerable", 0.5, _("May fail"), _("Weight of problems with the chance of failing that teaches most.")),
        Parameter(
            "target", 0.5, min=0.0, max=1.0, label=_("Chance of failing wanted"),
            help=_("The chance of failing that teaches most; nearer is better."),
        ),
        _weight("alike", 0.1, _("Similarity"), _("Weight of what is like the problems solved last.")),
        *(
            COLD_TO_HOT if p.name == "cold_to_hot" else p
            for p in ForYou.parameters
            if p.name not in ("together", "factors", "near")
        ),
    )  # fmt: skip

    def parts(self, scene):
        past = past_of(scene)
        params = {**scene.params, "near": 0.0}
        scene = replace(scene, events=len(past.solved), params=params)
        parts, mask = super().parts(scene)
        if "vulnerable" in parts:
            teaches = -np.abs(scene.score("deepfm") - params["target"])
            warm = past.warmth(scene)
            parts["vulnerable"] = params["vulnerable"] * warm * ranking.standardise(teaches, mask)
        return parts, mask
