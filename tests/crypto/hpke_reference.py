"""HPKE with X-Wing once more, for tests only: slow, plain, and independent of `crypto.sealing`.

RFC 9180 (base mode, HKDF-SHA256, ChaCha20-Poly1305), draft-connolly-cfrg-xwing-kem-08 and the
encapsulating half of FIPS 203 are written down here as those pages have them, with nothing but
hashes, HMAC, X25519 and the AEAD taken from libraries. Because the randomness of an encapsulation
is an argument here, a seal can be repeated byte for byte. Decapsulation uses the ML-KEM of
`cryptography`, so the two halves check each other.

Not constant in time, not for people's keys.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

ENC_BYTES = 1_120
MLKEM_PUBLIC_BYTES = 1_184
MLKEM_CIPHERTEXT_BYTES = 1_088

# "HPKE" ‖ KEM 0x647a (X-Wing) ‖ KDF 0x0001 (HKDF-SHA256) ‖ AEAD 0x0003 (ChaCha20-Poly1305)
SUITE_ID = b"HPKE" + bytes.fromhex("647a00010003")

XWING_LABEL = bytes.fromhex("5c2e2f2f5e5c")
"""The little ship of the draft: two lines of three characters."""


def seal_frame(frame: bytes, *, recipient: bytes, info: bytes, eseed: bytes) -> bytes:
    """`enc ‖ ciphertext and tag`, with the 64 bytes *eseed* for all randomness."""
    shared_secret, enc = encapsulate(recipient, eseed)
    key, nonce = _key_schedule(shared_secret, info)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, frame, b"")


def open_frame(record: bytes, *, seed: bytes, info: bytes) -> bytes:
    """What was sealed. Raises InvalidTag."""
    key, nonce = _key_schedule(decapsulate(record[:ENC_BYTES], seed), info)
    return ChaCha20Poly1305(key).decrypt(nonce, record[ENC_BYTES:], b"")


def seal_again(frame: bytes, record: bytes, *, seed: bytes, info: bytes) -> bytes:
    """The record that sealing *frame* under the encapsulation of *record* gives."""
    enc = record[:ENC_BYTES]
    key, nonce = _key_schedule(decapsulate(enc, seed), info)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, frame, b"")


# X-Wing


def public_key(seed: bytes) -> bytes:
    """1,216 bytes: ML-KEM's, then X25519's."""
    mlkem, x25519 = _expanded(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def encapsulate(recipient: bytes, eseed: bytes) -> tuple[bytes, bytes]:
    """EncapsulateDerand: the shared secret and its encapsulation, 1,120 bytes."""
    mlkem_public, x25519_public = recipient[:MLKEM_PUBLIC_BYTES], recipient[MLKEM_PUBLIC_BYTES:]
    mlkem_secret, mlkem_ciphertext = mlkem768_encapsulate(mlkem_public, eseed[:32])
    ephemeral = X25519PrivateKey.from_private_bytes(eseed[32:])
    x25519_ciphertext = ephemeral.public_key().public_bytes_raw()
    x25519_secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(x25519_public))
    shared = _combined(mlkem_secret, x25519_secret, x25519_ciphertext, x25519_public)
    return shared, mlkem_ciphertext + x25519_ciphertext


def decapsulate(enc: bytes, seed: bytes) -> bytes:
    """The shared secret, 32 bytes."""
    mlkem, x25519 = _expanded(seed)
    mlkem_ciphertext, x25519_ciphertext = (
        enc[:MLKEM_CIPHERTEXT_BYTES],
        enc[MLKEM_CIPHERTEXT_BYTES:],
    )
    return _combined(
        mlkem.decapsulate(mlkem_ciphertext),
        x25519.exchange(X25519PublicKey.from_public_bytes(x25519_ciphertext)),
        x25519_ciphertext,
        x25519.public_key().public_bytes_raw(),
    )


def _expanded(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def _combined(*parts: bytes) -> bytes:
    return hashlib.sha3_256(b"".join(parts) + XWING_LABEL).digest()


# RFC 9180, sections 4 and 5.1: mode_base, so psk and psk_id are empty; sequence number 0, so the
# nonce is the base nonce.


def _key_schedule(shared_secret: bytes, info: bytes) -> tuple[bytes, bytes]:
    context = (
        b"\x00"
        + _labeled_extract(b"", b"psk_id_hash", b"")
        + _labeled_extract(b"", b"info_hash", info)
    )
    secret = _labeled_extract(shared_secret, b"secret", b"")
    return (
        _labeled_expand(secret, b"key", context, 32),
        _labeled_expand(secret, b"base_nonce", context, 12),
    )


def _labeled_extract(salt: bytes, label: bytes, key_material: bytes) -> bytes:
    return _hmac(salt, b"HPKE-v1" + SUITE_ID + label + key_material)


def _labeled_expand(key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # One block is enough for everything that is asked for here.
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE_ID + label + info
    return _hmac(key, labeled + b"\x01")[:length]


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


# FIPS 203, ML-KEM-768: k = 3, eta1 = eta2 = 2, du = 10, dv = 4

Q, N, K = 3_329, 256, 3
Polynomial = Sequence[int]


def mlkem768_encapsulate(public: bytes, m: bytes) -> tuple[bytes, bytes]:
    """Algorithm 17: the shared secret and the ciphertext for the 32 random bytes *m*."""
    both = hashlib.sha3_512(m + hashlib.sha3_256(public).digest()).digest()
    return both[:32], _kpke_encrypt(public, m, both[32:])


def _kpke_encrypt(public: bytes, m: bytes, r: bytes) -> bytes:
    """Algorithm 14."""
    t_hat = [_decode(public[384 * i : 384 * (i + 1)], 12) for i in range(K)]
    rho = public[384 * K :]
    noise = (_noise(r, counter) for counter in range(2 * K + 1))
    y_hat = [_ntt(next(noise)) for _ in range(K)]
    e1 = [next(noise) for _ in range(K)]
    e2 = next(noise)

    u = []
    for i in range(K):
        # The transpose of A: row i of it is column i of the matrix that the key was made with.
        products = [_multiply(_sample(rho, i, j), y_hat[j]) for j in range(K)]
        u.append(_add(_ntt_inverse(_add(*products)), e1[i]))
    inner = _ntt_inverse(_add(*(_multiply(t_hat[j], y_hat[j]) for j in range(K))))
    message = [(bit * Q + 1) // 2 for bit in _decode(m, 1)]
    v = _add(inner, e2, message)
    return b"".join(_encode(_compressed(p, 10), 10) for p in u) + _encode(_compressed(v, 4), 4)


def _sample(rho: bytes, row: int, column: int) -> Polynomial:
    """SampleNTT (algorithm 7) of A[column, row]: a uniform polynomial from SHAKE128."""
    stream = hashlib.shake_128(rho + bytes((row, column))).digest(3 * 1_024)
    found: list[int] = []
    for a, b, c in zip(stream[::3], stream[1::3], stream[2::3], strict=True):
        found += [d for d in (a + 256 * (b % 16), b // 16 + 16 * c) if d < Q]
        if len(found) >= N:
            return found[:N]
    raise AssertionError("1,024 tries gave fewer than 256 numbers below q")


def _noise(r: bytes, counter: int) -> Polynomial:
    """SamplePolyCBD (algorithm 8) for eta = 2."""
    bits = _decode(hashlib.shake_256(r + bytes((counter,))).digest(128), 1)
    quadruples = zip(bits[::4], bits[1::4], bits[2::4], bits[3::4], strict=True)
    return [(a + b - c - d) % Q for a, b, c, d in quadruples]


def _reversed_bits(i: int) -> int:
    return int(f"{i:07b}"[::-1], 2)


_ZETAS = [pow(17, _reversed_bits(i), Q) for i in range(128)]
_GAMMAS = [pow(17, 2 * _reversed_bits(i) + 1, Q) for i in range(128)]


def _ntt(polynomial: Polynomial) -> Polynomial:
    """Algorithm 9."""
    f, i = list(polynomial), 1
    for length in (128, 64, 32, 16, 8, 4, 2):
        for start in range(0, N, 2 * length):
            zeta, i = _ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
    return f


def _ntt_inverse(polynomial: Polynomial) -> Polynomial:
    """Algorithm 10; 3,303 is the inverse of 128."""
    f, i = list(polynomial), 127
    for length in (2, 4, 8, 16, 32, 64, 128):
        for start in range(0, N, 2 * length):
            zeta, i = _ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j] = (t + f[j + length]) % Q
                f[j + length] = zeta * (f[j + length] - t) % Q
    return [a * 3_303 % Q for a in f]


def _multiply(f: Polynomial, g: Polynomial) -> Polynomial:
    """Algorithms 11 and 12: products of degree-one polynomials modulo X² − gamma."""

    def coefficients() -> Iterator[int]:
        for i, gamma in enumerate(_GAMMAS):
            a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
            yield (a0 * b0 + a1 * b1 * gamma) % Q
            yield (a0 * b1 + a1 * b0) % Q

    return list(coefficients())


def _add(*polynomials: Polynomial) -> Polynomial:
    return [sum(coefficients) % Q for coefficients in zip(*polynomials, strict=True)]


def _compressed(polynomial: Polynomial, bits: int) -> Polynomial:
    """Round half up of 2^bits/q · x, modulo 2^bits."""
    return [((x << bits) * 2 + Q) // (2 * Q) % (1 << bits) for x in polynomial]


def _encode(numbers: Polynomial, bits: int) -> bytes:
    """ByteEncode (algorithm 5): little-endian by bit."""
    joined = sum(number << (bits * i) for i, number in enumerate(numbers))
    return joined.to_bytes(len(numbers) * bits // 8, "little")


def _decode(data: bytes, bits: int) -> Polynomial:
    """ByteDecode (algorithm 6)."""
    joined, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [joined >> (bits * i) & mask for i in range(len(data) * 8 // bits)]
