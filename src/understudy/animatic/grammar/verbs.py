"""Verbs in Chinese and English: what people do, as far as the studio can show it.

Knows vocabulary only, in the form `text.plain` gives; where two words overlap the longer one wins. Must not know
sentences or who acts.
"""

from __future__ import annotations

from understudy.animatic.screenplay import Verb

ACTS: tuple[tuple[str, Verb], ...] = (
    (
        r"推门而入|推门进来|走进来|走进|进门|闯进|冲进|进入|入场|登场|走过来|走来|跑来|跑过来|蹦出来|跳出来|冒出来|"
        r"探出头来?|出现在|走出来|凑过来|"
        r"enters?\b|comes? in\b|walks? in\b|bursts? in\b|steps? (?:in|into|out of|forward)\b|appears?\b|"
        r"arrives?\b|approach(?:es)?\b|peeks?\b|"
        r"comes? over\b|walks? (?:over|up)\b",
        Verb.ENTER,
    ),
    (
        r"走出去|离开|离去|走远|跑远|退场|转身离开|走开|远去|消失在|leaves?\b|walks? (?:away|off|out)\b|exits?\b|"
        r"runs? (?:away|off)\b",
        Verb.LEAVE,
    ),
    (
        r"路过|经过|走过|擦肩而过|穿过|跑过|飞过|passes by\b|pass(?:es)? (?:by|through|in front)\b|walks? past\b|"
        r"crosses\b|"
        r"walks? by\b",
        Verb.PASS,
    ),
    (
        r"跑向|奔跑|跑步|飞奔|冲刺|狂奔|跑|冲(?=向|下|过|出)|runs?\b|running\b|sprint\w*|jogs?\b|jogging\b|dash(?:es|"
        r"ing)\b|"
        r"chas(?:es|ing)\b",
        Verb.RUN,
    ),
    (
        r"走向|走到|走在|走上|走下|漫步|散步|行走|迈步|走着|走(?![廊道])|踱步|牵着|walk(?:s|ing)?\b|stroll\w*|strid\w+|"
        r"climbs?\b|wander\w*",
        Verb.WALK,
    ),
    (r"跳跃|起跳|跃过|跳过|跳起|蹦|跳(?!舞|动)|jump(?:s|ing)?\b|leap(?:s|ing)?\b|hop(?:s|ping)?\b", Verb.JUMP),
    (r"飞行|飞翔|飞起|飞在|飞向|飞|漂浮|悬浮|\bfl(?:y|ies|ying)\b|float(?:s|ing)?\b|hover\w*|soar\w*", Verb.FLY),
    (r"跳舞|起舞|舞蹈|热舞|扭动|转圈|danc(?:e|es|ing)\b|twirl\w*|spins?\b", Verb.DANCE),
    (
        r"坐在|坐下|坐到|坐着|坐(?!标)|蹲|跪|骑|sit(?:s|ting)?\b|crouch\w*|kneel\w*|slides? into\b|rid(?:es|ing)\b|"
        r"squat\w*",
        Verb.SIT,
    ),
    (r"站在|站起|站着|站立|站(?!台|点)|停在|stand(?:s|ing)?\b|stops?\b|gets up\b", Verb.STAND),
    (r"靠着|靠在|倚着|倚在|依靠|依偎|lean(?:s|ing)?\b", Verb.LEAN),
    (r"拥抱|抱住|相拥|搂着|搂住|hug(?:s|ging)?\b|embrac\w+", Verb.HUG),
    (r"放到|放在|放下|搁在|摆在|put(?:s|ting)?\b|plac(?:es|ing)\b|sets? (?:it )?down\b|lays?\b", Verb.PUT),
    (
        r"弹吉他|弹琴|弹钢琴|弹奏|演奏|弹|拉小提琴|吹笛|打鼓|吹奏|打篮球|踢球|下棋|玩|敲键盘|运球|play(?:s|ing)?\b|"
        r"strum\w*",
        Verb.PLAY,
    ),
    (
        r"吃|喝|咬|品尝|啃|尝|eat(?:s|ing)?\b|drink(?:s|ing)?\b|sips?\b|sipping\b|bit(?:es|ing)\b|takes a bite\b|"
        r"(?:tastes|tasting)\b|chews?\b",
        Verb.EAT,
    ),
    (r"睡觉|睡着|入睡|打瞌睡|打盹|躺|sleep(?:s|ing)?\b|naps?\b|dozes?\b|lies\b|lying\b", Verb.SLEEP),
    (r"挥手|招手|挥挥手|挥动|举手|摆手|比了?个|wav(?:e|es|ing)\b|raises? (?:a|his|her|their) hand\b", Verb.WAVE),
    (r"点头|点点头|鞠躬|nod(?:s|ding)?\b|bow(?:s|ing)\b", Verb.NOD),
    (r"摇头|摇摇头|shakes? (?:his|her|its|their) head\b", Verb.SHAKE_HEAD),
    (
        r"转身|转头|回头|转过身|转过头|扭头|回眸|侧身|抬头|低头|歪头|turn(?:s|ing)?\b|tilts? (?:his|her|its) head\b|"
        r"looks? back\b",
        Verb.TURN,
    ),
    (
        r"微笑|大笑|笑着|笑容|一笑|笑了|笑得|笑|咧嘴|smil(?:e|es|ing)\b|grin(?:s|ning)?\b|laugh(?:s|ing)?\b|"
        r"chuckl\w+|wink(?:s|"
        r"ing)?\b",
        Verb.SMILE,
    ),
    (
        r"哭泣|哭着|哭了|流泪|落泪|泪水|眼泪|泪|哭|抽泣|哽咽|cr(?:y|ies|ying)\b|weep\w*|sob(?:s|bing)?\b|tears\b",
        Verb.CRY,
    ),
    (
        r"拿着|拿起|抱着|端着|举着|举起|捧着|手持|握着|握住|提着|拎着|撑着|打着|背着|hold(?:s|ing)?\b|carr(?:y|ies|"
        r"ying)\b|lifts?\b|"
        r"clutch\w*|grabs?\b|raises\b",
        Verb.HOLD,
    ),
    (
        r"看着|看向|望着|望向|盯着|注视|凝视|看见|看到|眺望|俯视着|打量|张望|看书|看电影|看(?!来|起来)|look(?:s|"
        r"ing)?\b|watch(?:es|ing)?\b|"
        r"star(?:es|ing)\b|gaz(?:es|ing)\b|glanc\w+",
        Verb.LOOK,
    ),
    (
        r"说话|说道|说(?!唱|服)|交谈|聊天|talk(?:s|ing)?\b|chat(?:s|ting)?\b|speak(?:s|ing)?\b|argu(?:e|es|ing)\b",
        Verb.SPEAK,
    ),
)
