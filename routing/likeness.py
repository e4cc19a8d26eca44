"""How alike two complaints are in words: MinHash over runs of 3 to 5 characters, found again by bands (P-18, C-5).

A. Broder, On the resemblance and containment of documents, 1997; bands: J. Leskovec et al., Mining of Massive Datasets,
3.4. What differs between complainants and between branches - names, numbers, the place - is masked before, so that a
copied complaint with another name is told as copied; whether it is of the same place is asked beside it, not of the words.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from routing.text import fold_text

SIZE, BANDS, ROWS = 128, 12, 2       # hashes of a signature; bands of so many of its first hashes
SHORTEST, LONGEST = 3, 5             # characters of a run
MOST = 1_500                         # characters of a complaint that are compared
VERSION = 1                          # of the stored form: another way of cutting or hashing makes another one
FEW = 12                             # runs; fewer tell nothing alike
_SEED = 20260722
_WORDS = np.uint16
_MOST_CONCEPTS = 60
_HEADER = 7                          # bytes before the signature
_PLACE, _DIGIT, _NAME = "\x01", "\x02", "\x03"      # what is masked; no text holds them
_FIGURES = re.compile(r"(?:[0-9]+[.,:/-]?)+|[零〇一二三四五六七八九十百千万亿两]{2,}")
_CALLED = re.compile(r"[赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹苏潘葛范彭鲁韦马方俞任袁柳史唐费薛雷贺倪汤罗毕郝安常于傅卞齐康余元顾孟黄穆萧尹姚邵汪毛狄米贝戴宋庞熊纪舒屈项祝董梁杜阮蓝席季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房丁邓郁单洪包左石崔吉龚程邢裴陆翁荀甄曲封储靳段焦侯全班仇甘厉戎刘景詹束龙叶幸司黎薄白蒲赖卓屠蒙池乔阴苍闻莘翟谭劳申冉雍桑桂牛寿边燕尚温庄晏柴瞿阎慕连习艾鱼容向古易戈廖步耿满弘匡文寇广欧利师巩聂勾敖冷辛那简饶曾关](?:某{1,2}|先生|女士|小姐|大爷|大妈|阿姨|老师|师傅|经理|主任|行长|柜员)")
#: What nearly every complaint says, and so says nothing of any.
_USUAL = re.compile("|".join((  # noqa: FLY002 (a list to be added to)
    "客户(?:来电|致电)?(?:称|反映|表示|说|诉|投诉)(?:其|称)?", "(?:该|本|此)?客户", "来电(?:人)?", "(?:我要|现)?投诉", "反映", "您好|你好|尊敬的(?:领导)?", "请(?:核实|尽快|及时|予以)?(?:处理|核实|答复|回复|解决)",
    "(?:要求|希望|请求)(?:银行|贵行|你们|你行)?(?:尽快|立即|马上)?(?:处理|解决|核实|答复|回复|道歉|给(?:个|予)?(?:说法|答复|解释))", "诉求", "谢谢", "贵行|你行|你们银行|我行|本行",
    "营业所|营业部|营业厅|网点|支行|分行|银行|储蓄所", "(?:今天|昨天|前天|今日|昨日|当天|当日|上午|下午|早上|中午|左右)", "联系(?:电话|方式)",
)))
_SEPARATES = re.compile(r"[\s。.!?;,、:~…“”\"'「」『』()\[\]{}《》<>|—\-_/]+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a complaint's words look like: a signature, how many different runs it was made of, and what it speaks of.

    `concepts` are short hashes of the kinds of things named (routing.concepts): the same whatever words name them.
    `heads` stands here because whoever counts people reads nothing else of a case.
    """

    signature: NDArray[np.uint16] = field(repr=False, compare=False)
    size: int
    concepts: frozenset[int] = frozenset()
    heads: int = 1                  # how many people the complaint speaks for


def masked(text: str, names: Iterable[str] = (), places: Iterable[str] = ()) -> str:
    """Return a folded text with names, numbers and places as one sign each, and without what every complaint says."""
    plain = fold_text(text[:MOST])
    for sign, words in ((_PLACE, places), (_NAME, names)):
        for word in sorted({fold_text(word.strip()) for word in words}, key=len, reverse=True):
            if len(word) > 1:
                plain = plain.replace(word, sign)
    plain = _CALLED.sub(_NAME, _FIGURES.sub(_DIGIT, plain))
    return _SEPARATES.sub("", _USUAL.sub("", plain))


def sketch_of(plain: str, concepts: Collection[str] = (), heads: int = 1) -> Sketch:
    """Return the sketch of a masked text that speaks for so many people; the same text gives the same sketch on every machine and for ever (VERSION)."""
    keys = _runs(plain)
    kinds = sorted(int.from_bytes(blake2b(concept.encode(), digest_size=2).digest(), "big") for concept in set(concepts))
    return Sketch(_signature(keys), len(keys), frozenset(kinds[:_MOST_CONCEPTS]), heads)


def _runs(plain: str) -> NDArray[np.uint64]:
    """Return a number for each different run of characters; runs that are nothing but masked signs are none."""
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    spread = (codes + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    solid = codes > np.uint64(3)
    found = []
    for long in range(SHORTEST, LONGEST + 1):
        if len(codes) < long:
            break
        pieces = np.lib.stride_tricks.sliding_window_view(spread, long)
        key = np.full(len(pieces), np.uint64(long * 0xC2B2AE3D27D4EB4F & (1 << 64) - 1))
        for place in range(long):
            key = _mixed(key ^ pieces[:, place])
        found.append(key[np.lib.stride_tricks.sliding_window_view(solid, long).sum(axis=1) > 1])
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint64)


def _mixed(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Stir 64 bits (the finalizer of splitmix64)."""
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@lru_cache(maxsize=1)
def _seeds() -> NDArray[np.uint64]:
    return _mixed(np.arange(1, SIZE + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(_SEED))


def _signature(keys: NDArray[np.uint64]) -> NDArray[np.uint16]:
    if not len(keys):
        return np.zeros(SIZE, _WORDS)
    least: NDArray[np.uint64] = _mixed(keys[None, :] ^ _seeds()[:, None]).min(axis=1)
    return (least & np.uint64(0xFFFF)).astype(_WORDS)


def bands(sketch: Sketch, place: str) -> tuple[int, ...]:
    """Return the numbers a sketch is found by among those of a place (a unit, or what lies above several); () for too few words."""
    if sketch.size < FEW:
        return ()
    raw = sketch.signature.astype(">u2").tobytes()
    wide = ROWS * 2
    return tuple(
        int.from_bytes(blake2b(f"{VERSION}:{band}:{place}:".encode() + raw[band * wide:(band + 1) * wide], digest_size=8).digest(), "big") >> 1
        for band in range(BANDS)
    )


def likeness(one: Sketch, others: Sequence[Sketch]) -> list[float]:
    """Return how alike a sketch is to each of others, 0 to 1: the share of runs in common, of the shorter text where one quotes the other.

    A short note of a call and the long letter after it share few runs of the letter's, but most of the note's.
    """
    if not others or one.size < FEW:
        return [0.0] * len(others)
    equal = (np.stack([other.signature for other in others]) == one.signature).mean(axis=1)
    return [_weighed(float(share), one.size, other.size) if other.size >= FEW else 0.0 for share, other in zip(equal, others, strict=True)]


def _weighed(share: float, one: int, other: int) -> float:
    """Jaccard's share where the texts are as long; the share of the shorter one, a little less believed, where they are not."""
    common = share * (one + other) / (1 + share)
    contained = min(1.0, common / min(one, other))
    return max(share, contained * 0.85) if share > 0.04 else share       # below it three chance hits would be a verdict


def kinship(one: Sketch, other: Sketch) -> float:
    """Return how much two complaints speak of the same kinds of things, 0 to 1, in whatever words; 0 where one names fewer than two."""
    if min(len(one.concepts), len(other.concepts)) < 2:
        return 0.0
    return len(one.concepts & other.concepts) / len(one.concepts | other.concepts)


def stored(sketch: Sketch) -> bytes:
    """Return a sketch as it is kept: version, size, heads, the signature, the concepts."""
    kinds = np.array(sorted(sketch.concepts), ">u2").tobytes()
    return bytes([VERSION]) + sketch.size.to_bytes(3, "big") + sketch.heads.to_bytes(3, "big") + sketch.signature.astype(">u2").tobytes() + kinds


def restored(raw: bytes) -> Sketch | None:
    """Return a kept sketch; None for one of another version: it is made anew when its case is looked at."""
    if len(raw) < _HEADER + SIZE * 2 or raw[0] != VERSION:
        return None
    body = np.frombuffer(raw, ">u2", SIZE, _HEADER).astype(_WORDS)
    kinds = np.frombuffer(raw, ">u2", offset=_HEADER + SIZE * 2)
    return Sketch(body, int.from_bytes(raw[1:4], "big"), frozenset(int(kind) for kind in kinds), int.from_bytes(raw[4:7], "big"))
