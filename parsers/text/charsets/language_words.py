"""Words and characters that tell languages apart; only data.

Frequencies are from the same texts as those of `letter_pairs`.
"""

# How many of a hundred different words have a letter beyond ASCII, where not all have.
ACCENTED = {
    "de": 12, "fr": 21, "es": 11, "pt": 13, "it": 1, "nl": 1, "sv": 24, "da": 17, "nb": 10,
    "fi": 22, "is": 52, "ca": 13, "ga": 35, "sq": 27, "pl": 31, "cs": 57, "sk": 56, "hu": 63,
    "hr": 20, "sl": 18, "ro": 18, "tr": 48, "et": 21, "lv": 52, "lt": 36, "vi": 28,
}  # fmt: skip

# Words without accents in headers, addresses and currencies; English ones say nothing.
TILL_WORDS = {
    "de": (
        "filiale umsatz betrag beleg kasse belegnummer uhrzeit steuer mwst summe gesamt "
        "brutto netto menge artikel preis kassierer bezahlt zahlung bar strasse und der "
        "die das"
    ),
    "fr": (
        "magasin montant caisse heure ticket ttc tva prix article vente ventes remise "
        "boutique le la les du des et rue paiement"
    ),
    "es": (
        "fecha tienda importe caja hora iva precio cliente venta ventas sucursal monto "
        "vendedor folio el los del calle con recibo"
    ),
    "pt": (
        "loja valor caixa hora iva cliente venda vendas filial recibo desconto rua do da "
        "dos com pagamento"
    ),
    "it": (
        "negozio importo cassa ora scontrino totale iva prezzo cliente vendita vendite di "
        "il della numero punto"
    ),
    "nl": (
        "winkel bedrag kassa tijd bon btw prijs artikel klant verkoop totaal filiaal het "
        "een van en straat omzet"
    ),
    "sv": (
        "butik belopp kassa tid kvitto moms pris artikel kund summa totalt antal och "
        "gatan sek kvittonr"
    ),
    "da": "dato butik kasse tid bon moms pris vare kunde salg antal og gade dkk kvittering",
    "nb": (
        "dato butikk kasse tid kvittering mva pris vare kunde salg sum antall og gate nok belop"
    ),
    "fi": (
        "kauppa kassa aika kuitti alv hinta tuote asiakas myynti loppusumma toimipiste katu summa"
    ),
    "is": "dagur verslun upphaed kvittun verd vara isk og",
    "ca": "botiga caixa hora iva preu venda carrer",
    "pl": (
        "sklep kwota kasa godzina paragon wartosc cena klient suma brutto netto pln ul numer razem"
    ),
    "cs": ("prodejna castka pokladna cas doklad cena celkem zakaznik dph czk ul ulice kc pobocka"),
    "sk": "predajna suma pokladna cas doklad cena spolu zakaznik dph ulica pobocka",
    "hu": "bolt nyugta brutto netto ara huf ft utca ado fizetve penztar",
    "hr": "trgovina iznos blagajna vrijeme cijena ukupno kupac pdv hrk ulica",
    "sl": "trgovina znesek blagajna cena skupaj kupec ddv ulica",
    "ro": "magazin suma casa ora bon pret tva ron lei str strada",
    "tr": "tarih magaza tutar kasa saat fis fiyat toplam musteri kdv try tl cad sube ve",
    "et": "kauplus summa kassa aeg hind kokku klient tallinn tn",
    "lv": "datums veikals summa kase laiks ceks cena kopa klients pvn iela un",
    "lt": "suma kasa laikas kvitas kaina viso klientas pvm gatve ir",
    "vi": "ngay gia tien hoa don vnd",
    "ru": "rub",
    "uk": "uah",
    "bg": "bgn",
    "sr": "rsd din",
    "el": "",
    "he": "ils nis",
    "ar": "sar aed egp",
    "th": "thb",
    "ja": "jpy yen",
    "zh_CN": "cny rmb",
    "zh_TW": "twd ntd",
    "ko": "krw",
}

# The most frequent characters of Chinese (simplified, traditional), Japanese and Korean.
FREQUENT = {
    "zh_CN": """
的用件文不无数在法有字个中行为出名使符是时一定式表能选到标项目置列效入对可输要错已或录于存本未作
参以指设命误值将取令据分进器示类和号程没模包新接型除失制过了信后大引配被前支正动息显序务打开败加
格重建换上户写需组间区变码更提密库内读位称多空改如关查下认所找量持同索发部版小必并编果请系应此删
签子现当最复创从成须交您则函度图操理者义解只结记象含合执服地证口节串钥来这告第统许态转软默键处自
回期少启单匹缺知非缓块全移但冲略它该任达允外档会状检安获段始超主之方窗警路载性工限长点径运生否消
识连与端退容别其语次通调条整代印归止确修束面源属头而准备计忽保向问级试范链每明经注围意相何装等像
终色集由析返给至化体页规日志元权缩求机太视闭完得排址替展线域辑按添事题预锁导算询补择因验比跳隔带
送起搜书环扩常份禁助压共供二译放宽实访构仅触断说且描远销管临两基尾仓也旧坏控原功收恢里具些映清跟
特插句话异缀形词脚高继留套续偏切强突素述先受递菜道然帮待员弃界覆盖损初储秒联即立反样及报例约境盘
射布边响见步典踪停释议致角真足手们平言零丁尝群传框总还再测绝直把增他望丢较树流十册校兼协看都台板
根决够翻颜资登声光享右照聚情种差好片公附
""",
    "zh_TW": """
的用檔無不案法定有在式使數個目選指字中時名為設出入項取一行是位輸列示要件標錯到元已以稱效誤或資存
作可號本未錄新能區除令結開沒將引分訊正組程動符顯者值提於格表模後失過重合前更支執版對和變料建碼敗
如參讀所請會啟了預立大型寫來間下上記發果被需生編交鑰理內包此工這成應解置器連類找空態多物從得度子
同移小文至串體端您單加則進狀機換視刪套證命告庫否相回路並只最非關略金修期援第自徑確鍵代警統明傳方
之序處簽圖次部系含塊始準容改完頭息服制與複載線別面少印索性任安束裝當義密該而規其知窗源整必像全忽
但接長轉每現暫衝語由向併封原籤主外製等停查範址止限尋何檢縮經群條按遠須伺它份缺欄排影點擇試清驗信
段算色許放析離函譯域快求說地太及供增通圍尾憑識頁送註因意軟基屬備保允題化搜寬權閉控功樣量章比憶給
計輯配終壓緩產追隔超具常實補先日境兩強棄也蹤級特做儲跳切你損覆描起白即斷留述尚二管例異且匯替還直
些突素問受遞邊把決依底流人共翻情鈕集鎖續反較消顏綴運偏若映壞平僅他操務片舊裡嘗游蓋景助登照網秒音
繼叫報收環然真好達掛都協詳形考待冊身呼測員細割碟觸界透右絕附迴差展十們復樹介高導想再初左話打署層
銷調疊構步種適繪根核撤才零見隱帶似就鏈致
""",
    "ja": """
まのすでしをンはにがせルんトイいスたるてッフれクなりリきさプシドラァタデあ定数とョかバロジアレ用
ティコブ行使グセ名パサエこメみオマキらく文表効不字指要ム無け変ウ力う示合ポ列値出中カ込ケ書設失ェ
つ正一ュめだよっ時敗必更作前入引も成型モ動内ザ実ベ読関除対ダォわ存終最取在式ソ可ボユ号置有子新場
チャ了削開間再後明え能ズば外見認期生告大検換ペ鍵続ビへ現同報義証上番ぎど警接ワ照化形配部情そヘ複
得全目空方長以的理制切限発お索ナ性含信保分付参ピ下加じ位囲先集致小当範追準識個所問画始算選び返択
約ネニ視完自解ハ標単法署別受者覧処記ミ許持端語起べ演状構む多素初予未張態確ホ通利送辞求際ガ過止拡
既暗代割回ず縮応や意非末適属重待規他日想像圧計異機共移整元違結常順項扱進ゲ命幅権区度知ち補言容点
呼詳次秒果編録細令挿決境操復印体特例向ゴ古互装足頭序色改各破閉環ツ替帰本戻組題査済種条注直件壊停
並量側尾浮展様依修象類符白探超誤訳御相述与強高線域翻庫継刻連統釈来否右句
""",
    "ko": """
다니이을지수습에는없를로하일가자시스파정의용합기음서사할리인트한은션않오터있어문그위대만상으값제
름옵드보실함패해작치입모력아된명버고부데프중전표식형되바크행소면경나못요업디설열들도잘령여구출변
호세적개성과블록료메거키목야원류환동번렉비테필라레했내미브조현읽태장복무재너마주러었체유연단안려
분코우십와간본더당결타줄화추반항또커계포속퍼임래때최베알진접찾저절능았럼확랜끝색페른법선칼템건처
공새방참덱준쓰각초검증밋종백생든신예됨같발링두클산널져게텍역매숫활택램쓸운플삭것딩닙배집렬권규축
허림범카근뒤룹릴올병티젝턴관청르글약런맞외압영따존암됩불별토많완잭꾸석막순볼길헤까통받째졌언립롤
듈쿼심후컨쪽될돌말및빠남꿀격창슬향케움컬셸직폴젯릭점빈닌냅셋칙닫잠며충캐붙워금뉴벗양취앞듭꼴히뷰
콘께등혹편났덮켓큰님콜밀날린노특엔달효묶감뜀피탭루울핑교퀀빔롯누족응독긴강떤침략깁픽채짜먼객씁낼
귀갑차손덤쇄네짐첫컴뀌웨견급살셀락술캘련넘춤꿈싱섬슈갯납깃넣량논투왑송릿
""",
}
