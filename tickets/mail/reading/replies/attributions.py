"""Finds the lines that introduce a quotation: 'On 2 November, Jane wrote:' in any language, on one line or on several."""

from __future__ import annotations

import re

from tickets.mail.reading.replies.written_dates import LINE_CHARACTERS, holds_address, holds_date

LINES = 4
WRAPPED_AT = 50
"""A line that was broken because it was too long is at least so long."""

_BRACKETED = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{1,255}>")
_ON_ONE_LINE = re.compile(r"<[^<>\s]{3,254}>[^:<>]{0,40}:(?=\s{2,8}\S)")

# What mail programs put around words, and the marks that turn the direction of text.
TRIMMED = "*_ \t\xa0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ENDS = (":", "：", "؛", "›", "»", "︰")
# Structure says it nearly always; these words say it where there is neither a date nor an address.
_WROTE = (
    "wrote", "writes", "schrieb", "schreibt", "a écrit", "escribió", "escrigué", "va escriure", "ha escrit", "escreveu",
    "ha scritto", "пишет", "написал", "написала", "написал(а)", "писал", "писал(а)", "написав", "написав(ла)", "пише",
    "napisał", "napisała", "napisał(a)", "pisze", "schreef", "het volgende geschreven", "yazdı", "şunları yazdı",
    "نوشت", "نوشته است", "كتب", "كَتَبَ", "写道", "寫道", "のメール", "書きました", "さんは書きました", "님이 작성", "menulis",
    "skrev", "kirjoitti", "napsal", "napsala", "napsal(a)", "írta", "a scris", "έγραψε", "כתב", "כתב/ה", "viết",
)  # fmt: skip
_FORWARDED = (
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "début du message réexpédié",
    "début du message transféré", "inicio del mensaje reenviado", "início da mensagem encaminhada",
    "início da mensagem reencaminhada", "inizio messaggio inoltrato", "начало переадресованного сообщения",
    "початок переадресованого повідомлення", "początek przekazywanej wiadomości", "begin doorgestuurd bericht",
    "iletilen mesajın başlangıcı", "转发的信息", "以下是转发的邮件", "転送されたメッセージ", "下に転送されたメッセージ", "전달된 메시지 시작",
    "vidarebefordrat brev", "inici del missatge reenviat", "awal pesan yang diteruskan", "بداية الرسالة المُعاد توجيهها",
)  # fmt: skip


def drop_attribution(kept: list[str]) -> None:
    """Takes the lines that introduce a marked quotation off the end of what stands above it."""
    end = _without_blank(kept)
    if count := _lines_of(kept, end):
        del kept[end - count :]


def firm_attribution(kept: list[str]) -> int:
    """How many lines at the end are an introduction even where no mark follows: with a date and with its writer."""
    count = _lines_of(kept, len(kept))
    said = kept[len(kept) - count :]
    if not count or not any(map(holds_date, said)):
        return 0
    # A kernel's first words have an address and a date, too, but not like this.
    return count if any(map(_BRACKETED.search, said)) or _says(said[-1], _WROTE) else 0


def quotation_in(line: str) -> int:
    """Where the quotation begins that some phones write behind its introduction, on the same line; 0 when none does."""
    found = _ON_ONE_LINE.search(line[:LINE_CHARACTERS])
    return found.end() if found and holds_date(line[: found.end()]) else 0


def _without_blank(kept: list[str]) -> int:
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    return end


def _lines_of(kept: list[str], end: int) -> int:
    """How many lines above `end` introduce something: the fewest that end in a colon and hold a date; else the last."""
    last = kept[end - 1] if end else ""
    if len(last) > LINE_CHARACTERS or not last.strip(TRIMMED).endswith(_ENDS):
        return 0
    if _says(last, _FORWARDED):
        return 1
    for count in range(1, min(LINES, end) + 1):
        line = kept[end - count]
        if not line.strip() or len(line) > LINE_CHARACTERS:
            break
        if holds_date(line):
            return count + (count < LINES and _goes_on_from(kept, end - count))
    return 1 if holds_address(last) or _says(last, _WROTE) else 0


def _goes_on_from(kept: list[str], place: int) -> bool:
    """Whether the line above was broken in the middle of a sentence that the line at `place` goes on with."""
    above, line = kept[place - 1].strip(TRIMMED) if place else "", kept[place].strip(TRIMMED)
    return len(above) >= WRAPPED_AT and above[-1:] not in ".!?。！？" and not line[:1].isupper()


def _says(line: str, words: tuple[str, ...]) -> bool:
    said = line.strip(TRIMMED).rstrip(":：؛›»︰").rstrip(TRIMMED + ",،").lower()
    return said.endswith(words)
