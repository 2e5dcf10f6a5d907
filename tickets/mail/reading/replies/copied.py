"""Finds where a mail is copied with its headers, as Outlook and every 'forward' do it: From, Sent, To, Subject, in any language."""

from __future__ import annotations

import re

from tickets.mail.reading.replies.attributions import TRIMMED
from tickets.mail.reading.replies.written_dates import holds_address, holds_date

HEADER_CHARACTERS = 40
BLOCK_LINES = 16

# The four headers that every program copies, as those of many languages call them.
_FROM = (
    "from von de da от od van kimden från fra lähettäjä expéditeur remitente mittente absender avsändare від отправитель відправник "
    "nadawca afzender gönderen من از فرستنده المرسل مرسل 发件人 寄件者 寄件人 发送者 差出人 送信者 보낸사람 dari feladó από מאת odesílatel "
    "expeditor expedidor pengirim từ"
)
_SENT = (
    "sent date gesendet datum envoyé enviado enviadoel enviadoem fecha data inviato отправлено дата датаотправки надіслано wysłano "
    "wysłane verzonden gönderildi gönderilmetarihi tarih skickat sendt dato lähetetty päivämäärä päiväys odesláno elküldve dátum trimis "
    "στάλθηκε ημερομηνία enviat تاريخ تاریخ ارسال أرسلت الإرسال التاريخ 发送时间 发送日期 时间 日期 寄件日期 傳送日期 送信日時 日時 日付 보낸날짜 "
    "날짜 dikirim tanggal נשלח תאריך gửi ngày inviatoil envoyéle"
)
_TO = (
    "to an à para a кому do aan kime till til komu címzett către προς pera إلى به گیرنده المستلم 收件人 收件者 宛先 받는사람 kepada ke alıcı "
    "pour destinataire destinatario destinatari אל vastaanottaja đến"
)
_SUBJECT = (
    "subject betreff objet asunto assunto oggetto тема temat onderwerp konu ämne emne aihe předmět predmet tárgy subiect θέμα "
    "assumpte موضوع الموضوع 主题 主旨 标题 主題 件名 제목 subjek perihal judul נושא chủđề"
)
_KINDS = {name: kind for kind, names in enumerate((_FROM, _SENT, _TO, _SUBJECT)) for name in names.split()}
# '-----Original Message-----' and its kind: words between two rules; or a rule alone.
_TITLED = re.compile(r"[-_=*—–‐─]{2,60} {0,2}\w.{2,50}?[-_=*—–‐─]{2,60}")
_RULE = re.compile(r"[-_=*—–‐─]{3,200}")
_TITLES = (
    "original message", "original mail", "original-nachricht", "original nachricht", "mail original", "původní e-mail", "forwarded by", "originalnachricht", "ursprüngliche nachricht", "message d'origine", "message original",
    "mensaje original", "mensagem original", "messaggio originale", "исходное сообщение", "исходное письмо", "пересылаемое сообщение",
    "оригінальне повідомлення", "wiadomość oryginalna", "oryginalna wiadomość", "oorspronkelijk bericht", "orijinal mesaj",
    "özgün ileti", "الرسالة الأصلية", "پیام اصلی", "原始邮件", "原始郵件", "元のメッセージ", "원본 메시지", "pesan asli", "missatge original",
    "ursprungligt meddelande", "oprindelig meddelelse", "original meddelelse", "alkuperäinen viesti", "původní zpráva",
    "forwarded message", "weitergeleitete nachricht", "message transféré", "mensaje reenviado", "mensagem encaminhada",
    "messaggio inoltrato", "пересланное сообщение", "przekazana wiadomość", "doorgestuurd bericht", "转发邮件", "转发的邮件",
    "転送メッセージ", "pesan terusan", "missatge reenviat", "vidarebefordrat meddelande", "iletilen ileti", "پیام هدایت شده",
)  # fmt: skip


def end_of_headers(lines: list[str], place: int, *, after_words: bool) -> int:
    """Where the copied headers end that begin at this line; 0 when none do."""
    if ":" not in lines[place] and "：" not in lines[place]:
        return 0
    is_marked = is_rule(_line_above(lines, place))
    if not (is_marked or after_words) or (_kind_of(lines[place]) is None and not is_field(lines[place])):
        return 0
    block, end = _block(lines, place)
    kinds = {kind for line in block if (kind := _kind_of(line)) is not None}
    is_known = 0 in kinds and len(kinds) >= (2 if is_marked else 3)
    return end if is_known or (len(block) >= 3 and _is_shaped(block)) else 0


def _is_shaped(block: list[str]) -> bool:
    """An address and a date under names of no known language; names with hyphens are those of other things, as reports."""
    has_hyphen = any("-" in line.partition(":")[0] for line in block)
    return not has_hyphen and any(map(holds_address, block)) and any(map(holds_date, block))


def is_title(line: str) -> bool:
    """'-----Original Message-----', in the words of many languages: a mail follows, whatever it looks like."""
    said = line.strip(TRIMMED + ">")
    return (
        len(said) <= 150
        and _TITLED.fullmatch(said) is not None
        and any(words in said.lower() for words in _TITLES)
    )


def is_rule(line: str) -> bool:
    """A line of dashes, with or without words between them."""
    said = line.strip()
    return len(said) <= 200 and bool(_RULE.fullmatch(said) or _TITLED.fullmatch(said))


def _block(lines: list[str], place: int) -> tuple[list[str], int]:
    """The header lines from here, and where they end: with what a long value goes on in, and single empty lines."""
    block: list[str] = []
    end = place
    for number in range(place, min(place + BLOCK_LINES, len(lines))):
        line = lines[number]
        if is_field(line) or _kind_of(line) is not None:
            block.append(line)
            end = number + 1
        elif not _may_be_inside(lines, number, place):
            break
    return block, end


def _may_be_inside(lines: list[str], number: int, place: int) -> bool:
    if not lines[number].strip():
        following = lines[number + 1] if number + 1 < len(lines) else ""
        return _kind_of(following) is not None
    above = lines[number - 1].rstrip() if number > place else ""
    return above.endswith((",", ";")) or (bool(above) and lines[number][:1] in " \t<")


def _kind_of(line: str) -> int | None:
    """Which of the four headers a line is, by its name."""
    name, colon, _ = line[: HEADER_CHARACTERS * 2].replace("：", ":").partition(":")
    return _KINDS.get("".join(name.strip(TRIMMED).lower().split())) if colon else None


def is_field(line: str) -> bool:
    """'Name: value', whatever the name."""
    name, colon, value = line[: HEADER_CHARACTERS * 4].replace("：", ":").partition(":")
    name = name.strip(TRIMMED)
    if not colon or not value.strip(TRIMMED) or not 1 <= len(name) <= HEADER_CHARACTERS:
        return False
    return len(name.split()) <= 4 and not any(
        character.isdigit() or character in "/=\\<>" for character in name
    )


def _line_above(lines: list[str], place: int) -> str:
    return next((line for line in reversed(lines[max(place - 3, 0) : place]) if line.strip()), "")
