"""Making tensors and asking what they are.

Source: https://faroit.com/keras-docs/2.2.4/backend/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .. import config
from ..engine.input_layer_marks import is_input
from ..engine.symbolic import SymbolicTensor, computing, is_symbolic, placeholder as _placeholder, recordable
from . import names
from .convert import as_tensor, dtype_name, is_tensor_like, sizes
from .variable import Variable
