"""The words of film, speech and weather in Chinese and English, as tables.

Knows vocabulary only: lower case, simplified characters, ASCII punctuation (`grammar.text.plain` brings a prompt to
that form). Must not know how a sentence is built, nor any reference of any prompt. Where a table maps, the longest
word wins. Terms follow the usual film textbooks of each language (近景 is chest up in Chinese, a medium close-up).
"""

from __future__ import annotations

from understudy.animatic.screenplay import Angle, Delivery, Move, ShotSize, Side, Weather

W, F, M, MC, C, X = (
    ShotSize.WIDE,
    ShotSize.FULL,
    ShotSize.MEDIUM,
    ShotSize.MEDIUM_CLOSE,
    ShotSize.CLOSE,
    ShotSize.EXTREME_CLOSE,
)

# Regular expressions, tried together, leftmost first and in this order at one place: longer terms stand first.
SIZES: tuple[tuple[str, ShotSize], ...] = (
    (r"大远景|极远景|大全景|远景|全景(?:镜头)?|广角全景|定场镜头|建立镜头", W),
    (r"中全景|大中景|全身(?:镜头|景|像|出镜|构图|入镜|照)|(?<![一-鿿])全身(?![一-鿿])", F),
    (r"中近景|近景|胸像|胸部以上|胸口以上|半身近景|肩部以上", MC),
    (
        r"中景|上?半身(?:镜头|景|像|出镜|构图|照)|(?<![一-鿿])上?半身(?![一-鿿])|上?半身(?=固定|跟拍|中景|口播|居中|"
        r"正面|侧面)|腰部以上|膝盖?以上|七分身|牛仔镜头",
        M,
    ),
    (r"大特写|极特写|超特写|极近特写|超近特写|微距(?:镜头|特写|拍摄)?|特大特写", X),
    (r"近距离特写|面部特写|脸部特写|手部特写|特写", C),
    (r"extreme[ -]close[ -]?ups?|extreme closeups?|\becu\b|\bmacro\b|\bxcu\b", X),
    (r"medium[ -]close[ -]?ups?|\bmcu\b|chest[ -]up|\bbust shot|head[ -]and[ -]shoulders?|medium close\b", MC),
    (
        r"medium[ -](?:full|wide|long)(?: shot)?|full[ -](?:body|length|figure)(?: shot)?|\bfull shot|"
        r"\bm[lw]s\b|\bfs\b(?=\s?[-,:;|/)\]])",
        F,
    ),
    (
        r"extreme[ -](?:wide|long)(?: shot)?|(?:^|(?<=[\n.;:,|])) ?(?:starts?|opens?|begins?|going|"
        r"goes|go|stays?|cuts?(?: to)?) wide\b|wide on\b|"
        r"very wide|ultra[ -]wide shot|establishing(?: wide)?(?: shot)?",
        W,
    ),
    (
        r"wide[ -](?:angle )?(?:shot|view|frame)s?|\blong shot|\bfull view|\bwide master|\bmaster shot|"
        r"\be?ws\b|\be?ls\b|"
        r"\bwide of (?=the\b|an?\b|his\b|her\b|image\b|video\b)",
        W,
    ),
    (
        r"(?:^|(?<=[\n:.,;|\[(]))\s{0,2}(?:(?:exterior|interior|super|very|an?|the) ){0,2}wide(?=\s{0,2}"
        r"(?:[,.:;|)\]]|on\b|of\b|again\b|high|low|to\b|from\b|$))",
        W,
    ),
    (
        r"med(?:ium)?[ -](?:two[ -])?shots?|\bmid[ -]?shots?|medium (?:of|on)\b|waist[ -]up|cowboy shot|american shot|"
        r"\bms\b(?=\s?(?:[-,:;|/)\]—]|of\b|on\b|$))",
        M,
    ),
    (r"(?:^|(?<=[\n:.,;|\[(]))\s{0,2}medium(?=\s{0,2}(?:[,.:;|)\]]|$))", M),
    (r"close[ -]?ups?|\bcloseups?|\bcu\b|tight (?:shot|on|close)|close shot|(?<=[\n:.,;|]) ?close on|^close on", C),
)

ANGLES: tuple[tuple[str, Angle], ...] = (
    (r"过肩|越过\S{1,8}的?肩|over[ -]the[ -]shoulder|\bots\b|over \S{1,12} ?\S{0,12}'s shoulder", Angle.OVER_SHOULDER),
    (r"第一人称|主观(?:视角|镜头|视点)|\bpov\b|point[ -]of[ -]view|first[ -]person", Angle.POV),
    (r"俯拍|俯视|俯瞰|鸟瞰|顶拍|顶视|垂直向下|上帝视角|俯角|高角度|高机位", Angle.TOP),
    (
        r"top[ -](?:down|shot|view|angle)|high[ -]angle|"
        r"bird'?s?[ -]eye|overhead|god'?s[ -]eye|from (?:directly )?above",
        Angle.TOP,
    ),
    (r"仰拍|仰视|仰角|低角度|低机位|贴地拍?|low[ -]angle|worm'?s[ -]eye|from below|low camera", Angle.LOW),
    (r"平视|平拍|水平视角|齐眼|眼平|eye[ -]level", Angle.EYE),
)

# Moves that no sentence about people contains.
MOVES: tuple[tuple[str, Move], ...] = (
    (
        r"(?:缓|慢|快|急|猛|前|轻)推(?![开门倒车着搡拿荐杯翻给])|推近|推镜头?|推轨|(?:缓缓|慢慢|逐渐|快速|"
        r"匀速)推(?:近|进)|"
        r"(?<=[景写身角肩][/+、])推(?![一-鿿])|推进(?:到|至|特写)|推(?:到|至|成|向)(?=大?特写|[中近]景|脸|面部|眼)|(?:镜头)?拉近(?:镜头)?|变焦推|希区柯克变焦",
        Move.PUSH_IN,
    ),
    (
        r"(?:dolly|push|zoom|truck|move|crash zoom)(?:es|s|ies|ing)? (?:\w+ly )?in(?:to|"
        r"wards?)?\b(?! the (?:door|crowd))|"
        r"dollies in|(?:push|zoom|dolly)-in\b|\bcrash zoom\b|slow(?:ly)? (?:push|zoom|dolly)(?! (?:out|back|away))\b",
        Move.PUSH_IN,
    ),
    (
        r"(?<=[景写身角肩][/+、])拉(?![一-鿿])|拉远|后拉|拉镜头?|缓拉|慢拉|拉开(?:景别|距离|至|到)|(?:镜头|机位)后退(?!着?跟)",
        Move.PULL_OUT,
    ),
    (
        r"(?:dolly|zoom)(?:es|s|ing)? (?:\w+ly )?(?:out|back|away)\b|"
        r"^\W{0,3}(?:(?:\w+ly|slow|then|and|quick|gentle) ){0,2}pull(?:s|ing)? (?:\w+ly )?(?:out|back|away)\b|"
        r"dollies (?:out|back)|(?:zoom|dolly|"
        r"pull)-(?:out|back)\b",
        Move.PULL_OUT,
    ),
    (r"上摇|下摇|仰摇|俯摇|摇上|摇下|tilt(?:s|ed|ing)? (?:\w+ly )?(?:up|down)(?:wards?)?\b|tilt shot", Move.TILT),
    (
        r"(?<=[景写身角肩][/+、])摇(?![一-鿿])|左摇|右摇|横摇|摇镜头?|甩镜头?|快摇|慢摇|摇移|摇摄|"
        r"(?:slow|whip|quick|fast|gentle|swish|camera|smooth|long)[ -]pans?\b|\bpan(?:s|ning)? (?:\w+ly )?"
        r"(?:left|right|across|over|along|to\b|from|around|slowly|past)|\bpans\b|panning shot|\bpan(?=[一-鿿])|^pan\b",
        Move.PAN,
    ),
    (r"(?<=[景写身角肩][/+、])移(?![一-鿿])|横移|平移|侧移|移镜头?|移动镜头|滑轨|左移|右移", Move.TRUCK),
    (
        r"\btruck(?:s|ing)? (?:left|right|along|shot|sideways)|slid(?:es?|ing) (?:left|"
        r"right) (?:past|along)|"
        r"lateral(?:ly)? (?:track|dolly|move|slide)\w*|slider (?:shot|move)|(?:camera|shot) slides|sideways dolly",
        Move.TRUCK,
    ),
    (
        r"升降镜头|摇臂|升镜头?|降镜头?|\bcrane (?:shot|up|down)|\bcran(?:es|ing) (?:up|down)|\bboom(?:s|ing)? (?:up|"
        r"down)|"
        r"\bjib\b|pedestal (?:up|down)|(?:drone|camera|shot) (?:\w+ )?(?:rising|rises|ascends|descends|lowers|lifts)",
        Move.CRANE,
    ),
    (
        r"环绕(?:运镜|镜头|拍摄|一周|一圈|跟拍)|环拍|绕拍|360度(?:环绕|旋转)?(?:拍摄|运镜|镜头)|环绕式|弧形运镜|"
        r"\borbit(?:s|al|ing)?\b|\barc(?:s|ing)? (?:around|shot|left|right|\d)|360[ -]degree|circles? around|"
        r"(?:camera|shot) (?:\w+ly )?(?:circles|circling|revolves|rotates|wraps|spins)",
        Move.ORBIT,
    ),
    (
        r"(?<=[景写身角肩][/+、])跟(?![一-鿿])|跟拍|跟移|[横侧前后]跟(?=镜头|$|[\s,。;|:/])|跟镜头?|"
        r"跟随镜头|跟随拍摄|追踪镜头|跟踪镜头|尾随镜头|跟焦拍摄|tracking(?: shot)?\b|"
        r"follow(?:ing)?[ -](?:shot|cam)|follow[ -]cam|steadicam follow\w*|leading shot",
        Move.TRACK,
    ),
    (
        r"手持(?:镜头|拍摄|摄影|摄像|跟拍|感|风格|运镜|晃动|的?(?:轻微)?呼吸感|的?[微略轻]?[晃抖]|质感|机位|视角|效果|抖动|纪实)|"
        r"(?:(?<![一-鿿])|轻微|微微|稍微|略带|全程|带点?|镜头|机位|摄影|拍摄)手持(?=\s*(?:$|[,。;|:/)\n]))|(?:轻微|微微)(?:晃动|抖动)的?(?:镜头|画面)|(?:晃动|抖动|摇晃)感|呼吸感(?:镜头|晃动)|"
        r"hand[ -]?held(?! (?:fan|device|mic|micro|console|radio|game|torch|phone|lamp|lantern|camera in))|"
        r"shaky[ -]?cam|\bshaky(?: footage\b|(?=\s?(?:[,.;|)]|$)))|"
        r"shaky camera",
        Move.HANDHELD,
    ),
    (
        r"固定(?:机位|镜头|视角|拍摄|长镜头|画面|构图)|定机位|静止镜头|静态镜头|静止机位|(?<![一-鿿])固定(?=\s*(?:$|[,。;|:/)\n]))|锁定机位|三脚架|定镜|"
        r"(?:机位|镜头|摄影机|摄像机|相机)(?:全程|始终|一直|保持|完全)?(?:固定|不动|别动|静止|不移动|不要动)|"
        r"(?:机位|镜头|摄影机|相机)(?:全程|始终)?(?:保持)?(?:固定)?不(?:要)?(?:动|移动)|"
        r"static (?:cam(?:era)?\b|shot|frame|framing|wide|medium|close|tripod)|(?:camera|shot|frame) (?:is |stays |"
        r"remains |holds )?"
        r"(?:completely |perfectly )?(?:static|still|fixed|locked|stationary|motionless)|locked[ -](?:off|down)|"
        r"fixed (?:camera|shot|frame|position|lens)|tripod|camera (?:does not|doesn't|never|must not|"
        r"should not) move|"
        r"(?:^|(?<=[,.:;|(])) ?(?:static|stationary)(?=\s?(?:[,.:;|)]|$))|stationary (?:camera|shot)",
        Move.STATIC,
    ),
)

# Words that are moves only where the clause speaks of the camera.
CAMERA = (
    r"镜头|机位|运镜|航拍|摄影机|摄像机|相机视角|画面(?=缓|慢|逐|向|推|拉|摇|升|降|跟|从|移)|\bcamera\b|\blens\b|"
    r"\bshot\b|\bdrone\b|\bsteadicam\b|\bgimbal\b|"
    r"\bframing\b|无人机|视角(?=缓|慢|逐|向|推|拉|摇|升|降|跟|从|移)"
)
CAMERA_MOVES: tuple[tuple[str, Move], ...] = (
    (
        r"推(?:进|到|向|至|过|入|上)|(?<![一-鿿])推(?![一-鿿])|前移|逼近|靠近|凑近|贴近|moves? (?:\w+ )?(?:closer|"
        r"in\b)|"
        r"push(?:es|ing)?\b(?! (?:out|back|away))|zooms?\b(?! (?:out|back|away))|creeps|inches closer|closes in",
        Move.PUSH_IN,
    ),
    (
        r"拉(?:出|开|至|到|回|向)|(?<![一-鿿])拉(?![一-鿿])|后撤(?!着?跟)|退后|pulls?\b(?! in)|retreats|backs away|"
        r"moves? (?:back|away)",
        Move.PULL_OUT,
    ),
    (
        r"仰到|仰起|仰至|仰向|俯到|向上摇|向下摇|上移|上扬|从下(?:往|至|到)上|从上(?:往|至|到)下|\btilt(?:s|ing)?\b",
        Move.TILT,
    ),
    (
        r"摇(?:向|到|至|过|动|摆)|甩(?:向|到|至|过)|(?<![一-鿿])摇(?![一-鿿])|从左(?:往|至|到|向)右|从右(?:往|至|到|向)左|转(?:向|到)|"
        r"扫(?:过|向)|"
        r"掠过|横扫|\bpan(?:s|ning)?\b|sweeps?|\bswings?\b(?! a?round)|turns? to",
        Move.PAN,
    ),
    (
        r"移(?:向|到|至|过)|滑(?:过|动|向)|横向(?:移动|滑动)?|侧向移动|平行移动|(?<![一-鿿])移(?![一-鿿])|slides?|trucks?\b|"
        r"(?:glides?|drifts?|floats?|moves?|travels?|creeps?) (?:(?!up|down)\w+ )?"
        r"(?:left|right|past|along|sideways|laterally|across)\b",
        Move.TRUCK,
    ),
    (
        r"升(?:起|高|到|至|上|向)|上升|拉(?:高|起|升)|向上拉|抬[高升]|拔高|下降|降(?:到|至|低|下|落)|降落|(?<![一-鿿])[升降](?![一-鿿])|"
        r"俯冲|(?:向上|往上|向高空)飘|飘升|攀升|升空|腾空|"
        r"(?:drifts?|floats?|moves?|glides?|travels?|flies|sails) (?:\w+ )?(?:up|down|skyward)(?:wards?)?\b|"
        r"(?:back|away|out) and up\b|up and (?:back|away|out|over)\b|"
        r"rises?|rising|ascend|descend|lowers?|lifts?|soars?|cranes?\b|\bdrops? (?:down|to)|climbs",
        Move.CRANE,
    ),
    (
        r"环绕|绕(?:到|着|过|行|至)|围着|围绕|盘旋|旋转|转(?:一|半)圈|\barcs?\b|arcing|circl(?:es?|ing)|revolv|rotates?|rotating|"
        r"swirl|spins?|orbit|(?:swing|wrap|curl|loop|move|come|travel)(?:s|ing)? (?:\w+ly )?a?round\b",
        Move.ORBIT,
    ),
    (
        r"跟(?:着|随|在|上|住|进|拍)|紧跟|追随|追着|尾随|跟踪|(?<![一-鿿])跟(?![一-鿿])|\bfollow(?:s|ing)?\b|"
        r"\btracks?\b|"
        r"trail(?:s|ing)?\b|chas(?:es|ing)\b|leads\b|"
        r"(?:glid|mov|float|drift|walk|travel)(?:es?|s|ing) (?:\w+ )?(?:behind|alongside|beside|ahead of)\b",
        Move.TRACK,
    ),
    (r"晃动|抖动|摇晃|颤动|shak(?:es|ing|y)\b|wobbl|jitter", Move.HANDHELD),
    (r"固定|静止|不动|别动|\bstatic\b|\bstill\b|\bfixed\b|\blocked\b|\bholds\b", Move.STATIC),
)
MOVE_SIDES: tuple[tuple[str, Side], ...] = (
    (r"从左(?:往|至|到|向)右|向右|往右|右移|右摇|左到右|\bright\b", Side.RIGHT),
    (r"从右(?:往|至|到|向)左|向左|往左|左移|左摇|右到左|\bleft\b", Side.LEFT),
    (
        r"下摇|摇下|向下|往下|下降|降到|降至|降低|降落|俯摇|从上(?:往|至|到)下|\bdown(?:wards?)?\b|lowers|descend",
        Side.DOWN,
    ),
    (
        r"上摇|摇上|向上|往上|仰|上升|升起|升高|拉高|抬高|从下(?:往|至|到)上|\bup(?:wards?)?\b|rises?|rising|ascend",
        Side.UP,
    ),
)

WEATHER: tuple[tuple[str, Weather], ...] = (
    (
        r"(?<![流花星瓣弹钱带如似])雨(?![伞衣靴鞋林刷棚声披季燕花])(?!后|过天晴|音|具|[刚已]?经?停)|\brain(?:s|ing|"
        r"y|fall|drops?|-soaked|-slick\w*|"
        r"storm|swept|-swept)?\b(?! ?(?:coat|boots|forest|sounds?))|\bdrizzl\w+|downpour",
        Weather.RAIN,
    ),
    (
        r"(?<![胜似如若])雪(?![肤肌白糕碧亮茄纺梨莲藕橇峰山])|(?<!滑)雪花|\bsnow(?:s|ing|y|fall|flakes?|-covered|storm|drifts?)?\b|"
        r"blizzard",
        Weather.SNOW,
    ),
    (
        r"(?<![昨今隔一整前连熬])夜(?![宵班猫莺盲总店礼叉])|月光|月色|月夜|月下|明月|\b(?:mid)?night(?:time|"
        r"fall)?s?\b(?! ?(?:gown|stand|"
        r"mare|shirt|dress))|moonl\w+|moonlit|\bnocturnal\b|after dark",
        Weather.NIGHT,
    ),
    (
        r"夕阳|黄昏|日落|傍晚|晚霞|落日|暮色|余晖|斜阳|sunsets?|golden[ -]hour|\bdusk\b|twilight|setting sun|"
        r"magic hour",
        Weather.SUNSET,
    ),
    (
        r"(?<![喷烟水气])雾(?![面霾化色感眉])|云雾|水雾|雾气|烟雨|\bfog(?:gy|s)?\b|\bmist(?:y|s)?\b|\bhaz[ey]\b",
        Weather.FOG,
    ),
    (r"霓虹|\bneon\b", Weather.NEON),
)

# Speech. The table is searched for the last verb before a quote, longest first.
SPEAKING: tuple[tuple[str, Delivery], ...] = (
    (
        r"歌唱|唱(?:道|着|起|歌)?|哼唱|哼(?:着|起|道)?|开唱|清唱|演唱|合唱|rap|\bsing(?:s|ing)?\b|\bsang\b|\braps\b|"
        r"\brapping\b|\bhums?\b|"
        r"humming\b|\bcroon\w*|\bbelts?\b",
        Delivery.SING,
    ),
    (
        r"大喊(?:道|着|一声)?|高喊|呼喊|喊(?:道|着|出|话|一声)?|怒吼(?:道)?|大吼|吼(?:道|着|出)?|咆哮(?:道)?|"
        r"尖叫(?:道)?|大叫(?:道)?|"
        r"吆喝(?:道|着)?|叫卖|扯着嗓[子门]|放声(?!大?[哭笑])|厉喝|断喝|长啸|嘶喊|呐喊|叫嚷|嚷(?:嚷|道|着)|惨叫|哀嚎|嚎叫|惊叫(?:道)?|高呼|惊呼(?:道)?|怒喝|大喝|嘶吼|\bshout(?:s|ing|ed)?\b|\byell(?:s|ing|ed)?\b|\bscream(?:s|ing|"
        r"ed)?\b|"
        r"\bbellow\w*|\broars?\b|\bshriek\w*",
        Delivery.SHOUT,
    ),
    (
        r"压低(?:了)?(?:声音|嗓音|嗓门|嗓子|声线|声|音量)|耳语(?:道)?|低语(?:道)?|悄声(?:说|道|问)?|悄悄(?:地)?(?:说|告诉)|窃窃私语|"
        r"用气声|"
        r"\bwhisper(?:s|ing|ed)?\b|under (?:his|her|their) breath|hushed voice",
        Delivery.WHISPER,
    ),
    (
        r"旁白|画外音|内心独白|(?<![a-z])os\b|独白|解说(?!员|嘉宾)(?:词)?|心想|暗想|暗道|暗忖|默想|寻思|心声|"
        r"(?:内心|心里|心中|心底)的声音|(?:内心|心里|心中|心底)(?:默默|暗暗|暗自|偷偷|悄悄)?地?(?:想|念|默念|说|道|喊|嘀咕|盘算)|"
        r"voice[ -]?overs?|\b(?:inner|inside) (?:voice|thoughts?)\b|"
        r"\bv\.?o\.?\b|"
        r"\bnarrat\w+|inner monologue|internal monologue|thinks to (?:him|her)self",
        Delivery.NARRATE,
    ),
    (
        r"说道|说着|说话|说(?:出|了一?句|一句|一声)?|问道|问(?:了一?句|一句)?|追问|质问|反问|询问|提问|答道|"
        r"回答(?:道|说)?|答(?:了一?句)?|"
        r"回道|回应(?:道|说)?|回复(?:道)?|回敬|回(?:了)?一句|反驳(?:道)?|反击(?:道)?|叫道|叫住|开口(?:道|说话|说)?|"
        r"嘟囔(?:道|着)?|嘀咕(?:道|着)?|"
        r"嘟哝|念(?:道|叨|出)|默念|朗读|朗诵|播报(?:道)?|介绍(?:道|说)?|解释(?:道|说)?|感叹(?:道)?|感慨(?:道)?|叹道|"
        r"叹(?:了一?口)?气|"
        r"长叹|自言自语(?:道)?|自语|喃喃(?:自语|道|地说)?|呢喃|吐槽(?:道)?|调侃(?:道)?|补充(?:道|说)?|提醒(?:道|说)?|"
        r"警告(?:道|说)?|命令(?:道)?|"
        r"宣布(?:道)?|打招呼|招呼(?:道)?|告诉\S{0,4}|央求|哀求|恳求|安慰(?:道|说)?|夸(?:道|奖|赞)?|称赞(?:道)?|"
        r"赞叹(?:道)?|骂(?:道)?|怒斥|"
        r"呵斥|冷笑(?:道)?|冷哼|苦笑(?:道)?|笑道|笑出声来?|讲(?:道|述|解|话)?|表示|致辞|报幕|口播|台词|对白|配音|"
        r"抱怨(?:道)?|嘲讽(?:道)?|"
        r"嘱咐(?:道)?|叮嘱(?:道)?|吩咐(?:道)?|承诺|道歉|求饶|喊话|道(?=$|[:,])|搭话|接话|插话|笑说|坦白|抱怨|发问|"
        r"应(?:道|了一?声)|撒娇|数(?:着|道)|吟(?:诵|道)|背诵|念着|念念有词|祈祷|祷告|许愿|宣誓|发誓|叮咛|哄(?:着|道)|逗(?:着|道)|"
        r"催(?:着|道|促)|劝(?:道|说)|责备|训斥|数落|埋怨|嗔怪|寒暄|问候|汇报|讲解|点评|宣读|朗声|支吾|嗫嚅|咕哝|碎碎念|唠叨|附和|"
        r"抢答|脱口而出|笑骂|起哄|搭腔|接茬|异口同声|齐声|一字一[句顿]|(?:[冒蹦甩丢扔撂飙憋挤吐接补来回怼抛]|插|念叨)(?:出来?|下|上|了|过来)?(?:这么)?一句|"
        r"\bsay(?:s|ing)?\b|\bsaid\b|\bask(?:s|ing|ed)?\b|\brepl(?:y|ies|ied|ying)\b|\banswer(?:s|ing|ed)?\b|"
        r"\brespond(?:s|ing|ed)?\b|\bmutter(?:s|ing|ed)?\b|\bmurmur(?:s|ing|ed)?\b|\bmumbl\w+|\bcall(?:s|"
        r"ing)? out\b|\bcries? out\b|"
        r"\bexclaim\w*|\bannounc\w+|\bdeclar\w+|\badds?\b|\bcontinues\b|\btell(?:s|ing)?\b|\btold\b|\bexplain\w*|"
        r"\bsigh(?:s|ing)?\b|"
        r"\bgasp(?:s|ing)?\b|\bsnaps?\b|\bgrowls?\b|\bspeak(?:s|ing)?\b|\btalk(?:s|ing)?\b|\bgreet(?:s|ing)?\b|"
        r"\bbegs?\b|\bwarns?\b|\binsists?\b|\bjokes?\b|\bteases?\b|\bcomplains?\b|\bquips?\b|\badmits?\b|"
        r"\bconfess\w*|"
        r"\bchuckles?\b|\blaughs?\b|\bdeadpans?\b|\brecites?\b|\breads aloud\b|\bstammers?\b|\bmouths\b|"
        r"\bhisses\b|\bpleads?\b|\bgoes,|\bsobs\b|\bwonders aloud\b|\bblurts?\b|\bprotests\b|\bobjects,|\bpipes up\b|"
        r"\bcorrects\b|\bechoes\b|\bagrees\b|\binterrupts\b|\bdemands\b|\bscoffs\b|\bretorts\b|\bbarks\b|\bpurrs\b|"
        r"\bcuts in\b|\bbreathes\b|\bsqueals?\b|\bgiggles?\b|\bgushes\b|\bwhines?\b|\bhuffs\b|\bgrumbles?\b|"
        r"\bgroans?\b|\bcroaks\b|\brasps\b|\bdrawls?\b|\bcounters,|\bremarks?\b|\bboasts?\b|\bbrags?\b|\burges?\b|\bmuses\b|"
        r"\breminds\b|\bpromises\b|\bvows\b|\bcheers\b|\bchants?\b|\bstutters?\b|\bsnorts\b|\byelps?\b|\bsqueaks?\b|"
        r"\breads (?:\w+ly|aloud|out)\b",
        Delivery.SAY,
    ),
)
DELIVERIES: tuple[tuple[str, Delivery], ...] = SPEAKING[:4]

LETTERING = (
    r"字样|大字|小字|文字|字幕|金字|标题|标语|片名|书名|招牌|牌子|牌匾|横幅|海报|写着|写有|写下|写道|印着|印有|刻着|"
    r"刻有|贴着|标有|标着|"
    r"显示着?|弹出|浮现出?|出现|打出|亮出|名为|名叫|取名|叫做|叫作|(?<![大尖惊喊])叫|称为|所谓|题为|品牌|文案|logo|"
    r"标志|弹幕|消息|短信|屏幕上|"
    r"slogan|口号(?=$|[:\"“])|\bwords?\b|\btext\b|\btitled?\b|\bsigns?\b|\bcaptions?\b|\breads?\b|\breading\b|"
    r"\blabell?ed\b|\bcalled\b|"
    r"\bnamed\b|\bletter(?:s|ing)\b|\bheadlines?\b|\btagline\b|\bposters?\b|\bbanners?\b|\bwritten\b|"
    r"\bdisplay(?:s|ing)?\b|"
    r"\bsubtitles?\b|\bspell(?:s|ing)?\b|\bbillboard\b|\bnote\b|(?<!off )(?<!off-)\bscreen\b|\bengraved\b|"
    r"\bprinted\b|\bbrand\b|\bsong\b|\bstyle of\b|\bfont\b"
)
SOUNDING = r"发出|响起|响了|音效|声效|一声|sound of|sfx|\bgoes\b|with a (?:loud |soft )?$"
