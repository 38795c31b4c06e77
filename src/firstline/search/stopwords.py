"""Words that most sentences hold: they count a little for rank, and no document has to hold them."""

_ENGLISH = """
    a about after all also am an and any are as at be because been before being both but by can could
    did do does doing done dont for from get got had has have having he hello help her here hi him his
    how i id if im in into is isnt it its ive just keep kind like me might my need no not now of off on
    only or our out over please pls plz possible really regards same she should since so some still such
    sure than thank thanks that the their them then there these they this those through to too tried
    trying up us use very want was way we were what whats when where whether which while who why will
    with without wont would yes yet you your dear cant couldnt doesnt didnt wasnt arent hasnt havent
    shouldnt wouldnt youre were theres cannot anyone someone something anything
"""
ENGLISH = frozenset(_ENGLISH.split())
CHINESE = frozenset(
    "的了是我在和也就都吗呢吧啊请您你好与及或把被给到这那有它他她们个后时上下会能要想又很还没"
)
# What Chinese questions are made of, apart from what they ask about.
_PHRASES = """
    怎么办 怎么样 怎么回事 怎么 怎样 如何 为什么 什么 请问 帮忙 一下 谢谢 您好 你好 可以 是不是 能不能 有没有
    应该 需要 哪里 哪个 多少 是否 能否 不了 我的 我们 你们 一直 总是 这个 那个 的时候 时候 之后 以后 老是 突然
"""
CHINESE_PHRASES = tuple(sorted(_PHRASES.split(), key=len, reverse=True))


def is_stop_word(word: str) -> bool:
    """Whether a normalised word, or a single Chinese character, says little by itself."""
    return word in ENGLISH or word in CHINESE
