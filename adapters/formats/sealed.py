"""Signed and sealed mail: S/MIME (RFC 8551, CMS of RFC 5652). The signature is checked; whom a certificate belongs to is not.

The certificate comes with the mail. That its holder is who it says stands with the authority that signed it, which the
bank's mail gateway checks; here is told whether the words are those that were signed, and with whose certificate.
"""

import re
from dataclasses import dataclass, field

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from routing.papers import Unreadable

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]+")
_MOST_SIGNATURE = 5 * 2**20
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {"sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signature says: whether the words are those that were signed ("" or why not), by whom, and the words where they are inside."""

    trouble: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    content: bytes | None = field(default=None, repr=False)

    def broken(self, sender: str) -> bool:
        """Whether these are not the words that the sender signed."""
        return bool(self.trouble) or sender not in self.addresses

    def told(self, sender: str) -> str:
        """Say it in Chinese, for a person."""
        if self.trouble:
            return f"数字签名无效：{self.trouble}"
        who = f"{self.name} <{'、'.join(self.addresses)}>" if self.addresses else self.name
        if sender not in self.addresses:
            return f"数字签名完整，但证书属于 {who}，与发件人不符"
        return f"数字签名完整：{who}（证书未核验，不证明身份）"


def is_encrypted(der: bytes) -> bool:
    """Whether a CMS object is encrypted, not merely signed."""
    try:
        return str(cms.ContentInfo.load(der)["content_type"].native) in {"enveloped_data", "encrypted_data", "authenticated_enveloped_data"}
    except (ValueError, TypeError, KeyError):
        return False


def read_seal(der: bytes, detached: bytes | None = None) -> Seal:
    """Check a signature over `detached`, or over what it carries itself; Unreadable where it is no signature."""
    if len(der) > _MOST_SIGNATURE and detached is not None:
        raise Unreadable("签名过大")
    try:
        signed = _signed(der)
        content = detached if detached is not None else bytes(signed["encap_content_info"]["content"].native or b"")
        signer = signed["signer_infos"][0]
        own = _certificate(signed, signer)
        name, addresses = _who(own)
        return Seal(_wrong(signer, own, content), name, addresses, content)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("签名已损坏") from error


def _signed(der: bytes) -> cms.SignedData:
    info = cms.ContentInfo.load(der)
    if str(info["content_type"].native) != "signed_data":
        raise Unreadable("不是签名")
    return info["content"]


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    """The signer's own among the certificates that came along."""
    wanted = signer["sid"].chosen
    for choice in signed["certificates"] or ():
        one = choice.chosen
        if isinstance(wanted, cms.IssuerAndSerialNumber):
            if one.issuer == wanted["issuer"] and one.serial_number == wanted["serial_number"].native:
                return one
        elif one.key_identifier == wanted.native:
            return one
    raise Unreadable("没有附带签名人的证书")


def _who(certificate: x509.Certificate) -> tuple[str, tuple[str, ...]]:
    subject = certificate.subject.native
    addresses = [str(subject.get("email_address") or "")]
    if certificate.subject_alt_name_value is not None:
        addresses += [str(one.native) for one in certificate.subject_alt_name_value if one.name == "rfc822_name"]
    name = str(subject.get("common_name") or "")
    return _line(name)[:100], tuple(dict.fromkeys(one.lower() for one in addresses if _ADDRESS.fullmatch(one)))[:10]


def _line(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def _wrong(signer: cms.SignerInfo, certificate: x509.Certificate, content: bytes) -> str:
    """Why the signature does not hold, or ""."""
    kind = _HASHES.get(str(signer["digest_algorithm"]["algorithm"].native))
    if kind is None:
        return f"不支持的摘要算法 {signer['digest_algorithm']['algorithm'].native}"
    digest = hashes.Hash(kind())
    digest.update(content)
    attributes = signer["signed_attrs"]
    over = content
    if attributes:
        said = next((one["values"][0].native for one in attributes if one["type"].native == "message_digest"), b"")
        if said != digest.finalize():
            return "正文在签名后被改动过"
        over = attributes.untag().dump(force=True)
    try:
        _verify(certificate, signer, over, kind())
    except InvalidSignature:
        return "签名与证书不符"
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return "不支持的签名算法（如国密 SM2）"
    return ""


def _verify(certificate: x509.Certificate, signer: cms.SignerInfo, over: bytes, kind: hashes.HashAlgorithm) -> None:
    key = load_der_x509_certificate(certificate.dump()).public_key()
    signature = signer["signature"].native
    if isinstance(key, rsa.RSAPublicKey):
        pss = str(signer["signature_algorithm"]["algorithm"].native) == "rsassa_pss"
        pad = padding.PSS(padding.MGF1(kind), padding.PSS.AUTO) if pss else padding.PKCS1v15()
        key.verify(signature, over, pad, kind)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, over, ec.ECDSA(kind))
    else:
        raise UnsupportedAlgorithm("no RSA or elliptic curve key")
