"""The words that the small model knows: each idea with its spellings in English and in Chinese.

Training captions use the ideas' own names. In the shipped text encoder each spelling of an idea has the idea's
embedding, and words that are not here are no tokens at all: a synonym and a translation cost the model nothing to
learn, and a long prompt is read as the words that are known in it.
"""

COLOUR_WORDS = {
    "red": "red crimson scarlet ruby|红色 红",
    "orange": "orange|橙色 橙 橘色 橘黄色",
    "yellow": "yellow golden gold|黄色 黄 金色",
    "green": "green emerald lime|绿色 绿",
    "blue": "blue navy azure|蓝色 蓝",
    "purple": "purple violet lilac|紫色 紫",
    "pink": "pink rose magenta|粉色 粉红色 粉红",
    "brown": "brown chestnut|棕色 褐色 咖啡色 棕",
    "black": "black|黑色 黑",
    "white": "white|白色 白",
    "gray": "gray grey silver|灰色 灰 银色",
    "cyan": "cyan turquoise teal aqua|青色 青 天蓝色",
}
THING_WORDS = {
    "circle": "circle circles disc disk dot ball|圆形 圆圈 圆 圆点 球",
    "square": "square squares box cube|正方形 方形 方块",
    "triangle": "triangle triangles|三角形 三角",
    "star": "star stars starry|五角星 星形 星星 星空 繁星 星",
    "heart": "heart hearts love|心形 爱心 心",
    "diamond": "diamond diamonds rhombus|菱形 钻石",
    "rectangle": "rectangle rectangles|长方形 矩形",
    "oval": "oval ovals ellipse ellipses|椭圆形 椭圆",
    "cross": "cross crosses plus|十字形 十字 加号",
    "crescent": "crescent crescents crescent_moon|月牙 新月 月牙形 新月形",
    "ring": "ring rings donut donuts doughnut|圆环 环形 环 甜甜圈",
    "house": "house houses home cottage hut cabin|房子 房屋 小屋 屋子 家",
    "tree": "tree trees oak|大树 树木 树",
    "pine": "pine pines pine_tree pine_trees fir fir_tree christmas_tree|松树 圣诞树 冷杉",
    "car": "car cars automobile|汽车 轿车 小汽车 车",
    "boat": "boat boats sailboat sailing_boat ship yacht|帆船 小船 船",
    "flower": "flower flowers blossom daisy|花朵 花 小花",
    "fish": "fish fishes goldfish|鱼 金鱼 小鱼",
    "face": "face faces smiley smiley_face smiling_face happy_face smile emoji|笑脸 脸",
    "balloon": "balloon balloons|气球",
    "mushroom": "mushroom mushrooms toadstool|蘑菇",
    "rocket": "rocket rockets spaceship|火箭 飞船",
    "cat": "cat cats kitten kitty|猫 小猫 猫咪",
    "fox": "fox foxes|狐狸",
    "bird": "bird birds sparrow|小鸟 鸟",
    "robot": "robot robots android|机器人",
    "castle": "castle castles fortress palace|城堡 宫殿",
    "apple": "apple apples|苹果",
    "pear": "pear pears|梨子 梨",
    "fruit": "fruit fruits still_life|水果 静物",
}
SCENE_WORDS = {
    "sky": "sky|天空",
    "sun": "sun|太阳",
    "moon": "moon|月亮",
    "cloud": "cloud clouds|白云 云朵 云彩 云",
    "mountain": "mountain mountains|雪山 山脉 高山 山",
    "grass": "grass field meadow hill lawn grassland|草地 草原 田野 草坪",
    "sea": "sea ocean lake water|大海 海洋 海面 海上 海 湖",
    "desert": "desert sand dunes|沙漠 沙滩",
    "snow": "snow snowy winter snowfall snowing|雪地 雪 冬天 下雪",
    "day": "day daytime sunny|白天 晴天",
    "morning": "morning sunrise dawn|早晨 清晨 日出 黎明",
    "sunset": "sunset dusk evening|日落 夕阳 黄昏 傍晚",
    "night": "night nighttime midnight|夜晚 夜空 晚上 夜里 夜",
    "cloudy": "cloudy overcast|阴天 多云",
    "rain": "rain rainy raining|下雨 雨天 雨中 雨",
    "fog": "fog foggy mist misty|大雾 雾中 雾",
    "spring": "spring springtime|春天 春",
    "summer": "summer summertime|夏天 夏",
    "autumn": "autumn fall|秋天 秋",
    "underwater": "underwater under_the_sea under_water undersea|水下 海底 水里 水中",
    "table": "table desk|桌子 桌上 桌面 餐桌",
}
PLACE_WORDS = {
    "left": "left|左边 左侧 左面 左",
    "right": "right|右边 右侧 右面 右",
    "top": "top upper|上方 上面 顶部 上边",
    "bottom": "bottom lower|下方 下面 底部 下边",
    "center": "center middle centre centered|中间 中央 中心 正中",
    "above": "above over",
    "below": "below beneath underneath",
    "leftof": "left_of to_the_left_of on_the_left_of",
    "rightof": "right_of to_the_right_of on_the_right_of",
    "at": "|在",
    "and": "and next_to beside &|和 与 旁边",
    "with": "with",
    ",": ", ; .|， 。 、 ；",
}
OTHER_WORDS = {
    "small": "small tiny little|小号 很小的 小小的 小",
    "large": "large big huge giant|大号 巨大的 很大的 大大的 大",
    "two": "two 2|两个 两 二 两颗 两只 两朵 两棵",
    "three": "three 3|三个 三 三颗 三只 三朵 三棵",
    "four": "four 4|四个 四 四颗 四只 四朵 四棵",
    "background": "background backdrop|背景",
    "gradient": "gradient|渐变",
    "flat": "flat flat_design poster vector illustration|扁平 海报 插画",
    "ink": "ink ink_drawing sketch line_drawing pencil|墨线 水墨 素描 线稿 简笔画",
    "paper": "paper paper_cut papercut cut_paper paper_cutout|剪纸 纸雕 纸艺",
    "pixel": "pixel pixels pixel_art pixelart 8-bit|像素画 像素艺术 像素风 像素",
    "pastel": "pastel|粉彩 柔和",
    "neon": "neon glowing|霓虹 霓虹灯",
    "abstract": "abstract|抽象",
}
WORDS = COLOUR_WORDS | THING_WORDS | SCENE_WORDS | PLACE_WORDS | OTHER_WORDS


def spellings(idea: str) -> list[str]:
    """All spellings of an idea, the idea's own name first where it is a word."""
    english, _, chinese = WORDS[idea].partition("|")
    return [word.replace("_", " ") for word in (*english.split(), *chinese.split())]


IDEAS = {idea: number for number, idea in enumerate(WORDS)}


def numbers(caption: str) -> list[int]:
    """The numbers of the ideas in a training caption."""
    return [IDEAS[word] for word in caption.split()]
