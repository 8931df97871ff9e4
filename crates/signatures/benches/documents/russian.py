"""The same documents as in `main.rs`, signed by gost-engine itself with Russia's identifiers on the same curves, since no
other program knows Kazakhstan's: a root, an issuing authority, a person, lists of both authorities."""

import subprocess

# Name of ours, algorithm and parameters of gost-engine, its hash.
FAMILIES = (
    ("GOST2015-512", "gost2012_512", "A", "md_gost12_512"),
    ("GOST2015-256", "gost2012_256", "TCA", "md_gost12_256"),
    ("GOST2004", "gost2001", "A", "md_gost94"),
)
CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = $ENV::NAME
[ca]
default_ca = lists
[lists]
database = index.txt
crlnumber = number
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, nonRepudiation
extendedKeyUsage = emailProtection
authorityKeyIdentifier = keyid
"""


def make(folder, sizes):
    """Writes the files of each family once; gives the names of those that are there."""
    (folder / "openssl.cnf").write_text(CONFIGURATION)
    made = []
    for family in FAMILIES:
        name = f"engine-{family[0]}"
        try:
            if not (folder / f"{name}-{sizes[-1]}.cms").exists():
                family_of(folder, name, *family[1:], sizes)
            made.append((family[0], name))
        except (OSError, subprocess.CalledProcessError):
            pass
    return made


def family_of(folder, name, algorithm, parameters, digest, sizes):
    def openssl(who, command, *words):
        subprocess.run(
            ["openssl", command, *words], cwd=folder, check=True, capture_output=True,
            env={"PATH": "/usr/bin:/bin", "NAME": f"{who} {name}"},
        )

    def key(who):
        file = f"{name}-{who}.key"
        openssl(who, "genpkey", "-engine", "gost", "-algorithm", algorithm, "-pkeyopt", f"paramset:{parameters}", "-out", file)
        return file

    signing = ("-engine", "gost", f"-{digest}")
    root = key("root")
    openssl("root", "req", *signing, "-x509", "-new", "-config", "openssl.cnf", "-extensions", "authority", "-key", root,
            "-days", "30", "-out", f"{name}-root.pem")
    for who, above, kind in (("issuing", "root", "authority"), ("person", "issuing", "person")):
        own = key(who)
        openssl(who, "req", *signing, "-new", "-config", "openssl.cnf", "-key", own, "-out", f"{name}-{who}.request")
        openssl(who, "x509", *signing, "-req", "-in", f"{name}-{who}.request", "-CA", f"{name}-{above}.pem", "-CAkey",
                f"{name}-{above}.key", "-CAcreateserial", "-extfile", "openssl.cnf", "-extensions", kind, "-days", "30",
                "-out", f"{name}-{who}.pem")
    for who in ("root", "issuing"):
        (folder / "index.txt").write_text("")
        (folder / "number").write_text("01\n")
        openssl(who, "ca", "-engine", "gost", "-gencrl", "-config", "openssl.cnf", "-md", digest, "-crldays", "5", "-keyfile",
                f"{name}-{who}.key", "-cert", f"{name}-{who}.pem", "-out", f"{name}-{who}.list")
        openssl(who, "x509", "-in", f"{name}-{who}.pem", "-outform", "DER", "-out", f"{name}-{who}.der")
        openssl(who, "crl", "-in", f"{name}-{who}.list", "-outform", "DER", "-out", f"{name}-{who}.crl")
    for size in sizes:
        content = f"GOST2015-512-{size}.content"
        openssl("person", "cms", "-engine", "gost", "-sign", "-binary", "-in", content, "-signer", f"{name}-person.pem", "-inkey",
                f"{name}-person.key", "-md", digest, "-outform", "DER", "-out", f"{name}-{size}.cms")
        (folder / f"{name}-{size}.content").write_bytes((folder / content).read_bytes())
