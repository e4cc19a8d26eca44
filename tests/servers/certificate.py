"""A certificate for localhost that no trust store knows."""

import ssl
import subprocess
from pathlib import Path

from tests.servers.running import program


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write certificate and key for localhost and 127.0.0.1; the certificate is its own authority."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(key), "-out", str(certificate), "-days", "3650", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ],
        check=True, capture_output=True,
    )
    key.chmod(0o644)  # the server runs as another user; the key is worth nothing
    return certificate, key


def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's context that trusts this certificate and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate)
    return context
