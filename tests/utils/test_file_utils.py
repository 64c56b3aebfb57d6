"""get_file and what it is made of; "the network" is file:// or a server that the test makes up."""

import email.message
import hashlib
import io
import os
import tarfile
import urllib.error
import urllib.request
import warnings
import zipfile
from http.client import IncompleteRead

import pytest

from kerastorch import set_era
from kerastorch.utils.data_utils import _extract_archive, _hash_file, get_file, validate_file

TEXT = b"float like a butterfly"
MD5, SHA = hashlib.md5(TEXT).hexdigest(), hashlib.sha256(TEXT).hexdigest()
WRONG = "0" * 32


@pytest.fixture
def origin(tmp_path):
    path = tmp_path / "remote.txt"
    path.write_bytes(TEXT)
    return path.as_uri()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


class Response(io.BytesIO):
    def __init__(self, content, length=None):
        super().__init__(content)
        self.headers = email.message.Message()
        if length is not None:
            self.headers["Content-Length"] = str(length)


def serve(monkeypatch, answer):
    """Makes urlopen give what ``answer()`` returns; the list counts the calls."""
    calls = []

    def urlopen(url, timeout):
        calls.append(url)
        return answer()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return calls


def unreachable():
    raise urllib.error.URLError("no route")


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("arguments", [{}, {"md5_hash": MD5}, {"file_hash": MD5}, {"file_hash": SHA.upper()}])
def test_fetches_once(arguments, origin, cache, tmp_path, capsys):
    path = get_file("a.txt", origin, **arguments)
    assert path == str(cache / "a.txt") and (cache / "a.txt").read_bytes() == TEXT
    assert "Downloading data from " + origin in capsys.readouterr().out
    (tmp_path / "remote.txt").unlink()
    assert get_file("a.txt", origin, **arguments) == path
    assert "Downloading" not in capsys.readouterr().out
    assert files(cache) == ["a.txt"]


def test_places(origin, cache, tmp_path):
    assert get_file(origin=origin) == str(cache / "remote.txt")
    assert get_file("a", origin, cache_subdir="models") == str(cache.parent / "models" / "a")
    assert get_file("a", origin, cache_subdir=str(tmp_path / "sub")) == str(tmp_path / "sub" / "a")
    assert get_file("a", origin, cache_dir=tmp_path / "c", cache_subdir="") == str(tmp_path / "c" / "a")
    assert get_file(str(tmp_path / "absolute.txt"), origin) == str(tmp_path / "absolute.txt")


def test_falls_back_where_the_cache_cannot_be_written(origin, cache, tmp_path, monkeypatch):
    cache.mkdir(parents=True)
    (cache / "there.txt").write_bytes(TEXT)
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(cache) and real(path, mode))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    assert get_file("there.txt", origin) == str(cache / "there.txt")
    assert get_file("new.txt", origin) == str(tmp_path / "temporary" / ".keras" / "datasets" / "new.txt")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OSError, match="expected a cache folder that can be written to"):
        get_file("other.txt", origin)


def test_a_wrong_hash_is_fetched_again(origin, cache, capsys):
    cache.mkdir(parents=True)
    (cache / "a.txt").write_bytes(b"old")
    get_file("a.txt", origin, file_hash=SHA)
    assert (cache / "a.txt").read_bytes() == TEXT
    assert "is incomplete or outdated" in capsys.readouterr().out


def test_force_download(origin, cache):
    cache.mkdir(parents=True)
    (cache / "a.txt").write_bytes(b"old")
    get_file("a.txt", origin)
    assert (cache / "a.txt").read_bytes() == b"old"
    get_file("a.txt", origin, force_download=True)
    assert (cache / "a.txt").read_bytes() == TEXT


def test_without_a_network_the_local_file_is_used(cache, monkeypatch):
    calls = serve(monkeypatch, unreachable)
    cache.mkdir(parents=True)
    (cache / "a.txt").write_bytes(TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_file("a.txt", "https://example.invalid/a.txt", file_hash=MD5)
    assert calls == []
    with pytest.warns(UserWarning, match=f"a.txt is used as it is, though its hash is not {WRONG} and .* no route"):
        get_file("a.txt", "https://example.invalid/a.txt", file_hash=WRONG)
    with pytest.warns(UserWarning, match="a.txt is used as it is, though https://example.invalid/a.txt cannot"):
        get_file("a.txt", "https://example.invalid/a.txt", file_hash=MD5, force_download=True)
    assert len(calls) == 2 and (cache / "a.txt").read_bytes() == TEXT


def not_found():
    raise urllib.error.HTTPError("https://example.invalid", 404, "Not Found", None, None)


class Breaking(Response):
    def read(self, size=-1):
        raise IncompleteRead(b"", 5)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (unreachable, "no route"),
        (not_found, "HTTP Error 404: Not Found"),
        (lambda: Response(TEXT, 1000), f"the connection ended after {len(TEXT)} of 1000 bytes"),
        (lambda: Breaking(TEXT), "IncompleteRead"),
    ],
)
def test_what_does_not_arrive_leaves_nothing(answer, reason, cache, monkeypatch):
    serve(monkeypatch, answer)
    with pytest.raises(OSError, match=f"URL fetch failure on https://example.invalid/a.txt: .*{reason}.* by hand"):
        get_file("a.txt", "https://example.invalid/a.txt")
    assert files(cache) == []


def test_an_interrupted_download_leaves_nothing(cache, monkeypatch):
    class Interrupted(Response):
        def read(self, size=-1):
            if self.tell():
                raise KeyboardInterrupt
            return super().read(5)

    serve(monkeypatch, lambda: Interrupted(TEXT))
    with pytest.raises(KeyboardInterrupt):
        get_file("a.txt", "https://example.invalid/a.txt")
    assert files(cache) == []


def test_what_arrives_with_a_wrong_hash_is_refused(cache, monkeypatch):
    serve(monkeypatch, lambda: Response(TEXT, len(TEXT)))
    cache.mkdir(parents=True)
    (cache / "a.txt").write_bytes(b"old")
    with pytest.raises(ValueError, match=f"expected the hash {WRONG} of https.* Received: a file with hash {MD5}"):
        get_file("a.txt", "https://example.invalid/a.txt", file_hash=WRONG)
    assert (cache / "a.txt").read_bytes() == b"old" and files(cache) == ["a.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fname": "a"}, "expected origin to be the URL"),
        ({"origin": "https://example.invalid/"}, "expected fname, since the URL names no file"),
        ({"fname": "a", "origin": "file:///a", "hash_algorithm": "crc"}, "hash_algorithm .* Received: 'crc'"),
    ],
)
def test_wrong_arguments(arguments, message, cache):
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)


def test_hashes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(TEXT * 100000)
    sha, md5 = hashlib.sha256(TEXT * 100000).hexdigest(), hashlib.md5(TEXT * 100000).hexdigest()
    assert _hash_file(path) == sha and _hash_file(path, "md5", chunk_size=7) == md5
    assert validate_file(path, sha) and validate_file(str(path), md5) and validate_file(path, md5, "md5")
    assert not validate_file(path, md5, "sha256") and not validate_file(path, WRONG)


# Archives


def make_tar(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            name, content = member if isinstance(member, tuple) else (member.name, b"")
            info = tarfile.TarInfo(name) if isinstance(member, tuple) else member
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path.as_uri()


def link(name, target, kind):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_untar(cache, tmp_path):
    origin = make_tar(tmp_path / "remote.tgz", [("words/list.txt", TEXT), ("words/deep/more.txt", b"x")])
    path = get_file("words", origin, untar=True)
    assert path == str(cache / "words")
    assert files(cache) == ["words.tar.gz", "words/deep/more.txt", "words/list.txt"]
    (cache / "words" / "list.txt").write_bytes(b"changed by the user")
    get_file("words", origin, untar=True)
    assert (cache / "words" / "list.txt").read_bytes() == b"changed by the user"
    get_file("words", origin, untar=True, force_download=True)
    assert (cache / "words" / "list.txt").read_bytes() == TEXT


def test_extract(cache, tmp_path):
    origin = make_tar(tmp_path / "remote.tar.gz", [("words/list.txt", TEXT)])
    with zipfile.ZipFile(tmp_path / "remote.zip", "w") as archive:
        archive.writestr("pictures/one.txt", "1")
    assert get_file("remote.tar.gz", origin, extract=True) == str(cache / "remote.tar.gz")
    assert get_file("remote.zip", (tmp_path / "remote.zip").as_uri(), extract=True) == str(cache / "remote.zip")
    assert files(cache) == ["pictures/one.txt", "remote.tar.gz", "remote.zip", "words/list.txt"]
    (tmp_path / "plain.txt").write_bytes(TEXT)
    with pytest.warns(UserWarning, match="plain.txt was not extracted"):
        get_file("plain.txt", (tmp_path / "plain.txt").as_uri(), extract=True)
    with pytest.raises(ValueError, match="expected a tar archive"):
        get_file("plain", (tmp_path / "plain.txt").as_uri(), untar=True)


def test_untar_of_a_name_with_its_ending(cache, tmp_path):
    origin = make_tar(tmp_path / "words.tar.gz", [("words/list.txt", TEXT)])
    assert get_file("words.tar.gz", origin, untar=True) == str(cache / "words")
    assert files(cache) == ["words.tar.gz", "words/list.txt"]


@pytest.mark.parametrize(
    ("fname", "archive", "folder"),
    [
        ("pictures.zip", "pictures.zip", "pictures_extracted"),
        ("pictures.v1.zip", "pictures.v1.zip", "pictures_extracted"),
        ("pictures", "pictures_archive", "pictures"),
        (None, "remote.zip_archive", "remote.zip"),
    ],
)
def test_extract_in_keras_3(fname, archive, folder, cache, tmp_path):
    set_era("keras3")
    with zipfile.ZipFile(tmp_path / "remote.zip", "w") as file:
        file.writestr("one.txt", "1")
    for _ in range(2):
        assert get_file(fname, (tmp_path / "remote.zip").as_uri(), extract=True) == str(cache / folder)
        assert files(cache) == sorted([archive, f"{folder}/one.txt"])
    origin = make_tar(tmp_path / "remote.tgz", [("list.txt", TEXT)])
    assert get_file("words.tgz", origin, untar=True) == str(cache / "words_extracted")
    assert (cache / "words_extracted" / "list.txt").read_bytes() == TEXT


def test_formats(tmp_path):
    make_tar(tmp_path / "a.tar.gz", [("a.txt", TEXT)])
    assert not _extract_archive(tmp_path / "a.tar.gz", tmp_path / "out", None)
    assert not _extract_archive(tmp_path / "a.tar.gz", tmp_path / "out", "zip")
    assert not (tmp_path / "out").exists()
    assert _extract_archive(tmp_path / "a.tar.gz", tmp_path / "out", ["zip", "tar"])
    with pytest.raises(ValueError, match="Received: 'rar'"):
        _extract_archive(tmp_path / "a.tar.gz", tmp_path / "out", "rar")


HARMFUL = [
    [("../outside.txt", TEXT)],
    [link("way", "..", tarfile.SYMTYPE), ("way/outside.txt", TEXT)],
    [link("way", "/etc/passwd", tarfile.SYMTYPE)],
    [link("way", "../secret.txt", tarfile.LNKTYPE)],
    [("good/inside.txt", TEXT), ("../../outside.txt", TEXT)],
]


@pytest.mark.parametrize("filters", [True, False], ids=["filters", "without filters"])
@pytest.mark.parametrize("members", HARMFUL, ids=["parent", "link", "absolute link", "hard link", "second member"])
def test_nothing_is_written_outside(members, filters, tmp_path, monkeypatch):
    if not filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    (tmp_path / "secret.txt").write_text("secret")
    make_tar(tmp_path / "bad.tar.gz", members)
    before = files(tmp_path)
    with pytest.raises(ValueError, match="expected a whole and harmless archive. Received: .*bad.tar.gz"):
        _extract_archive(tmp_path / "bad.tar.gz", tmp_path / "out")
    assert files(tmp_path) == before and list((tmp_path / "out").iterdir()) == []


def test_extraction_without_filters(tmp_path, monkeypatch):
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    make_tar(tmp_path / "good.tar.gz", [("good/inside.txt", TEXT)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer Pythons ask for a filter
        assert _extract_archive(tmp_path / "good.tar.gz", tmp_path / "out")
    assert (tmp_path / "out" / "good" / "inside.txt").read_bytes() == TEXT


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_truncated_archives_leave_nothing(kind, tmp_path):
    content = os.urandom(50000)
    if kind == "tar":
        make_tar(tmp_path / "a", [("first.txt", TEXT), ("big.bin", content)])
        whole = (tmp_path / "a").read_bytes()
        (tmp_path / "a").write_bytes(whole[:-20000])
    else:
        with zipfile.ZipFile(tmp_path / "a", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("first.txt", TEXT)
            archive.writestr("big.bin", content)
        whole = bytearray((tmp_path / "a").read_bytes())
        whole[5000:6000] = bytes(1000)
        (tmp_path / "a").write_bytes(whole)
    with pytest.raises(ValueError, match="expected a whole and harmless archive"):
        _extract_archive(tmp_path / "a", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
