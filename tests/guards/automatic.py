"""T1 and T2: automatic mail, parts that an agent opens, and what two agents must agree upon."""

from __future__ import annotations

from tests.guards.guard import Guard

ACKNOWLEDGE, TEST_ACKNOWLEDGE = "tickets/actions/automatic/acknowledge.py", "tests/mail/test_acknowledge.py"
AUTOMATIC, TEST_AUTOMATIC = (
    "tickets/actions/automatic/deciding.py",
    "tests/tickets/automatic/test_deciding.py",
)
BREAKER, TEST_BREAKER = "tickets/breaker.py", "tests/tickets/test_breaker.py"
NOTICE, TEST_NOTICE = "tickets/actions/automatic/notice.py", "tests/tickets/automatic/test_notice.py"
PART, TEST_PART = "tickets/actions/open_part.py", "tests/tickets/test_open_part.py"
RELEASE, TEST_RELEASE = "tickets/actions/release_replayed.py", "tests/tickets/test_release_replayed.py"
MAIL, MESSAGE = "tickets/mail/answer.py", "tickets/models/message.py"

_ACKNOWLEDGED = (
    Guard("T1 told: not silent mail", ACKNOWLEDGE, "first.is_silent or ", "", TEST_ACKNOWLEDGE),
    Guard("T1 told: not a report", ACKNOWLEDGE, "first.is_report or ", "", TEST_ACKNOWLEDGE),
    Guard("T1 told: no machine", ACKNOWLEDGE, "not message.is_from_the_requester or ", "", TEST_ACKNOWLEDGE),
    Guard("T2 R5 told: no replay", ACKNOWLEDGE, " or message.replayed:", ":", TEST_ACKNOWLEDGE),
    Guard("T1 told: no answer to ours", ACKNOWLEDGE, "if first.is_answer or not", "if not", TEST_ACKNOWLEDGE),
    Guard("T1 told: whatever we know of others", "tickets/mail/file.py", "any(is_secret(reference) for reference in letter.references)",
          "any(Message.objects.filter(message_id_digest=message_id_digest(each)).exists() for each in letter.references)", TEST_ACKNOWLEDGE),
    Guard("T1 told: only somebody", ACKNOWLEDGE, " or not is_somebody(ticket.requester_address):", ":", TEST_ACKNOWLEDGE),
    Guard("T1 told: who wrote to us", ACKNOWLEDGE,
          "if not any(Queue.objects.at(address).exists() for address in first.addressed):", "if False:", TEST_ACKNOWLEDGE),
    Guard("T1 told: the breaker is asked", ACKNOWLEDGE, " or not breaker.claim_reply(ticket.requester_address, now=now):", ":",
          f"{TEST_ACKNOWLEDGE} tests/mail/test_two_desks.py"),
    Guard("T2 R2 told: whose the encryption is", ACKNOWLEDGE,
          "    if message.encryption == Encryption.OK and not first.is_bound:\n", "    if False:\n", TEST_ACKNOWLEDGE),
)  # fmt: skip

_WRITTEN = (
    Guard("T1 nobody", AUTOMATIC, "    if is_nobody(local):\n", "    if False:\n",
          f"{TEST_ACKNOWLEDGE} {TEST_AUTOMATIC}"),
    Guard("T1 an address", AUTOMATIC, "return _ADDRESS.fullmatch(address) is not None and", "return",
          f"{TEST_ACKNOWLEDGE} {TEST_AUTOMATIC}"),
    Guard("T1 not to ourselves", AUTOMATIC, "is not None and not Queue.objects.at(address).exists()", "is not None",
          f"{TEST_ACKNOWLEDGE} {TEST_AUTOMATIC}"),
    Guard("T2 R6 no number", AUTOMATIC, 'number="",', "number=message.ticket.number,", TEST_AUTOMATIC),
    Guard("T2 R6 the same words for all", AUTOMATIC, "        text=message.text,\n", "        text=message.text + message.ticket.subject,\n",
          TEST_AUTOMATIC),
    Guard("T1 marked as automatic", MAIL, '        message["Auto-Submitted"] = reply.auto_submitted\n', "", TEST_AUTOMATIC),
    Guard("T1 asks for no answer", MAIL, '        message["X-Auto-Response-Suppress"] = "All"\n', "", TEST_AUTOMATIC),
    Guard("T2 R6 the language of a secret", NOTICE, '"" if ticket.protected else ticket.language', "ticket.language", TEST_NOTICE),
    Guard("T1 notices: once", NOTICE, "if waiting.exclude(message=message).exists() or not", "if not", TEST_NOTICE),
    Guard("T1 notices: no machine", NOTICE, "if not ticket.messages.from_the_requester().exists():", "if False:", TEST_NOTICE),
)  # fmt: skip

_BROKEN = (
    Guard("T1 breaker: one a day", BREAKER, "if to_person.count() >= PER_ADDRESS_A_DAY:", "if False:", TEST_BREAKER),
    Guard("T1 breaker: three an hour", BREAKER, "if to_domain.count() >= PER_DOMAIN_AN_HOUR:", "if False:", TEST_BREAKER),
    Guard("T1 breaker: for all", BREAKER, ".count() < settings.AUTOMATIC_MAIL_PER_HOUR:", ".count() < 10**6:", TEST_BREAKER),
    Guard("T1 breaker: while it is open", BREAKER, "    if everybody.until > now:\n", "    if False:\n", TEST_BREAKER),
    Guard("T1 breaker: tags", BREAKER, "local.partition('+')[0]", "local", TEST_BREAKER),
    Guard("T1 breaker: what is sent is counted", BREAKER, "    _count(person, domain, now)\n    return True", "    return True",
          TEST_BREAKER),
)  # fmt: skip

_AGENTS = (
    Guard("T2 R4 the part that was listed", PART, "if [(part.form.value, part.name) for part in found] != ", "if [] and [] != ",
          TEST_PART),
    Guard("T2 R5 the alarm of a part", PART, "    Message.objects.filter(pk=message.pk).update(replayed=True)\n", "", TEST_PART),
    Guard("T2 R5 two agents", RELEASE, ".exclude(release_asked_by=by)", "", TEST_RELEASE),
    Guard("T2 R5 only who asked takes it back", RELEASE, ".filter(release_asked_by=by)", "", TEST_RELEASE),
    Guard("T2 R5 somebody asked", RELEASE, ".filter(release_asked_by__isnull=False)", "", TEST_RELEASE),
    Guard("T2 R5 the first stays the first", RELEASE, ".filter(release_asked_by__isnull=True)", "", TEST_RELEASE),
    Guard("T2 R5 released once", MESSAGE, ", replayed=True, released__isnull=True)", ", replayed=True)", TEST_RELEASE),
    Guard("T2 R5 replayed only", MESSAGE, ", replayed=True, released__isnull=True)", ", released__isnull=True)", TEST_RELEASE),
)  # fmt: skip

GUARDS = (*_ACKNOWLEDGED, *_WRITTEN, *_BROKEN, *_AGENTS)
