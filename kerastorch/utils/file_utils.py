"""Files from the network, kept in a cache.

A file is written under another name and moved to its own only when it is whole and its hash is right, so a killed
download leaves nothing that looks like data.

Source: https://keras.io/api/utils/python_utils/
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
import urllib.parse
import uuid
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import Any

from .. import config, eras

__all__ = ["get_file", "get_folder", "validate_file"]

_ALGORITHMS = ("auto", "md5", "sha256")
_TIMEOUT = 30  # seconds without a byte from the server
_CHUNK = 1 << 20


def get_file(
    fname: str | os.PathLike | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str | os.PathLike = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Iterable[str] | None = "auto",
    cache_dir: str | os.PathLike | None = None,
    force_download: bool = False,
) -> str:
    """Gives the path of a file in the cache, fetching the file first when it is not there.

    A cached file whose hash is wrong is fetched again. Where that fails for want of a network, the cached file is
    used as it is and a warning says so.

    Args:
        fname: the file's name in the cache, or an absolute path; None takes the name from ``origin``.
        origin: the URL.
        untar: whether ``origin`` is a tar archive that holds the folder ``fname``: the archive is kept as
            ``fname.tar.gz`` and the path of the folder is returned. In Keras 3's era the same as ``extract``.
        md5_hash: an older way to say ``file_hash``.
        file_hash: the expected md5 or sha256, in hexadecimal.
        cache_subdir: the folder inside the cache, or an absolute path.
        hash_algorithm: ``'md5'``, ``'sha256'`` or ``'auto'`` (by the hash's length).
        extract: whether to unpack the file, beside itself, when it is an archive. In Keras 3's era it is unpacked into
            a folder of its own, whose path is returned: ``'words_extracted'`` for ``'words.zip'``; without an ending or
            without ``fname`` the folder has the file's name and the file another one.
        archive_format: ``'tar'``, ``'zip'``, a list of these, ``'auto'`` (both) or None (neither).
        cache_dir: the cache; by default ``$KERAS_HOME``, else ``~/.keras``, else a temporary folder when that
            cannot be written to.
        force_download: whether to fetch the file even when it is cached.

    Returns:
        The path of the file; with ``untar``, and in Keras 3's era with ``extract``, that of the folder.

    Raises:
        OSError: when the file is neither cached nor reachable.
        ValueError: when what arrives has another hash, or an archive is broken or would write outside its folder.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "words.txt").write_text("a b c")
        >>> path = get_file("copy.txt", (folder / "words.txt").as_uri(), cache_dir=folder)
        Downloading data from file:...
        >>> pathlib.Path(path).read_text()
        'a b c'
    """
    if hash_algorithm not in _ALGORITHMS:
        raise ValueError(f"get_file: expected hash_algorithm to be one of {_ALGORITHMS}. Received: {hash_algorithm!r}")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    name = _file_name(fname, origin)
    into_folder = (untar or extract) and eras.current().archives == "folder"
    if into_folder:
        stored, name = _own_folder(name, named=bool(fname))
    elif untar:
        name = name.removesuffix(".tar.gz")
        stored = name + ".tar.gz"
    else:
        stored = name
    folder = _cache_folder(cache_dir, cache_subdir, (name, stored))
    path, unpacked = folder / stored, folder / name
    if untar or into_folder:
        where = unpacked if into_folder else folder
        hashed = (file_hash, hash_algorithm)
        return _unpacked(path, unpacked, where, origin, hashed, "tar" if untar else archive_format, force_download)
    _ensure(path, origin, file_hash, hash_algorithm, force_download)
    if extract and not _extract_archive(path, folder, archive_format):
        _warn_of_no_archive(path, archive_format)
    return str(path)


def get_folder(name: str, origin: str, file_hash: str) -> str:
    """The folder that a tar archive holds, in the places of Keras 2 whatever the era; for the data sets here.

    Args:
        name: the folder's name in the archive and in the cache.
        origin: the archive's URL.
        file_hash: its hash.

    Raises:
        OSError: when it is neither cached nor reachable.
        ValueError: when what arrives has another hash or is broken.
    """
    stored = name + ".tar.gz"
    folder = _cache_folder(None, "datasets", (name, stored))
    return _unpacked(folder / stored, folder / name, folder, origin, (file_hash, "auto"), "tar", False)


def _unpacked(
    path: Path,
    unpacked: Path,
    where: Path,
    origin: str,
    hashed: tuple[str | None, str],
    archive_format: str | Iterable[str] | None,
    force: bool,
) -> str:
    """The folder that an archive at the path was or is unpacked to.

    Args:
        path: the archive's place in the cache.
        unpacked: the folder to return.
        where: the folder to unpack in.
        origin: the archive's URL.
        hashed: its hash, and the algorithm.
        archive_format: what it is.
        force: whether to fetch it even when it is cached.
    """
    if unpacked.exists() and not path.exists() and not force:
        return str(unpacked)  # someone removed the archive after unpacking it, to save space
    fetched = _ensure(path, origin, *hashed, force)
    if (fetched or not unpacked.exists()) and not _extract_archive(path, where, archive_format):
        if archive_format == "tar":
            raise ValueError(f"get_file: expected a tar archive. Received: {path}")
        _warn_of_no_archive(path, archive_format)
    return str(unpacked)


def _warn_of_no_archive(path: Path, archive_format: Any) -> None:
    warnings.warn(
        f"get_file: {path} was not extracted, it is no archive of archive_format={archive_format!r}.", stacklevel=4
    )


def _own_folder(name: str, named: bool) -> tuple[str, str]:
    """What Keras 3 calls an archive, and the folder that it is unpacked into."""
    if named and "." in name:
        return name, f"{name.partition('.')[0]}_extracted"
    return f"{name}_archive", name


def _file_name(fname: str | os.PathLike | None, origin: str | None) -> str:
    if origin is None:
        raise ValueError("get_file: expected origin to be the URL of the file. Received: origin=None")
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise ValueError(f"get_file: expected fname, since the URL names no file. Received: origin={origin!r}")
    return name


def _cache_folder(cache_dir: str | os.PathLike | None, subdir: str | os.PathLike, names: Iterable[str]) -> Path:
    """Where the file lies or goes; a folder that cannot be written to serves only files that it has."""
    base = Path(cache_dir).expanduser() if cache_dir is not None else config.keras_home()
    for folder in (base / subdir, Path(tempfile.gettempdir(), ".keras", subdir)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) or any((folder / name).exists() for name in names):
            return folder
    raise OSError(f"get_file: expected a cache folder that can be written to. Received: cache_dir={str(base)!r}")


def _ensure(path: Path, origin: str, file_hash: str | None, algorithm: str, force: bool) -> bool:
    """Makes the path hold the file; returns whether it was fetched."""
    cached = path.exists()
    valid = cached and (file_hash is None or validate_file(path, file_hash, algorithm))
    if valid and not force:
        return False
    if cached and not valid:
        print(f"{path} is incomplete or outdated: its hash is not {file_hash}, so the data is fetched again.")
    try:
        _download(origin, path, file_hash, algorithm)
    except (OSError, HTTPException) as error:
        if not cached:
            raise OSError(
                f"URL fetch failure on {origin}: {error}; without a network, put the file at {path} by hand."
            ) from error
        state = "though" if valid else f"though its hash is not {file_hash} and"
        warnings.warn(f"{path} is used as it is, {state} {origin} cannot be reached: {error}.", stacklevel=3)
        return False
    return True


def _download(origin: str, path: Path, file_hash: str | None, algorithm: str) -> None:
    """Fetches a URL; the path changes only when the whole file is there and its hash is right."""
    from urllib.request import urlopen  # both cost time that most imports of this module need not spend

    from tqdm.auto import tqdm

    print("Downloading data from", origin)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with urlopen(origin, timeout=_TIMEOUT) as response, open(partial, "xb") as file:
            length = response.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            with tqdm(total=total, unit="B", unit_scale=True, unit_divisor=1024, desc=path.name) as bar:
                while chunk := response.read(_CHUNK):
                    file.write(chunk)
                    bar.update(len(chunk))
                if total is not None and bar.n < total:
                    raise OSError(f"the connection ended after {bar.n} of {total} bytes")
        if file_hash is not None and not validate_file(partial, file_hash, algorithm):
            found = _hash_file(partial, _algorithm_of(algorithm, file_hash))
            raise ValueError(f"get_file: expected the hash {file_hash} of {origin}. Received: a file with hash {found}")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _algorithm_of(algorithm: str, file_hash: str | None = None) -> str:
    if algorithm == "auto":
        return "sha256" if file_hash is not None and len(file_hash) == 64 else "md5"
    return algorithm


def _hash_file(fpath: str | os.PathLike, algorithm: str = "sha256", chunk_size: int = 65535) -> str:
    """The file's hash in hexadecimal."""
    hasher = hashlib.new(_algorithm_of(algorithm), usedforsecurity=False)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            hasher.update(chunk)
    return hasher.hexdigest()


def validate_file(fpath: str | os.PathLike, file_hash: str, algorithm: str = "auto", chunk_size: int = 65535) -> bool:
    """Whether a file has a hash.

    Args:
        fpath: the file.
        file_hash: the expected hash, in hexadecimal.
        algorithm: ``'md5'``, ``'sha256'`` or ``'auto'`` (by the hash's length).
        chunk_size: how many bytes are read at a time.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as empty:
        ...     validate_file(empty.name, "d41d8cd98f00b204e9800998ecf8427e")
        True
    """
    return _hash_file(fpath, _algorithm_of(algorithm, file_hash), chunk_size) == str(file_hash).lower()


def _extract_archive(
    file_path: str | os.PathLike, path: str | os.PathLike = ".", archive_format: str | Iterable[str] | None = "auto"
) -> bool:
    """Unpacks a tar or zip file into a folder; returns whether it was one of the formats asked for."""
    formats = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    openers = {"tar": (tarfile.is_tarfile, tarfile.open), "zip": (zipfile.is_zipfile, zipfile.ZipFile)}
    for kind in (formats,) if isinstance(formats, str) else formats:
        if kind not in openers:
            raise ValueError(f"get_file: expected archive_format 'auto', 'tar', 'zip' or None. Received: {kind!r}")
        matches, opener = openers[kind]
        if matches(file_path):
            _unpack(file_path, Path(path), opener)
            return True
    return False


def _unpack(file_path: str | os.PathLike, folder: Path, opener: type) -> None:
    """Unpacks beside the target first, so that what stands under its own name is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=folder) as scratch:
        try:
            with opener(file_path) as archive:
                if isinstance(archive, tarfile.TarFile):
                    _extract_tar(archive, scratch)
                else:
                    archive.extractall(scratch)  # drops '..' and leading slashes by itself
        except (tarfile.TarError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise ValueError(
                f"get_file: expected a whole and harmless archive. Received: {file_path} ({error})"
            ) from error
        for entry in os.scandir(scratch):
            _move(Path(entry.path), folder / entry.name)


def _extract_tar(archive: tarfile.TarFile, folder: str) -> None:
    """Extracts members that stay inside the folder; refuses the others."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    # Python 3.10 and 3.11 before their security releases have no filters
    root = os.path.realpath(folder)
    for member in archive.getmembers():
        target = os.path.realpath(os.path.join(root, member.name))
        if not (member.isfile() or member.isdir()) or os.path.commonpath((root, target)) != root:
            raise tarfile.TarError(f"{member.name!r} is a link or lies outside the folder")
    archive.extractall(folder)


def _move(source: Path, target: Path) -> None:
    """Moves a file or folder, into the folder of that name where there is one."""
    if source.is_dir() and not source.is_symlink() and target.is_dir():
        for entry in os.scandir(source):
            _move(Path(entry.path), target / entry.name)
        return
    os.replace(source, target)
