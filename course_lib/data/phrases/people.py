"""Who: pronouns, names, relatives; and the greetings one says to them.

A title follows the surname in Chinese and goes before it in English. Whoever is greeted
may be named first or last in Chinese, and is named last in English.
"""

from typing import NamedTuple

from course_lib.data.draws import Draws
from course_lib.data.phrases.parts import Part, join, listed, part


class Subject(NamedTuple):
    """Who does something.

    Attributes:
        part: the Chinese and the English.
        be: "am", "is" or "are": what the verb "to be" is with this subject.
    """

    part: Part
    be: str

    @property
    def third(self) -> bool:
        """Whether verbs take an -s in the present."""
        return self.be == "is"


PRONOUNS = tuple(
    Subject(part(source, english), be)
    for source, english, be in (
        ("我", "i", "am"),
        ("你", "you", "are"),
        ("他", "he", "is"),
        ("她", "she", "is"),
        ("我们", "we", "are"),
        ("你们", "you", "are"),
        ("他们", "they", "are"),
        ("她们", "they", "are"),
    )
)
NAMES = tuple(
    Subject(part(source, english), "is")
    for source, english in zip(
        listed("小明 小红 小华 小丽 小强 小兰 小军 小芳 小龙 小雪"),
        listed(
            "xiaoming xiaohong xiaohua xiaoli xiaoqiang "
            "xiaolan xiaojun xiaofang xiaolong xiaoxue"
        ),
        strict=True,
    )
)
SURNAMES = dict(
    zip(
        "王李张刘陈杨赵黄吴林",
        listed("wang li zhang liu chen yang zhao huang wu lin"),
        strict=True,
    )
)
TITLES = {
    "先生": "mr",
    "女士": "ms",
    "太太": "mrs",
    "医生": "doctor",
    "教授": "professor",
}
TITLED = tuple(
    Subject(join([part(s, surname), part(t, title)], (1, 0)), "is")
    for s, surname in SURNAMES.items()
    for t, title in TITLES.items()
)
OWNERS = {"我": "my", "你": "your", "他": "his", "她": "her"}
KIN = {
    "妈妈": "mother",
    "爸爸": "father",
    "哥哥": "older_brother",
    "姐姐": "older_sister",
    "弟弟": "younger_brother",
    "妹妹": "younger_sister",
    "的朋友": "friend/朋友",
    "的同学": "classmate/同学",
    "的邻居": "neighbour/邻居",
}
RELATIVES = tuple(
    Subject(part(o + k, f"{owner}/{o}{'的' * (k[0] == '的')} {kin}"), "is")
    for o, owner in OWNERS.items()
    for k, kin in ((k, kin if "/" in kin else f"{kin}/{k}") for k, kin in KIN.items())
)
# source, classifier, singular, plural
JOBS = (
    ("学生", "个", "student", "students"),
    ("孩子", "个", "child", "children"),
    ("老师", "位", "teacher", "teachers"),
    ("医生", "位", "doctor", "doctors"),
    ("护士", "位", "nurse", "nurses"),
    ("工人", "个", "worker", "workers"),
    ("司机", "个", "driver", "drivers"),
)
POINTED = tuple(
    Subject(part(p + c + job, f"{word}/{p + c} {name}/{job}"), be)
    for job, classifier, one, many in JOBS
    for p, c, word, name, be in (
        ("这", classifier, "this", one, "is"),
        ("那", classifier, "that", one, "is"),
        ("这", "些", "these", many, "are"),
        ("那", "些", "those", many, "are"),
    )
)
SUBJECTS = PRONOUNS + NAMES + TITLED + RELATIVES + POINTED

# what can be said to a person by name, and what stands alone
GREETINGS = tuple(
    part(source, english)
    for source, english in (
        ("早上好", "good/好 morning/早上"),
        ("上午好", "good/好 morning/上午"),
        ("下午好", "good/好 afternoon/下午"),
        ("晚上好", "good/好 evening/晚上"),
        ("晚安", "good/安 night/晚"),
        ("你好", "hello"),
        ("您好", "hello"),
        ("再见", "goodbye"),
        ("明天见", "see/见 you/- tomorrow/明天"),
        ("下周见", "see/见 you/- next/下 week/周"),
        ("晚上见", "see/见 you/- this/- evening/晚上"),
        ("谢谢", "thank_you"),
        ("谢谢你", "thank/谢 you/你"),
        ("对不起", "sorry"),
        ("没关系", "never_mind"),
        ("不客气", "you_are_welcome"),
        ("欢迎", "welcome"),
        ("恭喜", "congratulations"),
        ("生日快乐", "happy/快乐 birthday/生日"),
        ("新年快乐", "happy/快乐 new/新 year/年"),
        ("周末愉快", "have/- a/- nice/愉快 weekend/周末"),
        ("一路平安", "have/- a/- safe/平安 trip/一路"),
        ("祝你好运", "good/好 luck/运"),
    )
)
ALONE = (
    part("大家好", "hello/好 everyone/大家"),
    part("大家早上好", "good/好 morning/早上 everyone/大家"),
    part("大家晚上好", "good/好 evening/晚上 everyone/大家"),
    part("你好吗", "how/好吗 are/- you/你"),
    part("我很好", "i/我 am/- fine/很好"),
)
COMMA = part("，", ",")


def subject(draws: Draws) -> Subject:
    """Draw who does something; pronouns and names are the most frequent."""
    groups = (PRONOUNS, PRONOUNS, NAMES, NAMES, TITLED, RELATIVES, POINTED)
    return draws.pick(draws.pick(groups))


def greeting(draws: Draws) -> Part:
    """Draw a greeting, mostly to a person who is named first or last."""
    if draws.chance(0.05):
        return draws.pick(ALONE)
    said = draws.pick(GREETINGS)
    if draws.chance(0.15):
        return said
    person = draws.pick(draws.pick((NAMES, TITLED))).part
    if draws.chance(0.5):
        return join([person, COMMA, said], (2, 1, 0))
    return join([said, COMMA, person])
