"""An embedding that goes back."""

from ..cases.kit import ints, normal
from .kit import Area

area = Area("embedding", eras=("keras3",))

WORDS = ints(9, 2, 5)
OTHERS = ("input_length",)  # an argument that Keras 3 dropped


def layer(name, data, *args, also=None, **kwargs):
    area.layer(
        f"reversibleembedding/{name}",
        lambda k: k.layers.ReversibleEmbedding(*args, **kwargs),
        data,
        without=OTHERS,
        **(also or {}),
    )


layer("default", WORDS, 9, 4)
layer("mask", WORDS, 9, 4, mask_zero=True, also={"mask": True})
layer("regularized", WORDS, 9, 4, embeddings_regularizer="l2", embeddings_constraint="max_norm")


def there_and_back(name, *args, **kwargs):
    def build(k, words):
        made = k.layers.ReversibleEmbedding(*args, **kwargs)
        return made, made(k.layers.Dense(4, activation="tanh")(made(words)), reverse=True)

    area.graph(f"reversibleembedding/{name}", build, WORDS, without=OTHERS)


there_and_back("tied", 9, 4)
there_and_back("own_matrix", 9, 4, tie_weights=False)
there_and_back("capped", 9, 4, logit_soft_cap=0.5)


def back(name, *args, **kwargs):
    def build(k, vectors):
        made = k.layers.ReversibleEmbedding(*args, **kwargs)
        return made, made(vectors, reverse=True)

    area.graph(f"reversibleembedding/{name}", build, normal(2, 5, 4), without=OTHERS)


back("only_back", 9, 4, reverse_dtype="float32")
