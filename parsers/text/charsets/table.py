"""The encodings that tills use, other than UTF-8, -16 and -32, and the languages they are for."""

from dataclasses import dataclass

_WEST = "de fr es pt it nl sv da nb fi ca ga sq"
_CENTRAL = "pl cs sk hu hr sl ro sq"
_BALTIC = "et lv lt"
_CYRILLIC = "ru uk be bg sr mk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """An encoding that tills use.

    `rare` is what a file in it costs beforehand, against the Windows code page of its languages.
    `home` are the languages that it was made for; `also` those that it can write, too.
    """

    name: str
    rare: float
    home: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def _of(name: str, rare: float, home: str, also: str = "") -> Encoding:
    return Encoding(name=name, rare=rare, home=tuple(home.split()), also=tuple(also.split()))


# Left out are those that differ from one named here only in control characters (ISO-8859-1 and
# Windows-1252, ISO-8859-9 and Windows-1254, GBK and GB18030), or that no till is known to use.
ENCODINGS = (
    _of("cp1252", 0, f"{_WEST} is", "et hr sl"),
    _of("cp1250", 0, _CENTRAL, "de"),
    _of("cp1251", 0, _CYRILLIC),
    _of("cp1253", 0, "el"),
    _of("cp1254", 0, "tr", _WEST),
    _of("cp1255", 0, "he"),
    _of("cp1256", 0, "ar fa", "fr"),
    _of("cp1257", 0, _BALTIC, "pl de sv da nb fi sl"),
    _of("cp1258", 1, "vi", "fr"),
    _of("cp874", 0, "th"),
    _of("cp932", 0, "ja"),
    _of("gb18030", 0, "zh_CN", "zh_TW ja"),
    _of("cp950", 0, "zh_TW"),
    _of("cp949", 0, "ko"),
    _of("euc-jp", 4, "ja"),
    _of("iso-8859-15", 3, f"{_WEST} is", "et"),
    _of("iso-8859-2", 3, _CENTRAL, "de"),
    _of("iso-8859-4", 6, _BALTIC, "de sv da nb fi"),
    _of("iso-8859-13", 4, _BALTIC, "pl de sv da nb fi"),
    _of("iso-8859-5", 5, _CYRILLIC),
    _of("iso-8859-6", 4, "ar"),
    _of("iso-8859-7", 2, "el"),
    _of("iso-8859-8", 3, "he"),
    _of("cp850", 4, _WEST, "is"),
    _of("cp858", 5, _WEST, "is"),
    _of("cp437", 5, "de fr es it nl sv fi", "pt ca ga hu"),
    _of("cp852", 4, _CENTRAL, "de"),
    _of("cp866", 3, "ru uk be bg"),
    _of("cp1125", 6, "uk ru"),
    _of("cp855", 6, _CYRILLIC),
    _of("cp737", 4, "el"),
    _of("cp869", 6, "el"),
    _of("cp857", 4, "tr", "de fr es it"),
    # Not rarer: the o with a tilde in it is the a with two dots of Windows, and Estonian has both.
    _of("cp775", 1, _BALTIC, "pl de sv da nb fi"),
    _of("cp861", 6, "is", "de da"),
    _of("cp865", 5, "nb da", "de sv fi fr"),
    _of("cp860", 6, "pt"),
    _of("cp862", 5, "he"),
    _of("cp720", 5, "ar", "fr"),
    _of("koi8-r", 4, "ru bg"),
    _of("koi8-u", 5, "uk", "ru"),
    _of("mac-roman", 5, _WEST),
    _of("mac-iceland", 7, "is", "de da"),
    _of("mac-latin2", 6, "pl cs sk hu hr sl", "de"),
    _of("mac-croatian", 7, "hr sl"),
    _of("mac-romanian", 7, "ro"),
    _of("mac-turkish", 7, "tr"),
    _of("mac-cyrillic", 6, _CYRILLIC),
    _of("mac-greek", 7, "el"),
)
