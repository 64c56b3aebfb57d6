"""Operations on images whose types torch's own functions do not take."""

import torch

from kerastorch import ops


def test_patches_of_bytes():
    images = torch.randint(0, 256, (2, 6, 6, 3), dtype=torch.uint8)
    patches = ops.image.extract_patches(images, 3)
    assert patches.dtype == torch.uint8
    torch.testing.assert_close(patches.float(), ops.image.extract_patches(images.float(), 3))
