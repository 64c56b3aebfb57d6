"""Callbacks: objects that listen to training and act on it."""

from kerastorch.callbacks.backup import BackupAndRestore
from kerastorch.callbacks.checkpoint import ModelCheckpoint
from kerastorch.callbacks.early_stopping import EarlyStopping
from kerastorch.callbacks.logging import CSVLogger, LambdaCallback, RemoteMonitor, TerminateOnNaN
from kerastorch.callbacks.schedule import LearningRateScheduler, ReduceLROnPlateau
from kerastorch.callbacks.swap_ema import SwapEMAWeights
from kerastorch.callbacks.tensorboard import TensorBoard
from kerastorch.training.callback import BaseLogger, Callback, CallbackList, History
from kerastorch.training.progress import ProgbarLogger

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
