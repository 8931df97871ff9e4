"""Rates of libcrypto on CMS, with gost-engine too, and of xmlsec1 on XML, one core, for `main.rs`: a line for each, nothing
if absent.

The same documents, certificates and lists as there (with gost-engine: its own, see `russian.py`); each verification begins
with the bytes and ends with a verdict on the chain and on revocation (xmlsec1: on the chain alone). libcrypto keeps the
authorities and lists in memory as ours does, and verifies the signatures of both lists each time."""

import ctypes
import pathlib
import resource
import subprocess
import sys
import time
from ctypes import c_char_p, c_int, c_uint64, c_ulong, c_void_p

import russian

SECONDS = 0.3
BINARY, CRL_CHECK_ALL = 0x80, 0x4 | 0x8
ALGORITHMS, SIZES = ("RSA-2048", "P-256"), ((2048, "2 KiB"), (1024 * 1024, "1 MiB"))
folder = pathlib.Path(sys.argv[1])


def library():
    crypto = ctypes.CDLL("libcrypto.so.3")
    for name, result, arguments in (
        ("BIO_new_mem_buf", c_void_p, [c_char_p, c_int]),
        ("BIO_free", c_int, [c_void_p]),
        ("d2i_X509_bio", c_void_p, [c_void_p, c_void_p]),
        ("d2i_X509_CRL_bio", c_void_p, [c_void_p, c_void_p]),
        ("d2i_CMS_bio", c_void_p, [c_void_p, c_void_p]),
        ("CMS_ContentInfo_free", None, [c_void_p]),
        ("CMS_verify", c_int, [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_int]),
        ("X509_STORE_new", c_void_p, []),
        ("X509_STORE_add_cert", c_int, [c_void_p, c_void_p]),
        ("X509_STORE_add_crl", c_int, [c_void_p, c_void_p]),
        ("X509_STORE_set_flags", c_int, [c_void_p, c_ulong]),
        ("OPENSSL_init_crypto", c_int, [c_uint64, c_void_p]),
        ("ENGINE_by_id", c_void_p, [c_char_p]),
        ("ENGINE_init", c_int, [c_void_p]),
        ("ENGINE_set_default", c_int, [c_void_p, c_int]),
    ):
        function = getattr(crypto, name)
        function.restype, function.argtypes = result, arguments
    return crypto


def cms(crypto, name, size):
    def read(kind, file):
        der = (folder / f"{name}-{file}").read_bytes()
        return getattr(crypto, f"d2i_{kind}_bio")(crypto.BIO_new_mem_buf(der, len(der)), None)

    store = crypto.X509_STORE_new()
    for authority in ("root.der", "issuing.der"):
        crypto.X509_STORE_add_cert(store, read("X509", authority))
    for list_ in ("root.crl", "issuing.crl"):
        crypto.X509_STORE_add_crl(store, read("X509_CRL", list_))
    crypto.X509_STORE_set_flags(store, CRL_CHECK_ALL)
    signature = (folder / f"{name}-{size}.cms").read_bytes()
    content = (folder / f"{name}-{size}.content").read_bytes()

    def verify():
        bio, data = crypto.BIO_new_mem_buf(signature, len(signature)), crypto.BIO_new_mem_buf(content, len(content))
        info = crypto.d2i_CMS_bio(bio, None)
        verdict = crypto.CMS_verify(info, None, store, data, None, BINARY)
        crypto.CMS_ContentInfo_free(info)
        crypto.BIO_free(bio)
        crypto.BIO_free(data)
        return verdict

    count, start = 0, time.thread_time()
    while time.thread_time() - start < SECONDS:
        if verify() != 1:
            sys.exit("libcrypto does not verify")
        count += 1
    return count / (time.thread_time() - start)


def xml(name, size):
    def seconds(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            ["xmlsec1", "--verify", "--repeat", str(times), "--trusted-der", f"{name}-root.der", "--untrusted-der",
             f"{name}-issuing.der", "--enabled-key-data", "x509", f"{name}-{size}.xml"],
            cwd=folder, check=True, capture_output=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    few, many = (10, 510) if size < 10_000 else (1, 6)
    return (many - few) / (seconds(many) - seconds(few))


try:
    crypto = library()
except OSError:
    crypto = None
if crypto:
    crypto.OPENSSL_init_crypto(0x0000_0E40, None)  # all engines that need no hardware
    engine = crypto.ENGINE_by_id(b"gost")
    if engine and crypto.ENGINE_init(engine) == 1 and crypto.ENGINE_set_default(engine, 0xFFFF) == 1:
        for ours, name in russian.make(folder, [size for size, _ in SIZES]):
            for size, words in SIZES:
                print(f"CMS {words}, {ours}, gost-engine {cms(crypto, name, size):.0f}")
for name in ALGORITHMS:
    for size, words in SIZES:
        if crypto:
            print(f"CMS {words}, {name}, libcrypto {cms(crypto, name, size):.0f}")
        try:
            print(f"XML {words}, {name}, xmlsec1 {xml(name, size):.0f}")
        except (OSError, subprocess.CalledProcessError):
            pass
