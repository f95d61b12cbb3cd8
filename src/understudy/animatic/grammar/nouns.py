"""Nouns in Chinese and English: people, animals, groups, places, seats, things and parts of the body.

Knows vocabulary only, in the form `text.plain` gives. Must not know sentences or any prompt.
"""

from __future__ import annotations

# People a prompt may speak of without a reference, and what aliases of references are made of.
MALE = (
    "男主角|男主|男孩子|男孩|男生|男人|男子|男士|男友|男青年|小男孩|老爷爷|爷爷|外公|姥爷|爸爸|父亲|老爸|儿子|哥哥|"
    "弟弟|叔叔|大叔|舅舅|伯伯|阿公|公公|表哥|堂哥|伴郎|"
    "丈夫|老公|新郎|王子|国王|先生|小伙子|小伙|少年|帅哥|老头|大爷|和尚|皇帝|太监|师兄|师父|侠客|少爷|"
    "老汉|汉子|大汉|壮汉|醉汉|流浪汉|男童|男婴|小哥|大哥|小弟|大伯|老伯|阿伯|老翁|姑父|姨父|岳父|王爷|公子|太子|皇上|绅士|"
    "牧师|神父|孙子|侄子|外甥|曾祖父"
)
FEMALE = (
    "女主角|女主|女孩子|女孩|女生|女人|女子|女士|女友|小女孩|小姑娘|姑娘|老奶奶|奶奶|外婆|姥姥|妈妈|母亲|老妈|女儿|"
    "姐姐|妹妹|阿姨|大妈|阿婆|阿嬷|婆婆|大婶|婶婶|姑妈|表姐|堂姐|伴娘|"
    "舅妈|妻子|老婆|新娘|公主|皇后|女王|小姐|少女|美女|老太太|大娘|师姐|师妹|丫鬟|空姐|护士|女侠|仙女|女巫|"
    "妇人|妇女|老妇|贵妇|少妇|孕妇|女童|女婴|大姐|小妹|大嫂|嫂子|嫂嫂|姑姑|姨妈|岳母|贵妃|娘娘|宫女|侍女|女佣|女郎|女神|"
    "女皇|太后|修女|保姆|孙女|侄女|外甥女|女医生|女老师|女歌手|女演员|女警|女记者|女主播"
)
ANYBODY = (
    "消防员|店员|店主|老板娘|老板|医生|警察|警官|老师|同学|学生|孩子|小孩|婴儿|宝宝|老人|老者|路人|行人|顾客|客人|"
    "服务员|服务生|司机|"
    "保安|保镖|记者|主持人|主播|新闻主播|歌手|乐手|吉他手|鼓手|舞者|演员|模特|厨师|大厨|咖啡师|调酒师|画家|摄影师|"
    "工人|工程师|程序员|"
    "上班族|侦探|线人|杀手|特工|士兵|将军|骑士|武士|剑客|刺客|忍者|道士|仙人|魔法师|巫师|船长|水手|渔夫|农夫|猎人|"
    "探险家|宇航员|"
    "机器人|小机器人|外星人|精灵|天使|恶魔|怪兽|小怪兽|怪物|主角|主人公|配角|朋友|闺蜜|同事|邻居|对手|队友|队长|教练|"
    "球员|裁判|"
    "评委|观众|法官|律师|秘书|经理|总裁|员工|快递员|外卖员|快递小哥|外卖小哥|乘客|售货员|管家|仆人|掌柜|小二|书生|"
    "匠人|"
    "旅人|小伙伴|伙伴|情侣|夫妻|陌生人|神秘人|黑衣人|嘉宾|采访者|受访者|博主|店小二|理发师|裁缝|图书管理员|守门人|"
    "拳击手|大侠|解说员|解说嘉宾|考官|导游|村民|选手|"
    "店长|摊主|小贩|商贩|摊贩|房东|租客|门卫|老总|董事长|总经理|主管|助理|实习生|职员|推销员|销售员|收银员|导购|"
    "乘务员|列车员|检票员|售票员|机长|飞行员|船员|船夫|舵手|海盗|渔民|农民|牧民|牧羊人|铁匠|木匠|石匠|工匠|师傅|徒弟|"
    "学徒|电工|矿工|清洁工|环卫工|园丁|花匠|侍者|酒保|化妆师|造型师|设计师|建筑师|科学家|研究员|博士|教授|校长|班主任|"
    "班长|大学生|中学生|小学生|高中生|毕业生|运动员|球迷|粉丝|偶像|明星|主唱|贝斯手|键盘手|钢琴家|小提琴手|指挥家|"
    "舞蹈家|作家|诗人|市长|镇长|村长|县令|衙役|捕快|卫兵|侍卫|哨兵|队员|战士|老兵|新兵|军官|皇子|丞相|大臣|僧人|老僧|"
    "尼姑|道长|掌门|弟子|镖师|刀客|盗贼|小偷|强盗|劫匪|罪犯|囚犯|嫌疑人|证人|病人|患者|伤员|家属|家长|双胞胎|恋人|爱人|"
    "仇人|敌人|访客|旅客|游客|住客|买家|卖家|志愿者|药剂师|牙医|兽医|骑手|车夫|马夫|向导|登山者|徒步者|潜水员|冲浪者|"
    "滑雪者|骑行者|跑者|玩家|网友|孤儿|乞丐|流浪者|隐士|占卜师|勇士|反派|丧尸|僵尸|吸血鬼|狼人|幽灵|鬼魂|矮人|巨人|"
    "司仪|证婚人|邮差|邮递员|老农|播音员|广播员|接线员|客服|前辈|学长|学姐|学弟|学妹|美人鱼|人鱼|仙子|神仙|妖怪|妖精|小妖"
)
ANIMALS = (
    "小猫咪|猫咪|小猫|橘猫|黑猫|白猫|花猫|猫|狗狗|小狗|柴犬|金毛|柯基|哈士奇|狗|小兔子|小兔|兔子|兔|小熊|熊猫|熊|"
    "狐狸|小狐狸|松鼠|"
    "小鸟|鹦鹉|猫头鹰|企鹅|小鸭|鸭子|小鸡|公鸡|小猪|猪|小羊|绵羊|山羊|奶牛|牛|白马|黑马|骏马|马|老虎|狮子|豹|大象|"
    "长颈鹿|猴子|小猴|"
    "刺猬|浣熊|水獭|仓鼠|老鼠|恐龙|小恐龙|龙|凤凰|鲸鱼|海豚|青蛙|乌龟|"
    "麻雀|乌鸦|喜鹊|鸽子|老鹰|天鹅|大鹅|孔雀|仙鹤|燕子|毛驴|驴|骆驼|羊驼|小鹿|鹿|狼|灰狼|黄鼠狼|獾|河狸|考拉|袋鼠|树懒|猩猩|"
    "河马|犀牛|斑马|蜥蜴|壁虎|鳄鱼|鲨鱼|章鱼|螃蟹|海豹|蜗牛|蛤蟆|蝴蝶|蜜蜂|螳螂|二哈|泰迪|边牧|拉布拉多|布偶猫|英短|狸花猫"
)
MALE_EN = (
    "man|men|boy|guy|father|dad|grandfather|grandpa|son|brother|uncle|husband|groom|king|prince|gentleman|waiter|"
    "actor|monk|policeman|fireman|fisherman|businessman|salesman|cowboy|lad|boyfriend|emperor|duke|priest|nephew|grandson|widower|sheriff"
)
FEMALE_EN = (
    "woman|women|girl|lady|mother|mom|mum|grandmother|grandma|daughter|sister|aunt|wife|bride|queen|princess|"
    "waitress|"
    "actress|nun|policewoman|nurse|ballerina|girlfriend|witch|duchess|widow|niece|granddaughter|maid|nanny|hostess|stewardess|seamstress|mermaid|granny"
)
ANYBODY_EN = (
    "person|kid|child|toddler|baby|teenager|teen|clerk|cashier|boss|doctor|officer|cop|teacher|student|barista|"
    "bartender|chef|cook|"
    "driver|guard|detective|reporter|host|anchor|singer|guitarist|drummer|dancer|model|artist|painter|photographer|"
    "worker|engineer|programmer|soldier|knight|samurai|wizard|captain|sailor|pirate|farmer|hunter|explorer|astronaut|"
    "robot|android|alien|ghost|monster|friend|stranger|passenger|customer|vendor|shopkeeper|keeper|librarian|"
    "mechanic|"
    "pilot|courier|mailman|butler|boxer|runner|skater|surfer|climber|coach|player|judge|lawyer|manager|neighbor|"
    "neighbour|"
    "couple|crowd|hero|heroine|protagonist|narrator|interviewer|baker|tailor|violinist|pianist|musician|scientist|"
    "announcer|presenter|colleague|roommate|villain|hiker|traveler|traveller|cyclist|kids|children|owner|"
    "cameraman|medic|"
    "bystander|receptionist|postman|magician|firefighter|janitor|mascot|influencer|streamer|rider|"
    "guest|referee|umpire|commentator|archivist|carpenter|blacksmith|plumber|electrician|gardener|florist|butcher|"
    "barber|hairdresser|attendant|concierge|bellhop|intern|secretary|accountant|apprentice|professor|ranger|deputy|"
    "thief|burglar|prisoner|warden|surgeon|dentist|paramedic|therapist|goalkeeper|rookie|teammate|opponent|swimmer|"
    "skier|snowboarder|gymnast|rapper|poet|comedian|clown|wanderer|tourist|nomad|shepherd|villager|archer|warrior|"
    "ninja|assassin|elf|dwarf|vampire|zombie|werewolf|angel|demon|fairy|goblin|cyborg|cousin|grandchild|newborn|infant|"
    "landlord|tenant|usher|busker|beekeeper|fishmonger|grocer|curator"
)
ANIMALS_EN = (
    "cat|kitten|dog|puppy|corgi|rabbit|bunny|bear|panda|fox|raccoon|squirrel|bird|parrot|owl|penguin|duck|"
    "chicken|pig|"
    "sheep|goat|cow|horse|tiger|lion|elephant|giraffe|monkey|hedgehog|otter|hamster|mouse|dinosaur|dragon|whale|"
    "dolphin|"
    "frog|turtle|husky|shiba|retriever|kitty|heron|swan|goose|seagull|crow|raven|sparrow|eagle|hawk|falcon|pigeon|"
    "peacock|hen|rooster|lamb|donkey|pony|deer|moose|wolf|coyote|badger|beaver|skunk|lizard|gecko|snake|crocodile|shark|"
    "octopus|crab|walrus|snail|toad|koala|kangaroo|sloth|gorilla|chimp|camel|llama|alpaca|hippo|rhino|zebra|leopard|"
    "cheetah|ferret|poodle|beagle|terrier|dachshund|labrador|collie|pug|spaniel|tabby|calf|foal|piglet|duckling|cub"
)
GROUPS: tuple[tuple[str, int], ...] = (
    (
        r"(?:他|她|它|咱)?们?(?:两|二|俩)(?:个)?(?:人|位|小家伙|孩子|朋友|者|姐妹|兄弟|主角|小伙伴|女孩|男孩|猫|狗|"
        r"主人公)|(?:两|二)(?:个|道|条)?(?:身影|人影|影子|背影)|(?:他|"
        r"她|它)们俩?|俩人|双人|"
        r"彼此|双方|\bthe two\b(?: of them)?|\bboth(?: of them)?\b"
        r"(?! (?:arms|hands|eyes|ends|sides|feet|legs|ears|ways|shoulders|cheeks|palms|fists|directions)\b)|"
        r"\bthey\b|\bthem\b|\beach other\b|\bthe pair\b|"
        r"\bthe couple\b|\btwo-shot\b",
        2,
    ),
    (r"三(?:个)?(?:人|位|小家伙|孩子|朋友|者)|\bthe three\b(?: of them)?|\ball three\b", 3),
    (r"四(?:个)?(?:人|位)|\ball four\b|\bthe four of them\b", 4),
    (r"五(?:个)?(?:人|位)|\ball five\b", 5),
)

PLACES = (
    "咖啡馆|咖啡厅|咖啡店|便利店|面包店|书店|图书馆|超市|菜市场|夜市|商场|商店|花店|酒吧|餐厅|餐馆|饭店|火锅店|面馆|"
    "厨房|客厅|卧室|房间|"
    "浴室|病房|医院|手术室|走廊|办公室|会议室|教室|操场|学校|校园|礼堂|舞台|剧院|影院|演播室|直播间|录音棚|工作室|"
    "画室|健身房|球场|跑道|"
    "泳池|车站|地铁站|站台|地铁|公交站|机场|街头|街道|小巷|巷子|街角|马路|公路|桥上|大桥|天台|屋顶|阳台|花园|庭院|"
    "院子|公园|广场|森林|"
    "树林|竹林|丛林|草地|草原|草坪|田野|麦田|稻田|山顶|山路|山谷|雪山|山坡|悬崖|山门|海边|海滩|沙滩|海岸线|海岸|海底|"
    "海面|湖边|湖面|河边|溪边|"
    "码头|渔村|港口|灯塔|沙漠|戈壁|雪地|冰面|古镇|古城|城墙|宫殿|皇宫|大殿|寺庙|城堡|村庄|小镇|城市|都市|太空|星球|"
    "月球|飞船|宇宙|仓库|工厂|"
    "车库|停车场|地下室|宴会厅|大厅|酒店|电梯|楼梯|门口|门前|窗边|窗前|教堂|博物馆|美术馆|展厅|实验室|营地|"
    "农场|温室|葡萄园|果园|"
    "游乐园|动物园|水族馆|茶馆|茶室|武馆|客栈|擂台|拳馆|法庭|片场|列车|车厢|车内|车里|船上|甲板|飞机|场景|背景|环境|"
    "室内|夜景|街景|"
    "雨林|瀑布|洞穴|山洞|废墟|巷口|夜店|舞厅|球馆|体育馆|体育场|冰场|浴缸|温泉|"
    "房子|老屋|小屋|木屋|屋子|别墅|公寓|宿舍|民宿|四合院|胡同|弄堂|阁楼|地窖|祠堂|老宅|宅院|店铺|铺子|集市|烧烤摊|早餐铺|"
    "早餐店|理发店|药店|银行|邮局|派出所|警局|监狱|军营|战壕|战场|隧道|铁轨|车间|工地|控制室|驾驶舱|看台|观众席|后台|更衣室|"
    "化妆间|试衣间|红毯|秀场|塔楼|钟楼|石桥|小桥|栈道|长廊|亭子|凉亭|水乡|梯田|茶园|花海|花田|牧场|雪原|冰川|火山|峡谷|池塘|"
    "小溪|海岛|星空|云端|王国|迷宫|火车站|候车厅|候机厅|月台|驿站|书房|玩具房|婴儿房|冰原|荒原|岛屿|雪村|赛道|机舱"
)
PLACES_EN = (
    "cafe|café|coffee shop|convenience store|bakery|bookstore|bookshop|library|supermarket|market|mall|shop|"
    "store|bar|pub|"
    "restaurant|diner|kitchen|living room|bedroom|bathroom|room|hospital|ward|corridor|hallway|office|classroom|"
    "school|"
    "stage|theater|theatre|cinema|studio|gym|court|track|pool|station|platform|subway|airport|street|alley|road|"
    "highway|bridge|"
    "rooftop|roof|balcony|garden|courtyard|yard|park|square|plaza|forest|woods|jungle|meadow|field|grassland|"
    "lawn|mountain|"
    "valley|cliff|hillside|beach|shore|coast|sea|ocean|lake|river|pier|harbor|harbour|dock|lighthouse|desert|"
    "snowfield|"
    "village|town|city|temple|palace|castle|spaceship|space|planet|moon|warehouse|factory|garage|parking lot|"
    "basement|"
    "ballroom|hall|hotel|elevator|stairs|staircase|doorway|church|museum|gallery|lab|laboratory|campsite|farm|"
    "greenhouse|vineyard|orchard|arena|courtroom|train|car|ship|deck|plane|background|setting|scene|landscape|"
    "skyline|"
    "junkyard|stall|fire escape|archive|tunnel|cave|waterfall|backdrop|interior|attic|apartment|house|lobby|"
    "dressing room|"
    "boardwalk|porch|barn|workshop|ruins|island|cabin|living-room|penthouse|ring|tavern|temple courtyard|terrace|"
    "ice rink|rink|island|flea market|quarry|cellar|dungeon|prison|bank|post office|battlefield|trench|canyon|volcano|"
    "glacier|pond|creek|stream|jetty|pavilion|manor|mansion|villa|hut|cottage|dormitory|nursery|bookstall|newsroom|"
    "cockpit|control room|backstage|boutique|salon|barbershop|laundromat|carnival|fairground|playground|skatepark"
)
SEATS = "沙发|椅子|摇椅|藤椅|长椅|座椅|木椅|凳子|板凳|长凳|秋千|床上|床|吊椅|座位|轮椅|椅|王座|坐垫"
SEATS_EN = "sofa|couch|armchair|chair|bench|stool|swing|bed|throne|seat|booth|rocking chair|wheelchair|cushion"
# What a garment or an object is called when a reference shows it: 图2的墨镜, the cup in Image 1.
THINGS = (
    "墨镜|眼镜|帽子|礼帽|围巾|外套|大衣|风衣|夹克|西装|裙子|连衣裙|长裙|红裙|旗袍|汉服|婚纱|衬衫|T恤|毛衣|卫衣|裤子|"
    "牛仔裤|衣服|服装|制服|盔甲|斗篷|"
    "运动鞋|高跟鞋|球鞋|皮鞋|靴子|鞋子|鞋|手套|手表|腕表|怀表|项链|链子|耳环|戒指|手链|耳机|背包|书包|手提包|包包|"
    "包|箱子|行李箱|雨伞|伞|"
    "手机|电脑|平板|相机|话筒|麦克风|吉他|钢琴|小提琴|琴|鼓|笛子|二胡|古筝|萨克斯|唱片|杯子|酒杯|茶杯|咖啡杯|"
    "咖啡|保温杯|奶茶|饮料|瓶子|"
    "香水|口红|精华液|面霜|护肤品|化妆品|蛋糕|面包|汉堡|披萨|冰淇淋|苹果|草莓|水果|食物|零食|花束|鲜花|玫瑰|花|礼物|"
    "盒子|礼盒|信封|信|书|"
    "笔记本|地图|藏宝图|照片|画|剑|长剑|宝剑|刀|弓|枪|盾牌|魔杖|钥匙|灯笼|灯|蜡烛|玩偶|娃娃|玩具|气球|风筝|球|篮球|"
    "足球|滑板|自行车|摩托车|"
    "汽车|跑车|皮卡|车|船|产品|商品|台灯|茶壶|碗|盘子|锅|扇子|面具|头盔|发夹|发带|领带|宝箱|徽章|logo|标志|"
    "望远镜|罐头|帐篷"
)
THINGS_EN = (
    "sunglasses|glasses|hat|cap|scarf|jacket|coat|suit|dress|gown|shirt|sweater|hoodie|pants|jeans|outfit|"
    "uniform|armor|"
    "armour|cape|sneakers|shoes|shoe|heels|boots|gloves|watch|necklace|earrings|ring box|bracelet|headphones|"
    "backpack|bag|"
    "handbag|suitcase|umbrella|phone|laptop|tablet|camera|microphone|mic|guitar|piano|violin|drum|flute|record|"
    "cup|glass|mug|"
    "coffee|bottle|can|perfume|lipstick|serum|cream|cake|bread|burger|pizza|ice cream|apple|fruit|snack|bouquet|"
    "flowers|flower|"
    "rose|gift|box|letter|envelope|book|notebook|map|photo|painting|sword|blade|knife|bow|gun|shield|wand|key|"
    "lantern|lamp|"
    "candle|doll|toy|teddy bear|balloon|kite|ball|basketball|football|skateboard|bicycle|bike|motorcycle|"
    "convertible|truck|boat|"
    "product|logo|teapot|bowl|plate|fan|mask|helmet|tie|chest|badge|music box|speaker|tent"
)
BODY = (
    "手|脸|眼睛|眼|头发|头|肩膀|肩|背影|背|脚|脚尖|腿|嘴|嘴角|嘴唇|耳朵|鼻子|手指|手臂|胳膊|怀里|身体|身影|目光|表情|"
    "侧脸|面部|额头|声音|眼神|"
    "指尖|脖子|脸颊|眼泪|笑容|身边|身旁|身后|身上|面前|旁边|左边|右边|对面|背后|肩头|尾巴|爪子|影子|手里|手中|手上|心"
)
BODY_EN = (
    "hands?|face|eyes?|hair|head|shoulders?|back|feet|foot|legs?|mouth|lips?|ears?|nose|fingers?|arms?|body|gaze|"
    "expression|voice|neck|cheeks?|tears?|smile|side|shadow|silhouette|tail|paws?|lap|reflection"
)

HOLDING = (
    "手里拿着|手中拿着|拿着|拿起|拿出|取出|掏出|抱着|抱起|怀抱|端着|端起|举着|举起|捧着|捧起|手持|握着|握住|握紧|"
    "提着|拎着|背着|戴着|戴上|"
    "穿着|穿上|身穿|披着|披上|系着|骑着|骑上|撑着|撑开|打着|拧开|打开|翻开|喝着|喝|吃着|吃|咬|递|递给|递出|放下|拉着|"
    "弹着|弹奏|弹|吹|演奏|"
    "推着|摘下|捡起|抽出|接过|把|将|抓起|拾起|开着|驾驶|抚摸|展示|使用|用|涂|喷|穿"
)
HOLDING_EN = (
    "holding|holds|hold|carrying|carries|carry|wearing|wears|wear|with|grabs|grabbing|lifts|lifting|takes|taking|"
    "picks up|"
    "drinks|drinking|eats|eating|sips|sipping|rides|riding|opens|opening|puts on|putting on|drives|driving|playing|"
    "plays|hands|raises|shows|presents|using|uses|clutching|clutches|hugging a|in|takes off|reads|reading"
)
