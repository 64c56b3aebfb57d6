"""Training in half the bits: dtype policies, and loss scaling for float16.

``set_global_policy("mixed_bfloat16")`` before a model is built makes its layers keep float32 weights and compute in
bfloat16. Losses and metrics are computed in float32 whatever the outputs are; ``"mixed_float16"`` also wraps the
optimizer given to ``compile`` into a ``LossScaleOptimizer``.

Source: https://keras.io/api/mixed_precision/
"""

from ..engine.policy import Policy, global_policy, set_global_policy
from ..optimizers.loss_scale import LossScaleOptimizer
from . import experimental

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "experimental",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

DTypePolicy = Policy  # Keras 3's names
dtype_policy, set_dtype_policy = global_policy, set_global_policy
