"""How the characters of the verses sound in modern Mandarin: syllable, tone and rhyme.

A quatrain is heard, so a rule checker needs sounds. The table gives each character the
one reading that it has in the verses; tone and rhyme group follow from the syllable.
Tones and groups are those of 中华新韵 (2005): the first and second tone are level
(平), the third and fourth oblique (仄), and all finals form fourteen groups. A Tang
poet heard some characters otherwise: 白, 石, 竹 and 笛 were oblique then, not level.
"""

import re
from typing import NamedTuple

LEVEL, OBLIQUE = "平", "仄"
_TABLE = """
an4 岸 | bai2 白 | bo2 薄 | bei3 北 | bi4 碧 | bian1 边 | bie2 别
bo1 波 | can2 残 | cao3 草 | ceng2 层 | chai2 柴 | chan2 蝉 | chang2 长 | chao2 潮
chen2 晨沉 | cheng2 城 | chi2 池 | chong2 重 | chou2 愁 | chu1 出 | chu3 楚
chuan1 川穿 | chuan2 船 | chuang1 窗 | chui2 垂 | chun1 春 | cui4 翠 | cun1 村
da4 大 | dao4 稻道 | deng1 灯登 | di1 低 | di2 笛 | dong1 东 | dong4 洞 | du4 杜渡
duan4 断 | fa1 发 | fan2 繁 | fang1 芳 | fang3 访 | fei1 飞 | feng1 风 | fu1 夫
fu2 拂浮 | fu4 覆 | gao1 高 | ge1 歌 | gu1 孤 | gu3 古谷鼓 | gu4 故 | guan1 关
guang1 光 | gui1 归 | guo4 过 | hai3 海 | han2 寒 | he2 河荷 | he4 鹤 | heng2 横
hong2 红鸿 | hu2 湖 | hua1 花 | hua4 画 | huan2 环还 | huang1 荒 | huang2 黄
hui1 晖 | huo3 火 | ji2 急 | jia1 家 | jian1 间 | jiang1 江 | jiao3 角 | jing4 径静
jiu3 酒 | juan1 鹃 | kai1 开 | ke4 客 | kong1 空 | kou3 口 | lai2 来 | lan2 兰
lao3 老 | li2 篱鹂 | li3 里 | lian2 连 | liang2 凉 | lin2 临林邻 | ling3 岭
liu2 流 | liu3 柳 | lou2 楼 | lu4 鹭 | luo4 落 | lv3 旅 | lv4 绿 | man3 满 | mei2 梅
men2 门 | meng4 梦 | mian2 眠 | ming2 明鸣 | mo4 陌 | mu4 暮牧 | nan2 南 | niao3 鸟
nv3 女 | ou1 鸥 | pan4 畔 | pian1 扁 | piao1 飘 | ping2 平 | qi1 栖 | qi3 起 | qian1 千
qian2 前 | qiao2 桥樵 | qin2 琴 | qing1 清轻青 | qing2 晴 | qiu1 秋 | qu1 曲
qu4 去 | quan2 泉 | qun2 群 | ran3 染 | rao4 绕 | ren2 人 | ru4 入 | sai4 塞
seng1 僧 | sha1 沙 | shan1 山 | shang4 上 | shen1 深 | sheng1 升声生 | shi1 诗
shi2 石 | shu1 书疏 | shu4 树 | shuang1 双霜 | shui3 水 | si1 思 | si4 寺 | song1 松
su4 宿 | ta1 他 | tai2 台苔 | tang2 塘 | tao1 涛 | tao2 桃 | ti2 啼 | tian1 天
tian2 田 | ting1 汀 | ting2 庭 | tong1 通 | tong2 童 | tou2 头 | wai4 外 | wan3 晚
wan4 万 | wang4 望 | wei1 微 | weng1 翁 | wu4 雾 | xi1 夕溪西 | xi4 细 | xia2 霞
xia4 下 | xian2 闲 | xiang1 乡湘香 | xiao1 潇 | xiao3 小晓 | xie2 斜 | xin1 新
xing1 星 | xing2 行 | xing4 杏 | xue3 雪 | xun2 寻 | ya1 鸦 | ya2 涯 | yan1 烟
yan3 掩 | yan4 燕雁 | yang2 杨阳 | yao2 瑶 | ye3 野 | ye4 叶夜 | yi1 依 | yi4 忆
yin2 吟 | ying1 莺 | ying4 映 | you1 幽 | you2 游 | yu2 渔 | yu3 雨 | yuan2 原园
yuan3 远 | yuan4 院 | yue4 月 | yun2 云 | zhao1 朝 | zhao4 照 | zhe1 遮 | zhi1 枝
zhong1 中钟 | zhou1 洲舟 | zhu2 竹 | zi3 子
"""
# a group has its name, and the finals that belong to it, ü written v
_GROUPS = {
    "麻": "a ia ua",
    "波": "o e uo",
    "皆": "ie ve",
    "开": "ai uai",
    "微": "ei ui",
    "豪": "ao iao",
    "尤": "ou iu",
    "寒": "an ian uan van",
    "文": "en in un vn",
    "唐": "ang iang uang",
    "庚": "eng ing ong iong ueng",
    "齐": "i er v",
    "支": "-i",
    "姑": "u",
}
GROUP_OF = {final: name for name, finals in _GROUPS.items() for final in finals.split()}
_INITIAL = re.compile(r"zh|ch|sh|[bpmfdtnlgkhjqxrzcs]")


class Sound(NamedTuple):
    """How a character sounds.

    Attributes:
        syllable: in pinyin, without the tone; ü is written v.
        tone: LEVEL or OBLIQUE.
        group: name of the rhyme group, a character of 中华新韵.
    """

    syllable: str
    tone: str
    group: str


def final_of(syllable: str) -> str:
    """Return the final of a syllable as the table of groups spells it.

    Pinyin writes ü as u after j, q, x and y, and i or u at the start as y or w. After
    z, c, s, zh, ch, sh and r the letter i is another vowel, here -i.
    """
    start = _INITIAL.match(syllable)
    initial = start[0] if start else ""
    final = syllable[len(initial) :]
    if final == "i" and initial in ("z", "c", "s", "zh", "ch", "sh", "r"):
        return "-i"
    if initial and initial in "jqx" and final[0] == "u":
        return "v" + final[1:]
    if final[0] == "y":
        spelt = {"yu": "v", "you": "iu", "yong": "iong"}
        if final.startswith("yu"):
            return "v" + final[2:]
        return spelt.get(final, "i" + final[1:].removeprefix("i"))
    if final[0] == "w":
        spelt = {"wei": "ui", "wen": "un", "weng": "ueng"}
        return spelt.get(final, "u" + final[1:].removeprefix("u"))
    return final


def sound(syllable: str) -> Sound:
    """Return the sound of a syllable with its tone number, such as "shan1"."""
    name, tone = syllable[:-1], syllable[-1]
    if tone not in "1234":
        raise ValueError(f"{syllable!r} does not end in a tone from 1 to 4")
    return Sound(name, LEVEL if tone in "12" else OBLIQUE, GROUP_OF[final_of(name)])


SOUNDS: dict[str, Sound] = {
    character: sound(syllable)
    for entry in re.split(r"[|\n]", _TABLE.strip())
    for syllable, characters in [entry.split()]
    for character in characters
}


def tones(text: str) -> str:
    """Return the tone of each character; `?` where it is not in the table."""
    return "".join(SOUNDS[c].tone if c in SOUNDS else "?" for c in text)
