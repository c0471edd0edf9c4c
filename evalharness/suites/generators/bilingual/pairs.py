"""More tasks for the suite `bilingual`: one short task a kind, in English and in Chinese, with one right answer each."""

# ruff: noqa: E501, RUF001 (one task a line; Chinese punctuation is meant)

from collections.abc import Iterator, Sequence

from evalharness.suites.generators.drafts import Item, only, user

_Side = tuple[str, Sequence[str], str]  # what is asked, the wordings of what is right, something wrong

_PAIRS: Sequence[tuple[str, _Side, _Side]] = (
    ("half", ("What is half of 370? Digits only.", ["185"], "740"), ("370的一半是多少？只写数字。", ["185"], "740")),
    ("dozen", ("How many eggs are seven dozen? Digits only.", ["84"], "70"), ("七打鸡蛋一共有多少个？只写数字。", ["84", "84个"], "70")),
    ("seasons", ("How many seasons are there in two years? Digits only.", ["8"], "4"), ("两年里一共有几个季节？只写数字。", ["8", "8个"], "4")),
    ("week-later", ("Today is Tuesday. Which day is it in nine days? One word.", ["Thursday"], "Wednesday"), ("今天是星期二，九天以后是星期几？只写“星期几”。", ["星期四", "周四", "礼拜四"], "星期三")),
    ("change-given", ("A book costs 38 yuan, I pay with 50. How many yuan do I get back? Digits only.", ["12", "12 yuan"], "22"), ("一本书38元，我付了50元，应该找回多少元？只写数字。", ["12", "12元"], "22")),
    ("train-hours", ("A train covers 450 km in 3 hours. How many km is that an hour? Digits only.", ["150", "150 km", "150 km/h"], "450"), ("一列火车3小时行驶450公里，每小时行驶多少公里？只写数字。", ["150", "150公里", "150公里/小时", "150公里每小时"], "450")),
    ("tallest", ("Li is taller than Wu, Wu is taller than Xu. Who is the shortest? Just the name.", ["Xu"], "Wu"), ("小李比小吴高，小吴比小徐高。谁最矮？只写名字。", ["小徐"], "小吴")),
    ("opposite", ("What is the opposite of 'deep'? One word.", ["shallow"], "low"), ("“深”的反义词是什么？只写一个字。", ["浅"], "低")),
    ("measure-word", ("Which word fits? A ___ of scissors. Answer with that word.", ["pair"], "piece"), ("填上合适的量词：一___剪刀。只写量词。", ["把"], "个")),
    ("odd-word", ("Which word does not belong: apple, pear, carrot, plum? One word.", ["carrot"], "pear"), ("哪一个词和其他的不同类：苹果、梨、胡萝卜、李子？只写这个词。", ["胡萝卜"], "梨")),
    ("first-word", ("Which is the third word of this line? 'wind over quiet water'. The word alone.", ["quiet"], "over"), ("“风吹过安静的湖水”中第三个字是什么？只写这个字。", ["过"], "吹")),
    ("written-backwards", ("Write the letters of 'stone' from the last to the first, as one word.", ["enots"], "stone"), ("把“春夏秋冬”四个字倒过来写，只写这四个字。", ["冬秋夏春"], "春夏秋冬")),
    ("letter-total", ("How many letters has the word 'umbrella'? Digits only.", ["8"], "7"), ("“大雪纷飞的夜晚”一共有几个字？只写数字。", ["7", "7个"], "6")),
    ("count-word", ("How often does 'tea' occur in: tea, milk, tea, water, tea? Digits only.", ["3"], "2"), ("“茶、奶、茶、水、茶”里“茶”出现了几次？只写数字。", ["3", "3次"], "2")),
    ("join", ("Join 'sun', 'moon' and 'star' with hyphens, in this order, and write nothing else.", ["sun-moon-star"], "star-moon-sun"), ("把“日”“月”“星”按这个顺序用短横线连起来，不要写别的。", ["日-月-星", "日—月—星", "日–月–星"], "星-月-日")),
    ("date-form", ("Write 5 March 2024 as YYYY-MM-DD, nothing else.", ["2024-03-05"], "2024-05-03"), ("把2024年3月5日写成YYYY-MM-DD的形式，不要写别的。", ["2024-03-05"], "2024-05-03")),
    ("time-form", ("Write 'twenty past four in the afternoon' as HH:MM on the 24-hour clock, nothing else.", ["16:20"], "04:20"), ("把“下午四点二十分”写成24小时制的HH:MM，不要写别的。", ["16:20"], "04:20")),
    ("number-in-digits", ("Write 'three thousand and forty' in digits only.", ["3040", "3,040"], "3400"), ("把“三千零四十”写成阿拉伯数字，只写数字。", ["3040", "3,040"], "3400")),
    ("found-name", ("'Wei met Hua, who had just left Min.' Who met Hua? The name alone.", ["Wei"], "Min"), ("“小伟遇到了刚和小敏分开的小华。”谁遇到了小华？只写名字。", ["小伟"], "小敏")),
    ("found-place", ("'The parcel went from Xiamen by way of Wuhan to Dalian.' Where did it end up? The town alone.", ["Dalian"], "Wuhan"), ("“包裹从厦门出发，经武汉送到了大连。”包裹最后到了哪里？只写城市名。", ["大连", "大连市"], "武汉")),
    ("found-price", ("'The coat was 320 yuan, after the discount 260, with a hat 300.' What does the coat cost after the discount? Digits only.", ["260", "260 yuan"], "320"), ("“大衣原价320元，打折后260元，加一顶帽子300元。”大衣打折后多少元？只写数字。", ["260", "260元"], "320")),
    ("unsaid", ("'Ms Chen teaches music.' How old is she? Answer with the number, or with 'not stated'.", ["not stated"], "35"), ("“陈老师教音乐。”陈老师多大年纪？写数字，没有说就写“没有提到”。", ["没有提到"], "35")),
    ("follows", ("'All lamps in the hall are on.' Does it follow that the lamp by the hall's door is on? Yes or no.", ["yes"], "no"), ("“大厅里的灯都开着。”能不能由此知道大厅门边的灯开着？只回答“能”或“不能”。", ["能"], "不能")),
    ("contradicts", ("'Nobody has the key.' 'Lan has the key.' Can both be true? Yes or no.", ["no"], "yes"), ("“谁都没有钥匙。”“小兰有钥匙。”这两句话能同时成立吗？只回答“能”或“不能”。", ["不能"], "能")),
    ("not-refund", ("Opened goods are not taken back. The box is still sealed. May it be returned? Yes or no.", ["yes"], "no"), ("已拆封的商品不能退货。这个盒子还没有拆封，可以退货吗？只回答“可以”或“不可以”。", ["可以"], "不可以")),
    ("desk", ("'My parcel has not come.' Is this for billing or for delivery? One word.", ["delivery"], "billing"), ("“我的包裹还没到。”这应该交给“账单”还是“物流”部门？只写部门名。", ["物流", "物流部", "物流部门"], "账单")),
    ("mood", ("'I could sing for joy today.' Is the speaker glad or sad? One word.", ["glad"], "sad"), ("“今天我高兴得想唱歌。”说话的人是开心还是难过？只写“开心”或“难过”。", ["开心"], "难过")),
    ("spam", ("'You have won! Send us your card number.' Spam or not? Answer spam or fine.", ["spam"], "fine"), ("“恭喜中奖！请把银行卡号发给我们。”这是垃圾短信吗？只回答“是”或“不是”。", ["是"], "不是")),
    ("larger-number", ("Which is larger, 0.8 or 0.75? The number alone.", ["0.8"], "0.75"), ("0.8和0.75哪个大？只写这个数。", ["0.8"], "0.75")),
    ("sorted-numbers", ("Sort 41, 7, 19 from the smallest on, with commas between, nothing else.", ["7, 19, 41", "7,19,41"], "41, 19, 7"), ("把41、7、19从小到大排列，用顿号隔开，不要写别的。", ["7、19、41"], "41、19、7")),
    ("next-in-line", ("Which number comes next: 3, 6, 12, 24? Digits only.", ["48"], "36"), ("下一个数是多少：3、6、12、24？只写数字。", ["48"], "36")),
    ("remainder", ("23 sweets are shared among 5 children as equally as can be. How many are left over? Digits only.", ["3"], "4"), ("23颗糖平均分给5个孩子，剩下几颗？只写数字。", ["3", "3颗"], "4")),
    ("area", ("A room is 6 m long and 4 m wide. What is its floor in square metres? Digits only.", ["24"], "20"), ("一个房间长6米，宽4米，面积是多少平方米？只写数字。", ["24", "24平方米", "24㎡", "24 m²"], "20")),
    ("older-year", ("I was born in 1987. How old do I turn in 2030? Digits only.", ["43"], "33"), ("我1987年出生，到2030年满多少岁？只写数字。", ["43", "43岁"], "33")),
    ("minutes", ("The film begins at 19:40 and ends at 21:25. How many minutes does it last? Digits only.", ["105"], "145"), ("电影19:40开始，21:25结束，一共多少分钟？只写数字。", ["105", "105分钟"], "145")),
    ("east", ("The sun rises behind me. In which direction do I look? One word.", ["west"], "east"), ("太阳从我背后升起，我面向哪个方向？只写一个字。", ["西"], "东")),
    ("all-but", ("All but four of the 21 chairs are taken. How many are free? Digits only.", ["4"], "17"), ("21把椅子除了4把以外都坐了人，还有几把空着？只写数字。", ["4", "4把"], "17")),
    ("double-and-add", ("Double 17 and add 6. Digits only.", ["40"], "34"), ("17的两倍再加6是多少？只写数字。", ["40"], "34")),
    ("smallest", ("Which is the smallest: 3.05, 3.5, 3.005? The number alone.", ["3.005"], "3.05"), ("3.05、3.5、3.005中哪个最小？只写这个数。", ["3.005"], "3.05")),
    ("yesterday", ("Tomorrow is Friday. Which day was yesterday? One word.", ["Wednesday"], "Thursday"), ("明天是星期五，昨天是星期几？只写“星期几”。", ["星期三", "周三", "礼拜三"], "星期四")),
    ("two-months-before", ("Which month comes two months before March? One word.", ["January"], "February"), ("三月往前数两个月是几月？只写月份。", ["一月", "1月", "一月份", "1月份"], "二月")),
    ("legs", ("How many legs have three dogs and two hens together? Digits only.", ["16"], "20"), ("三只狗和两只母鸡一共有几条腿？只写数字。", ["16", "16条"], "20")),
    ("same-meaning", ("Which word means nearly the same as 'quick': slow, fast, tall? One word.", ["fast"], "slow"), ("“迅速”的近义词是哪一个：缓慢、飞快、高大？只写这个词。", ["飞快"], "缓慢")),
    ("who-paid", ("'Lan paid for Bo, and Bo paid for Kai.' Who paid for Bo? The name alone.", ["Lan"], "Kai"), ("“小兰替小博付了钱，小博替小凯付了钱。”谁替小博付了钱？只写名字。", ["小兰"], "小凯")),
    ("last-of-word", ("What is the last letter of 'window'? The letter alone.", ["w"], "d"), ("“山高水长”的最后一个字是什么？只写这个字。", ["长"], "水")),
    ("percent", ("What is 20 percent of 350? Digits only.", ["70"], "35"), ("350的百分之二十是多少？只写数字。", ["70"], "35")),
    ("concludes", ("'Every bird in the cage sings. Pip is a bird in the cage.' Does Pip sing? Yes or no.", ["yes"], "no"), ("“笼子里的鸟都会唱歌。皮皮是笼子里的一只鸟。”皮皮会唱歌吗？只回答“会”或“不会”。", ["会"], "不会")),
    ("in-grams", ("How many grams are 2.5 kilograms? Digits only.", ["2500", "2,500", "2500 g"], "250"), ("2.5千克是多少克？只写数字。", ["2500", "2,500", "2500克"], "250")),
    ("in-the-middle", ("Which of these numbers is neither the largest nor the smallest: 48, 84, 62? The number alone.", ["62"], "84"), ("48、84、62中，大小居中的是哪个数？只写这个数。", ["62"], "84")),
    ("not-yet-done", ("'I will call you tomorrow.' Has the call been made? Yes or no.", ["no"], "yes"), ("“我明天给你打电话。”电话已经打了吗？只回答“是”或“否”。", ["否"], "是")),
    ("kind-of-thing", ("Is a violin a tool, a fruit or an instrument? One word.", ["instrument"], "tool"), ("小提琴属于工具、水果还是乐器？只写一个词。", ["乐器"], "工具")),
    ("gap-in-line", ("Which number is missing: 5, 10, __, 20? Digits only.", ["15"], "12"), ("缺少哪个数：5、10、__、20？只写数字。", ["15"], "12")),
    ("tone", ("'Get out of my way!' Is that polite or rude? One word.", ["rude"], "polite"), ("“给我让开！”这句话是礼貌还是粗鲁？只写“礼貌”或“粗鲁”。", ["粗鲁"], "礼貌")),
)  # fmt: skip


def items() -> Iterator[Item]:
    for kind, english, chinese in _PAIRS:
        for language, (asked, right, wrong) in (("en", english), ("zh", chinese)):
            yield Item(f"{kind}-{language}", user(asked), only(*right), right[0], wrong, (language,), group=kind)
