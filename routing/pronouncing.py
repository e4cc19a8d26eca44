"""What the synthetic voice would say wrongly, in a spelling it says rightly: words and surnames of several readings, letters (P-21).

The voice knows one reading of each character. Of a word in these tables it gets the pinyin instead, which its Mandarin
voice "latin as Pinyin" reads with the right tones; the tables hold only what it says wrongly by itself. Its plain
Mandarin voice is of no use: espeak-ng 1.51 reads most syllables there as English ("fen one" for 分).
"""

import re
from collections.abc import Iterable, Mapping

_LINE = re.compile(r"(\S+) +(\S.*)")


def _table(lines: str) -> Mapping[str, str]:
    """The words of a table, each with its pinyin."""
    return {found[1]: found[2].strip() for line in lines.strip().splitlines() if (found := _LINE.match(line.strip()))}


#: Words, each with its pinyin; the longest that fits is taken.
WORDS: Mapping[str, str] = _table("""
银行 yin2 hang2
支行 zhi1 hang2
分行 fen1 hang2
总行 zong3 hang2
本行 ben3 hang2
我行 wo3 hang2
贵行 gui4 hang2
该行 gai1 hang2
跨行 kua4 hang2
商行 shang1 hang2
央行 yang1 hang2
行长 hang2 zhang3
行号 hang2 hao4
行名 hang2 ming2
行内 hang2 nei4
行里 hang2 li3
行业 hang2 ye4
行员 hang2 yuan2
董事长 dong3 shi4 zhang3
县长 xian4 zhang3
市长 shi4 zhang3
省长 sheng3 zhang3
科长 ke1 zhang3
处长 chu4 zhang3
局长 ju2 zhang3
部长 bu4 zhang3
组长 zu3 zhang3
队长 dui4 zhang3
站长 zhan4 zhang3
会长 hui4 zhang3
所长 suo3 zhang3
院长 yuan4 zhang3
校长 xiao4 zhang3
会计 kuai4 ji4
重新 chong2 xin1
重复 chong2 fu4
重庆 chong2 qing4
还款 huan2 kuan3
还清 huan2 qing1
归还 gui1 huan2
偿还 chang2 huan2
退还 tui4 huan2
返还 fan3 huan2
相应 xiang1 ying4
回应 hui2 ying4
响应 xiang3 ying4
便宜 pian2 yi5
调整 tiao2 zheng3
调解 tiao2 jie3
成都 cheng2 du1
首都 shou3 du1
都江堰 du1 jiang1 yan4
都匀 du1 yun2
厦门 xia4 men2
六安 lu4 an1
蚌埠 beng4 bu4
台州 tai1 zhou1
丽水 li2 shui3
东莞 dong1 guan3
番禺 pan1 yu2
乐清 yue4 qing1
大埔 da4 bu4
涡阳 guo1 yang2
浚县 xun4 xian4
泌阳 bi4 yang2
歙县 she4 xian4
蔚县 yu4 xian4
单县 shan4 xian4
解州 hai4 zhou1
尉犁 yu4 li2
西藏 xi1 zang4
铅山 yan2 shan1
任丘 ren2 qiu1
任县 ren2 xian4
犍为 qian2 wei2
喀什 ka1 shi2
燕山 yan1 shan1
大城县 dai4 cheng2 xian4
渑池 mian3 chi2
巴音郭楞 ba1 yin1 guo1 leng2
华山 hua4 shan1
洪洞 hong2 tong2
""")
#: Surnames that are read otherwise than the same character elsewhere; those of two characters first.
SURNAMES: Mapping[str, str] = _table("""
尉迟 yu4 chi2
万俟 mo4 qi2
长孙 zhang3 sun1
澹台 tan2 tai2
令狐 ling2 hu2
单 shan4
仇 qiu2
解 xie4
查 zha1
曾 zeng1
任 ren2
盖 ge3
区 ou1
朴 piao2
翟 zhai2
折 she2
华 hua4
覃 qin2
那 na1
纪 ji3
黑 he4
员 yun4
种 chong2
燕 yan1
薄 bo2
卜 bu3
召 shao4
乐 yue4
洗 xian3
秘 bi4
繁 po2
隗 wei3
訾 zi1
""")
LETTERS: Mapping[str, str] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    "ei1", "bi4", "xi1", "di4", "yi4", "ai2 fu2", "ji4", "ei2 chi3", "ai4", "zhei4", "kei4", "ai2 lou2", "ai2 mu3", "en1", "ou1", "pi4", "kei1 you1", "a1 er3",
    "ai2 si1", "ti4", "you1", "wei1", "da2 bu4 liu3", "ai2 ke4 si1", "wai4", "zei4",
), strict=True))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))


_A_WORD, _A_SURNAME, _A_LETTER = _any_of(WORDS), _any_of(SURNAMES), re.compile("[A-Za-z]")


def pronounced(text: str, names: Iterable[str] = ()) -> str:
    """A spoken text (routing.speaking) as the voice must get it; `names` are the persons it names, whose surnames are read as such."""
    said = _A_LETTER.sub(lambda found: f" {found[0]} ", text)
    parts = {name: _A_SURNAME.match(name) for name in names}
    for name in sorted((name for name, found in parts.items() if found), key=len, reverse=True):
        found = parts[name]
        assert found is not None
        said = said.replace(name, f" {_kept(SURNAMES[found[0]])} {name[found.end():]}")
    said = _A_WORD.sub(lambda found: f" {_kept(WORDS[found[0]])} ", said)
    said = re.sub(" ([A-Za-z]) ", lambda found: f" {LETTERS[found[1].upper()]} ", said)
    return re.sub(" +", " ", said.translate(_FREE)).strip()


#: While letters of the text are spelled out, those of pinyin stand aside.
_ASIDE = str.maketrans({sign: chr(0xE000 + place) for place, sign in enumerate("abcdefghijklmnopqrstuvwxyz")})
_FREE = str.maketrans({chr(0xE000 + place): sign for place, sign in enumerate("abcdefghijklmnopqrstuvwxyz")})


def _kept(pinyin: str) -> str:
    return pinyin.translate(_ASIDE)
