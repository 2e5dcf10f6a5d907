"""Takes off what stands under a writer's words and is not meant for the reader: signatures, footers, disclaimers."""

from __future__ import annotations

import re

LINES = 40
SHORT_LINES = 12
"""After a '--' that lost its space, and that may be a line somebody drew between two thoughts."""
LINE_CHARACTERS = 100
FOOTER_LINES = 8
DISCLAIMER_LINES = 30

_SENT = re.compile(
    r"(?:sent|written|composed|typed) (?:from|with|via|using|by|securely)\b|get (?:outlook|bluemail)|secured with|securely sent"
    r"|von meinem|gesendet (?:von|mit|über|aus|via)|diese nachricht wurde|outlook (?:für|for|pour|para|per)|holen sie sich"
    r"|envoyé(?:e)? (?:de|depuis|avec|à|par|via|du)|obtenir|télécharge|ce message a été|mon (?:iphone|ipad)"
    r"|enviado (?:desde|do|de|a|com|con|pelo|por|via)|obtener|obtenga|obter|baixe|enviat (?:des|amb)"
    r"|inviato (?:da|dal|con|tramite)|scarica|ottieni|отправлено|послано|надіслано|відправлено|скачать"
    r"|wysłan[eoya]\b|pobierz|verstuurd|verzonden|download|skickat|sendt|sendes|lähetetty|odesláno|poslané|trimis|elküldve"
    r"|στάλθηκε|נשלח|dikirim|gửi từ|发自|發自|从我的|從我的|来自我的|來自我的|我的|ارسال|فرستاده|أُرسلت|أرسلت|مرسل|تم الإرسال|از |나의|내 ",
    re.IGNORECASE,
)
# The same with the verb at the end, as Turkish, Japanese, Korean and Chinese have it.
_SENT_LAST = (
    "gönderildi",
    "から送信",
    "送信されました",
    "에서 보냄",
    "发送",
    "發送",
    "傳送",
    "ارسال شد",
    "ارسال شده است",
    "gesendet.",
    "gesendet",
)
_PROGRAM = re.compile(
    r"iphone|ipad|android|outlook|galaxy|samsung|blackberry|k-9|proton ?mail|proton|tuta|yahoo|gmx|web\.de|mail\.ru|яндекс|yandex"
    r"|huawei|xiaomi|redmi|小米|华为|網易|网易|qq邮箱|windows|thunderbird|fairemail|mailfence|posteo|handy|smartphone|mobil|آیفون|айфон"
    r"|телефон|phone|手机|手機|htc|nokia|motorola|oneplus|pixel|mail app|bluemail|spark|tor mail|t-online|orange|libero|fastmail",
    re.IGNORECASE,
)
_SECRET = ("confidential", "privileged", "vertraulich", "confidentiel", "confidencial", "riservat", "конфиденциальн",
           "конфіденційн", "poufn", "vertrouwelijk", "gizli", "محرمانه", "سري", "机密", "保密", "機密", "rahasia", "konfidenti")  # fmt: skip
_READER = ("recipient", "addressee", "intended", "empfänger", "adressat", "destinat", "получател", "адресат", "одержувач",
           "odbiorc", "adresat", "geadresseerde", "ontvanger", "alıcı", "گیرنده", "المستلم", "المرسل إليه", "收件人", "受信者",
           "penerima", "mottagare")  # fmt: skip
_RULE = re.compile(r"[-_=*]{3,200}")


def without_signature(lines: list[str]) -> list[str]:
    """The writer's own lines of one stretch, without what mail programs, lists and firms put under them."""
    lines = _without_list_footer(_trimmed(lines))
    lines = _without_disclaimer(_trimmed(lines))
    lines = _above_delimiter(_trimmed(lines))
    return _without_program(_trimmed(lines))


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _above_delimiter(lines: list[str]) -> list[str]:
    """Cuts at a '-- ' near the end; at a bare '--' or a dash only when what follows is as short as a signature."""
    for place in range(max(len(lines) - LINES, 0), len(lines)):
        line = lines[place]
        # Logs explain themselves in lines that all begin so.
        near = (*lines[max(place - 1, 0) : place], *lines[place + 1 : place + 2])
        if any(each.startswith("-- ") for each in near):
            continue
        if line == "-- " or (line.strip() in ("--", "—", "–") and _is_short(lines[place + 1 :])):
            return lines[:place]
    return lines


def _is_short(lines: list[str]) -> bool:
    return 0 < len(lines) <= SHORT_LINES and all(len(line) <= LINE_CHARACTERS for line in lines)


def _without_program(lines: list[str]) -> list[str]:
    """'Sent from my iPhone' in the last line, or broken over the last two."""
    for count in (1, 2):
        said = " ".join(line.strip() for line in lines[-count:])
        is_paragraph = len(lines) <= count or not lines[-count - 1].strip() or count == 1
        if lines and is_paragraph and _names_program(said):
            return lines[: max(len(lines) - count, 0)]
    return lines


def _names_program(said: str) -> bool:
    said = said.strip("*_<>[]()- \u200e\u200f\u202a\u202b\u202c")
    if len(said) > LINE_CHARACTERS * 2 or _PROGRAM.search(said) is None:
        return False
    words = said.partition("<")[0].rstrip(" .。!")
    is_long = len(words) > LINE_CHARACTERS
    return not is_long and (_SENT.match(said) is not None or words.lower().endswith(_SENT_LAST))


def _without_list_footer(lines: list[str]) -> list[str]:
    """A rule near the end and, under it, the few lines with the address of a list."""
    for place in range(max(len(lines) - FOOTER_LINES, 0), len(lines)):
        below = [line for line in lines[place + 1 :] if line.strip()]
        is_rule = len(lines[place].strip()) >= 20 and _RULE.fullmatch(lines[place].strip())
        if is_rule and below and any("http" in line or "@" in line for line in below) and _is_short(below):
            return lines[:place]
    return lines


def _without_disclaimer(lines: list[str]) -> list[str]:
    """The last paragraphs as long as they speak of secrets and of whom they are for; never the only ones."""
    begin = _begin_of_paragraph(lines)
    said = " ".join(lines[begin:])[:4000].lower()
    if begin == 0 or not (any(word in said for word in _SECRET) and any(word in said for word in _READER)):
        return lines
    above = _trimmed(lines[:begin])
    return above[:-1] if above and _RULE.fullmatch(above[-1].strip()) else above


def _begin_of_paragraph(lines: list[str]) -> int:
    for place in range(len(lines) - 1, max(len(lines) - DISCLAIMER_LINES, 0) - 1, -1):
        if not lines[place].strip():
            return place + 1
    return 0
