"""The words of the verse generator: who acts, what it does, where and whither.

Common words only, two characters or one, put together for the course. Each kind of
actor has its own verbs, so that the moon shines and the wind does not.
"""


def _words(table: str) -> tuple[str, ...]:
    return tuple(table.split())


# who or what acts, by kind: two characters
ACTORS: dict[str, tuple[str, ...]] = {
    "light": _words(
        "明月 新月 残月 孤月 夕阳 斜阳 残阳 朝阳 春晖 寒星 疏星 孤灯 渔火 晨光 晚霞 "
        "朝霞"
    ),
    "air": _words(
        "春风 清风 晚风 秋风 西风 东风 微风 细雨 春雨 夜雨 寒雨 烟雨 白云 流云 浮云 "
        "轻烟 暮烟 薄雾 晓雾 寒霜 飞雪 暮雪"
    ),
    "water": _words("溪水 流水 春水 秋水 江水 清泉 寒泉 飞泉 长河 寒潮 清波"),
    "plant": _words(
        "桃花 杏花 梅花 荷花 野花 落花 飞花 杨柳 垂柳 细柳 青松 古松 翠竹 绿竹 芳草 "
        "春草 红叶 落叶 青苔 兰草"
    ),
    "bird": _words(
        "飞鸟 归鸟 孤雁 归雁 鸿雁 黄莺 新燕 双燕 白鹭 寒鸦 沙鸥 孤鹤 杜鹃 黄鹂 鸣蝉"
    ),
    "person": _words(
        "行人 游子 渔翁 牧童 樵夫 故人 诗人 旅人 老僧 归客 远客 山翁 书生 野老 邻女"
    ),
    "sound": _words("钟声 笛声 琴声 歌声 渔歌 樵歌 鸟声 蝉声 雁声 松涛 晚钟 暮鼓"),
}
# what each kind does to a place: one character
ACTIONS: dict[str, str] = {
    "light": "照映临染明",
    "air": "过入绕满来拂起掩",
    "water": "绕过入环连通穿",
    "plant": "满映遮依生发覆",
    "bird": "入过绕鸣宿归栖渡穿",
    "person": "望寻过归登入访忆思别",
    "sound": "入过满绕出穿",
}
# what each kind does, or how it is, without a place: one character
STATES: dict[str, str] = {
    "light": "明清升沉寒红孤低残",
    "air": "来起生轻寒清微飘凉",
    "water": "流清寒长平深急静",
    "plant": "开落生香红深新疏繁",
    "bird": "飞归鸣来去宿啼还",
    "person": "来去归行眠歌吟游闲愁",
    "sound": "来起沉清远幽长",
}
# where to: two characters
PLACES = _words(
    "青山 高山 远山 空山 寒山 江山 千山 群山 关山 高楼 西楼 小楼 江楼 层楼 红楼 "
    "江村 山村 孤村 荒村 寒江 清江 春江 大江 长江 清溪 小溪 平川 前川 晴川 古寺 山寺 "
    "古城 荒城 边城 孤城 江城 小桥 石桥 断桥 画桥 天涯 海角 故乡 他乡 故园 田园 小园 "
    "深院 庭院 柴门 重门 寒窗 小窗 北窗 竹林 松林 深林 幽林 平沙 白沙 沙洲 汀洲 芳洲 "
    "孤舟 扁舟 渔舟 客舟 轻舟 归船 客船 江岸 柳岸 古渡 野渡 渡口 荒原 平原 大荒 "
    "人家 渔家 酒家 千里 万里 长空 晴空 碧空 云天 江天 楚天 南天 深谷 幽谷 空谷 "
    "古道 野径 小径 曲径 洞庭 潇湘 江南 塞北 竹篱 东篱 春田 稻田 池塘 横塘 瑶台 高台"
)
# where: two characters, before a state
SPOTS = _words(
    "江上 山上 楼上 枝上 水上 陌上 山中 林中 云中 风中 雨中 村中 城中 梦中 "
    "林间 云间 花间 天边 江边 溪边 村边 池边 桥边 窗边 月下 花下 松下 树下 山下 灯下 "
    "天外 云外 山外 门外 城外 窗外 窗前 门前 花前 楼前 庭前 村前 山前 枝头 江头 城头 "
    "楼头 桥头 水畔 河畔 岸畔 岭上 湖上 海上 塞上 渡头 篱边 竹里 烟里 雾里 城里 村里"
)
