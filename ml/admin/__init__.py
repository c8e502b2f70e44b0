"""The admin of models: versions, parameters, training runs, revisions, and what lies in stores and quarantine."""

from ml.admin.blobs import QuarantinedBlobAdmin, StoredBlobAdmin
from ml.admin.drafts import ParameterDraftAdmin
from ml.admin.parameters import ParameterChangeAdmin, ParameterPublicationAdmin, ParameterValueAdmin
from ml.admin.releases import PromotionAdmin
from ml.admin.versions import ModelVersionAdmin, RevisionAdmin, TrainingRunAdmin

__all__ = [
    "ModelVersionAdmin",
    "ParameterChangeAdmin",
    "ParameterDraftAdmin",
    "ParameterPublicationAdmin",
    "ParameterValueAdmin",
    "PromotionAdmin",
    "QuarantinedBlobAdmin",
    "RevisionAdmin",
    "StoredBlobAdmin",
    "TrainingRunAdmin",
]
