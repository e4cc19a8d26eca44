"""What a sound file is: real files of sox and ffmpeg, and bytes that are none."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from adapters.formats.sound import HEAD, cut_off, sound_of
from routing.papers import Unreadable
from tests.recordings.sounds import FFMPEG, SOX, make, pcm

CODECS = {
    "pcm.wav": "pcm", "alaw.wav": "alaw", "ulaw.wav": "ulaw", "gsm.WAV": "gsm", "bare.gsm": "gsm", "bare.ulaw": "ulaw", "bare.alaw": "alaw", "bare.sln": "sln",
    "legs.wav": "pcm", "tone.flac": "flac", "tone.ogg": "vorbis", "tone.au": "au", "tone.mp3": "mp3", "tone.m4a": "aac", "tone.opus": "opus", "tone.wma": "wma",
    "adpcm.wav": "ima-adpcm", "tone.amr": "amr",
}
UNTIMED = {"tone.ogg", "tone.opus", "tone.m4a", "tone.wma", "tone.au"}


def test_every_file_that_can_be_made_is_looked_at() -> None:
    assert set(CODECS) == {*SOX, *FFMPEG, "tone.amr"}


@pytest.mark.parametrize("name", CODECS)
def test_what_telephone_systems_write_is_told_apart(tmp_path: Path, name: str) -> None:
    body = make(tmp_path, name).read_bytes()
    sound = sound_of(body[:HEAD], len(body), name)
    assert (sound.codec, sound.empty) == (CODECS[name], False)
    if name in UNTIMED:
        assert sound.seconds is None
    else:
        assert sound.seconds == pytest.approx(3.0, abs=0.3)
    assert sound.plays == (name in {"pcm.wav", "legs.wav", "tone.flac", "tone.ogg", "tone.mp3", "tone.m4a", "tone.opus"})
    assert len(sound.kind) <= 40


def test_a_header_alone_is_an_empty_recording() -> None:
    assert sound_of(pcm(0), 44).empty                   # MixMonitor with option b, a call that was never bridged
    assert sound_of(b"", 0).empty
    long_header = pcm(0)[:36] + b"LIST" + (20).to_bytes(4, "little") + b"x" * 20 + b"data\0\0\0\0"
    assert sound_of(long_header, len(long_header)).empty


def test_a_size_that_was_never_written_is_that_of_the_file() -> None:
    body = pcm(2)
    cut_off = body[:4] + b"\0\0\0\0" + body[8:40] + b"\0\0\0\0" + body[44:]
    assert sound_of(cut_off, len(cut_off)).seconds == 2.0
    lying = body[:40] + b"\xff\xff\xff\xff" + body[44:]
    assert sound_of(lying, len(lying)).seconds == 2.0


def test_a_file_that_goes_on_behind_its_end_was_cut_off() -> None:
    body = pcm(2)
    later = body[:36] + b"LIST" + (20).to_bytes(4, "little") + b"x" * 20 + body[36:]
    assert not cut_off(body, len(body))
    assert not cut_off(later, len(later))
    for size in (44, 1000, len(body) - 1):
        assert cut_off(body[:size], size)
        assert cut_off(later[:size], size)
    assert cut_off(body[:HEAD], len(body) - 2)
    for untold in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\xf0\xff\x7f"):        # a call under way, ffmpeg and sox into a pipe
        assert not cut_off(body[:40] + untold + body[44:5000], 5000)
    assert not cut_off(b"ID3\x04" + b"x" * 5000, 5004)


@pytest.mark.parametrize(("body", "name"), [
    (b"<html><body>404 Not Found</body></html>" + b" " * 40, "a.wav"), (b'{"code":404,"message":"no such file, try again later please"}', "a.wav"),
    (b"%PDF-1.7" + b"x" * 100, "a.mp3"), (b"x" * 100, "a.wav"), (b"<html>" + b"x" * 100, "a.ulaw"), (b"\x00" * 100, "a.gsm"), (b"PK\x03\x04" + b"z" * 99, "a.zip"),
])
def test_what_is_no_sound_is_said(body: bytes, name: str) -> None:
    with pytest.raises(Unreadable, match=r"no recording|no sound"):
        sound_of(body, len(body), name)


@given(st.binary(max_size=400), st.sampled_from(["a.wav", "a.gsm", "a.mp3", "a", "a.ulaw"]))
def test_no_bytes_do_worse_than_being_unreadable(body: bytes, name: str) -> None:
    for start in (b"", b"RIFF\0\0\0\0WAVEfmt ", b"#!AMR\n", b"ID3\x04", b"fLaC", b"\xff\xfb"):
        whole = start + body
        try:
            sound = sound_of(whole[:HEAD], len(whole), name)
        except Unreadable:
            continue
        assert sound.seconds is None or sound.seconds >= 0 or sound.codec == "mp3"
