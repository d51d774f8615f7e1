# SPDX-License-Identifier: MIT
"""The primitives of proto/SPEC.md in plain Python: slow, not constant in time, independent of libsodium.

BLAKE2b comes from hashlib; everything else is written from the RFCs: X25519 (7748), Ed25519 with strict verification
(8032), ChaCha20-Poly1305 (8439), SipHash-2-4, Argon2id (9106).
"""
import hashlib
import struct

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def blake2b(size, key, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key).digest()


# ---- X25519 ----

def x25519(secret, point):
    """None when the result is zero: the point has small order."""
    k = bytearray(secret)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    scalar = int.from_bytes(k, "little")
    u = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = scalar >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    result = x2 * pow(z2, P - 2, P) % P
    return result.to_bytes(32, "little") if result else None


def x25519_public(secret):
    return x25519(secret, (9).to_bytes(32, "little"))


# ---- Ed25519, points as (x, y) ----

def add(p, q):
    (x1, y1), (x2, y2) = p, q
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P
    return x, y


def multiply(k, p):
    result = (0, 1)
    while k:
        if k & 1:
            result = add(result, p)
        p = add(p, p)
        k >>= 1
    return result


def compress(p):
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def decompress(data):
    """None unless canonical and on the curve."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x), y


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_expand(seed):
    h = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(h[:32], "little") & ~7 & (2**254 - 1) | 2**254
    return scalar, h[32:]


def ed25519_public(seed):
    return compress(multiply(ed25519_expand(seed)[0], BASE))


def hash_to_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def ed25519_sign(seed, message):
    scalar, prefix = ed25519_expand(seed)
    public = compress(multiply(scalar, BASE))
    r = hash_to_scalar(prefix, message)
    big_r = compress(multiply(r, BASE))
    s = (r + hash_to_scalar(big_r, public, message) * scalar) % L
    return big_r + s.to_bytes(32, "little")


def ed25519_verify(public, message, signature):
    """Strict: canonical key and S, neither the key nor R of small order, and no cofactor."""
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if multiply(8, a) == (0, 1) or multiply(8, r) == (0, 1):
        return False
    k = hash_to_scalar(signature[:32], public, message)
    return multiply(s, BASE) == add(r, multiply(k, a))


# ---- ChaCha20-Poly1305 ----

def rotate(x, n, bits=32):
    return (x << n | x >> (bits - n)) & (1 << bits) - 1


def chacha20_block(key, counter, nonce):
    start = list(struct.unpack("<4I8I", b"expand 32-byte k" + key)) + [counter] + list(struct.unpack("<3I", nonce))
    s = start[:]

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = s[x] + s[y] & 0xFFFFFFFF
            s[z] = rotate(s[z] ^ s[x], n)

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for d in range(4):
            quarter(d, 4 + (d + 1) % 4, 8 + (d + 2) % 4, 12 + (d + 3) % 4)
    return struct.pack("<16I", *(a + b & 0xFFFFFFFF for a, b in zip(s, start)))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return (total + int.from_bytes(key[16:], "little") & 2**128 - 1).to_bytes(16, "little")


def aead_seal(key, nonce, associated, plaintext):
    stream = b"".join(chacha20_block(key, i + 1, nonce) for i in range((len(plaintext) + 63) // 64))
    sealed = bytes(a ^ b for a, b in zip(plaintext, stream))

    def pad(data):
        return data + bytes(-len(data) % 16)

    lengths = struct.pack("<QQ", len(associated), len(sealed))
    return sealed + poly1305(chacha20_block(key, 0, nonce)[:32], pad(associated) + pad(sealed) + lengths)


# ---- SipHash-2-4: the eight bytes of its output, in the order in which the reference writes them ----

def siphash(key, message):
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            for a, b, left, c, d, right in ((0, 1, 13, 2, 3, 16), (2, 1, 17, 0, 3, 21)):
                v[a] = v[a] + v[b] & 2**64 - 1
                v[b] = rotate(v[b], left, 64) ^ v[a]
                v[a] = rotate(v[a], 32, 64)
                v[c] = v[c] + v[d] & 2**64 - 1
                v[d] = rotate(v[d], right, 64) ^ v[c]

    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return struct.pack("<Q", v[0] ^ v[1] ^ v[2] ^ v[3])


# ---- Argon2id, one lane ----

def argon2id(password, salt, size, passes, memory_kib):
    mask = 2**64 - 1

    def long_hash(length, data):
        data = struct.pack("<I", length) + data
        if length <= 64:
            return blake2b(length, b"", data)
        out, v = b"", blake2b(64, b"", data)
        while length - len(out) > 64:
            out += v[:32]
            rest = length - len(out)
            v = blake2b(min(rest, 64), b"", v)
        return out + v

    def permute(b, i):
        x = [b[j] for j in i]
        for a, e, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            p, q, r, s = x[a], x[e], x[c], x[d]
            p = p + q + 2 * (p & 0xFFFFFFFF) * (q & 0xFFFFFFFF) & mask
            s ^= p
            s = s >> 32 | s << 32 & mask
            r = r + s + 2 * (r & 0xFFFFFFFF) * (s & 0xFFFFFFFF) & mask
            q ^= r
            q = q >> 24 | q << 40 & mask
            p = p + q + 2 * (p & 0xFFFFFFFF) * (q & 0xFFFFFFFF) & mask
            s ^= p
            s = s >> 16 | s << 48 & mask
            r = r + s + 2 * (r & 0xFFFFFFFF) * (s & 0xFFFFFFFF) & mask
            q ^= r
            q = q >> 63 | q << 1 & mask
            x[a], x[e], x[c], x[d] = p, q, r, s
        for j, value in zip(i, x):
            b[j] = value

    rows = [tuple(range(16 * i, 16 * i + 16)) for i in range(8)]
    columns = [tuple(2 * i + 16 * j + k for j in range(8) for k in (0, 1)) for i in range(8)]

    def compress_blocks(x, y):
        r = [a ^ b for a, b in zip(x, y)]
        z = r[:]
        for i in rows + columns:
            permute(z, i)
        return [a ^ b for a, b in zip(r, z)]

    def words(data):
        return list(struct.unpack("<128Q", data))

    lanes, version, kind = 1, 0x13, 2
    seed = blake2b(64, b"", struct.pack("<6I", lanes, size, memory_kib, passes, version, kind),
                   struct.pack("<I", len(password)), password, struct.pack("<I", len(salt)), salt, bytes(8))
    count = memory_kib // 4 * 4
    segment = count // 4
    blocks = [None] * count
    for i in (0, 1):
        blocks[i] = words(long_hash(1024, seed + struct.pack("<II", i, 0)))
    for n in range(passes):
        for part in range(4):
            independent = n == 0 and part < 2
            counter, addresses = 0, []
            for i in range(segment):
                at = part * segment + i
                if independent and i % 128 == 0:
                    counter += 1
                    given = [n, 0, part, count, passes, kind, counter] + [0] * 121
                    zero = [0] * 128
                    addresses = compress_blocks(zero, compress_blocks(zero, given))
                if n == 0 and at < 2:
                    continue
                previous = blocks[at - 1]
                random = (addresses[i % 128] if independent else previous[0]) & 0xFFFFFFFF
                area = at - 1 if n == 0 else count - segment + i - 1
                position = area - 1 - (area * (random * random >> 32) >> 32)
                start = 0 if n == 0 else (part + 1) * segment % count
                mixed = compress_blocks(previous, blocks[(start + position) % count])
                blocks[at] = mixed if n == 0 else [a ^ b for a, b in zip(mixed, blocks[at])]
    return long_hash(size, struct.pack("<128Q", *blocks[-1]))
