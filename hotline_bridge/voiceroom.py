"""The wiring of the voice: which exchange places its calls, where its sounds lie, what plays them aloud (P-21)."""

import asyncio
import secrets
from collections.abc import Sequence
from ctypes.util import find_library
from dataclasses import replace

from adapters.ami import AmiSettings
from adapters.ami.caller import AmiCaller, CallFiles
from adapters.esl.caller import EslCaller
from adapters.loudspeaker import Loudspeaker
from adapters.speech import Speaker
from adapters.speech.speaker import CURE
from hotline_bridge.announcing import Crier
from hotline_bridge.config import Config, ConfigMistakes, Mistake
from hotline_bridge.daemon import Room
from hotline_bridge.house import House
from hotline_bridge.ports import Caller
from hotline_bridge.switchroom import ami_settings, esl_settings
from hotline_bridge.voice import Booth, there

__all__ = ["caller_of", "checked", "speaker_of", "there", "token", "unspoken", "voice_rooms"]
SOUNDS = "speech"           # below the state folder, where none is named


def voice_rooms(config: Config, house: House) -> Sequence[Room]:
    """The rooms that call units, and that announce; none where neither an exchange nor a loudspeaker is named."""
    if not (config.voice.exchange or config.voice.loudspeaker):
        return []
    speaker = speaker_of(config)
    rooms: list[Room] = []
    if config.voice.exchange:
        rooms.append(Booth(house, caller_of(config), speaker, token, config.voice.sounds_there).run)
    if config.voice.loudspeaker:
        rooms.append(Crier(house, speaker, Loudspeaker(config.voice.loudspeaker)).run)
    return [*rooms, lambda: _until_the_end(speaker)]


async def _until_the_end(speaker: Speaker) -> None:
    """End the voice's process with the house."""
    try:
        await asyncio.Event().wait()
    finally:
        await speaker.close()


def checked(config: Config) -> None:
    """ConfigMistakes where the exchange that is to place calls cannot be asked to."""
    if config.voice.exchange:
        caller_of(config)


def unspoken(config: Config) -> str:
    """Why nothing can be said on this machine, with the cure; "" where all is well, or nothing is to be said."""
    wanted = config.voice.exchange or config.voice.loudspeaker
    return f"there is no espeak-ng on this machine; {CURE}" if wanted and find_library("espeak-ng") is None else ""


def token() -> str:
    """A name for a call that no other call ever has."""
    return f"hbc-{secrets.token_hex(12)}"


def speaker_of(config: Config) -> Speaker:
    """The voice, its sounds in the folder that the exchange reaches too."""
    return Speaker(config.voice.sounds or config.state / SOUNDS, config.voice.rate)


def caller_of(config: Config) -> Caller:
    """The exchange that places calls; ConfigMistakes where it is not named, has no password, or no outgoing folder."""
    voice = config.voice
    for row, asterisk in enumerate(config.asterisk):
        if asterisk.name == voice.exchange:
            return _asterisk(config, ami_settings(asterisk, row))
    for row, switch in enumerate(config.freeswitch):
        if switch.name == voice.exchange and switch.event_host:
            return EslCaller(replace(esl_settings(switch, row), events=("CHANNEL_HANGUP_COMPLETE", "BACKGROUND_JOB")), voice.dial)
    raise _mistake("voice.exchange", f"{voice.exchange or 'nothing'} is no [[asterisk]], and no [[freeswitch]] with an event_host", "the name of one that shall place the calls")


def _asterisk(config: Config, settings: AmiSettings) -> Caller:
    if config.voice.way == "manager":
        return AmiCaller(settings, config.voice.dial)
    if config.voice.spool is None:
        raise _mistake("voice.spool", "is not set, and way is call-file", "the exchange's outgoing folder, e.g. /var/spool/asterisk/outgoing")
    return CallFiles(settings, config.voice.dial, config.voice.spool)


def _mistake(key: str, wrong: str, cure: str) -> ConfigMistakes:
    return ConfigMistakes([Mistake("configuration", key, wrong, cure)])
