"""Small files in many languages, each in an encoding of a till there."""

# ruff: noqa: RUF001 (letters of many scripts are what this is about)

from dataclasses import dataclass

from hypothesis import strategies as st

WEST = "cp1252 cp850 cp437 mac_roman iso8859_15 latin-1"
CENTRAL = "cp1250 cp852 iso8859_2"
BALTIC = "cp1257 cp775 iso8859_13"

# Names of shops, towns and goods by language, with a header, and the encodings of the tills.
LANGUAGES = (
    (WEST, "Filiale;Umsatz", "Zürich|Köln|München|Bäckerei Müller|Straße 5|Österreich|Café Schön"),
    (WEST, "Magasin;Montant", "Besançon|Nîmes|Orléans|Crêperie Léon|Évry|Garçon|Noël|Épicerie"),
    (WEST, "Tienda;Importe", "Málaga|Córdoba|La Coruña|Jamón|Panadería|Bogotá|Ñuñoa|Almería"),
    (WEST, "Loja;Valor", "São Paulo|Brasília|Conceição|Pão de queijo|Évora|Goiânia|Açúcar"),
    (WEST, "Negozio;Importo", "Forlì|Caffè Roma|Città|Cefalù|Tiramisù|Nardò|Qualità|Più"),
    (WEST, "Winkel;Bedrag", "Coördinatie|België|Brasserie Zoë|Patiënt|Financiën|Poëzie"),
    (WEST, "Butik;Belopp", "Malmö|Göteborg|Jönköping|Västerås|Skåne|Växjö|Kött och fågel"),
    (f"{WEST} cp865", "Butik;Kvittering", "Århus|Nørrebro|Køge|Næstved|Blåbær|Sønderborg|Brød"),
    (WEST, "Kauppa;Summa", "Jyväskylä|Hämeenlinna|Töölö|Mäntsälä|Seinäjoki|Öljy|Pöytä"),
    (CENTRAL, "Sklep;Kwota", "Łódź|Kraków|Gdańsk|Poznań|Częstochowa|Żabka|Świdnica|Zielona Góra"),
    (CENTRAL, "Prodejna;Celkem", "Plzeň|České Budějovice|Dvořák|Jiří|Náměstí Míru|Žižkov|Děčín"),
    (CENTRAL, "Predajna;Spolu", "Košice|Žilina|Banská Bystrica|Trenčín|Lučenec|Šaľa|Stĺp"),
    (CENTRAL, "Bolt;Nyugta", "Győr|Székesfehérvár|Kőbánya|Zöldség|Tűzoltó utca|Hódmezővásárhely"),
    (CENTRAL, "Trgovina;Iznos", "Šibenik|Čakovec|Požega|Đakovo|Voće i povrće|Kuća|Šećer"),
    ("cp1250 cp852", "Magazin;Suma", "Timişoara|Constanţa|Braşov|Pâine|Băcănie|Târgu Mureş"),
    ("cp1254 cp857", "Sube;Tutar", "İstanbul|Şişli|Beşiktaş|Kadıköy|Çankaya|Eskişehir|Ağrı"),
    (BALTIC, "Kauplus;Kokku", "Põhja|Võru|Pärnu|Jõgeva|Küüslauk|Šokolaad|Õismäe"),
    (BALTIC, "Veikals;Summa", "Rīga|Liepāja|Jūrmala|Rēzekne|Cēsis|Ķekava|Čiekurkalns"),
    (BALTIC, "Kvitas;Suma", "Šiauliai|Panevėžys|Klaipėda|Žvėrynas|Kėdainiai|Tauragė|Mėsa"),
    ("cp1251 cp866 koi8_r iso8859_5 mac_cyrillic", "Store;RUB", "Москва|Хлеб|Пекарня|Чек|Щёлково"),
    ("cp1251", "Store;UAH", "Київ|Львів|Харків|Запоріжжя|Їжак|Крамниця"),
    ("cp1253 iso8859_7 cp737", "Store;EUR", "Αθήνα|Θεσσαλονίκη|Πάτρα|Φούρνος|Ψωμί|Ηράκλειο"),
    ("cp1255 cp862", "Store;ILS", "תל אביב|ירושלים|חיפה|מאפייה|לחם"),
    ("cp1256 iso8859_6", "Store;SAR", "القاهرة|الرياض|مخبز|السوق المركزي|حليب"),
    ("cp874", "Store;THB", "กรุงเทพ|เชียงใหม่|ภูเก็ต|ร้านกาแฟ|ขนมปัง"),
    ("cp932 euc_jp", "Store;JPY", "東京|大阪|渋谷店|コーヒー|おにぎり|牛乳|札幌"),
    ("gb18030", "Store;CNY", "北京|上海|咖啡|面包|成都春熙路店|收银台"),
    ("big5", "Store;TWD", "台北|高雄|麵包|信義店|便當|便利商店"),
    ("cp949", "Store;KRW", "서울|부산|강남점|커피|아메리카노|편의점"),
)


@dataclass(frozen=True)
class Export:
    """A small file, and the encoding it is sent in."""

    text: str
    encoding: str

    @property
    def data(self) -> bytes:
        return self.text.encode(self.encoding)


@st.composite
def exports(draw: st.DrawFn, least_names: int = 1) -> Export:
    """Draw a file of 5 to 200 rows in an encoding of its language that has all its letters."""
    encodings, header, names = draw(st.sampled_from(LANGUAGES))
    encoding = draw(st.sampled_from(encodings.split()))
    known = [
        name
        for name in names.split("|")
        if name.encode(encoding, "ignore").decode(encoding) == name
    ]
    chosen = draw(st.lists(st.sampled_from(known), min_size=least_names, max_size=6, unique=True))
    count = draw(st.integers(5, 200))
    rows = "".join(f"{chosen[row % len(chosen)]};{row},50\r\n" for row in range(count))
    return Export(text=f"{header}\r\n{rows}", encoding=encoding)
