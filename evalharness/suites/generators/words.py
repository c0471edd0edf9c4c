"""Words to fill templates with: people, places, things. Invented or everyday; none stands for anybody."""

PEOPLE = (
    "Alma Brandt", "Bruno Keller", "Carla Mendes", "David Okafor", "Elin Dahl", "Farid Haddad", "Greta Lindholm",
    "Hugo Marchetti", "Ines Carvalho", "Jonas Weber", "Karin Holm", "Leo Petrov", "Mira Kovac", "Nils Aubert",
    "Olga Sorokina", "Paul Ferrer", "Quentin Moreau", "Rosa Jimenez", "Samir Nasser", "Tilda Berg", "Umar Siddiqui",
    "Vera Novak", "Walter Huber", "Xenia Papadaki", "Yusuf Demir", "Zoe Fontaine",
)  # fmt: skip

INVENTED_CITIES = (
    "Aldermoor", "Brightwater", "Calverton", "Dunmarsh", "Eastvale", "Fernhollow", "Graymouth", "Hallowby",
    "Ironbridge", "Juniper Bay", "Kingsford", "Larkspur", "Millhaven", "Northgate", "Oakmere", "Pinecrest",
    "Quarrydale", "Ravenport", "Silverton", "Thornbury", "Underhill", "Verdane", "Westmoor", "Yarrowfield",
)  # fmt: skip

TOWNS = (
    "Bergen", "Bilbao", "Bologna", "Brno", "Cork", "Dresden", "Galway", "Ghent", "Graz", "Lyon", "Malmo", "Nantes",
    "Odense", "Porto", "Riga", "Seville", "Tartu", "Turin", "Utrecht", "Zadar",
)  # fmt: skip

THINGS = (
    "lamp", "kettle", "blanket", "ladder", "mirror", "bucket", "hammer", "carpet", "pillow", "basket", "candle",
    "drawer", "fridge", "guitar", "helmet", "jacket", "locker", "napkin", "bottle", "pencil", "racket", "saddle",
    "teapot", "towel", "violin", "wallet", "zipper", "magnet", "brush", "clock",
)  # fmt: skip

TOPICS = (
    "rivers", "bicycles", "libraries", "mountains", "trains", "gardens", "bread", "the moon", "winter", "music",
    "bridges", "chess", "the sea", "coffee", "forests", "maps", "photography", "swimming", "theatre", "volcanoes",
)  # fmt: skip
