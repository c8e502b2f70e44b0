"""Stores of personal models and bases: ``stores["default"]`` is configured by PERSONAL_MODEL_STORES."""

from django.core.signals import setting_changed

from ml.store.base import BaseStore, State
from ml.store.handler import StoreHandler
from ml.store.sealed import InvalidStoreError, StoreError, TooLarge

__all__ = ["BaseStore", "InvalidStoreError", "State", "StoreError", "TooLarge", "stores"]

stores = StoreHandler()


def _drop_stores(*, setting, **kwargs):
    if setting == "PERSONAL_MODEL_STORES":
        stores.clear()


setting_changed.connect(_drop_stores, dispatch_uid="ml.store")
