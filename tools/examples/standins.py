"""Writes small learnable files in the formats of the data that Keras's examples download.

    python tools/examples/standins.py HOME

The files go to ``HOME/.keras``, where Keras looks for them, and beside it (``HOME/fra-eng`` and the like) where a
script reads its working directory. Image sets have their real sizes, since scripts write them out
(``reshape(60000, 784)``); the others are smaller. A class is a pattern plus noise, so that learning shows. It takes
some two minutes and 0.4 GB.
"""

from __future__ import annotations

import io
import itertools
import json
import pickle
import sys
import tarfile
from pathlib import Path
from string import ascii_lowercase

import numpy as np

SYLLABLES = "ba co di fu ga he lo mi nu pa re so ti va ze".split()


def images(count: int, size: int, channels: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of blocks at places that depend on the class, shifted by up to two pixels, and their classes."""
    blocks = np.random.RandomState(1).rand(classes, size // 4 + 1, size // 4 + 1, channels) > 0.62
    patterns = np.kron(blocks, np.ones((1, 4, 4, 1)))[:, :size, :size] * 200
    random = np.random.RandomState(seed)
    labels = random.randint(0, classes, count).astype("uint8")
    pictures = np.empty((count, size, size, channels), "uint8")
    for part in np.array_split(np.arange(count), -(-count // 5000)):
        shifted = np.roll(patterns[labels[part]], tuple(random.randint(-2, 3, 2)), (1, 2))
        pictures[part] = np.clip(shifted + random.randint(0, 56, shifted.shape), 0, 255)
    return pictures, labels


def reviews(count: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lists of word numbers, low ones more often, with words among them that tell the class."""
    random = np.random.RandomState(seed)
    labels = random.randint(0, classes, count)
    rows = np.empty(count, object)
    for i, label in enumerate(labels):
        length = random.randint(30, 300)
        row = np.minimum((random.pareto(1.0, length) * 8).astype(int) + 1, 30000)
        telling = random.rand(length) < 0.08
        row[telling] = 10 + label * 7 + random.randint(0, 7, telling.sum())
        rows[i] = row.tolist()
    return rows, labels


def words(count: int) -> list[str]:
    """Invented words."""
    pieces = itertools.chain.from_iterable(itertools.product(SYLLABLES, repeat=n) for n in (2, 3, 4, 5))
    return ["".join(word) for word in itertools.islice(pieces, count)]


def write_images(folder: Path) -> None:
    """MNIST, CIFAR-10 and CIFAR-100; the CIFARs as archives, which is what Keras 2 looks for."""
    (x, y), (u, v) = images(60000, 28, 1, 10, 2), images(10000, 28, 1, 10, 3)
    np.savez_compressed(folder / "mnist.npz", x_train=x[..., 0], y_train=y, x_test=u[..., 0], y_test=v)
    ten = [(f"data_batch_{i}", 10000, 10 + i) for i in range(1, 6)] + [("test_batch", 10000, 20)]
    hundred = [("train", 50000, 30), ("test", 10000, 31)]
    for name, classes, batches in (("cifar-10-batches-py", 10, ten), ("cifar-100-python", 100, hundred)):
        with tarfile.open(folder / f"{name}.tar.gz", "w:gz", compresslevel=1) as archive:
            for batch, count, seed in batches:
                pictures, labels = images(count, 32, 3, classes, seed)
                content = {b"data": pictures.transpose(0, 3, 1, 2).reshape(count, -1), b"labels": labels.tolist()}
                if classes == 100:
                    content[b"fine_labels"], content[b"coarse_labels"] = content.pop(b"labels"), (labels // 5).tolist()
                add_member(archive, f"{name}/{batch}", pickle.dumps(content, 2))


def write_texts(home: Path, folder: Path) -> None:
    """IMDB, Reuters, Nietzsche, pairs of sentences, newsgroups with word vectors, word lists."""
    (x, y), (u, v) = reviews(3000, 2, 40), reviews(1000, 2, 41)
    np.savez(folder / "imdb.npz", x_train=x, y_train=y, x_test=u, y_test=v)
    x, y = reviews(3000, 46, 42)
    np.savez(folder / "reuters.npz", x=x, y=y)
    for name in ("imdb", "reuters"):
        (folder / f"{name}_word_index.json").write_text(
            json.dumps({word: i + 1 for i, word in enumerate(words(30000))})
        )
    random = np.random.RandomState(50)
    vocabulary = words(400)
    often = 1 / np.arange(1, 401)
    drawn = random.choice(vocabulary, 100000, p=often / often.sum())
    (folder / "nietzsche.txt").write_text(" ".join(w + ".\n" * (i % 17 == 0) for i, w in enumerate(drawn, 1)))
    sentences = [random.choice(vocabulary[:200], random.randint(1, 6)) for _ in range(10000)]
    pairs = [f"{' '.join(s)}.\t{' '.join(word[::-1] for word in s)} !\n" for s in sentences]
    make(home / "fra-eng" / "fra.txt").write_text("".join(pairs))
    vectors = [f"{word} {' '.join(f'{n:.4f}' for n in random.randn(100))}\n" for word in words(3000)]
    make(home / "glove.6B" / "glove.6B.100d.txt").write_text("".join(vectors))
    for group, number in itertools.product(range(20), range(50)):
        telling = words(3000)[600 + group * 50 : 650 + group * 50]
        text = random.permutation([*random.choice(words(600), 150), *random.choice(telling, 30)])
        path = home / "20_newsgroup" / f"group.{group:02}" / str(10000 + group * 100 + number)
        make(path).write_text(f"From: x\nSubject: y\n\n{' '.join(text)}\n")
    short = ["".join(letters) for letters in itertools.islice(itertools.product(ascii_lowercase, repeat=4), 20000)]
    pairs_of_words = (f"{a} {b}" for a, b in zip(short, short[::-1], strict=True))
    # get_file(untar=True) of Keras 2 looks for its archive under this name
    with tarfile.open(folder / "wordlists.tgz.tar.gz", "w:gz") as archive:
        for name, lines in (("mono", [*short, *words(20000)]), ("bi", pairs_of_words)):
            add_member(archive, f"wordlist_{name}_clean.txt", "\n".join(lines).encode())


def story(random: np.random.RandomState, questions: int, objects: bool) -> str:
    """Sentences and questions in the style of bAbI's first two tasks."""
    people, places = ("Mary", "John", "Daniel", "Sandra"), ("bathroom", "hallway", "garden", "office", "kitchen")
    things, lines = ("football", "apple", "milk"), []
    for _ in range(questions // 5):
        number, place_of = 1, {}
        for _ in range(5):
            for _ in range(2):
                who, where = random.choice(people), random.choice(places)
                place_of[who] = (where, number)
                lines.append(f"{number} {who} moved to the {where}.")
                number += 1
            if objects:
                thing = random.choice(things)
                lines.append(f"{number} {who} grabbed the {thing} there.")
                number += 1
                lines.append(f"{number} Where is the {thing}? \t{where}\t{number - 1} {number - 2}")
            else:
                asked = random.choice(sorted(place_of))
                lines.append(f"{number} Where is {asked}? \t{place_of[asked][0]}\t{place_of[asked][1]}")
            number += 1
    return "\n".join(lines) + "\n"


def write_stories(folder: Path) -> None:
    """The archive of bAbI's tasks that the examples read."""
    random = np.random.RandomState(60)
    with tarfile.open(folder / "babi-tasks-v1-2.tar.gz", "w:gz") as archive:
        for subset, count in (("en", 1000), ("en-10k", 10000)):
            for task, objects in (("qa1_single-supporting-fact", False), ("qa2_two-supporting-facts", True)):
                for part, size in (("train", count), ("test", 1000)):
                    name = f"tasks_1-20_v1-2/{subset}/{task}_{part}.txt"
                    add_member(archive, name, story(random, size, objects).encode())


def write_pictures(home: Path) -> None:
    """Photographs' stand-ins and the coloured maps of neural doodles."""
    from PIL import Image

    random = np.random.RandomState(70)
    for name in ("base", "style"):
        coarse = Image.fromarray(random.randint(0, 256, (12, 16, 3)).astype("uint8"))
        coarse.resize((320, 240), Image.Resampling.BICUBIC).save(make(home / "images" / f"{name}.jpg"))
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]], "uint8")
    for name, areas in (("style_mask", [[0, 1], [2, 3]]), ("target_mask", [[3, 2], [1, 0]])):
        Image.fromarray(colours[np.kron(areas, np.ones((60, 80), int))]).save(home / "images" / f"{name}.png")


def write_weights(home: Path) -> None:
    """Random weights under the names of the trained ones, of the networks that the examples load."""
    from kerastorch.applications import inception_v3, resnet50, vgg16, vgg19

    folder = home / ".keras" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    pattern = "{}_weights_tf_dim_ordering_tf_kernels_notop.h5"
    for name, network in (("vgg16", vgg16.VGG16), ("vgg19", vgg19.VGG19), ("inception_v3", inception_v3.InceptionV3)):
        network(weights=None, include_top=False).save_weights(str(folder / pattern.format(name)))
    resnet50.ResNet50(weights=None).save_weights(str(folder / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"))


def make(path: Path) -> Path:
    """The path, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def add_member(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Puts a file into an archive."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    home = Path(sys.argv[1])
    folder = home / ".keras" / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    write_images(folder)
    write_texts(home, folder)
    write_stories(folder)
    write_pictures(home)
    write_weights(home)


if __name__ == "__main__":
    main()
