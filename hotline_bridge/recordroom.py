"""The wiring of recordings: where they lie and are fetched from, who looks for them, what plays them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

from adapters.formats.fetch_address import address_of
from adapters.recordings import Converter, Http, Recordings, Sftp
from adapters.recordings.convert import ffmpeg
from adapters.recordings.draft import sweep
from hotline_bridge.config import Config, secret_path
from hotline_bridge.daemon import Room
from hotline_bridge.house import House
from hotline_bridge.recorded import FAR, NEAR
from hotline_bridge.recordist import FETCHERS, attend

LEFT = timedelta(hours=3)       # a draft so old is nobody's: no fetch takes so long


def recordings_of(config: Config) -> Recordings:
    """Where recordings lie, as the configuration says; nothing is asked or read yet."""
    ours, drafts = config.recording, config.state / "papers"
    entries = tuple(address_of(one) for one in ours.urls)
    networks = tuple(ip_network(one) for one in ours.networks)
    http = Http(drafts, entries, networks, ours.largest, ours.timeout, secret_path(ours.headers_file) if ours.headers_file else None)
    sftp = Sftp(
        drafts, entries, secret_path(ours.key_file) if ours.key_file else None, ours.known_hosts_file, networks, ours.largest, ours.timeout,
    )
    converter = Converter(config.state / "sounds", ffmpeg()) if ours.player else None
    return Recordings(config.recordings, ours.folder_there, entries, http, sftp, converter)


def recording_rooms(config: Config, house: House) -> Sequence[Room]:
    """Who looks for recordings: one on the disk, several on other machines, so that one that hangs holds up nobody."""
    if house.archive is None:
        return []
    sweep(config.state / "papers", (house.clock() - LEFT).timestamp())
    patience = timedelta(hours=config.recording.patience_hours)
    return [partial(attend, house, house.archive, kind, patience) for kind in (NEAR, *(FAR for _ in range(FETCHERS)))]
