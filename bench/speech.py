"""How fast the voice is: python -m bench.speech. Must reach: a sentence of 60 characters in under 1 s with its process just started, a kept one in under 5 ms.

Real espeak-ng in its process, every text another one; then one chase call whole, and texts that are kept already.
"""

import asyncio
import statistics
import tempfile
import time
import wave
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.speech import Speaker
from hotline_bridge.templates import load_templates
from routing.callwords import Owed, anything, chase_call

SENTENCE = "您好，这里是示例银行客户投诉热线。示例市分行河东支行有一件投诉转办单，编号九五五八零，要求十一月二十六日下午五点半前回复，请按一键确认。"
TIMES = 100


async def measured(folder: Path) -> None:
    speaker = Speaker(folder)
    begun = time.perf_counter()
    first = await speaker.sound(anything(SENTENCE).sounds)
    print(f"{len(SENTENCE)} characters, its process just started: {time.perf_counter() - begun:.2f} s for {seconds(first):.1f} s of speech")
    took = []
    for n in range(TIMES):
        text = anything(f"{SENTENCE}{n}").sounds
        begun = time.perf_counter()
        await speaker.sound(text)
        took.append(time.perf_counter() - begun)
    print(f"the same with another number, {TIMES} of them: median {statistics.median(took) * 1e3:.0f} ms, longest {max(took) * 1e3:.0f} ms")
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 24, 9, 30, tzinfo=zone)
    sheets = load_templates()
    begun = time.perf_counter()
    said = chase_call(sheets, Owed("示例银行", "投诉转办单", "95580-20260722-000137", "示例市分行河东支行", "曾主任", now - timedelta(days=3)), zone, now)
    words = time.perf_counter() - begun
    begun = time.perf_counter()
    whole = await speaker.sound(said.sounds)
    print(f"a chase call: words in {words * 1e3:.1f} ms, {seconds(whole):.0f} s of speech in {(time.perf_counter() - begun) * 1e3:.0f} ms, {whole.stat().st_size >> 10} KiB")
    kept = []
    for _ in range(TIMES * 10):
        begun = time.perf_counter()
        await speaker.sound(said.sounds)
        kept.append(time.perf_counter() - begun)
    print(f"kept already, {len(kept):,} times: median {statistics.median(kept) * 1e3:.2f} ms, longest {max(kept) * 1e3:.2f} ms")
    await speaker.close()


def seconds(path: Path) -> float:
    with wave.open(str(path)) as sound:
        return sound.getnframes() / sound.getframerate()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(measured(Path(made)))
