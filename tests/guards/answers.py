"""T2: what leaves the desk, to whom, and what never does."""

from __future__ import annotations

from tests.guards.guard import Guard

PARSE, TEST_PARSE = "tickets/mail/parse.py", "tests/mail/test_parse.py"
FILE, TEST_FILE = "tickets/mail/file.py", "tests/mail/test_file.py tests/mail/test_other_sender.py"
TRAVEL, TEST_TRAVEL = "tickets/travel.py", "tests/tickets/test_travel.py"
ANSWER, TEST_ANSWER = (
    "tickets/actions/answer.py",
    "tests/tickets/test_answer.py tests/tickets/test_release.py",
)
MAIL, TEST_MAIL = "tickets/mail/answer.py", "tests/tickets/test_answer_mail.py"
SEND = "tickets/mail/send.py"
RULES, TEST_RULES = (
    "tickets/mail/rules.py",
    "tests/mail/test_rules.py tests/mail/test_machines.py tests/mail/test_loops.py",
)
STRANGERS = "tests/tickets/test_stranger_headers.py"
REPEATED = "tests/mail/test_repeated.py"
PLANTED = "tests/mail/test_planted_keys.py"
OPEN, TEST_OPEN = "tickets/mail/open.py", "tests/mail/test_open.py"

_REPLY_TO = (
    Guard("T2 R3 Reply-To of an encrypted mail", PARSE,
          "kept = tuple(address for address in said if address.address.lower() in known)", "kept = said", TEST_PARSE),
    Guard("T2 R3 Reply-To from inside", PARSE, 'if inner is not None and "reply-to" in inner:', "if False:", TEST_PARSE),
)  # fmt: skip

_REPLAY = (
    Guard("T2 R5 the alarm", FILE, "message.replayed |= _is_replayed(", "_is_replayed(", TEST_FILE),
    Guard("T2 R5 a signature clears", FILE, "if letter.signature.state is not SignatureState.VALID:", "if False:", TEST_FILE),
    Guard("T2 R5 the earlier one is the thief's", FILE,
          "        Message.objects.filter(pk=first.message_id).update(replayed=True)\n", "        pass\n", TEST_FILE),
    Guard("T2 R5 parts are known by their sender", FILE, "        _note_parts(accepted.letter, reporter, message)\n", "", REPEATED),
    Guard("T2 R5 a part under another name is nobody's", FILE, "    if letter.sender_differs:\n", "    if False:\n", REPEATED),
    Guard("T2 R5 what is in its ticket is said once", FILE, "        _refuse_repeated(incoming, accepted.letter, message)\n", "", REPEATED),
    Guard("T2 R5 a report of another carrier is no follow-up", "tickets/mail/thread.py",
          "    if letter.sender_differs:\n", "    if False:\n", REPEATED),
    Guard("T2 R5 another protected sender", FILE, "        replayed=letter.sender_differs,\n", "", TEST_FILE),
    Guard("T2 R5 a ciphertext under another name is nobody's", PARSE,
          "None if opened.sender_differs else opened.replay_material", "opened.replay_material", TEST_FILE),
    Guard("T2 R5 no answer to a replay", TRAVEL, "if ticket.messages.unreleased().exists():", "if False:", TEST_TRAVEL),
)  # fmt: skip

_TRAVEL = (
    Guard("promise 3: protected waits", TRAVEL, "return not ticket.protected and ", "return ", TEST_TRAVEL),
    Guard("promise 3: the queue's policy", TRAVEL, "not ticket.protected and ticket.queue.without_key == Queue.WithoutKey.PLAIN",
          "not ticket.protected", f"{TEST_TRAVEL} tests/tickets/automatic/test_notice.py"),
    Guard("T1 a key nobody compared: where it came", TRAVEL,
          "if choice.certificate and not choice.compared and not _is_from_here(ticket, choice.fingerprint):", "if False:", PLANTED),
    Guard("T1 a key nobody compared: came encrypted", TRAVEL, "Kind.SEEN, encrypted=True, origin__in", "Kind.SEEN, origin__in", PLANTED),
    Guard("T1 a key nobody compared: came here", TRAVEL, ', origin__in=ticket.messages.values("pk"))', ")", PLANTED),
    Guard("T1 a key nobody compared: it waits", TRAVEL, "may_be_plain and not choice.elsewhere else", "may_be_plain else", PLANTED),
    Guard("T1 a key nobody compared: is not called known", "tickets/desk/conversation/timeline.py",
          "is_signer_known=message.signature_fingerprint in known", "is_signer_known=True", PLANTED),
    Guard("T1 a changed key stops", TRAVEL, "    if choice.changed:\n", "    if False:\n", TEST_TRAVEL),
    Guard("T1 no answer to ourselves", TRAVEL, " or Queue.objects.at(address).exists():", ":", TEST_TRAVEL),
    Guard("promise 3: encrypted while it was written", ANSWER,
          "if is_clear and Ticket.objects.filter(pk=ticket.pk, protected=True).exists():", "if False:",
          "tests/tickets/test_answer.py tests/tickets/test_races.py"),
    Guard("promise 3: the way that was shown", ANSWER, "    if travel.way != shown.way:\n", "    if False:\n", TEST_ANSWER),
    Guard("promise 3: only what can be written", ANSWER, "    if not travel.can_be_written:\n", "    if False:\n", TEST_ANSWER),
    Guard("promise 3: released encrypted only", ANSWER, "if travel.way is not Way.ENCRYPTED:\n        return 0", "if False:\n        return 0",
          TEST_ANSWER),
    Guard("promise 3: held back when overtaken", SEND, "        if is_overtaken(outgoing, now=timezone.now()):\n", "        if False:\n",
          "tests/tickets/test_every_path.py"),
    Guard("T1 nothing to a key that is retired", "tickets/actions/hold_back.py", "not is_in_use(outgoing.recipient, outgoing.fingerprint) or ", "",
          "tests/tickets/test_hold_back.py"),
    Guard("T2 R5 a replay stops what is approved", "tickets/actions/hold_back.py", " or ticket.messages.unreleased().exists():\n        return True",
          ":\n        return True", "tests/tickets/test_hold_back.py"),
)  # fmt: skip

_BYTES = (
    Guard("T1 headers: one line", MAIL, 'subject = _one_line(reply.subject)[:_LONGEST_SUBJECT]', "subject = reply.subject[:_LONGEST_SUBJECT]",
          TEST_MAIL),
    Guard("T1 addresses: no other in them", SEND, "if not _can_be_said(recipient) or not _can_be_said(sender):", "if False:",
          "tests/mail/test_send_addresses.py"),
    Guard("T1 headers: no encoded word", MAIL, 'return line.replace("=?", "= ?")', "return line", STRANGERS),
    Guard("T1 headers: a Message-ID in its form", MAIL, "if _MESSAGE_ID.fullmatch(asked):", "if asked:", STRANGERS),
    Guard("T1 headers: a plain address", MAIL, "    if not is_plain_address(address):\n", "    if False:\n", STRANGERS),
    Guard("T1 no answer to what is no plain address", TRAVEL, "if not is_plain_address(address) or", "if not address or", STRANGERS),
    Guard("T1 automatic mail: what cannot be made is given up", "tickets/actions/automatic/deciding.py",
          "if outgoing.attempts < ATTEMPTS:", "if True:", STRANGERS),
    Guard("T2 R1 nothing quoted", ANSWER, "        text=message.text,\n        number",
          "        text=message.text + (asked.text if asked else ''),\n        number", TEST_MAIL),
    Guard("T2 R6 no number in clear", MAIL, "return build_signed(_message(reply, subject=_subject(reply))",
          'return build_signed(_message(reply, subject=f"{_subject(reply)} [{reply.number}]")', TEST_MAIL),
    Guard("T2 R4 no part is opened", OPEN, "encryption = Encryption.PARTIAL if protection.has_encrypted_part else Encryption.NONE",
          "encryption = Encryption.NONE", TEST_OPEN),
)  # fmt: skip

_MACHINES = (
    Guard("T1 loops", RULES, "return Machine.LOOP if own_id or marked else None", "return None", TEST_RULES),
    Guard("T1 loops: our Message-ID", RULES, "if own_id or marked", "if marked", TEST_RULES),
    Guard("T1 loops: our mark", RULES, "if own_id or marked", "if own_id", TEST_RULES),
    Guard("T1 bounces", RULES, "return Machine.BOUNCE if", "return None if", TEST_RULES),
    Guard("T1 automatic mail", RULES, "return Machine.AUTOMATIC if", "return None if", TEST_RULES),
    Guard("T1 lists", RULES, "return Machine.LIST if bulk or letter.signs.list_id else None", "return None", TEST_RULES),
)  # fmt: skip

GUARDS = (*_REPLY_TO, *_REPLAY, *_TRAVEL, *_BYTES, *_MACHINES)
