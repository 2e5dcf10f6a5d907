"""Subjects that machines write, in many languages. A person may write them too, so they never decide alone."""

from __future__ import annotations

_BOUNCES = (
    "undeliver", "not delivered", "not be delivered", "could not deliver", "couldn't be delivered", "delivery status",
    "delivery fail", "delivery has failed", "delivery problem", "delivery incomplete", "delivery report", "delivery delayed",
    "delivery notification", "delivery error", "delivery receipt", "mail delivery", "message delivery", "returned mail",
    "returned to sender", "mail system error", "failure notice", "failure delivery", "failed delivery",
    "could not send message", "mail failure", "message bounced", "nondeliverable", "non-deliverable", "delayed mail",
    "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "bermittlungsstatus", "zustellungsstatus",
    "zustellbericht", "non remis", "échec de la remise", "non distribuable", "échec de distribution", "retour de courrier",
    "no se puede entregar", "no se ha podido entregar", "no entregado", "error de entrega", "devuelto",
    "não entregue", "não foi possível entregar", "falha na entrega", "falha de entrega", "mancato recapito", "non recapitabile",
    "mancata consegna", "impossibile recapitare", "недоставлен", "не доставлено", "не удалось доставить", "недоставк",
    "ошибка доставки", "не вдалося доставити", "niedostarczon", "nie można dostarczyć", "onbestelbaar", "niet afgeleverd",
    "teslim edilemedi", "iletilemedi", "退信", "无法投递", "投递失败", "未送达", "無法傳遞", "配信不能", "配信エラー", "配信できません",
    "تعذر تسليم", "تحویل نشد", "tidak terkirim", "no lliurat", "olevererbart", "kan inte levereras", "kunne ikke leveres",
)  # fmt: skip
_ANSWERS = (
    "auto reply", "auto-reply", "autoreply", "automatic reply", "automated reply", "auto response", "auto-response",
    "autoresponse", "auto answer", "automatic response", "out of office", "out of the office", "out-of-office", "ooo:",
    "on vacation", "on holiday", "vacation message", "away from my mail", "away from the office",
    "automatische antwort", "automatische rückantwort", "abwesenheit", "nicht im büro", "abwesend",
    "réponse automatique", "absence du bureau", "absent du bureau", "message d'absence", "respuesta automática",
    "fuera de la oficina", "resposta automática", "ausência", "fora do escritório", "risposta automatica",
    "fuori sede", "fuori ufficio", "автоответ", "автоматический ответ", "вне офиса", "автоматична відповідь",
    "автовідповідь", "automatyczna odpowiedź", "autoodpowiedź", "poza biurem", "automatisch antwoord",
    "afwezigheid", "otomatik yanıt", "otomatik cevap", "ofis dışında", "پاسخ خودکار", "رد تلقائي", "自动回复", "自動回覆",
    "自動返信", "不在通知", "자동 회신", "부재중", "balasan otomatis", "resposta automàtica", "fora de l'oficina", "autosvar",
    "automatiskt svar", "automatisk svar", "frånvarande", "automaattinen vastaus", "automatická odpověď",
    "automatikus válasz", "αυτόματη απάντηση", "răspuns automat", "תשובה אוטומטית", "automatinis atsakymas",
)  # fmt: skip


def is_bounces(subject: str) -> bool:
    """The words under which servers say that they could not deliver."""
    said = _flat(subject)
    return any(words in said for words in _BOUNCES)


def is_automatic_answers(subject: str) -> bool:
    """The words under which an absent person's mailbox answers, and the one-word 'Auto:' of some programs."""
    said = _flat(subject)
    return said.startswith(("auto:", "autom.:")) or any(words in said for words in _ANSWERS)


def is_aggregate_reports(subject: str) -> bool:
    """The form that is prescribed for reports on the use of a domain (RFC 7489 section 7.2.1.1, RFC 8460 section 5.3)."""
    said = _flat(subject)
    return "report domain:" in said and "submitter:" in said


def _flat(subject: str) -> str:
    return " ".join(subject.replace("’", "'").lower().split())
