"""Hashes of byte strings, the numbers that TensorFlow computes.

Sources: FarmHash, https://github.com/google/farmhash (``Fingerprint64``); Aumasson & Bernstein, SipHash: a fast
short-input PRF, 2012, https://www.aumasson.jp/siphash/siphash.pdf (SipHash-2-4).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["concatenated", "fingerprint64", "siphash"]

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _read64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _read32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _rotate(value: int, by: int) -> int:
    return value if not by else ((value >> by) | (value << (64 - by))) & _MASK


def _mix(value: int) -> int:
    return value ^ (value >> 47)


def _join(u: int, v: int, factor: int) -> int:
    a = _mix(((u ^ v) * factor) & _MASK)
    return (_mix(((v ^ a) * factor) & _MASK) * factor) & _MASK


def fingerprint64(data: bytes) -> int:
    """FarmHash's fingerprint, an unsigned number of 64 bits.

    Example:
        >>> fingerprint64(b"") == 0x9AE16A3B2F90404F
        True
    """
    if len(data) <= 16:
        return _to_16(data)
    if len(data) <= 32:
        return _to_32(data)
    if len(data) <= 64:
        return _to_64(data)
    return _longer(data)


def _to_16(s: bytes) -> int:
    n = len(s)
    if n >= 8:
        factor = (_K2 + n * 2) & _MASK
        a = (_read64(s, 0) + _K2) & _MASK
        b = _read64(s, n - 8)
        c = (_rotate(b, 37) * factor + a) & _MASK
        d = ((_rotate(a, 25) + b) * factor) & _MASK
        return _join(c, d, factor)
    if n >= 4:
        factor = (_K2 + n * 2) & _MASK
        return _join((n + (_read32(s, 0) << 3)) & _MASK, _read32(s, n - 4), factor)
    if n > 0:
        y = s[0] + (s[n >> 1] << 8)
        z = n + (s[n - 1] << 2)
        return (_mix((y * _K2 ^ z * _K0) & _MASK) * _K2) & _MASK
    return _K2


def _to_32(s: bytes) -> int:
    n = len(s)
    factor = (_K2 + n * 2) & _MASK
    a = (_read64(s, 0) * _K1) & _MASK
    b = _read64(s, 8)
    c = (_read64(s, n - 8) * factor) & _MASK
    d = (_read64(s, n - 16) * _K2) & _MASK
    return _join(
        (_rotate((a + b) & _MASK, 43) + _rotate(c, 30) + d) & _MASK,
        (a + _rotate((b + _K2) & _MASK, 18) + c) & _MASK,
        factor,
    )


def _to_64(s: bytes) -> int:
    n = len(s)
    factor = (_K2 + n * 2) & _MASK
    a = (_read64(s, 0) * _K2) & _MASK
    b = _read64(s, 8)
    c = (_read64(s, n - 8) * factor) & _MASK
    d = (_read64(s, n - 16) * _K2) & _MASK
    y = (_rotate((a + b) & _MASK, 43) + _rotate(c, 30) + d) & _MASK
    z = _join(y, (a + _rotate((b + _K2) & _MASK, 18) + c) & _MASK, factor)
    e = (_read64(s, 16) * factor) & _MASK
    f = _read64(s, 24)
    g = ((y + _read64(s, n - 32)) * factor) & _MASK
    h = ((z + _read64(s, n - 24)) * factor) & _MASK
    return _join(
        (_rotate((e + f) & _MASK, 43) + _rotate(g, 30) + h) & _MASK,
        (e + _rotate((f + a) & _MASK, 18) + g) & _MASK,
        factor,
    )


def _weak(s: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Two words of state over 32 bytes."""
    w, x, y, z = (_read64(s, at + 8 * i) for i in range(4))
    a = (a + w) & _MASK
    b = _rotate((b + a + z) & _MASK, 21)
    c = a
    a = (a + x + y) & _MASK
    b = (b + _rotate(a, 44)) & _MASK
    return (a + z) & _MASK, (b + c) & _MASK


def _longer(s: bytes) -> int:
    x = 81
    y = (81 * _K1 + 113) & _MASK
    z = (_mix((y * _K2 + 113) & _MASK) * _K2) & _MASK
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _read64(s, 0)) & _MASK
    end = (len(s) - 1) // 64 * 64
    last = end + ((len(s) - 1) & 63) - 63
    for at in range(0, end, 64):
        x = (_rotate((x + y + v[0] + _read64(s, at + 8)) & _MASK, 37) * _K1) & _MASK
        y = (_rotate((y + v[1] + _read64(s, at + 48)) & _MASK, 42) * _K1) & _MASK
        x ^= w[1]
        y = (y + v[0] + _read64(s, at + 40)) & _MASK
        z = (_rotate((z + w[0]) & _MASK, 33) * _K1) & _MASK
        v = _weak(s, at, (v[1] * _K1) & _MASK, (x + w[0]) & _MASK)
        w = _weak(s, at + 32, (z + w[1]) & _MASK, (y + _read64(s, at + 16)) & _MASK)
        z, x = x, z
    factor = (_K1 + ((z & 0xFF) << 1)) & _MASK
    at = last
    w = ((w[0] + ((len(s) - 1) & 63)) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    x = (_rotate((x + y + v[0] + _read64(s, at + 8)) & _MASK, 37) * factor) & _MASK
    y = (_rotate((y + v[1] + _read64(s, at + 48)) & _MASK, 42) * factor) & _MASK
    x ^= (w[1] * 9) & _MASK
    y = (y + v[0] * 9 + _read64(s, at + 40)) & _MASK
    z = (_rotate((z + w[0]) & _MASK, 33) * factor) & _MASK
    v = _weak(s, at, (v[1] * factor) & _MASK, (x + w[0]) & _MASK)
    w = _weak(s, at + 32, (z + w[1]) & _MASK, (y + _read64(s, at + 16)) & _MASK)
    z, x = x, z
    return _join(
        (_join(v[0], w[0], factor) + _mix(y) * _K0 + z) & _MASK,
        (_join(v[1], w[1], factor) + x) & _MASK,
        factor,
    )


def concatenated(first: int, second: int) -> int:
    """One fingerprint of two, where the order counts.

    Example:
        >>> concatenated(1, 2) == concatenated(2, 1)
        False
    """
    factor = 0xC6A4A7935BD1E995
    result = first ^ factor
    result ^= (_mix((second * factor) & _MASK) * factor) & _MASK
    result = (result * factor) & _MASK
    result = (_mix(result) * factor) & _MASK
    return _mix(result)


def siphash(data: bytes, key: Sequence[int]) -> int:
    """SipHash-2-4 under a key of two words of 64 bits.

    Example:
        >>> hex(siphash(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)))
        '0xa129ca6149be45e5'
    """
    k0, k1 = (int(word) & _MASK for word in key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(data) // 8 * 8
    tail = data[whole:] + bytes(7 - (len(data) - whole)) + bytes([len(data) & 0xFF])
    for word in struct.unpack(f"<{whole // 8 + 1}Q", data[:whole] + tail):
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        v[0] = (v[0] + v[1]) & _MASK
        v[1] = _rotate(v[1], 51) ^ v[0]
        v[0] = _rotate(v[0], 32)
        v[2] = (v[2] + v[3]) & _MASK
        v[3] = _rotate(v[3], 48) ^ v[2]
        v[0] = (v[0] + v[3]) & _MASK
        v[3] = _rotate(v[3], 43) ^ v[0]
        v[2] = (v[2] + v[1]) & _MASK
        v[1] = _rotate(v[1], 47) ^ v[2]
        v[2] = _rotate(v[2], 32)
