"""Whether an answer says nothing but thanks: then a solved ticket stays solved; pure, no database.

Conservative: every word must be one of politeness. A question, a "but", a number or any word
that is not on the list means that somebody wants something.
"""

import re
import unicodedata

CHARACTERS_MAX = 300

_ENGLISH = """
thank you very much for your help | thank you for your quick help |
thank you for the quick help | thanks for the quick help | thanks for your help |
thanks for the help | thank you for your help | thanks for the quick response |
thank you for the quick response | thanks for the quick fix | thank you very much |
thank you so much | thanks very much | thanks so much | many thanks | thanks a lot |
thanks a million | thanks again | thank you again | thank you | thanks | thx | ty | much appreciated
| appreciate it | appreciate your help | i appreciate it | i appreciate your help |
it works again now | it works now | it works again | everything works now | everything works again |
all works now | all works again | that works | this works | it works | works now | works again |
working now | working again | it is working now | it is working again | its working now |
that fixed it | this fixed it | that did it | that solved it | that helped | problem solved |
all good now | all good | all fine now | all fine | great job | good job | well done | great work |
you are the best | you re the best | you are a star | you re a star | have a nice day |
have a great day | have a good day | have a nice weekend | have a great weekend |
have a good weekend | great | perfect | excellent | awesome | super | cool | nice | wonderful |
brilliant | lovely | ok | okay | got it | noted | received | cheers | very much | indeed | and | so
| for | all | hi | hello | dear | hey | everyone | team | support | best | best regards |
kind regards | regards | best wishes | sincerely | yours | br | sent from my iphone |
sent from my ipad | iphone | sent from my mobile | get outlook for ios | get outlook for android
"""
_CHINESE = """
非常感谢您的帮助 | 非常感谢你的帮助 | 感谢您的帮助 | 感谢你的帮助 | 谢谢您的帮助 |
谢谢你的帮助 | 感谢帮助 | 谢谢帮助 | 感谢支持 | 谢谢支持 | 非常感谢 | 十分感谢 |
万分感谢 | 太感谢了 | 感谢感谢 | 多谢了 | 多谢 | 谢谢您 | 谢谢你 | 谢谢了 |
谢谢啦 | 谢谢 | 谢啦 | 谢了 | 感谢您 | 感谢你 | 感谢 | 感恩 | 辛苦了 |
辛苦您了 | 辛苦啦 | 辛苦 | 已经可以了 | 现在可以了 | 可以用了 | 已经可以用了 |
现在好了 | 已经好了 | 已经恢复了 | 已恢复 | 恢复正常了 | 正常了 | 可以了 |
好了 | 搞定了 | 搞定 | 解决了 | 已经解决了 | 已解决 | 问题已解决 | 问题解决了 |
没问题了 | 收到了 | 收到 | 好的呢 | 好的 | 好滴 | 好哒 | 好 | 嗯嗯 |
嗯 | 明白了 | 明白 | 了解了 | 了解 | 太好了 | 太棒了 | 真棒 | 给力 |
厉害 | 点赞 | 赞 | 大家 | 各位 | 您好 | 你好 | 老师 | 师傅 | 啦 |
了 | 哦 | 哈 | 呢 | 祝好 | 此致 | 敬礼 | 顺颂商祺 | 发自我的 |
发自我的手机 | 周末愉快 | 祝您愉快 | 再见
"""
PHRASES = tuple(" ".join(phrase.split()) for phrase in f"{_ENGLISH}|{_CHINESE}".split("|") if phrase.strip())
"""What thanks are made of, in lower case without signs."""

THANKING = ("thank", "thx", "ty", "appreciat", "cheers", "谢", "感恩", "辛苦")
"""At least one of these is needed: "It works now" alone may be the answer to a question."""

_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W\d_]+|\d+")


def says_only_thanks(text: str, *names: str) -> bool:
    """Whether `text` holds nothing but words of thanks, greetings, and these people's `names`."""
    said = _SIGNATURE.sub("", _QUOTED.sub("", text)).strip()
    if not said or len(said) > CHARACTERS_MAX or "?" in said or "？" in said or "://" in said:
        return False
    words = _words(said)
    polite = " ".join(words)
    if not any(_starts(polite, mark) for mark in THANKING):
        return False
    known = {word for name in names for word in _words(name)} | {name.replace(" ", "") for name in names}
    return all(_is_polite(run, known) for run in _runs(words))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower().replace("'", " ").replace("’", " ")
    return _WORD.findall(plain)


def _starts(polite: str, mark: str) -> bool:
    return re.search(rf"\b{mark}\b" if mark == "ty" else mark, polite) is not None


def _runs(words: list[str]) -> list[str]:
    """Chinese stands without spaces; Latin words between are one run."""
    runs: list[list[str]] = []
    for word in words:
        is_han = "\u3400" <= word[0] <= "\u9fff"
        if is_han or not runs or "\u3400" <= runs[-1][0][0] <= "\u9fff":
            runs.append([word])
        else:
            runs[-1].append(word)
    return [" ".join(run) for run in runs]


def _is_polite(run: str, names: set[str]) -> bool:
    """Whether phrases and names cover the run without a rest."""
    gap = "" if "\u3400" <= run[0] <= "\u9fff" else " "
    pieces = [piece for piece in (*PHRASES, *names) if piece]
    reached = {0}
    for start in range(len(run)):
        if start not in reached:
            continue
        for piece in pieces:
            end = start + len(piece)
            if run.startswith(piece, start) and (end == len(run) or run.startswith(gap, end)):
                reached.add(min(len(run), end + len(gap)))
    return len(run) in reached
