"""Callbacks: objects that listen to training and act on it."""

from ..training.callback import BaseLogger, Callback, CallbackList, History
from ..training.progress import ProgbarLogger
from .backup import BackupAndRestore
from .checkpoint import ModelCheckpoint
from .early_stopping import EarlyStopping
from .logging import CSVLogger, LambdaCallback, RemoteMonitor, TerminateOnNaN
from .schedule import LearningRateScheduler, ReduceLROnPlateau
from .swap_ema import SwapEMAWeights
from .tensorboard import TensorBoard

__all__ = [
    "BackupAndRestore",
    "BaseLogger",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
