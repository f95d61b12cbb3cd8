"""Forms that people of other trades use: recipe steps, tables, lettered shots, screenplay tags, initials, billing.

Knows one small prompt a form. Whole prompts are scored in `test_heldout`.
"""

from __future__ import annotations

import pytest

from understudy.animatic.grammar import NamedSubject, read_screenplay
from understudy.animatic.screenplay import Screenplay

TWO = (NamedSubject("图1"), NamedSubject("图2"), NamedSubject("视频1", medium="video"))
ENGLISH = (NamedSubject("Image 1"), NamedSubject("Image 2"), NamedSubject("Video 1", medium="video"))


def read(prompt: str) -> Screenplay:
    return read_screenplay(prompt, ENGLISH if prompt.isascii() or "Image" in prompt else TWO)


def lines(prompt: str) -> list[tuple[str | None, str, str]]:
    return [(x.speaker, x.text, str(x.delivery)) for shot in read(prompt).shots for x in shot.lines]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("步骤1：图1洗菜。步骤2：图1切菜。步骤3：装盘。", 3),
        ("第一步，图1和面。第二步，图1擀皮。", 2),
        ("Step 1: Image 1 kneads. Step 2: Image 1 bakes.", 2),
        ("01 远景 码头 无\n02 近景 图1点烟 图2：走吧\n03 特写 烟头 无", 3),
        ("序号|景别|画面\n1|远景|木屋\n2|中景|图1推开门", 2),
        ("p1 图1睡着了\np2 图2推醒他\np3 两人大笑", 3),
        ("镜头A：图1走来。镜头B：图2抬头。", 2),
        ("第1集 第1场 内景 客厅 夜\n△图1坐着。\n△图2进门。\n第1集 第2场 外景 街道 日\n△图1跑。", 2),
        ("△图1走进办公室。\n△图2抬头。\n△图1坐下。", 3),
        ("Image 1 eats a tart. Jump cut. Image 1 asleep on a tram.", 2),
        ("淡入：图1写信。叠化：信纸翻飞。", 2),
        ("图1走上台阶。切特写：图1的手在抖。", 2),
        ("Opening shot: a canyon. Second shot: Image 1 climbs. Third shot: Image 2 falls.", 3),
        ("画面一：图1跑→画面二：图1跌倒→画面三：图2扶起他", 3),
        ("【前奏】图1背对镜头【主歌】图1转身【副歌】图1高歌", 3),
        ("前2秒图1发呆；中间3秒她笑了；最后1秒黑屏", 3),
        ("First 2 seconds: a door. Next 3 seconds: Image 1 knocks. Final 2 seconds: dark.", 3),
        ("T+0s to T+2s: a quay\nT+2s to T+4s: Image 1 waits", 2),
        ("镜头序号：1\n内容：山谷\n镜头序号：2\n内容：图1攀爬", 2),
        ("格1｜图1钓鱼\n格2｜鱼跑了", 2),
        ("[A] a lake\n[B] Image 1 rows\n[C] Image 1 sleeps", 3),
        ("Act I: Image 1 leaves. Act II: Image 1 returns.", 2),
        ("Image 1 ties a knot. Shot 2: the rope snaps. Shot 3: dark.", 2),
        ("Image 1 reads. Cut to a clock. Cut back: Image 1 asleep.", 3),
        ("i. a lake\nii. Image 1 rows\niii. Image 1 sleeps", 3),
        ("<shot 1> a lake </shot 1>\n<shot 2> Image 1 rows </shot 2>", 2),
        ("开场画面：戈壁。第二个画面：图1走来。结尾画面：落日。", 3),
        ("图1甩竿，切浮漂特写。", 2),
        ("图2切蛋糕特写，图1鼓掌", 1),
        ("图1数着数字，第2秒眨眼，第4秒睁眼", 1),
        ("图1第一步踩进水里，然后笑了。", 1),
        ("3 eggs and 2 cups of flour. Image 1 bakes a cake.", 1),
    ],
)
def test_marks_of_shots(prompt: str, count: int) -> None:
    assert len(read(prompt).shots) == count


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("OS图1：那年我才十岁。", [("图1", "那年我才十岁。", "narrate")]),
        ("V.O. (Image 1): \"I was ten.\"", [("Image 1", "I was ten.", "narrate")]),
        ("Close on a cup. Announcer (VO): \"Wake up.\"", [("narrator", "Wake up.", "narrate")]),
        ("解说员激动地喊：“进了！”图1狂奔。", [("解说员", "进了！", "shout")]),
        ("图1的手表，旁白：7天续航。", [("narrator", "7天续航。", "narrate")]),
        ("图1唱到“后来没有了后来”的时候哭了", [("图1", "后来没有了后来", "sing")]),
        ("图1说 hello everyone 然后图2挥手", [("图1", "hello everyone", "say")]),
        ("她是图1，她说 再见了 我的城市 镜头拉远", [("图1", "再见了 我的城市", "say")]),
        ('Image 1 goes "gg ez" and leaves.', [("Image 1", "gg ez", "say")]),
        ('Image 1 hands a cup to Image 2, who cheers "Finally!"', [("Image 2", "Finally!", "say")]),
        ('Image 1 hugs Image 2, who is crying, and whispers "It\'s over."', [("Image 1", "It's over.", "whisper")]),
        ("Image 1 is Mr. Fox. Mr. Fox: good morning!", [("Image 1", "good morning!", "say")]),
        ("图1（新郎）给图2（新娘）戴上戒指，说：以后早饭我做。", [("图1", "以后早饭我做。", "say")]),
        ("图1背着图2走。图2趴在他背上小声问：“还有多远？”", [("图2", "还有多远？", "say")]),
        ("生成一段口播：图1坐在书房，语速平稳：大家好。", [("图1", "大家好。", "say")]),
        ("A 6\" tall toy, Image 1, says \"Forward!\"", [("Image 1", "Forward!", "say")]),
        ("RAMEN IN 2 CUTS\n#1 noodles\n#2 Image 1 eats", []),
        ("图1滑出来，对着镜头咧嘴一笑：收工！", [("图1", "收工！", "say")]),
        ("图1（茶博士）一抖抹布：客官里边请！", [("图1", "客官里边请！", "say")]),
        ("让图1里的人动起来：她慢慢抬头，不要说话", []),
        ("图1【冷笑】：“请便。”", [("图1", "请便。", "say")]),
        ("殿外，礼官问：“吉时到否？”图1点头。", [("礼官", "吉时到否？", "say")]),
        ("图1停下。好奇问：“谁？”", [("图1", "谁？", "say")]),
        ("图1OS：完了。", [("图1", "完了。", "narrate")]),
        ("图1心里暗暗盘算着：再忍忍。", [("图1", "再忍忍。", "narrate")]),
        ("图1突然冒出一句“下雨了”，图2抬头", [("图1", "下雨了", "say")]),
        ("图1的小女孩牵着图2的老奶奶，奶奶说：“慢点。”", [("图2", "慢点。", "say")]),
        ("图1：快递小哥；图2：老奶奶。小哥敲门：“您的包裹！”", [("图1", "您的包裹！", "say")]),
        ("图1：老师。图2：到！", [("图1", "老师。", "say"), ("图2", "到！", "say")]),
        ("图1是我，图2是我家的狗，狗扑过来，我笑着说：“轻点！”", [("图1", "轻点！", "say")]),
        ("图2大喊。图2：站住！", [("图2", "站住！", "shout")]),
        ("图1走来。配音（男声）：好茶，慢饮。", [("narrator", "好茶，慢饮。", "narrate")]),
        ("圖1的偵探摘下帽子，偵探說：「散會。」", [("图1", "散會。", "say")]),
        ('The queen @Image2 rises. The queen says "Enough."', [("Image 2", "Enough.", "say")]),
        ('Image 1 peers in. A faint voice from the well: "Up here."', [("A faint voice", "Up here.", "say")]),
        (
            "A clerk (Image 1), a child (Image 2). Clerk: Next. Move along. Child, whispering: I lost my mum.",
            [("Image 1", "Next. Move along.", "say"), ("Image 2", "I lost my mum.", "whisper")],
        ),
        (
            '"Too hot?" asks Image 1. "A little," Image 2 says. "Like lava." Both laugh.',
            [("Image 1", "Too hot?", "say"), ("Image 2", "A little,", "say"), ("Image 2", "Like lava.", "say")],
        ),
        ('Image 1 shows Image 2, his niece, a shell. "Listen," she says.', [("Image 2", "Listen,", "say")]),
        ('The sign on the gate says "NO ENTRY". Image 1 climbs over.', []),
        ('Image 1 says: I am late. I know it.', [("Image 1", "I am late. I know it.", "say")]),
        ('Image 1 drives, Image 2 in the back. "Long day?" the driver asks.', [("Image 1", "Long day?", "say")]),
        ("Image 2: (shouting) Wait!", [("Image 2", "Wait!", "shout")]),
        (
            '{"cast":[{"name":"Ada","ref":"Image 1"}],"scenes":[{"action":"Ada waves","dialogue":"Ada: Bye."}]}',
            [("Image 1", "Bye.", "say")],
        ),
        (
            '{"clip":{"shots":[{"action":"图2点头","speaker":"图2","dialogue":"好。"}]}}',
            [("图2", "好。", "say")],
        ),
    ],
)  # fmt: skip
def test_who_says_what(prompt: str, expected: list[tuple[str | None, str, str]]) -> None:
    assert lines(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "moves"),
    [
        ("镜头后退跟拍图1", ["track"]),
        ("图1把面膜贴近镜头", []),
        ("The bus pulls away. Image 1 runs.", []),
        ("Camera pulls back and up from Image 1.", ["pull_out", "crane"]),
        ("镜头从升起的热气推到图1脸上", ["push_in"]),
        ("镜1/手持/中景：图1上楼", ["handheld"]),
        ("| 1 | 固定 | 图1挥手 |", ["static"]),
        ("镜一（中景/推）：图1缝衣", ["push_in"]),
        ("镜头绕着图1转一圈，然后迅速后撤", ["orbit", "pull_out"]),
        ("镜头对准图1，缓缓靠近", []),
        ("轨道车横移，镜头由左至右掠过图1", ["truck"]),
        ("镜头跟移图1", ["track"]),
        ("Camera drifts upward past Image 1", ["crane"]),
        ("The camera circles slowly while rising over Image 1", ["orbit", "crane"]),
        ("The camera glides behind Image 1, then swings around her", ["track", "orbit"]),
    ],
)
def test_camera_or_people(prompt: str, moves: list[str]) -> None:
    assert [m.move.value for m in read(prompt).shots[0].moves] == moves


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        ("WS - Image 1 on a bridge", "wide"),
        ("MS, Image 1 turns", "medium"),
        ("Low angle wide of Image 1", "wide"),
        ("Ms. Lee (Image 1) walks in", None),
        ("图1踮脚够书，够不着（全身）", "full"),
        ("wide again, the cliff falls on Image 1", "wide"),
    ],
)
def test_initials_of_sizes(prompt: str, size: str | None) -> None:
    found = read(prompt).shots[0].size
    assert (found.value if found else None) == size


def test_parts_are_billed_before_the_first_shot() -> None:
    shots = read("产品图1，代言人图2。一束光打在图1上。切至图2回眸。").shots
    assert [[m.name for m in shot.cast] for shot in shots] == [["图1"], ["图2"]]


def test_a_person_who_is_there_alone_is_seen() -> None:
    assert [m.name for m in read("画面里只有图1，她安静地坐着").shots[0].cast] == ["图1"]


def test_whose_movement_is_copied_is_not_seen() -> None:
    assert [m.name for m in read("Use the camera movement of Video 1. Image 1 skates.").shots[0].cast] == ["Image 1"]


@pytest.mark.parametrize("key", ["onscreen_text", "on-screen text", "captions", "subtitle"])
def test_json_keys_that_forbid_lettering(key: str) -> None:
    assert read(f'{{"shots": ["Image 1 runs"], "{key}": "none"}}').no_text
