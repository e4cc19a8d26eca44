"""The signature under our letters (DKIM), made of the configuration; None where none is wanted."""

from collections.abc import Callable

from hotline_bridge.config import Config, secret_path
from hotline_bridge.config_file import ConfigMistakes, Mistake

Signing = Callable[[bytes], bytes]


def signing(config: Config) -> Signing | None:
    """What signs a letter's bytes; ConfigMistakes says which key is wrong, or that the library is not installed."""
    wanted = config.dkim
    if not wanted.selector and wanted.key_file is None:
        return None
    if not wanted.selector or wanted.key_file is None:
        raise _mistake("dkim", "selector and key_file go together", "both, or neither: then letters are not signed")
    try:
        from adapters.formats.dkim import Signer
    except ImportError:
        raise _mistake("dkim", "the library dkimpy is not installed", "pip install 'hotline-bridge[dkim]', or no [dkim]") from None
    path = secret_path(wanted.key_file)
    try:
        return Signer(wanted.domain or config.bank.mailbox.rpartition("@")[2], wanted.selector, path.read_bytes())
    except OSError as error:
        raise _mistake("dkim.key_file", f"{path} cannot be read: {error.strerror}", "the private key, readable by this user alone") from None
    except ValueError as error:
        raise _mistake("dkim.key_file", f"{path}: {error}", "openssl genrsa -traditional -out FILE 2048") from None


def _mistake(key: str, wrong: str, expected: str) -> ConfigMistakes:
    return ConfigMistakes([Mistake("configuration", key, wrong, expected)])
