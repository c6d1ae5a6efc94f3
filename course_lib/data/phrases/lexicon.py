"""The words of the phrase corpus: nouns and verbs, and what goes with what.

A table a word class, one entry a word. Verbs name the nouns that they take and the
places where that is done, so that no one drinks books or plays football in the library.
"""

from typing import NamedTuple

from course_lib.data.phrases.parts import Part, part


class Noun(NamedTuple):
    """A noun: its two English forms, and how it is counted in Chinese.

    Attributes:
        source: the Chinese noun.
        one, many: English singular and plural; the same for what is not counted itself.
        classifier: the measure word, without a number; empty where nothing is counted.
        container: "cup cups" where the classifier is translated, else empty.
        adjectives: keys of `ADJECTIVES` that go with it.
    """

    source: str
    one: str
    many: str
    classifier: str
    container: tuple[str, ...]
    adjectives: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every English word that the noun can bring into a phrase."""
        return (self.one, self.many, *self.container)


class Verb(NamedTuple):
    """A verb in one of its senses, with its nouns and places.

    Attributes:
        source: the Chinese verb.
        base, third, past, ing: its English forms.
        particle: the English word between verb and object, or empty ("listen to").
        nouns, places: keys of `NOUNS` and `PLACES`.
    """

    source: str
    base: str
    third: str
    past: str
    ing: str
    particle: str
    nouns: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every English word that the verb can bring into a phrase."""
        forms = (self.base, self.third, self.past, self.ing, self.particle)
        return tuple(form for form in forms if form)


_ADJECTIVES = """
大 big | 小 small | 新 new | 旧 old | 老 old | 红 red | 白 white | 黑 black | 高 tall
长 long | 短 short | 厚 thick | 热 hot | 漂亮的 beautiful | 有趣的 interesting
便宜的 cheap | 昂贵的 expensive | 好吃的 delicious | 重要的 important | 聪明的 clever
"""

# source | singular | plural | classifier | container | adjectives
_NOUNS = """
书 | book | books | 本 | | 新 旧 厚 有趣的
小说 | novel | novels | 本 | | 新 有趣的
字典 | dictionary | dictionaries | 本 | | 新 旧 厚
电影 | film | films | 部 | | 新 老 有趣的
电视 | television | television | | |
报纸 | newspaper | newspapers | 份 | | 旧
苹果 | apple | apples | 个 | | 大 小 红
橘子 | orange | oranges | 个 | | 大 小
鸡蛋 | egg | eggs | 个 | | 大 小
面包 | bread | bread | 块 | piece pieces | 好吃的
蛋糕 | cake | cake | 块 | piece pieces | 好吃的
米饭 | rice | rice | 碗 | bowl bowls | 热
面条 | noodles | noodles | 碗 | bowl bowls | 热 好吃的
饺子 | dumplings | dumplings | 盘 | plate plates | 热 好吃的
汤 | soup | soup | 碗 | bowl bowls | 热 好吃的
鱼 | fish | fish | 条 | | 大 小
茶 | tea | tea | 杯 | cup cups | 热
咖啡 | coffee | coffee | 杯 | cup cups | 热
牛奶 | milk | milk | 杯 | glass glasses | 热
果汁 | juice | juice | 杯 | glass glasses |
水 | water | water | 杯 | glass glasses | 热
啤酒 | beer | beer | 瓶 | bottle bottles |
信 | letter | letters | 封 | | 长 重要的
诗 | poem | poems | 首 | | 长 短 新
歌 | song | songs | 首 | | 新 老
作业 | homework | homework | | |
花 | flower | flowers | 朵 | | 红 白 漂亮的
树 | tree | trees | 棵 | | 大 小 高
马 | horse | horses | 匹 | | 白 黑 漂亮的
猫 | cat | cats | 只 | | 白 黑 小 老
鸟 | bird | birds | 只 | | 白 黑 小 漂亮的
山 | mountain | mountains | 座 | | 大 小
照片 | photo | photos | 张 | | 旧 新 漂亮的
地图 | map | maps | 张 | | 新 旧
票 | ticket | tickets | 张 | | 便宜的 昂贵的
衬衫 | shirt | shirts | 件 | | 白 红 黑 新 便宜的
礼物 | present | presents | 件 | | 小 大 漂亮的 昂贵的
帽子 | hat | hats | 顶 | | 红 黑 新 旧
鞋 | shoes | shoes | 双 | pair pairs | 新 旧 红 黑 昂贵的
雨伞 | umbrella | umbrellas | 把 | | 红 黑 旧
自行车 | bicycle | bicycles | 辆 | | 新 旧 红 便宜的
汽车 | car | cars | 辆 | | 新 旧 黑 昂贵的
电脑 | computer | computers | 台 | | 新 旧 便宜的 昂贵的
手机 | phone | phones | 部 | | 新 旧 便宜的
博物馆 | museum | museums | 个 | | 大 小 有趣的
朋友 | friend | friends | 个 | | 老 新
客人 | guest | guests | 位 | | 重要的
学生 | student | students | 个 | | 新 聪明的
孩子 | child | children | 个 | | 聪明的
篮球 | basketball | basketball | | |
足球 | football | football | | |
网球 | tennis | tennis | | |
乒乓球 | table_tennis | table_tennis | | |
中文 | chinese | chinese | | |
英语 | english | english | | |
数学 | mathematics | mathematics | | |
历史 | history | history | | |
音乐 | music | music | | |
"""

# source | base third past ing [particle] | nouns | places; indented lines go on
_VERBS = """
看 | read reads read reading | 书 小说 报纸 信 | 家 图书馆 公园 教室 咖啡馆
    火车站 树下
看 | watch watches watched watching | 电影 电视 | 家 学校 房间
读 | read reads read reading | 诗 小说 报纸 | 家 图书馆 学校 教室 花园 树下
买 | buy buys bought buying | 书 小说 字典 苹果 橘子 鸡蛋 面包 蛋糕 花 鱼 衬衫
    帽子 鞋 雨伞 自行车 电脑 手机 礼物 地图 茶 报纸 | 商店 超市 市场 北京 上海
卖 | sell sells sold selling | 苹果 橘子 鸡蛋 花 地图 帽子 鱼 雨伞 衬衫 | 市场
    火车站 公园 北京
吃 | eat eats ate eating | 苹果 橘子 鸡蛋 面包 米饭 面条 鱼 饺子 蛋糕 | 家 餐馆
    学校 办公室 厨房
喝 | drink drinks drank drinking | 茶 咖啡 牛奶 果汁 水 啤酒 汤 | 家 餐馆
    咖啡馆 办公室 花园 厨房
写 | write writes wrote writing | 信 诗 小说 歌 | 家 图书馆 办公室 咖啡馆 房间
    河边
做 | do does did doing | 作业 | 家 图书馆 教室 学校 房间
做 | make makes made making | 饺子 面条 汤 | 家 厨房 餐馆
学习 | study studies studied studying | 中文 英语 数学 历史 音乐 | 学校 家
    图书馆 北京 上海
教 | teach teaches taught teaching | 中文 英语 数学 历史 音乐 | 学校 教室
    北京 上海
打 | play plays played playing | 篮球 网球 乒乓球 | 公园 学校 北京
踢 | play plays played playing | 足球 | 公园 学校 上海
画 | draw draws drew drawing | 花 树 马 猫 鸟 山 | 家 公园 河边 花园 教室
唱 | sing sings sang singing | 歌 | 家 公园 学校 河边 山上 树下
听 | listen listens listened listening to | 音乐 歌 | 家 咖啡馆 房间
    花园
拍 | take takes took taking | 照片 | 公园 北京 上海 河边 山上 花园 机场
修 | repair repairs repaired repairing | 自行车 汽车 电脑 手机 雨伞 | 家
    学校 商店 花园
洗 | wash washes washed washing | 苹果 衬衫 帽子 鞋 | 家 厨房 河边
种 | plant plants planted planting | 花 树 | 花园 学校 公园 山上
寄 | send sends sent sending | 信 礼物 照片 票 | 邮局 火车站 机场
等 | wait waits waited waiting for | 朋友 客人 | 火车站 机场 餐馆 家 咖啡馆
    树下
见 | meet meets met meeting | 朋友 客人 学生 | 咖啡馆 北京 上海 公园 餐馆 办公室
用 | use uses used using | 电脑 手机 地图 字典 | 办公室 学校 家 图书馆
帮助 | help helps helped helping | 学生 孩子 朋友 客人 | 医院 学校 机场 图书馆
参观 | visit visits visited visiting | 博物馆 | 北京 上海
"""

PLACES: dict[str, Part] = {
    name: part(f"在{source}", english)
    for name, source, english in (
        ("家", "家", "at/在 home/家"),
        ("学校", "学校", "at/在 school/学校"),
        ("图书馆", "图书馆", "in/在 the/- library/图书馆"),
        ("公园", "公园", "in/在 the/- park/公园"),
        ("花园", "花园里", "in/在里 the/- garden/花园"),
        ("教室", "教室里", "in/在里 the/- classroom/教室"),
        ("房间", "房间里", "in/在里 the/- room/房间"),
        ("厨房", "厨房里", "in/在里 the/- kitchen/厨房"),
        ("商店", "商店", "in/在 the/- shop/商店"),
        ("超市", "超市", "in/在 the/- supermarket/超市"),
        ("市场", "市场上", "at/在上 the/- market/市场"),
        ("办公室", "办公室", "in/在 the/- office/办公室"),
        ("咖啡馆", "咖啡馆", "in/在 the/- cafe/咖啡馆"),
        ("餐馆", "餐馆", "in/在 the/- restaurant/餐馆"),
        ("邮局", "邮局", "at/在 the/- post_office/邮局"),
        ("医院", "医院", "in/在 the/- hospital/医院"),
        ("火车站", "火车站", "at/在 the/- train/火车 station/站"),
        ("机场", "机场", "at/在 the/- airport/机场"),
        ("北京", "北京", "in/在 beijing/北京"),
        ("上海", "上海", "in/在 shanghai/上海"),
        ("河边", "河边", "by/在边 the/- river/河"),
        ("山上", "山上", "on/在上 the/- mountain/山"),
        ("树下", "树下", "under/在下 the/- tree/树"),
    )
}

# Words with a second rendering that is as good; same number of words, same links.
SYNONYMS = {
    "hello": "hi",
    "goodbye": "bye",
    "film": "movie",
    "films": "movies",
    "shop": "store",
    "bicycle": "bike",
    "bicycles": "bikes",
    "present": "gift",
    "presents": "gifts",
    "photo": "picture",
    "photos": "pictures",
    "big": "large",
    "clever": "smart",
    "repair": "fix",
    "repairs": "fixes",
    "repaired": "fixed",
    "repairing": "fixing",
    "often": "frequently",
}


def _rows(table: str) -> list[list[str]]:
    """Return the cells of each row; an indented line belongs to the row above it."""
    rows = table.strip().replace("\n    ", " ").splitlines()
    return [[cell.strip() for cell in row.split("|")] for row in rows]


ADJECTIVES: dict[str, Part] = {
    source: part(source, english)
    for row in _rows(_ADJECTIVES)
    for source, english in map(str.split, row)
}
NOUNS: dict[str, Noun] = {
    r[0]: Noun(r[0], r[1], r[2], r[3], tuple(r[4].split()), tuple(r[5].split()))
    for r in _rows(_NOUNS)
}
VERBS: tuple[Verb, ...] = tuple(
    Verb._make(
        (r[0], *[*r[1].split(), ""][:5], tuple(r[2].split()), tuple(r[3].split()))
    )
    for r in _rows(_VERBS)
)
