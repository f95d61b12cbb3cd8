"""Nouns of the world in Chinese and English and what stands in for each; colours and numbers.

Knows vocabulary only, in the form `grammar.text.plain` gives. The longest noun wins. `""` names words that hold a noun
and are none (马路 is no horse). Must not know sentences.
"""

from __future__ import annotations

HAN: tuple[tuple[str, str], ...] = (
    (
        "",
        "马路|马上|马甲|马桶|马赛克|木马|河马|斑马线|人马|海马|罗马|马克杯|马戏|马场|马厩|马背|马鞍|牛仔|牛奶|"
        "牛肉|牛排|蜗牛|吹牛|牛油果|"
        "羊肉|羊毛|猪肉|鸡蛋|鸡肉|火鸡|鸡尾酒|鸭舌帽|小鱼干|鱼干|鱼片|烤鱼|鱼汤|鱼摊|鲈鱼|小鱼干|鱼干|鱼片|烤鱼|"
        "鱼汤|鱼摊|鲈鱼|鱼缸|鱼竿|鱼塘|金枪鱼|鱼肉|鱼尾裙|鳄鱼|章鱼|狗粮|热狗|猫步|"
        "猫眼|猫粮|熊市|虎牙|龙卷风|恐龙化石|水龙头|"
        "龙门|龙虾|龙袍|龙井|接龙|沙龙|尼龙|狮子座|狼狈|车站|车厢|车内|车里|车窗|车门|车灯|车库|车轮|车道|"
        "车间|停车场|火车站|汽车站|堵车|船长|船上|"
        "船舱|船员|飞船|宇宙飞船|树林|树叶|树枝|树荫|树影|树皮|树梢|树丛|树干|树木|房间|房子里|房屋内|厨房|库房|"
        "房门|书房|健身房|花园|花瓣|花店|花香|花纹|火花|浪花|"
        "雪花|烟花|水花|棉花|花样|花丛|花海|花田|花坛|开花|花生|花椒|鲜花店|樱花树|桃花树|梅花树|人群|人们|人类|"
        "人生|人物|人间|人工|人像|人文|人声|人影|人行道|行人道|"
        "路人|无人|无人机视角|无人机航拍|无人机拍摄|主人公|别人|他人|诗人|动人|迷人|惊人|令人|感人|宜人|怡人|"
        "诱人|个人|人手|人造|人脸|人体|机器人工厂|书店|书架|书桌|书柜|书包|"
        "图书馆|书法|证书|秘书|球场|球馆|地球|星球|月球|全球|气球|篮球场|足球场|眼球|球员|球迷|灯光|灯塔|路灯下|"
        "霓虹灯|红绿灯|灯笼|台灯下|聚光灯|灯火|杯子里|世界杯|奖杯|杯中|瓶颈|"
        "飞机场|机场|机舱|塔楼里|塔吊|盒饭|鸟瞰|鸟语花香|候鸟迁徙|菜鸟|鸟巢|鸟鸣|鸟叫|鸟笼|孩子气|儿童节|儿童房|"
        "天使投资|公园|游乐园|老板|木船坞|船坞|风筝线|猫头|"
        "狗头|虎头|马头|牛头|鱼头|龙头|老虎机|巴士站|公交站|公交车站|自行车道|女性|男性|女装|男装|女鞋|男鞋|"
        "女声|男声|母亲节|父亲节|模特儿|演员表|观众席",
    ),
    (
        "man",
        "男主角|男人|男子|男士|男青年|男模特|男模|男友|先生|爸爸|父亲|爷爷|老爷爷|外公|老头|大叔|叔叔|大爷|"
        "小伙子|小伙|帅哥|王子|国王|丈夫|新郎|和尚|侠客|剑客|"
        "武士|骑士|将军|士兵|战士|牛仔男|船长|渔夫|老渔夫|渔民|农夫|樵夫|樵|消防员|警察|侦探|厨师|快递员|外卖员|"
        "外卖小哥|司机|保安|拳击手|少侠|书生|皇帝|道士|老人|老者|冲浪者|滑雪者|滑板少年|少年",
    ),
    (
        "woman",
        "女主角|女人|女子|女士|女友|女模特|女模|姑娘|妈妈|母亲|奶奶|老奶奶|外婆|阿姨|大妈|妻子|新娘|公主|皇后|"
        "女王|小姐|美女|老太太|仙女|女巫|护士|空姐|少女|女生|女侠|"
        "芭蕾舞者|舞女|舞者|舞蹈演员|女舞者|花旦|旗袍女子",
    ),
    (
        "person",
        "主角|主人|人物角色|一个人|一群人|两个人|三个人|"
        "人(?![们类生物间工像文声影行手造脸体群数心格气马力员才民])|身影|行人|路人甲|游客|乘客|顾客|观众|工人|"
        "科学家|医生|老师|学生|同学|"
        "程序员|上班族|白领|摄影师|画家|歌手|乐手|吉他手|鼓手|钢琴家|小提琴家|演奏者|演员|模特|主持人|主播|店员|"
        "店主|服务员|咖啡师|调酒师|"
        "跑者|跑步者|运动员|球员|登山者|旅人|旅行者|背包客|骑行者|骑手|滑板手|工匠|匠人|魔法师|巫师|精灵|天使|"
        "忍者|猎人|探险家|情侣|夫妻|恋人|朋友|闺蜜|同事|选手|司机师傅|外星人",
    ),
    ("boy", "小男孩|男孩|男生|男童|弟弟|哥哥|小王子"),
    ("girl", "小女孩|女孩|小姑娘|女童|小公主|妹妹|姐姐"),
    ("child", "小朋友|孩子们|孩子|小孩|儿童|孩童|小伙伴|猴子|小猴|猩猩"),
    ("baby", "婴儿|宝宝|婴孩"),
    ("robot", "小机器人|机器人|机甲|人形机器人|机械人"),
    ("astronaut", "宇航员|航天员|太空人"),
    ("cat", "小猫咪|小猫|猫咪|橘猫|黑猫|白猫|花猫|布偶猫|英短|狸花猫|三花猫|奶猫|猫"),
    ("big cat", "老虎|猛虎|白虎|小老虎|狮子|雄狮|母狮|小狮子|猎豹|豹子|黑豹|雪豹|美洲豹|虎|狮|豹"),
    ("dog", "小狗|狗狗|柴犬|金毛犬|金毛|柯基犬|柯基|哈士奇|拉布拉多|边牧|泰迪|斗牛犬|博美|萨摩耶|小奶狗|大黄狗|犬|狗"),
    ("fox", "小狐狸|狐狸|赤狐|白狐"),
    ("wolf", "狼群|灰狼|狼"),
    ("rabbit", "小兔子|小白兔|兔子|小兔|野兔|兔"),
    ("squirrel", "小松鼠|松鼠|花栗鼠"),
    ("mouse", "小老鼠|老鼠|仓鼠|小仓鼠|鼠"),
    ("bear", "大熊猫|小熊猫|熊猫|北极熊|棕熊|黑熊|小熊|熊|浣熊"),
    ("pig", "小猪|野猪|猪"),
    ("sheep", "小羊|绵羊|山羊|羔羊|羊群|羊驼|羊"),
    ("cow", "奶牛|水牛|黄牛|牦牛|牛群|牛|犀牛"),
    ("horse", "白马|黑马|骏马|野马|战马|小马|马群|独角兽|斑马|毛驴|驴|马"),
    ("deer", "小鹿|梅花鹿|麋鹿|驯鹿|鹿|羚羊"),
    ("camel", "骆驼|驼队"),
    ("elephant", "小象|大象|猛犸象|猛犸|象群"),
    ("giraffe", "长颈鹿"),
    ("creature", "怪兽|小怪兽|怪物|神兽|巨兽|麒麟|刺猬|水獭|袋鼠|青蛙|蜥蜴|动物"),
    ("dinosaur", "恐龙|小恐龙|霸王龙|暴龙|三角龙|巨龙兽"),
    ("dragon", "巨龙|神龙|飞龙|中国龙|小龙|火龙|龙"),
    ("bird", "小鸟|鸟儿|鸟群|麻雀|燕子|鹦鹉|鸽子|白鸽|喜鹊|蜂鸟|翠鸟|鸟|凤凰|蝙蝠"),
    ("eagle", "老鹰|雄鹰|鹰|海鸥|仙鹤|白鹤|丹顶鹤|天鹅|白鹭|猫头鹰|孔雀|大雁|信天翁|鹤"),
    ("duck", "小鸭子|小鸭|鸭子|小黄鸭|鸭|鹅|大鹅"),
    ("chicken", "公鸡|母鸡|小鸡|鸡"),
    ("penguin", "小企鹅|帝企鹅|企鹅"),
    ("butterfly", "蝴蝶|彩蝶|蜻蜓|蜜蜂|萤火虫|飞蛾"),
    ("fish", "小鱼|鱼群|金鱼|锦鲤|鲤鱼|热带鱼|小丑鱼|鱼儿|鱼"),
    ("whale", "座头鲸|蓝鲸|鲸鱼|虎鲸|鲸|鲨鱼|大白鲨|蝠鲼"),
    ("dolphin", "海豚"),
    ("turtle", "海龟|乌龟|小乌龟"),
    ("jellyfish", "水母|章鱼怪"),
    (
        "car",
        "车流|跑车|汽车|轿车|赛车|小汽车|越野车|出租车|警车|老爷车|电动车|吉普车|皮卡|敞篷车|车子|轿跑|超跑|"
        "甲壳虫车|车",
    ),
    ("truck", "卡车|货车|大卡车|消防车|救护车|房车|坦克|拖拉机"),
    ("bus", "公交车|公共汽车|巴士|大巴|校车|电车|双层巴士"),
    ("train", "火车|列车|高铁|地铁列车|蒸汽火车|动车|绿皮火车|磁悬浮"),
    ("motorbike", "摩托车|机车|摩托|电瓶车|踏板车"),
    ("bicycle", "自行车|单车|脚踏车|山地车"),
    ("plane", "飞机|客机|战斗机|直升机|滑翔机|纸飞机"),
    ("rocket", "火箭|航天飞机"),
    ("balloon", "热气球|飞艇"),
    ("drone", "无人机"),
    ("kite", "风筝"),
    ("boat", "小船|木船|渔船|竹筏|皮划艇|独木舟|小舟|乌篷船|龙舟|木筏|快艇|孤舟|扁舟|舟|船"),
    ("sailboat", "帆船|游艇"),
    ("ship", "轮船|巨轮|海盗船|货轮|游轮|邮轮|战舰|军舰|潜艇|大船"),
    ("tree", "大树|老树|古树|樱花树|桃树|梅树|柳树|银杏树|枫树|苹果树|果树|椰子树|棕榈树|榕树|枯树|树"),
    ("pine", "松树|圣诞树|杉树|柏树"),
    ("house", "小木屋|木屋|房子|小屋|房屋|别墅|茅屋|农舍|民居|谷仓|风车"),
    ("castle", "城堡|宫殿|皇宫|古堡"),
    ("tower", "高楼|大楼|摩天大楼|摩天楼|灯塔|铁塔|宝塔|东方明珠|埃菲尔铁塔|塔"),
    ("cup", "咖啡杯|茶杯|马克杯|杯子|一杯咖啡|一杯茶|咖啡|奶茶|水杯|酒杯|茶壶|碗"),
    ("bottle", "香水|瓶子|酒瓶|香水瓶|矿泉水|饮料|精华液|化妆品|口红|可乐|漂流瓶"),
    ("ball", "足球|篮球|皮球|网球|棒球|排球|乒乓球|水晶球|球|苹果|橙子|橘子|西瓜|柠檬|蓝莓|草莓"),
    ("flower", "玫瑰花|玫瑰|向日葵|花朵|鲜花|花束|郁金香|荷花|莲花|牡丹|梅花|樱花|蒲公英|小花|一朵花|花"),
    ("lamp", "台灯|落地灯|路灯|灯|蜡烛"),
    ("book", "书本|书籍|一本书|古书|魔法书|相册|日记本|书"),
    (
        "box",
        "箱子|盒子|礼盒|行李箱|宝箱|纸箱|礼物|蛋糕|汉堡|披萨|面包|手机|电脑|笔记本电脑|相机|手表|耳机|运动鞋|"
        "球鞋|产品|商品|包裹|沙发|椅子|桌子|钢琴|吉他|小提琴|"
        "立方体|方块|石头|巨石|雕像|时钟|闹钟|信封|雪人|泡泡|戒指|项链|雨伞",
    ),
)
"""Kind and its nouns in Chinese."""

LATIN: tuple[tuple[str, str], ...] = (
    (
        "",
        "car park|car door|car window|parking lot|bus stop|bus station|train station|horse racing|hot dog|"
        "hot dogs|human|dog park|cat walk|catwalk|"
        "teddy bear|fish tank|fishing boat dock|boat dock|treehouse|tree line|treetops|tree branches?|"
        "tree trunks?|trees|bookstore|bookshelf|bookshelves|"
        "flower shop|flower pot|flower field|field of flowers|wildflowers|glass house|warehouse|"
        "lighthouse keeper|greenhouse|coffee shop|"
        "coffee table|snowball|eyeball|ballroom|basketball court|football field|tennis court|drone shot|"
        "drone footage|drone view|drone camera|aerial drone|fpv drone|"
        "bird'?s[- ]eye|cat'?s eye|ship'?s deck|box office|street lamps?|street lights?|traffic lights?|"
        "man-made|crowd control|"
        "police station|fire truck station|airplane mode|model train set|dogwood|horsepower|kite string|"
        "robot arm factory|ducking|fox hole|plane of focus|focal plane|"
        "depth of field|person view|first person|third person|one person view|point of view",
    ),
    (
        "man",
        "man|men|guy|guys|gentleman|father|dad|grandfather|grandpa|old man|king|prince|husband|groom|"
        "businessman|fisherman|cowboy|samurai|knight|soldier|"
        "warrior|monk|policeman|police officer|firefighter|fireman|detective|chef|waiter|pirate|wizard|captain|"
        "boxer|lumberjack|farmer|viking|surfer|skier|"
        "snowboarder|skateboarder|skater|rider|ninja|gladiator|astronomer|blacksmith|elderly man|young man",
    ),
    (
        "woman",
        "woman|women|lady|mother|mom|grandmother|grandma|queen|princess|wife|bride|ballerina|waitress|actress|"
        "nurse|witch|fairy|mermaid|old woman|"
        "elderly woman|young woman|geisha|dancer",
    ),
    (
        "person",
        "person|people|figure|silhouette|stranger|student|teacher|doctor|scientist|artist|painter|photographer|"
        "singer|guitarist|pianist|violinist|drummer|"
        "musician|runner|jogger|hiker|climber|traveler|traveller|cyclist|worker|barista|bartender|model|couple|"
        "friends?|family|crowd|angel|ghost|alien|monk figure|"
        "player|athlete|athletes|tourist|commuter|pedestrian|pedestrians|dancers|swimmer|driver|explorer|hunter|"
        "elf|superhero|hero|villain|craftsman|potter|scholar",
    ),
    ("boy", "boys?|little boy|son|lad|schoolboy"),
    ("girl", "girls?|little girl|daughter|schoolgirl"),
    ("child", "child|children|kids?|toddlers?|teenagers?|teens?|monkeys?|chimpanzee|gorilla|ape"),
    ("baby", "baby|babies|infant"),
    ("robot", "robots?|android|androids|mech|cyborg"),
    ("astronaut", "astronauts?|spaceman|cosmonaut"),
    ("cat", "cats?|kittens?|kitty|tabby|tabby cat|calico|persian cat|siamese cat"),
    ("big cat", "tigers?|lions?|lioness|leopards?|snow leopard|panthers?|cheetahs?|jaguar|cougar|cub"),
    (
        "dog",
        "dogs?|puppy|puppies|corgis?|husky|huskies|golden retriever|retriever|labrador|poodle|bulldog|beagle|"
        "shiba|shiba inu|german shepherd|dalmatian|hound",
    ),
    ("fox", "fox|foxes"),
    ("wolf", "wolf|wolves|coyote"),
    ("rabbit", "rabbits?|bunny|bunnies|hare"),
    ("squirrel", "squirrels?|chipmunk"),
    ("mouse", "mouse|mice|hamsters?|rat|rats"),
    ("bear", "bears?|polar bears?|pandas?|grizzly|raccoons?|koala"),
    ("pig", "pigs?|piglets?|boar|hippo|hippopotamus"),
    ("sheep", "sheep|lambs?|goats?|llama|alpaca"),
    ("cow", "cows?|bulls?|buffalo|bison|yak|rhino|rhinoceros|ox"),
    ("horse", "horses?|stallion|mare|pony|ponies|unicorns?|zebras?|donkey"),
    ("deer", "deer|stag|fawn|elk|moose|reindeer|antelope|gazelle"),
    ("camel", "camels?"),
    ("elephant", "elephants?|mammoths?|baby elephant"),
    ("giraffe", "giraffes?"),
    ("creature", "creatures?|monsters?|beast|hedgehogs?|otters?|kangaroos?|frogs?|lizard|animals?|crocodile|alligator"),
    ("dinosaur", "dinosaurs?|t-rex|tyrannosaurus|velociraptor"),
    ("dragon", "dragons?|wyvern"),
    ("bird", "birds?|sparrows?|parrots?|pigeons?|doves?|swallows?|hummingbirds?|robin|crows?|ravens?|phoenix|bats?"),
    (
        "eagle",
        "eagles?|hawks?|falcons?|seagulls?|gulls?|owls?|cranes? bird|swans?|geese|herons?|peacocks?|storks?|"
        "flamingos?|vultures?",
    ),
    ("duck", "ducks?|ducklings?|goose"),
    ("chicken", "chickens?|hens?|roosters?|chicks?"),
    ("penguin", "penguins?"),
    ("butterfly", "butterfly|butterflies|dragonfly|dragonflies|bees?|firefly|fireflies|moths?"),
    ("fish", "fish|fishes|goldfish|koi|clownfish|school of fish|salmon"),
    ("whale", "whales?|humpback|orcas?|sharks?|manta ray"),
    ("dolphin", "dolphins?"),
    ("turtle", "turtles?|tortoises?"),
    ("jellyfish", "jellyfish"),
    ("car", "cars?|sports car|race car|taxis?|cabs?|convertible|sedan|suv|jeep|vehicle|muscle car|beetle"),
    ("truck", "trucks?|lorry|van|vans|tank|tractor|fire truck|ambulance|rv|camper"),
    ("bus", "bus|buses|tram|trolley|school bus"),
    ("train", "trains?|locomotive|steam train|bullet train|subway train"),
    ("motorbike", "motorbikes?|motorcycles?|scooter|vespa"),
    ("bicycle", "bicycles?|bikes?"),
    ("plane", "planes?|airplanes?|aircraft|jets?|helicopters?|biplane|paper plane|glider"),
    ("rocket", "rockets?|spaceship|spacecraft|starship|space shuttle"),
    ("balloon", "hot[- ]air balloons?|balloons?|airship|blimp|zeppelin"),
    ("drone", "drones?|quadcopter"),
    ("kite", "kites?"),
    ("boat", "boats?|rowboat|canoe|kayak|raft|gondola|fishing boat|dinghy|speedboat|paper boat"),
    ("sailboat", "sailboats?|sailing boat|yachts?|sailing ship"),
    ("ship", "ships?|cruise ship|pirate ship|cargo ship|steamer|battleship|submarine|galleon|ferry"),
    ("tree", "tree|oak|oak tree|apple tree|cherry tree|cherry blossom tree|palm tree|willow|maple"),
    ("pine", "pine|pine tree|christmas tree|fir|spruce"),
    ("house", "house|cottage|cabin|hut|barn|farmhouse|windmill|log cabin"),
    ("castle", "castle|palace|fortress"),
    ("tower", "tower|skyscrapers?|lighthouse|eiffel tower|pagoda"),
    ("cup", "cups?|mugs?|coffee cup|cup of coffee|cup of tea|teacup|teapot|bowl|coffee|tea"),
    ("bottle", "bottles?|perfume|perfume bottle|wine bottle|soda can|can of soda|lipstick|vase"),
    (
        "ball",
        "ball|basketball|soccer ball|football|tennis ball|beach ball|apples?|oranges? fruit|lemons?|watermelon|"
        "sphere|planet|crystal ball|globe",
    ),
    ("flower", "flowers?|roses?|sunflowers?|tulips?|lotus|daisy|dandelion|blossom"),
    ("lamp", "lamp|lantern|candles?"),
    ("book", "books?|notebook|diary"),
    (
        "box",
        "box|boxes|gift|cube|suitcase|cake|burger|pizza|bread|phone|smartphone|laptop|camera body|wristwatch|"
        "watch dial|sneakers?|shoe|product|package|sofa|chair|"
        "piano|guitar|violin|statue|rock|boulder|snowman|clock|treasure chest|umbrella|headphones",
    ),
)
"""Kind and its nouns in English; whole words."""

COLOURS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    (r"橘|橙|姜黄|\borange|\bginger|\btabby\b", (224, 138, 58)),
    (r"金色|金黄|金毛|金(?=[色马鱼鸟龙])|\bgold(?:en)?\b", (214, 172, 78)),
    (r"粉|桃红|\bpink|\brosy?\b", (228, 148, 170)),
    (r"紫|\bpurple|\bviolet|\blavender", (146, 108, 186)),
    (r"赤狐|红|赤|朱|\bred\b|\bcrimson|\bscarlet", (196, 62, 56)),
    (r"蓝|\bblue\b|\bnavy\b|\bazure", (72, 118, 192)),
    (r"绿|翠|青(?!年|春|蛙|涩|少)|\bgreen\b|\bemerald|\bteal\b|\bturquoise", (86, 154, 100)),
    (r"黄|\byellow", (226, 194, 84)),
    (r"棕|褐|咖啡色|\bbrown|\bchestnut|\btan\b", (142, 100, 70)),
    (r"黑|\bblack\b|\bdark-colou?red", (66, 66, 70)),
    (r"白|雪白|\bwhite\b|\bivory", (232, 230, 224)),
    (r"银|灰|\bsilver|\bgr[ae]y\b", (150, 154, 160)),
)
"""Colour words; the first that is found counts."""

OWN_COLOURS: dict[str, tuple[int, int, int]] = {
    "老虎": (222, 140, 66), "tiger": (222, 140, 66), "狮子": (206, 164, 98), "雄狮": (206, 164, 98), "lion": (206, 164,
        98),
    "狐狸": (212, 122, 62), "小狐狸": (212, 122, 62), "fox": (212, 122, 62), "柴犬": (214, 160, 104), "柯基": (214, 160,
        104),
    "金毛": (212, 176, 116), "金毛犬": (212, 176, 116), "golden retriever": (212, 176, 116), "corgi": (214, 160, 104),
    "北极熊": (230, 228, 220), "polar bear": (230, 228, 220), "熊猫": (226, 226, 222), "大熊猫": (226, 226, 222),
        "panda": (226, 226, 222),
    "金鱼": (224, 120, 60), "goldfish": (224, 120, 60), "锦鲤": (224, 110, 70), "koi": (224, 110, 70), "向日葵": (230,
        190, 70),
    "sunflower": (230, 190, 70), "玫瑰": (196, 70, 84), "rose": (196, 70, 84), "樱花树": (232, 178, 194),
        "cherry tree": (232, 178, 194),
    "cherry blossom tree": (232, 178, 194), "樱花": (232, 178, 194), "天鹅": (234, 232, 226), "swan": (234, 232, 226),
}  # fmt: skip
"""Things whose name tells their colour; the prompt's own word wins."""

COUNTS_HAN = (
    (r"一对|一双|两|二|2", 2),
    (r"三|3", 3),
    (r"四|4", 4),
    (r"五|六|5|6", 5),
    (r"几|数|一群|群|一队|许多|很多|成群|无数|一些|一窝", 4),
    (r"一|1", 1),
)
COUNTS_EN = (
    (r"two|2|a pair of|both|a couple of|twin", 2),
    (r"three|3", 3),
    (r"four|4", 4),
    (r"five|six|5|6", 5),
    (
        r"several|many|some|a few|a group of|a flock of|a herd of|a pack of|a school of|a crowd of|dozens of|"
        r"countless|hundreds of",
        4,
    ),
)
MOST = 5
"""Stand-ins of one noun at most: more of them read as a crowd anyway."""
GROUPS = (
    r"们|群|流|couple|people|friends|family|crowd|情侣|夫妻|恋人|闺蜜|\bmen|women|children|mice|geese|wolves|"
    r"pedestrians|"
    r"dancers|athletes"
)
PAIRS = r"couple|情侣|夫妻|恋人|闺蜜"

GOINGS: tuple[tuple[str, str], ...] = (
    (
        "swim",
        r"游泳|畅游|遨游|游动|游弋|游过|潜水|潜游|游(?=[着向在来])|\bsw[ia]m(?:s|ming)?\b|\bdiv(?:es|ing)\b|\bsnorkel",
    ),
    (
        "run",
        r"疾驰|飞驰|驰骋|狂奔|奔驰|奔腾|冲刺|飞速|高速|追逐|追赶|追着|赛跑|漂移|\bgallop\w*|\brac(?:es|ing)\b|"
        r"\bspeed(?:s|ing)\b|\bchas(?:es|ing)\b|\bsprint\w*|\bdrift(?:s|ing)\b|\bcharg(?:es|ing)\b",
    ),
    (
        "walk",
        r"如织|川流不息|车流不息|行驶|驶过|驶向|驶来|驶入|驶出|开过|开在|航行|行进|划过水面|漂流|漂浮|顺流而下|扬帆|滑行|滑雪|滑冰|"
        r"冲浪|骑行|骑着|骑马|踏浪|前行|穿行|穿梭|徘徊|巡游|游荡|爬行|爬过|\bdriv(?:es|ing)\b|"
        r"\bsail(?:s|ing)?\b|\bcruis(?:es|ing)\b|\bglid(?:es|ing)\b|\broll(?:s|ing)\b|\btravel(?:s|ling|ing)\b|"
        r"\brid(?:es|ing)\b|\bcycl(?:es|ing)\b|\btrot(?:s|ting)?\b|"
        r"\bmarch(?:es|ing)?\b|\bski(?:s|ing)\b|\bsurf(?:s|ing)\b|\bskat(?:es|ing)\b|\bskateboard(?:s|ing)\b|"
        r"\bhik(?:es|ing)\b|\bprowl\w*|\bcrawl(?:s|ing)\b|\bpaddl(?:es|ing)\b|\browing\b|\brows\b",
    ),
    (
        "fly",
        r"翱翔|盘旋|展翅|腾空|升空|起飞|发射|飞舞|翩翩|俯冲|滑翔|飘过|飘浮|飘在|升起|\bsoar(?:s|ing)?\b|"
        r"\bglid(?:es|ing) through the (?:sky|air)|\btak(?:es|ing) off\b|\blaunch(?:es|ing)?\b|\bflutter\w*|"
        r"\bhover\w*|\bflap\w*|\blifts off\b|\bascend\w*|\bcircl(?:es|ing) (?:in|over|above)",
    ),
)
"""Ways of going that the studio's verbs of people do not hold."""
RIDES = (
    r"骑[着上行在]?|驾[着驶]?|乘[着坐]?|\brid(?:es|ing|e)\b|"
    r"\bon (?:a|his|her|the) (?:horse|bike|bicycle|motorcycle|camel)|"
    r"\bcycl(?:es|ing)\b|\batop\b|\bastride\b"
)
