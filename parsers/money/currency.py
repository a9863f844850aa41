# ruff: noqa: RUF001 - letters of other alphabets are what this is about
"""The signs, codes and words that shops write beside an amount, and which currencies each may mean.

`€` is one currency, `$` alone may be any of many dollars and pesos. Codes are those of ISO 4217.
A backslash is what the signs of yen and won are in the code pages of Japan and Korea.
"""

import unicodedata

CODES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG HRK
    """.split()  # noqa: SIM905 - a page of quotation marks would hide the codes
)
_MEANINGS = {
    mark: frozenset(codes.split())
    for line in """
    $ = USD AUD BBD BMD BND BOB BRL BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MOP \
        MXN NAD NIO NZD SBD SGD SRD TOP TTD TWD UYU WST XCD ARS
    us$ = USD
    a$ au$ = AUD
    c$ = CAD NIO
    ca$ = CAD
    nz$ = NZD
    hk$ = HKD
    s$ = SGD
    r$ = BRL
    € eur. = EUR
    £ = GBP EGP FKP GIP LBP SDG SHP SSP SYP
    ¥ = JPY CNY
    \\ = JPY KRW
    kr kr. = SEK NOK DKK ISK
    fr fr. = CHF BIF CDF DJF GNF KMF RWF XAF XOF XPF
    sfr. = CHF
    ₹ = INR
    ₨ rs rs. = INR LKR MUR NPR PKR SCR
    din. = RSD BHD DZD IQD JOD KWD LYD MKD TND
    zł zl = PLN
    kč kc = CZK
    ft = HUF
    lei = RON MDL
    kn = HRK
    rm = MYR
    ₽ руб руб. р. = RUB
    ₺ tl = TRY
    ₩ = KRW KPW
    원 = KRW
    円 = JPY
    元 = CNY TWD
    лв лв. = BGN
    ₪ = ILS
    ₫ = VND
    ₴ грн грн. = UAH
    ₱ = PHP CUP
    ₦ = NGN
    ฿ = THB
    ₡ = CRC SVC
    ₲ = PYG
    ₸ = KZT
    ₵ = GHS
    ₾ = GEL
    ₼ = AZN
    ֏ = AMD
    ₭ = LAK
    ₮ = MNT
    ៛ = KHR
    ؋ = AFN
    ৳ = BDT
    ﷼ = IRR OMR QAR SAR YER
    """.strip().splitlines()
    for marks, codes in [line.split("=")]
    for mark in marks.split()
}


COINS = frozenset("\N{CENT SIGN}\N{MILL SIGN}\N{GERMAN PENNY SIGN}")
"""Signs that stand for themselves, as `meanings` gives them, and for a part of a unit: 50¢."""


def meanings(text: str) -> frozenset[str]:
    """The codes that a sign, code or word may stand for; empty if it is no currency.

    Case does not count. A sign of a currency that is not known here stands for itself.
    """
    if text.upper() in CODES:
        return frozenset((text.upper(),))
    if known := _MEANINGS.get(text.lower()):
        return known
    if len(text) == 1 and unicodedata.category(text) == "Sc":
        sign = unicodedata.normalize("NFKC", text)  # of a fullwidth or a small form
        return _MEANINGS.get(sign, frozenset((sign,)))
    return frozenset()
