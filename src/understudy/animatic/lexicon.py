"""The words of film, speech, weather, places and things in Chinese and English, as tables.

Knows vocabulary only: lower case, simplified characters, ASCII punctuation (`grammar.text.plain` brings a prompt to
that form). Must not know how a sentence is built, nor any reference of any prompt. Where a table maps, the longest
word wins. Terms follow the usual film textbooks of each language (近景 is chest up in Chinese, a medium close-up).
"""

from __future__ import annotations

from understudy.animatic.screenplay import Angle, Delivery, Move, ShotSize, Side, Verb, Weather

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
    (r"中景|上?半身(?:镜头|景|像|出镜|构图|照)|(?<![一-鿿])上?半身(?![一-鿿])|腰部以上|膝盖?以上|七分身|牛仔镜头", M),
    (r"大特写|极特写|超特写|极近特写|超近特写|微距(?:镜头|特写|拍摄)?|特大特写", X),
    (r"近距离特写|面部特写|脸部特写|手部特写|特写", C),
    (r"extreme[ -]close[ -]?ups?|extreme closeups?|\becu\b|\bmacro\b|\bxcu\b", X),
    (r"medium[ -]close[ -]?ups?|\bmcu\b|chest[ -]up|\bbust shot|head[ -]and[ -]shoulders?|medium close\b", MC),
    (r"medium[ -](?:full|wide|long)(?: shot)?|full[ -](?:body|length|figure)(?: shot)?|\bfull shot", F),
    (r"extreme[ -](?:wide|long)(?: shot)?|very wide|ultra[ -]wide shot|establishing(?: wide)?(?: shot)?", W),
    (r"wide[ -](?:angle )?(?:shot|view|frame)s?|\blong shot|\bfull view|\bwide master|\bmaster shot|\bews\b", W),
    (r"(?:^|(?<=[\n:.,;|\[(]))\s{0,2}wide(?=\s{0,2}(?:[,.:;|]|on\b|of\b|high|low|to\b|from\b|$))", W),
    (r"wide,? (?:high|low)[ -]angle", W),
    (r"medium[ -](?:two[ -])?shots?|\bmid[ -]?shots?|medium (?:of|on)\b|waist[ -]up|cowboy shot|american shot", M),
    (r"(?:^|(?<=[\n:.,;|\[(]))\s{0,2}medium(?=\s{0,2}(?:[,.:;|]|$))", M),
    (r"close[ -]?ups?|\bcloseups?|\bcu\b|tight (?:shot|on|close)|close shot|(?<=[\n:.,;|]) ?close on|^close on", C),
)

ANGLES: tuple[tuple[str, Angle], ...] = (
    (r"过肩|越过\S{1,8}的?肩|over[ -]the[ -]shoulder|\bots\b|over \S{1,12} ?\S{0,12}'s shoulder", Angle.OVER_SHOULDER),
    (r"第一人称|主观(?:视角|镜头|视点)|\bpov\b|point[ -]of[ -]view|first[ -]person", Angle.POV),
    (r"俯拍|俯视|俯瞰|鸟瞰|顶拍|顶视|垂直向下|上帝视角|俯角|高角度|高机位", Angle.TOP),
    (r"top[ -]down|high[ -]angle|bird'?s?[ -]eye|overhead|god'?s[ -]eye|from (?:directly )?above", Angle.TOP),
    (r"仰拍|仰视|仰角|低角度|低机位|贴地拍?|low[ -]angle|worm'?s[ -]eye|from below|low camera", Angle.LOW),
    (r"平视|平拍|水平视角|齐眼|眼平|eye[ -]level", Angle.EYE),
)

# Moves that no sentence about people contains.
MOVES: tuple[tuple[str, Move], ...] = (
    (
        r"(?:缓|慢|快|急|猛|前|轻)推(?![开门倒车着搡拿荐杯翻给])|推近|推镜头?|推轨|(?:缓缓|慢慢|逐渐|快速|匀速)推(?:近|进)|"
        r"推进(?:到|至|特写)|(?:镜头)?拉近(?:镜头)?|变焦推|希区柯克变焦",
        Move.PUSH_IN,
    ),
    (
        r"(?:dolly|push|zoom|truck|move|crash zoom)(?:es|s|ies|ing)? (?:\w+ly )?in(?:to|wards?)?\b(?! the (?:door|crowd))|"
        r"dollies in|(?:push|zoom|dolly)-in\b|\bcrash zoom\b|slow(?:ly)? (?:push|zoom|dolly)(?! (?:out|back|away))\b",
        Move.PUSH_IN,
    ),
    (r"拉远|后拉|拉镜头?|缓拉|慢拉|拉开(?:景别|距离|至|到)|(?:镜头|机位)后退", Move.PULL_OUT),
    (
        r"(?:dolly|pull|zoom)(?:es|s|ing)? (?:\w+ly )?(?:out|back|away)\b|dollies (?:out|back)|(?:zoom|dolly|pull)-(?:out|back)\b",
        Move.PULL_OUT,
    ),
    (r"上摇|下摇|仰摇|俯摇|摇上|摇下|tilt(?:s|ed|ing)? (?:\w+ly )?(?:up|down)(?:wards?)?\b|tilt shot", Move.TILT),
    (
        r"左摇|右摇|横摇|摇镜头?|甩镜头?|快摇|慢摇|摇移|摇摄|"
        r"(?:slow|whip|quick|fast|gentle|swish|camera|smooth|long)[ -]pans?\b|\bpan(?:s|ning)? (?:\w+ly )?"
        r"(?:left|right|across|over|along|to\b|from|around|slowly|past)|\bpans\b|panning shot|\bpan(?=[一-鿿])|^pan\b",
        Move.PAN,
    ),
    (r"横移|平移|侧移|移镜头?|移动镜头|滑轨|左移|右移", Move.TRUCK),
    (
        r"\btruck(?:s|ing)? (?:left|right|along|shot|sideways)|\bslow truck|slid(?:es?|ing) (?:left|right) (?:past|along)|"
        r"lateral(?:ly)? (?:track|dolly|move|slide)\w*|slider (?:shot|move)|(?:camera|shot) slides|sideways dolly",
        Move.TRUCK,
    ),
    (
        r"升降镜头|摇臂|升镜头?|降镜头?|\bcrane (?:shot|up|down)|\bcran(?:es|ing) (?:up|down)|\bboom(?:s|ing)? (?:up|down)|"
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
        r"跟拍|跟镜头?|跟随镜头|跟随拍摄|追踪镜头|跟踪镜头|尾随镜头|跟焦拍摄|紧跟(?=$|[,。;])|tracking(?: shot)?\b|"
        r"follow(?:ing)?[ -](?:shot|cam)|follow[ -]cam|steadicam follow\w*|leading shot",
        Move.TRACK,
    ),
    (
        r"手持(?:镜头|拍摄|摄影|摄像|跟拍|感|风格|运镜|晃动|的?(?:轻微)?呼吸感|的?晃|质感|机位|视角|效果|抖动|纪实)|"
        r"(?<![一-鿿])手持(?=$|[,。;|:\n])|(?:轻微|微微)(?:晃动|抖动)的?(?:镜头|画面)|呼吸感(?:镜头|晃动)|"
        r"hand[ -]?held(?! (?:fan|device|mic|micro|console|radio|game|torch|phone|lamp|lantern|camera in))|shaky[ -]?cam|"
        r"shaky camera",
        Move.HANDHELD,
    ),
    (
        r"固定(?:机位|镜头|视角|拍摄|长镜头|画面|构图)|定机位|静止镜头|静态镜头|静止机位|锁定机位|三脚架|定镜|"
        r"(?:机位|镜头|摄影机|摄像机|相机)(?:全程|始终|一直|保持|完全)?(?:固定|不动|别动|静止|不移动|不要动)|"
        r"(?:机位|镜头|摄影机|相机)(?:全程|始终)?(?:保持)?(?:固定)?不(?:要)?(?:动|移动)|"
        r"static (?:camera|shot|frame|framing|wide|medium|close|tripod)|(?:camera|shot|frame) (?:is |stays |remains |holds )?"
        r"(?:completely |perfectly )?(?:static|still|fixed|locked|stationary|motionless)|locked[ -](?:off|down)|"
        r"fixed (?:camera|shot|frame|position|lens)|tripod|camera (?:does not|doesn't|never|must not|should not) move|"
        r"(?:^|(?<=[,.:;|])) ?(?:static|stationary)(?=\s?(?:[,.:;|]|$))|stationary (?:camera|shot)",
        Move.STATIC,
    ),
)

# Words that are moves only where the clause speaks of the camera.
CAMERA = (
    r"镜头|机位|运镜|摄影机|摄像机|相机视角|画面(?=缓|慢|逐|向|推|拉|摇|升|降|跟|从|移)|\bcamera\b|\blens\b|\bshot\b|\bdrone\b|"
    r"\bframing\b|无人机|视角(?=缓|慢|逐|向|推|拉|摇|升|降|跟|从|移)"
)
CAMERA_MOVES: tuple[tuple[str, Move], ...] = (
    (r"推(?:进|到|向|至|过|入|上)|(?<![一-鿿])推(?![一-鿿])|前移|逼近|靠近|凑近|贴近|moves? (?:\w+ )?(?:closer|in\b)|"
     r"push(?:es|ing)?\b(?! (?:out|back|away))|zooms?\b(?! (?:out|back|away))|creeps|inches closer|closes in", Move.PUSH_IN),
    (r"拉(?:出|开|至|到|回|向)|(?<![一-鿿])拉(?![一-鿿])|后撤|退后|pulls?\b(?! in)|retreats|backs away|moves? (?:back|away)",
     Move.PULL_OUT),
    (r"仰到|仰起|仰至|仰向|俯到|向上摇|向下摇|上移|上扬|从下(?:往|至|到)上|从上(?:往|至|到)下|\btilt(?:s|ing)?\b", Move.TILT),
    (r"摇(?:向|到|至|过|动到)|(?<![一-鿿])摇(?![一-鿿])|从左(?:往|至|到|向)右|从右(?:往|至|到|向)左|转(?:向|到)|扫(?:过|向)|"
     r"掠过|横扫|\bpan(?:s|ning)?\b|sweeps?|swings?|turns? to", Move.PAN),
    (r"移(?:向|到|至|过)|滑(?:过|动|向)|(?<![一-鿿])移(?![一-鿿])|slides?|glides? (?:left|right|past|along|sideways)|trucks?\b",
     Move.TRUCK),
    (r"升(?:起|高|到|至|上|向)|上升|拉高|抬高|拔高|下降|降(?:到|至|低|下|落)|降落|(?<![一-鿿])[升降](?![一-鿿])|俯冲|"
     r"rises?|rising|ascend|descend|lowers?|lifts?|soars?|cranes?\b|\bdrops? (?:down|to)|climbs", Move.CRANE),
    (r"环绕|绕(?:到|着|过|行|至)|围着|围绕|盘旋|旋转|转(?:一|半)圈|\barcs?\b|arcing|circl(?:es?|ing)|revolv|rotat|swirl|spins?|"
     r"orbit", Move.ORBIT),
    (r"跟(?:着|随|在|上|住|进|拍)|紧跟|追随|追着|尾随|跟踪|(?<![一-鿿])跟(?![一-鿿])|\bfollow(?:s|ing)?\b|\btracks?\b|"
     r"trail(?:s|ing)?\b|chas(?:es|ing)\b|leads\b", Move.TRACK),
    (r"晃动|抖动|摇晃|颤动|shak(?:es|ing|y)\b|wobbl|jitter", Move.HANDHELD),
    (r"固定|静止|不动|别动|\bstatic\b|\bstill\b|\bfixed\b|\blocked\b|\bholds\b", Move.STATIC),
)
MOVE_SIDES: tuple[tuple[str, Side], ...] = (
    (r"从左(?:往|至|到|向)右|向右|往右|右移|右摇|左到右|\bright\b", Side.RIGHT),
    (r"从右(?:往|至|到|向)左|向左|往左|左移|左摇|右到左|\bleft\b", Side.LEFT),
    (r"下摇|摇下|向下|往下|下降|降到|降至|降低|降落|俯摇|从上(?:往|至|到)下|\bdown(?:wards?)?\b|lowers|descend", Side.DOWN),
    (r"上摇|摇上|向上|往上|仰|上升|升起|升高|拉高|抬高|从下(?:往|至|到)上|\bup(?:wards?)?\b|rises?|rising|ascend", Side.UP),
)

WEATHER: tuple[tuple[str, Weather], ...] = (
    (r"(?<![流花星瓣弹钱带])雨(?![伞衣靴鞋林刷棚声披季燕花])(?!后|过天晴|音|具|巷名)|\brain(?:s|ing|y|fall|drops?|-soaked|-slick\w*|"
     r"storm|swept|-swept)?\b(?! ?(?:coat|boots|forest|sounds?))|\bdrizzl\w+|downpour", Weather.RAIN),
    (r"雪(?![白糕碧亮茄纺梨莲藕橇峰山])|(?<!滑)雪花|\bsnow(?:s|ing|y|fall|flakes?|-covered|storm|drifts?)?\b|blizzard", Weather.SNOW),
    (r"(?<![昨今隔一整前连熬])夜(?![宵班猫莺盲总店礼叉])|月光|月色|月夜|月下|明月|\b(?:mid)?night(?:time|fall)?s?\b(?! ?(?:gown|stand|"
     r"mare|shirt|dress))|moonl\w+|moonlit|\bnocturnal\b|after dark", Weather.NIGHT),
    (r"夕阳|黄昏|日落|傍晚|晚霞|落日|暮色|余晖|斜阳|sunsets?|golden[ -]hour|\bdusk\b|twilight|setting sun|magic hour",
     Weather.SUNSET),
    (r"(?<![喷烟水气])雾(?![面霾化色感眉])|云雾|水雾|雾气|烟雨|\bfog(?:gy|s)?\b|\bmist(?:y|s)?\b|\bhaz[ey]\b", Weather.FOG),
    (r"霓虹|\bneon\b", Weather.NEON),
)

NEGATION = (
    r"不要|不需要|不得|不能|不许|不准|不用|不必|不想|不可|别再?|勿|切勿|请勿|无需|无|没有|没|禁止|避免|杜绝|拒绝|去掉|去除|不带|不加|"
    r"不含|不会|不出现|不是|不做|不|\bno\b|\bnot\b|n't\b|\bwithout\b|\bnever\b|\bavoid(?:ing)?\b|\bzero\b|\bexclude\b|"
    r"\bfree of\b|\bremove\b|\bdo not\b|\bskip\b"
)

# People a prompt may speak of without a reference, and what aliases of references are made of.
MALE = (
    "男主角|男主|男孩子|男孩|男生|男人|男子|男士|男友|男青年|小男孩|老爷爷|爷爷|外公|姥爷|爸爸|父亲|老爸|儿子|哥哥|弟弟|叔叔|大叔|舅舅|伯伯|"
    "丈夫|老公|新郎|王子|国王|先生|小伙子|小伙|少年|帅哥|老头|大爷|和尚|皇帝|太监|师兄|师父|侠客|少爷"
)
FEMALE = (
    "女主角|女主|女孩子|女孩|女生|女人|女子|女士|女友|小女孩|小姑娘|姑娘|老奶奶|奶奶|外婆|姥姥|妈妈|母亲|老妈|女儿|姐姐|妹妹|阿姨|大妈|"
    "舅妈|妻子|老婆|新娘|公主|皇后|女王|小姐|少女|美女|老太太|大娘|师姐|师妹|丫鬟|空姐|护士|女侠|仙女|女巫"
)
ANYBODY = (
    "消防员|店员|店主|老板娘|老板|医生|警察|警官|老师|同学|学生|孩子|小孩|婴儿|宝宝|老人|老者|路人|行人|顾客|客人|服务员|服务生|司机|"
    "保安|保镖|记者|主持人|主播|新闻主播|歌手|乐手|吉他手|鼓手|舞者|演员|模特|厨师|大厨|咖啡师|调酒师|画家|摄影师|工人|工程师|程序员|"
    "上班族|侦探|线人|杀手|特工|士兵|将军|骑士|武士|剑客|刺客|忍者|道士|仙人|魔法师|巫师|船长|水手|渔夫|农夫|猎人|探险家|宇航员|"
    "机器人|小机器人|外星人|精灵|天使|恶魔|怪兽|小怪兽|怪物|主角|主人公|配角|朋友|闺蜜|同事|邻居|对手|队友|队长|教练|球员|裁判|"
    "评委|观众|法官|律师|秘书|经理|总裁|员工|快递员|外卖员|快递小哥|外卖小哥|乘客|售货员|管家|仆人|掌柜|小二|书生|匠人|老手艺人|"
    "旅人|小伙伴|伙伴|情侣|夫妻|陌生人|神秘人|黑衣人|嘉宾|采访者|受访者|博主|店小二|理发师|裁缝|图书管理员|守门人|拳击手|大侠"
)
ANIMALS = (
    "小猫咪|猫咪|小猫|橘猫|黑猫|白猫|花猫|猫|狗狗|小狗|柴犬|金毛|柯基|哈士奇|狗|小兔子|小兔|兔子|兔|小熊|熊猫|熊|狐狸|小狐狸|松鼠|"
    "小鸟|鹦鹉|猫头鹰|企鹅|小鸭|鸭子|小鸡|公鸡|小猪|猪|小羊|绵羊|山羊|奶牛|牛|白马|黑马|骏马|马|老虎|狮子|豹|大象|长颈鹿|猴子|小猴|"
    "刺猬|浣熊|水獭|仓鼠|老鼠|恐龙|小恐龙|龙|凤凰|鲸鱼|海豚|青蛙|乌龟"
)
MALE_EN = (
    "man|men|boy|guy|father|dad|grandfather|grandpa|son|brother|uncle|husband|groom|king|prince|gentleman|waiter|"
    "actor|monk|policeman|fireman|fisherman|businessman|salesman|cowboy|lad|boyfriend"
)
FEMALE_EN = (
    "woman|women|girl|lady|mother|mom|mum|grandmother|grandma|daughter|sister|aunt|wife|bride|queen|princess|waitress|"
    "actress|nun|policewoman|nurse|ballerina|girlfriend|witch"
)
ANYBODY_EN = (
    "person|kid|child|toddler|baby|teenager|teen|clerk|cashier|boss|doctor|officer|cop|teacher|student|barista|bartender|chef|cook|"
    "driver|guard|detective|reporter|host|anchor|singer|guitarist|drummer|dancer|model|artist|painter|photographer|"
    "worker|engineer|programmer|soldier|knight|samurai|wizard|captain|sailor|pirate|farmer|hunter|explorer|astronaut|"
    "robot|android|alien|ghost|monster|friend|stranger|passenger|customer|vendor|shopkeeper|keeper|librarian|mechanic|"
    "pilot|courier|mailman|butler|boxer|runner|skater|surfer|climber|coach|player|judge|lawyer|manager|neighbor|neighbour|"
    "couple|crowd|hero|heroine|protagonist|narrator|interviewer|baker|tailor|violinist|pianist|musician|scientist|"
    "announcer|presenter|colleague|roommate|villain|hiker|traveler|traveller|cyclist|kids|children|owner|cameraman|medic|"
    "bystander|receptionist|postman|magician|firefighter|janitor|mascot|influencer|streamer|rider"
)
ANIMALS_EN = (
    "cat|kitten|dog|puppy|corgi|rabbit|bunny|bear|panda|fox|raccoon|squirrel|bird|parrot|owl|penguin|duck|chicken|pig|"
    "sheep|goat|cow|horse|tiger|lion|elephant|giraffe|monkey|hedgehog|otter|hamster|mouse|dinosaur|dragon|whale|dolphin|"
    "frog|turtle|husky|shiba|retriever|kitty"
)
GROUPS: tuple[tuple[str, int], ...] = (
    (r"(?:他|她|它|咱)?们?(?:两|二|俩)(?:个)?(?:人|位|小家伙|孩子|朋友|者|姐妹|兄弟|主角|小伙伴|女孩|男孩|猫|狗|主人公)|(?:他|她|它)们俩?|俩人|双人|"
     r"彼此|双方|\bthe two\b(?: of them)?|\bboth(?: of them)?\b|\bthey\b|\bthem\b|\beach other\b|\bthe pair\b|\bthe couple\b|\btwo-shot\b",
     2),
    (r"三(?:个)?(?:人|位|小家伙|孩子|朋友|者)|\bthe three\b(?: of them)?|\ball three\b", 3),
    (r"四(?:个)?(?:人|位)|\ball four\b|\bthe four of them\b", 4),
    (r"五(?:个)?(?:人|位)|\ball five\b", 5),
)

PLACES = (
    "咖啡馆|咖啡厅|咖啡店|便利店|面包店|书店|图书馆|超市|菜市场|夜市|商场|商店|花店|酒吧|餐厅|餐馆|饭店|火锅店|面馆|厨房|客厅|卧室|房间|"
    "浴室|病房|医院|手术室|走廊|办公室|会议室|教室|操场|学校|校园|礼堂|舞台|剧院|影院|演播室|直播间|录音棚|工作室|画室|健身房|球场|跑道|"
    "泳池|车站|地铁站|站台|地铁|公交站|机场|街头|街道|小巷|巷子|街角|马路|公路|桥上|大桥|天台|屋顶|阳台|花园|庭院|院子|公园|广场|森林|"
    "树林|竹林|丛林|草地|草原|草坪|田野|麦田|稻田|山顶|山路|山谷|雪山|山坡|悬崖|山门|海边|海滩|沙滩|海岸线|海岸|海底|海面|湖边|湖面|河边|溪边|"
    "码头|渔村|港口|灯塔|沙漠|戈壁|雪地|冰面|古镇|古城|城墙|宫殿|皇宫|大殿|寺庙|城堡|村庄|小镇|城市|都市|太空|星球|月球|飞船|宇宙|仓库|工厂|"
    "车库|停车场|地下室|宴会厅|大厅|酒店|电梯|楼梯|门口|门前|窗边|窗前|教堂|博物馆|美术馆|展厅|实验室|露营地|营地|农场|温室|葡萄园|果园|"
    "游乐园|动物园|水族馆|茶馆|茶室|武馆|客栈|擂台|拳馆|法庭|片场|列车|车厢|车内|车里|船上|甲板|飞机|场景|背景|环境|室内|夜景|街景|"
    "雨林|瀑布|洞穴|山洞|废墟|巷口|夜店|舞厅|球馆|体育馆|体育场|冰场|浴缸|温泉"
)
PLACES_EN = (
    "cafe|café|coffee shop|convenience store|bakery|bookstore|bookshop|library|supermarket|market|mall|shop|store|bar|pub|"
    "restaurant|diner|kitchen|living room|bedroom|bathroom|room|hospital|ward|corridor|hallway|office|classroom|school|"
    "stage|theater|theatre|cinema|studio|gym|court|track|pool|station|platform|subway|airport|street|alley|road|highway|bridge|"
    "rooftop|roof|balcony|garden|courtyard|yard|park|square|plaza|forest|woods|jungle|meadow|field|grassland|lawn|mountain|"
    "valley|cliff|hillside|beach|shore|coast|sea|ocean|lake|river|pier|harbor|harbour|dock|lighthouse|desert|snowfield|"
    "village|town|city|temple|palace|castle|spaceship|space|planet|moon|warehouse|factory|garage|parking lot|basement|"
    "ballroom|hall|hotel|elevator|stairs|staircase|doorway|church|museum|gallery|lab|laboratory|campsite|farm|"
    "greenhouse|vineyard|orchard|arena|courtroom|train|car|ship|deck|plane|background|setting|scene|landscape|skyline|"
    "junkyard|stall|fire escape|archive|tunnel|cave|waterfall|backdrop|interior|attic|apartment|house|lobby|dressing room|"
    "boardwalk|porch|barn|workshop|ruins|island|cabin|living-room|penthouse|ring|tavern|temple courtyard|terrace"
)
SEATS = "沙发|椅子|摇椅|藤椅|长椅|座椅|木椅|凳子|板凳|长凳|秋千|床上|床|吊椅|座位|轮椅|椅|王座|坐垫"
SEATS_EN = "sofa|couch|armchair|chair|bench|stool|swing|bed|throne|seat|booth|rocking chair|wheelchair|cushion"
# What a garment or an object is called when a reference shows it: 图2的墨镜, the cup in Image 1.
THINGS = (
    "墨镜|眼镜|帽子|礼帽|围巾|外套|大衣|风衣|夹克|西装|裙子|连衣裙|长裙|红裙|旗袍|汉服|婚纱|衬衫|T恤|毛衣|卫衣|裤子|牛仔裤|衣服|服装|制服|盔甲|斗篷|"
    "运动鞋|高跟鞋|球鞋|皮鞋|靴子|鞋子|鞋|手套|手表|腕表|怀表|项链|金链子|耳环|戒指|手链|耳机|背包|书包|手提包|包包|包|箱子|行李箱|雨伞|伞|"
    "手机|电脑|平板|相机|老相机|话筒|麦克风|吉他|钢琴|小提琴|琴|鼓|笛子|二胡|古筝|萨克斯|唱片|杯子|酒杯|茶杯|咖啡杯|咖啡|保温杯|奶茶|饮料|瓶子|"
    "香水|口红|精华液|面霜|护肤品|化妆品|蛋糕|面包|汉堡|披萨|冰淇淋|苹果|草莓|水果|食物|零食|花束|鲜花|玫瑰|花|礼物|盒子|礼盒|信封|信|书|"
    "笔记本|地图|藏宝图|照片|画|剑|长剑|宝剑|刀|弓|枪|盾牌|魔杖|钥匙|灯笼|灯|蜡烛|玩偶|娃娃|玩具|气球|风筝|球|篮球|足球|滑板|自行车|摩托车|"
    "汽车|跑车|皮卡|车|船|飞机模型|产品|商品|台灯|茶壶|碗|盘子|锅|扇子|面具|头盔|发夹|发带|领带|宝箱|徽章|logo|标志|望远镜|罐头|帐篷"
)
THINGS_EN = (
    "sunglasses|glasses|hat|cap|scarf|jacket|coat|suit|dress|gown|shirt|sweater|hoodie|pants|jeans|outfit|uniform|armor|"
    "armour|cape|sneakers|shoes|shoe|heels|boots|gloves|watch|necklace|earrings|ring box|bracelet|headphones|backpack|bag|"
    "handbag|suitcase|umbrella|phone|laptop|tablet|camera|microphone|mic|guitar|piano|violin|drum|flute|record|cup|glass|mug|"
    "coffee|bottle|can|perfume|lipstick|serum|cream|cake|bread|burger|pizza|ice cream|apple|fruit|snack|bouquet|flowers|flower|"
    "rose|gift|box|letter|envelope|book|notebook|map|photo|painting|sword|blade|knife|bow|gun|shield|wand|key|lantern|lamp|"
    "candle|doll|toy|teddy bear|balloon|kite|ball|basketball|football|skateboard|bicycle|bike|motorcycle|convertible|truck|boat|"
    "product|logo|teapot|bowl|plate|fan|mask|helmet|tie|chest|badge|music box|keytar|speaker|drone toy|tent|can of soda"
)
BODY = (
    "手|脸|眼睛|眼|头发|头|肩膀|肩|背影|背|脚|脚尖|腿|嘴|嘴角|嘴唇|耳朵|鼻子|手指|手臂|胳膊|怀里|身体|身影|目光|表情|侧脸|面部|额头|声音|眼神|"
    "指尖|脖子|脸颊|眼泪|笑容|身边|身旁|身后|身上|面前|旁边|左边|右边|对面|背后|肩头|尾巴|爪子|影子|手里|手中|手上|心"
)
BODY_EN = (
    "hands?|face|eyes?|hair|head|shoulders?|back|feet|foot|legs?|mouth|lips?|ears?|nose|fingers?|arms?|body|gaze|"
    "expression|voice|neck|cheeks?|tears?|smile|side|shadow|silhouette|tail|paws?|lap|reflection"
)

HOLDING = (
    "手里拿着|手中拿着|拿着|拿起|拿出|取出|掏出|抱着|抱起|怀抱|端着|端起|举着|举起|捧着|捧起|手持|握着|握住|握紧|提着|拎着|背着|戴着|戴上|"
    "穿着|穿上|身穿|披着|披上|系着|骑着|骑上|撑着|撑开|打着|拧开|打开|翻开|喝着|喝|吃着|吃|咬|递|递给|递出|放下|拉着|弹着|弹奏|弹|吹|演奏|"
    "推着|摘下|捡起|抽出|接过|把|将|抓起|拾起|开着|驾驶|抚摸|展示|使用|用|涂|喷|穿"
)
HOLDING_EN = (
    "holding|holds|hold|carrying|carries|carry|wearing|wears|wear|with|grabs|grabbing|lifts|lifting|takes|taking|picks up|"
    "drinks|drinking|eats|eating|sips|sipping|rides|riding|opens|opening|puts on|putting on|drives|driving|playing|"
    "plays|hands|raises|shows|presents|using|uses|clutching|clutches|hugging a|in|takes off|reads|reading"
)

# Speech. The table is searched for the last verb before a quote, longest first.
SPEAKING: tuple[tuple[str, Delivery], ...] = (
    (r"歌唱|唱(?:道|着|起|歌)?|哼唱|哼(?:着|起|道)?|开唱|清唱|演唱|合唱|rap|\bsing(?:s|ing)?\b|\bsang\b|\braps\b|\brapping\b|\bhums?\b|"
     r"humming\b|\bcroon\w*|\bbelts?\b", Delivery.SING),
    (r"大喊(?:道|着|一声)?|高喊|呼喊|喊(?:道|着|出|话|一声)?|怒吼(?:道)?|大吼|吼(?:道|着|出)?|咆哮(?:道)?|尖叫(?:道)?|大叫(?:道)?|"
     r"惊叫(?:道)?|高呼|惊呼(?:道)?|怒喝|大喝|嘶吼|\bshout(?:s|ing|ed)?\b|\byell(?:s|ing|ed)?\b|\bscream(?:s|ing|ed)?\b|"
     r"\bbellow\w*|\broars?\b|\bshriek\w*", Delivery.SHOUT),
    (r"压低(?:了)?(?:声音|嗓音|嗓门)|耳语(?:道)?|低语(?:道)?|悄声(?:说|道|问)?|悄悄(?:地)?(?:说|告诉)|窃窃私语|用气声|"
     r"\bwhisper(?:s|ing|ed)?\b|under (?:his|her|their) breath|hushed voice", Delivery.WHISPER),
    (r"旁白|画外音|内心独白|内心os|独白|解说(?:词)?|心想|心里想|心里默念|心声|内心(?:想|说)|voice[ -]?overs?|\bv\.?o\.?\b|"
     r"\bnarrat\w+|inner monologue|internal monologue|thinks to (?:him|her)self", Delivery.NARRATE),
    (r"说道|说着|说话|说(?:出|了一?句|一句|一声)?|问道|问(?:了一?句|一句)?|追问|质问|反问|询问|提问|答道|回答(?:道|说)?|答(?:了一?句)?|"
     r"回道|回应(?:道|说)?|回复(?:道)?|回敬|回(?:了)?一句|反驳(?:道)?|反击(?:道)?|叫道|叫住|开口(?:道|说话|说)?|嘟囔(?:道|着)?|嘀咕(?:道|着)?|"
     r"嘟哝|念(?:道|叨|出)|默念|朗读|朗诵|播报(?:道)?|介绍(?:道|说)?|解释(?:道|说)?|感叹(?:道)?|感慨(?:道)?|叹道|叹(?:了一?口)?气|"
     r"长叹|自言自语(?:道)?|自语|喃喃(?:自语|道|地说)?|呢喃|吐槽(?:道)?|调侃(?:道)?|补充(?:道|说)?|提醒(?:道|说)?|警告(?:道|说)?|命令(?:道)?|"
     r"宣布(?:道)?|打招呼|招呼(?:道)?|告诉\S{0,4}|央求|哀求|恳求|安慰(?:道|说)?|夸(?:道|奖|赞)?|称赞(?:道)?|赞叹(?:道)?|骂(?:道)?|怒斥|"
     r"呵斥|冷笑(?:道)?|冷哼|苦笑(?:道)?|笑道|笑出声来?|讲(?:道|述|解|话)?|表示|致辞|报幕|口播|台词|对白|配音|抱怨(?:道)?|嘲讽(?:道)?|"
     r"嘱咐(?:道)?|叮嘱(?:道)?|吩咐(?:道)?|承诺|道歉|求饶|喊话|道(?=$|[:,])|搭话|接话|插话|笑说|坦白|抱怨|发问|应(?:道|了一?声)|撒娇|"
     r"\bsay(?:s|ing)?\b|\bsaid\b|\bask(?:s|ing|ed)?\b|\brepl(?:y|ies|ied|ying)\b|\banswer(?:s|ing|ed)?\b|"
     r"\brespond(?:s|ing|ed)?\b|\bmutter(?:s|ing|ed)?\b|\bmurmur(?:s|ing|ed)?\b|\bmumbl\w+|\bcall(?:s|ing)? out\b|\bcries? out\b|"
     r"\bexclaim\w*|\bannounc\w+|\bdeclar\w+|\badds?\b|\bcontinues\b|\btell(?:s|ing)?\b|\btold\b|\bexplain\w*|\bsigh(?:s|ing)?\b|"
     r"\bgasp(?:s|ing)?\b|\bsnaps?\b|\bgrowls?\b|\bspeak(?:s|ing)?\b|\btalk(?:s|ing)?\b|\bgreet(?:s|ing)?\b|"
     r"\bbegs?\b|\bwarns?\b|\binsists?\b|\bjokes?\b|\bteases?\b|\bcomplains?\b|\bquips?\b|\badmits?\b|\bconfess\w*|"
     r"\bchuckles?\b|\blaughs?\b|\bdeadpans?\b|\brecites?\b|\breads aloud\b|\bstammers?\b|\bsobs\b|\bwonders aloud\b|\bblurts?\b",
     Delivery.SAY),
)
DELIVERIES: tuple[tuple[str, Delivery], ...] = SPEAKING[:4]

LETTERING = (
    r"字样|大字|小字|文字|字幕|金字|标题|标语|片名|书名|招牌|牌子|牌匾|横幅|海报|写着|写有|写下|写道|印着|印有|刻着|刻有|贴着|标有|标着|"
    r"显示着?|弹出|浮现出?|出现|打出|亮出|名为|名叫|取名|叫做|叫作|(?<![大尖惊喊])叫|称为|所谓|题为|品牌|文案|logo|标志|弹幕|消息|短信|屏幕上|"
    r"slogan|口号(?=$|[:\"“])|\bwords?\b|\btext\b|\btitled?\b|\bsigns?\b|\bcaptions?\b|\breads?\b|\breading\b|\blabell?ed\b|\bcalled\b|"
    r"\bnamed\b|\bletter(?:s|ing)\b|\bheadlines?\b|\btagline\b|\bposters?\b|\bbanners?\b|\bwritten\b|\bdisplay(?:s|ing)?\b|"
    r"\bsubtitles?\b|\bspell(?:s|ing)?\b|\bbillboard\b|\bnote\b|\bscreen\b|\bengraved\b|\bprinted\b|\bbrand\b|\bsong\b|\bstyle of\b|\bfont\b"
)
SOUNDING = r"发出|响起|响了|音效|声效|一声|sound of|sfx|\bgoes\b|with a (?:loud |soft )?$"

# Acts, as far as the studio can show them.
ACTS: tuple[tuple[str, Verb], ...] = (
    (r"推门而入|推门进来|走进来|走进|进门|闯进|冲进|进入|入场|登场|走过来|走来|跑来|跑过来|蹦出来|跳出来|冒出来|探出头来?|出现在|走出来|凑过来|"
     r"enters?\b|comes? in\b|walks? in\b|bursts? in\b|steps? (?:in|into|out of|forward)\b|appears?\b|arrives?\b|approach(?:es)?\b|peeks?\b|"
     r"comes? over\b|walks? (?:over|up)\b", Verb.ENTER),
    (r"走出去|离开|离去|走远|跑远|退场|转身离开|走开|远去|消失在|leaves?\b|walks? (?:away|off|out)\b|exits?\b|runs? (?:away|off)\b",
     Verb.LEAVE),
    (r"路过|经过|走过|擦肩而过|穿过|跑过|飞过|passes by\b|pass(?:es)? (?:by|through|in front)\b|walks? past\b|crosses\b|walks? by\b",
     Verb.PASS),
    (r"跑向|奔跑|跑步|飞奔|冲刺|狂奔|跑|冲(?=向|下|过|出)|runs?\b|running\b|sprint\w*|jogs?\b|jogging\b|dash(?:es|ing)\b|chas(?:es|ing)\b", Verb.RUN),
    (r"走向|走到|走在|走上|走下|漫步|散步|行走|迈步|走着|走|踱步|牵着|walk(?:s|ing)?\b|stroll\w*|strid\w+|climbs?\b|wander\w*", Verb.WALK),
    (r"跳跃|起跳|跃过|跳过|跳起|蹦|跳(?!舞|动)|jump(?:s|ing)?\b|leap(?:s|ing)?\b|hop(?:s|ping)?\b", Verb.JUMP),
    (r"飞行|飞翔|飞起|飞在|飞向|飞|漂浮|悬浮|fl(?:y|ies|ying)\b|float(?:s|ing)?\b|hover\w*|soar\w*", Verb.FLY),
    (r"跳舞|起舞|舞蹈|热舞|扭动|转圈|danc(?:e|es|ing)\b|twirl\w*|spins?\b", Verb.DANCE),
    (r"坐在|坐下|坐到|坐着|坐(?!标)|蹲|跪|骑|sit(?:s|ting)?\b|crouch\w*|kneel\w*|slides? into\b|rid(?:es|ing)\b|squat\w*", Verb.SIT),
    (r"站在|站起|站着|站立|站(?!台|点)|停在|stand(?:s|ing)?\b|stops?\b|gets up\b", Verb.STAND),
    (r"靠着|靠在|倚着|倚在|依靠|依偎|lean(?:s|ing)?\b", Verb.LEAN),
    (r"拥抱|抱住|相拥|搂着|搂住|hug(?:s|ging)?\b|embrac\w+", Verb.HUG),
    (r"放到|放在|放下|搁在|摆在|put(?:s|ting)?\b|plac(?:es|ing)\b|sets? (?:it )?down\b|lays?\b", Verb.PUT),
    (r"弹吉他|弹琴|弹钢琴|弹奏|演奏|弹|拉小提琴|吹笛|打鼓|吹奏|打篮球|踢球|下棋|玩|敲键盘|运球|play(?:s|ing)?\b|strum\w*", Verb.PLAY),
    (r"吃|喝|咬|品尝|啃|尝|eat(?:s|ing)?\b|drink(?:s|ing)?\b|sips?\b|sipping\b|bit(?:es|ing)\b|takes a bite\b|tast(?:es|ing)\b|chews?\b",
     Verb.EAT),
    (r"睡觉|睡着|入睡|打瞌睡|打盹|躺|sleep(?:s|ing)?\b|naps?\b|dozes?\b|lies\b|lying\b", Verb.SLEEP),
    (r"挥手|招手|挥挥手|挥动|举手|摆手|比了?个|wav(?:e|es|ing)\b|raises? (?:a|his|her|their) hand\b", Verb.WAVE),
    (r"点头|点点头|鞠躬|nod(?:s|ding)?\b|bow(?:s|ing)\b", Verb.NOD),
    (r"摇头|摇摇头|shakes? (?:his|her|its|their) head\b", Verb.SHAKE_HEAD),
    (r"转身|转头|回头|转过身|转过头|扭头|回眸|侧身|抬头|低头|歪头|turn(?:s|ing)?\b|tilts? (?:his|her|its) head\b|looks? back\b", Verb.TURN),
    (r"微笑|大笑|笑着|笑容|一笑|笑了|笑得|笑|咧嘴|smil(?:e|es|ing)\b|grin(?:s|ning)?\b|laugh(?:s|ing)?\b|chuckl\w+|wink(?:s|ing)?\b", Verb.SMILE),
    (r"哭泣|哭着|哭了|流泪|落泪|泪水|眼泪|泪|哭|抽泣|哽咽|cr(?:y|ies|ying)\b|weep\w*|sob(?:s|bing)?\b|tears\b", Verb.CRY),
    (r"拿着|拿起|抱着|端着|举着|举起|捧着|手持|握着|握住|提着|拎着|撑着|打着|背着|hold(?:s|ing)?\b|carr(?:y|ies|ying)\b|lifts?\b|"
     r"clutch\w*|grabs?\b|raises\b", Verb.HOLD),
    (r"看着|看向|望着|望向|盯着|注视|凝视|看见|看到|眺望|俯视着|打量|张望|看书|看电影|看(?!来|起来)|look(?:s|ing)?\b|watch(?:es|ing)?\b|"
     r"star(?:es|ing)\b|gaz(?:es|ing)\b|glanc\w+", Verb.LOOK),
    (r"说话|说道|说(?!唱|服)|交谈|聊天|talk(?:s|ing)?\b|chat(?:s|ting)?\b|speak(?:s|ing)?\b|argu(?:e|es|ing)\b", Verb.SPEAK),
)
