"""The mappings of other vendors: those that come along, the bank's own, and what [intake.vendor.NAME] sets beside them."""

from collections.abc import Mapping
from importlib import resources
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hotline_bridge.tables import content_of, toml_of
from routing.errors import BadTable
from routing.vendor import Vendor, VendorMapping, parse_mapping

if TYPE_CHECKING:
    from hotline_bridge.config import Config
    from hotline_bridge.config_calls import VendorSection

#: What comes along, in the order in which they are listed.
SHIPPED = ("7moor", "7moor-v7", "tinet", "udesk", "kf5", "tencent", "newrock", "aliyun", "huawei")


def shipped(name: str) -> VendorMapping:
    """A mapping that comes along; BadTable where there is none of this name."""
    if name not in SHIPPED:
        raise BadTable(f"mapping {name}", [f"no such mapping comes along; expected one of {', '.join(SHIPPED)}, or a mapping_file"])
    raw = (resources.files("adapters") / "formats" / "vendor" / "mappings" / f"{name}.toml").read_bytes()
    return parse_mapping(toml_of(raw, name), f"{name}.toml")


def own_mapping(path: Path) -> VendorMapping:
    """A mapping of the bank's own; BadTable with every mistake."""
    return parse_mapping(toml_of(content_of(path), str(path)), str(path))


def vendor_of(name: str, section: "VendorSection") -> Vendor:
    """One vendor's table with its mapping; BadTable with every mistake."""
    where = f"intake.vendor.{name}"
    if bool(section.mapping) == bool(section.mapping_file):
        raise BadTable(where, ["expected one of mapping and mapping_file, and not both"])
    mapping = own_mapping(section.mapping_file) if section.mapping_file else shipped(section.mapping)
    wrong, networks = [], []
    for written in section.addresses:
        try:
            networks.append(ip_network(written))
        except ValueError as error:
            wrong.append(f"addresses: {error}; expected a network such as 203.0.113.0/24")
    if section.pull_url and mapping.pull is None:
        wrong.append(f"pull_url: {mapping.name} is not fetched but pushed; expected a mapping with [pull], e.g. aliyun or huawei")
    if mapping.pull is not None and not section.pull_url:
        wrong.append(f"pull_url: missing; {mapping.name} pushes nothing; expected the address its records are fetched from")
    if section.pull_url and not section.pull_user:
        wrong.append("pull_user: missing; expected the access key's id, or the user, of fetching")
    if wrong:
        raise BadTable(where, wrong)
    return Vendor(mapping, ZoneInfo(section.zone) if section.zone else mapping.zone, section.hotline, section.reply, tuple(networks))


def load_vendors(config: "Config") -> dict[str, Vendor]:
    """Every vendor of the configuration by its name; BadTable where any cannot be used."""
    found: dict[str, Vendor] = {}
    wrong: list[BadTable] = []
    for name, section in config.intake.vendor.items():
        try:
            found[name] = vendor_of(name, section)
        except BadTable as error:
            wrong.append(error)
    if wrong:
        raise BadTable("intake.vendor", [f"{table.name}: {mistake}" for table in wrong for mistake in table.mistakes])
    return found


def open_doors(config: "Config", vendors: Mapping[str, Vendor]) -> list[str]:
    """A word for each vendor from whom anybody's push would be taken."""
    return [
        f"[intake.vendor.{name}]: anybody may push calls: the mapping asks for no proof, no token_file and no addresses are set"
        for name, vendor in vendors.items()
        if vendor.mapping.proof.kind == "none" and not vendor.networks and not (section := config.intake.vendor[name]).pull_url
        and section.token is None and section.token_file is None
    ]
