# SPDX-License-Identifier: MIT
"""Certificates issued by `openssl`, and their content as `openssl x509` prints it."""

import datetime
import functools
import hashlib
import ipaddress
import os
import re
import subprocess

NAME = "mx1.real.test"


def openssl(*arguments, octets=None):
    """Runs `openssl` and returns its output."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=octets, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {done.stderr.decode()}")
    return done.stdout


def compact(when):
    return when.strftime("%Y%m%d%H%M%SZ")


class IssuedCertificate:
    """A certificate in a folder: its file, its key, and the chain that a server sends."""

    def __init__(self, folder, label, issuers):
        label = label.replace(" ", "-")
        self.certificate = folder / f"{label}.pem"
        self.key = folder / f"{label}.key"
        self.chain = folder / f"{label}.chain.pem"  # Leaf first, without the root.
        self.all = folder / f"{label}.all.pem"  # The key, then the chain, as Postfix expects it.
        self.issuers = issuers

    def files(self):
        """The certificates that a server sends, one by one."""
        return [self.certificate, *(issuer.certificate for issuer in self.issuers)]

    def close(self):
        chain = "".join(path.read_text(encoding="ascii") for path in self.files())
        self.chain.write_text(chain, encoding="ascii")
        self.all.write_text(self.key.read_text(encoding="ascii") + chain, encoding="ascii")
        return self

    def facts(self):
        """The chain as printed by `openssl x509`, in the words of the record."""
        return [facts_of(path) for path in self.files()]


class Authority:
    """A root, an intermediate, and the certificates they issue, all made by `openssl`."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "index").touch()
        (folder / "ca.conf").write_text(f"""[ca]
default_ca = ours
[ours]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = optional
commonName = supplied
""", encoding="ascii")
        self.root = self.issue("root", "/O=Real/CN=Real Root", authority=True, by=None)
        self.intermediate = self.issue("intermediate", "/O=Real, and more/CN=Real Issuer",
                                       authority=True, by=self.root)

    def issue(self, label, subject=f"/CN={NAME}", names=(f"DNS:{NAME}",), key="EC:P-256",
              days=(-1, 90), authority=False, by="intermediate", send_issuers=True):
        """`days`: valid from and until, relative to now. `by=None`: self-signed."""
        by = self.intermediate if by == "intermediate" else by
        sent = [by] if by and by is not getattr(self, "root", None) and send_issuers else []
        issued = IssuedCertificate(self.folder, label, sent)
        self.make_key(issued.key, key)
        request = self.folder / f"{label}.csr"
        openssl("req", "-new", "-config", os.devnull, "-subj", subject, "-key", issued.key, "-out",
                request)
        extensions = self.folder / f"{label}.ext"
        lines = [f"basicConstraints=critical,CA:{'TRUE' if authority else 'FALSE'}",
                 "subjectKeyIdentifier=hash"]
        if by:
            lines.append("authorityKeyIdentifier=keyid")
        if authority:
            lines.append("keyUsage=critical,keyCertSign,cRLSign")
        else:
            lines += ["keyUsage=digitalSignature,keyEncipherment", "extendedKeyUsage=serverAuth"]
            if names:
                lines.append(f"subjectAltName={','.join(names)}")
        extensions.write_text("\n".join(lines), encoding="ascii")
        now = datetime.datetime.now(datetime.timezone.utc)
        begin, end = (compact(now + datetime.timedelta(days=day)) for day in days)
        signer = ["-cert", by.certificate, "-keyfile", by.key] if by else \
            ["-selfsign", "-keyfile", issued.key]
        openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.conf", *signer,
                "-startdate", begin, "-enddate", end, "-extfile", extensions, "-in", request,
                "-out", issued.certificate)
        return issued.close()

    @staticmethod
    def make_key(path, kind):
        algorithm, _, size = kind.partition(":")
        option = {"EC": f"ec_paramgen_curve:{size}", "RSA": f"rsa_keygen_bits:{size}"}
        options = ["-pkeyopt", option[algorithm]] if algorithm in option else []
        openssl("genpkey", "-algorithm", algorithm, *options, "-out", path)


def name_of(kind, name):
    return str(ipaddress.ip_address(name)) if kind == "IP Address" else name


@functools.cache
def facts_of(path):
    """One certificate as printed by `openssl x509`, in the words of the record."""
    text = openssl("x509", "-in", path, "-noout", "-nameopt", "RFC2253", "-subject", "-issuer",
                   "-serial", "-startdate", "-enddate", "-fingerprint", "-sha256", "-pubkey",
                   "-text").decode()

    def value(pattern):
        return re.search(pattern, text, re.MULTILINE)[1]

    def instant(word):
        when = datetime.datetime.strptime(value(f"^{word}=(.*)"), "%b %d %H:%M:%S %Y GMT")
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")

    public_key = re.search("-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----", text)[0]
    spki = openssl("pkey", "-pubin", "-outform", "DER", octets=public_key.encode())
    algorithm = value("Public Key Algorithm: (.*)")
    if algorithm == "id-ecPublicKey":
        key = "EC " + value("NIST CURVE: (.*)")
    elif algorithm == "rsaEncryption":
        key = "RSA " + value(r"Public-Key: \((\d+) bit\)")
    else:
        key = {"ED25519": "Ed25519"}[algorithm]
    names = re.search(r"Subject Alternative Name:.*\n\s*(.*)", text)
    names = [name_of(*name.split(":", 1)) for name in names[1].split(", ")] if names else []
    return {
        "sha256": value("^sha256 Fingerprint=(.*)").replace(":", "").lower(),
        "spki_sha256": hashlib.sha256(spki).hexdigest(),
        "subject": value("^subject=(.*)"),
        "issuer": value("^issuer=(.*)"),
        "serial": value("^serial=(.*)").lower(),
        "san": names,
        "not_before": instant("notBefore"),
        "not_after": instant("notAfter"),
        "key": key,
        "signature": value("Signature Algorithm: (.*)"),
        "self_signed": value("^subject=(.*)") == value("^issuer=(.*)"),
    }
