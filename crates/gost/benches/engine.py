"""Rates of gost-engine on one core, for `rates.rs`: one line for each operation, nothing if it is absent."""

import ctypes
import sys
import time
from ctypes import byref, c_char_p, c_int, c_size_t, c_void_p, create_string_buffer

SECONDS = 0.3
KEYS = (
    ("GOST2015-512", b"gost2012_512", b"A", 64),
    ("GOST2015-256", b"gost2012_256", b"TCA", 32),
    ("GOST2004 curve", b"gost2012_256", b"A", 32),
)

try:
    crypto = ctypes.CDLL("libcrypto.so.3")
except OSError:
    sys.exit(0)
for name in ("ENGINE_by_id", "EVP_PKEY_CTX_new_id", "EVP_PKEY_CTX_new", "OBJ_txt2nid"):
    getattr(crypto, name).restype = c_void_p
crypto.OBJ_txt2nid.restype = c_int
crypto.OPENSSL_init_crypto.argtypes = [ctypes.c_uint64, c_void_p]
crypto.OPENSSL_init_crypto(0x0000_0E40, None)  # all engines that need no hardware, and the configuration
engine = crypto.ENGINE_by_id(b"gost")
if not engine or crypto.ENGINE_init(c_void_p(engine)) != 1:
    sys.exit(0)
crypto.ENGINE_set_default(c_void_p(engine), 0xFFFF)


def rate(operation):
    count, start = 0, time.thread_time()
    while time.thread_time() - start < SECONDS:
        for _ in range(8):
            if operation() != 1:
                sys.exit("gost-engine failed")
        count += 8
    return count / (time.thread_time() - start)


for name, kind, parameters, size in KEYS:
    maker = c_void_p(crypto.EVP_PKEY_CTX_new_id(crypto.OBJ_txt2nid(kind), c_void_p(engine)))
    key = c_void_p()
    if (
        crypto.EVP_PKEY_keygen_init(maker) != 1
        or crypto.EVP_PKEY_CTX_ctrl_str(maker, b"paramset", parameters) != 1
        or crypto.EVP_PKEY_keygen(maker, byref(key)) != 1
    ):
        continue
    digest = bytes(range(size))
    signature, length = create_string_buffer(2 * size), c_size_t(2 * size)
    signer = c_void_p(crypto.EVP_PKEY_CTX_new(key, c_void_p(engine)))
    crypto.EVP_PKEY_sign_init(signer)
    verifier = c_void_p(crypto.EVP_PKEY_CTX_new(key, c_void_p(engine)))
    sign = lambda: crypto.EVP_PKEY_sign(signer, signature, byref(length), digest, c_size_t(size))
    verify = lambda: crypto.EVP_PKEY_verify(verifier, signature, c_size_t(2 * size), digest, c_size_t(size))
    if sign() != 1 or crypto.EVP_PKEY_verify_init(verifier) != 1:
        continue
    print(f"{name} verify, gost-engine {rate(verify):.0f}")
    print(f"{name} sign, gost-engine {rate(sign):.0f}")
