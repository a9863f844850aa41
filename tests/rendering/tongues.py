# ruff: noqa: RUF001 - letters of other alphabets are what this is about
"""Words that shops write in several languages: for names of shops, of people and of goods."""

SHOPS = {
    "en": ("High Street", "Main St", "Airport", "Old Mill"),
    "de": ("Königstraße", "Münchner Tor", "Gänsemarkt", "Südbahnhof"),
    "fr": ("Château-Rouge", "Hôtel de Ville", "Orléans Gare", "Évry"),
    "es": ("Peñón", "Logroño Centro", "Málaga", "Córdoba"),
    "sv": ("Göteborg", "Malmö", "Växjö", "Östersund"),
    "pl": ("Łódź Główna", "Kraków Rynek", "Gdańsk", "Świętokrzyska"),
    "cs": ("Náměstí Míru", "Plzeň", "Žižkov", "Třebíč"),
    "el": ("Θεσσαλονίκη", "Πειραιάς", "Αθήνα", "Πάτρα"),
    "ru": ("Невский проспект", "Тверская", "Арбат", "Казань"),
    "ja": ("新宿本店", "大阪駅前", "渋谷", "札幌"),
    "zh": ("北京路店", "上海广场", "深圳", "成都"),
    "ko": ("서울역점", "강남점", "부산", "대구"),
}
GOODS = {
    "en": ("Matcha Latte", "Flat white", "Sourdough", "Gift card", "Beans 250 g"),
    "de": ("Käsebrötchen", "Weißbier", "Grüner Tee", "Süße Brühe", "Brötchen"),
    "fr": ("Crème brûlée", "Pâté", "Café allongé", "Gâteau", "Thé à la menthe"),
    "es": ("Jamón ibérico", "Piña", "Café con leche", "Albóndigas", "Limón"),
    "sv": ("Smörgås", "Köttbullar", "Räksallad", "Lättöl", "Kanelbulle på fat"),
    "pl": ("Żurek", "Pączek", "Gołąbki", "Śledź", "Kawa biała"),
    "cs": ("Svíčková", "Kuřecí řízek", "Točené pivo", "Štrúdl", "Dýňová polévka"),
    "el": ("Καφές ελληνικός", "Σουβλάκι", "Γιαούρτι", "Ψωμί", "Φέτα"),
    "ru": ("Пирожок с капустой", "Борщ", "Чай чёрный", "Сырники", "Хлеб"),
    "ja": ("抹茶ラテ", "おにぎり", "味噌汁", "コーヒー", "カレーパン"),
    "zh": ("绿茶", "小笼包", "牛肉面", "豆浆", "咖啡"),
    "ko": ("아메리카노", "김밥", "녹차", "비빔밥", "떡볶이"),
}
_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHORT_MONTHS = {
    "en": _EN,
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": (
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    "sv": ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "pl": ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"),
    "cs": ("led", "úno", "bře", "dub", "kvě", "čvn", "čvc", "srp", "zář", "říj", "lis", "pro"),
}
FULL_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "pl": (
        *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca"),
        *("lipca", "sierpnia", "września", "października", "listopada", "grudnia"),
    ),
    "cs": (
        *("ledna", "února", "března", "dubna", "května", "června"),
        *("července", "srpna", "září", "října", "listopadu", "prosince"),
    ),
}


_WEST = ("de", "fr", "es", "sv")
_CENTRAL = ("pl", "cs", "de")
# The languages of the shops that write in an encoding; of those of Unicode, all.
LANGUAGES_OF = {
    "cp1252": _WEST,
    "cp1250": _CENTRAL,
    "cp1251": ("ru",),
    "cp1253": ("el",),
    "iso8859_2": _CENTRAL,
    "iso8859_15": _WEST,
    "cp850": _WEST,
    "cp852": _CENTRAL,
    "cp932": ("ja",),
    "gb18030": ("zh",),
    "cp949": ("ko",),
}


def writes(encoding: str, language: str) -> bool:
    """Whether shops that speak a language write in an encoding."""
    return language == "en" or language in LANGUAGES_OF.get(encoding, SHOPS)
