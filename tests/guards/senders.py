"""T1 to T3: who a mail is from, whose its signature is, which ticket it belongs to, and which keys are learned."""

from __future__ import annotations

from tests.guards.guard import Guard

OPEN, TEST_OPEN = "tickets/mail/open.py", "tests/mail/test_open.py"
TEST_SIGNED, TEST_OTHER = "tests/mail/test_open_signed.py", "tests/mail/test_other_sender.py"
PARSE, TEST_PARSE = "tickets/mail/parse.py", "tests/mail/test_parse.py"
TEST_PACKED = "tests/mail/test_parse_packed.py"
TWO_READERS = "tests/mail/test_two_readers.py"
REPORTER, TEST_REPORTER = "tickets/mail/reporter.py", "tests/mail/test_reporter.py"
THREAD, TEST_THREAD = "tickets/mail/thread.py", "tests/mail/test_thread.py"
LEARN, TEST_LEARN = "tickets/mail/learn.py", "tests/mail/test_learn.py"
KEYS, TEST_KEYS = "crypto/keys.py", "tests/crypto/test_keys.py tests/mail/test_learn.py"

_BINDING = (
    Guard("T1 bound: the key", OPEN, "each.fingerprint == signature.fingerprint and ", "", TEST_OPEN),
    Guard("T1 bound: the address", OPEN,
          " and address in {name.casefold() for name in each.addresses}\n", "\n", TEST_OPEN),
    Guard("T1 bound: known", OPEN, "if is_known and same_sender", "if same_sender", TEST_OPEN),
    Guard("T1 bound: the protected sender", OPEN, "if is_known and same_sender and", "if is_known and", TEST_OPEN),
    Guard("T1 bound: the time", OPEN, " and _is_about_the_time(signature, outer):", ":", TEST_OPEN),
    Guard("T1 bound: a day", OPEN, "- signature.made) <= _A_DAY", "- signature.made) <= 99 * _A_DAY", TEST_OPEN),
    Guard("T1 bound: when it came", OPEN, "if abs(received.timestamp() - made) <= _SLOWEST_MAIL:", "if True:", TEST_OPEN),
    Guard("T1 bound: the line says when it came", "tickets/mail/line.py", "read(Sealed(incoming.read(), received),",
          "read(Sealed(incoming.read()),", "tests/mail/test_repeated.py"),
    Guard("T1 bound: one date", OPEN, "if len(dates) != 1 or signature.made is None:", "if signature.made is None:", TEST_OPEN),
    Guard("T1 bound: to the From", OPEN, "return sender(outer) if signature.state is SignatureState.VALID else None",
          "return sender(outer)", f"{TEST_OPEN} {TEST_SIGNED} {TWO_READERS}"),
    Guard("T1 bound: the same sender", OPEN,
          'return not protected.all("from") or _who(protected) == _who(outer)', "return True", f"{TEST_OPEN} {TEST_OTHER}"),
    Guard("T1 protected: headers that are marked", OPEN, "    return bool(marked) and bool(", "    return bool(",
          f"{TEST_OPEN} {TEST_SIGNED} {TEST_OTHER}"),
    Guard("T0 signed: only what is signed is shown", OPEN, "    content = _merge(protection.root, signed, protected=protected)\n",
          "    content = raw\n", TEST_SIGNED),
    Guard("T0 clear-signed: only what is signed is shown", OPEN,
          "    content = _merge(protection.root, read_entity(_as_text(text, protection.charset)), protected=False)\n",
          "    content = raw\n", TEST_SIGNED),
    Guard("T1 signed: only protected headers replace", OPEN, "if protected or each[0].startswith(_OF_THE_BODY)]", "]", TEST_SIGNED),
    Guard("T1 signed: no header beside the protected ones", OPEN, "outside = () if protected else outer.headers",
          "outside = outer.headers", TEST_SIGNED),
    Guard("T1 shown: one sender for both readers", PARSE,
          "opened.signature.state is SignatureState.VALID and shown != [opened.bound_to]", "False", TWO_READERS),
    Guard("T0 the child: no say in the encryption", PARSE, "        encryption=opened.encryption,\n        signature=_sig",
          "        signature=_sig", TEST_PACKED),
    Guard("T0 the child: lies are not believed", PARSE, "        signature=_signature_of(letter, opened),\n", "", TEST_PACKED),
    Guard("T0 the child: no say in whose it is", PARSE, "        sender_differs=opened.sender_differs,\n", "", TEST_PACKED),
    Guard("T0 the child: no say in our key", PARSE, "        decrypted_with=opened.decrypted_with,\n", "", TEST_PACKED),
    Guard("T2 R4 the child: no say in the parts", PARSE, "        encrypted_parts=opened.encrypted_parts,\n", "", TEST_PACKED),
    Guard("T1 protected subject only", PARSE, 'inner is not None and "subject" in inner\n', "inner is not None\n", TEST_PARSE),
)  # fmt: skip

_REPORTERS = (
    Guard("T2 R2 a report's From: inside only", REPORTER, "letter.encryption is Encryption.OK and not _is_signed(letter)",
          "not _is_signed(letter)", TEST_REPORTER),
    Guard("T2 R2 a report that is signed is its signer's", REPORTER,
          "letter.encryption is Encryption.OK and not _is_signed(letter)", "letter.encryption is Encryption.OK", TEST_REPORTER),
    Guard("T1 one sender", REPORTER, "if len(letter.from_) == 1 else None", "if letter.from_ else None", TEST_REPORTER),
    Guard("T2 R3 no Reply-To for protected mail", REPORTER, "if letter.encryption is Encryption.NONE and len", "if len", TEST_REPORTER),
    Guard("T2 R3 no Reply-To beside a signature", REPORTER, " and not _is_signed(letter):\n        # Never", ":\n        # Never",
          TEST_REPORTER),
    Guard("T2 R3 one Reply-To", REPORTER, "len(letter.reply_to) == 1", "letter.reply_to", TEST_REPORTER),
)  # fmt: skip

_THREADING = (
    Guard("T3 a participant", THREAD, ".filter(ticket__requester_digest=address_digest(reporter.address))", ".all()", TEST_THREAD),
    Guard("T3 somebody", THREAD, "if not reporter.address or accepted.letter", "if accepted.letter", TEST_THREAD),
    Guard("T3 no broken signature", THREAD, "reporter.address or accepted.letter.signature.state is SignatureState.INVALID:",
          "reporter.address:", TEST_THREAD),
    Guard("T3 their own ticket first", THREAD, "_nearest(_of_their_own(referred, accepted, reporter), references)",
          "_nearest(_of_their_own(referred, accepted, reporter), references) if _nearest(referred, references) in"
          " {each.ticket for each in _of_their_own(referred, accepted, reporter)} else None", TEST_THREAD),
    Guard("T3 a report of the same person", THREAD, "            requester_digest=address_digest(reporter.address),\n", "",
          TEST_THREAD),
    Guard("T3 a report that came encrypted", THREAD, " or letter.encryption is not Encryption.OK:", ":", TEST_THREAD),
    Guard("T3 a report: secrets only", THREAD, " if is_secret(each)][:_IDS]", "][:_IDS]", "tests/mail/test_returns.py"),
    Guard("T3 a report names a mail of ours", THREAD, ", kind__in=ours)", ")", "tests/mail/test_returns.py"),
    Guard("T3 only living tickets", THREAD, "messages.exclude(ticket__state=Ticket.State.FORGETTING)", "messages", TEST_THREAD),
)  # fmt: skip

_LEARNING = (
    Guard("T1 keys: none from machines", LEARN, "if accepted.machine or not reporter.address:", "if not reporter.address:", TEST_LEARN),
    Guard("T1 keys: none for nobody", LEARN, "if accepted.machine or not reporter.address:", "if accepted.machine:", TEST_LEARN),
    Guard("T1 keys: two are none", "tickets/mail/file.py", "offers[0] if len(offers) == 1 else None",
          "offers[0] if offers else None", TEST_LEARN),
    Guard("T1 keys: encrypted and inside", LEARN, "bool(found) and accepted.letter.encryption is Encryption.OK",
          "accepted.letter.encryption is Encryption.OK", TEST_LEARN),
    Guard("T1 keys: in clear is not encrypted", LEARN, "bool(found) and accepted.letter.encryption is Encryption.OK",
          "bool(found)", TEST_LEARN),
    Guard("T1 keys: they name the writer", LEARN,
          'if offer.source == "report" or address in', "if address or address in", TEST_LEARN),
    Guard("T1 keys: not unasked for the known", LEARN, " and not _wrote_elsewhere(offer.address, ticket)", "", TEST_LEARN),
    Guard("T2 R5 keys: not unasked from a replay", LEARN, "not message.replayed and ", "", f"{TEST_LEARN} {TEST_OTHER}"),
    Guard("T1 keys: first and only", KEYS, "unasked and seen.encrypted and not known.exists()", "unasked and seen.encrypted",
          TEST_KEYS),
    Guard("T1 keys: seen in an encrypted mail", KEYS, "unasked and seen.encrypted and not known.exists()",
          "unasked and not known.exists()", TEST_KEYS),
    Guard("T1 keys: used only when asked", KEYS, "unasked and seen.encrypted and not known.exists()",
          "seen.encrypted and not known.exists()", TEST_KEYS),
    Guard("T1 keys: none to use while one is in doubt", KEYS, "certificate=None if changed else certificate", "certificate=certificate",
          "tests/crypto/test_keys.py tests/tickets/test_travel.py"),
    Guard("T1 keys: unusable ones", KEYS, "    if certificate.state not in _MAY_LIVE:\n", "    if False:\n", TEST_KEYS),
)  # fmt: skip

GUARDS = (*_BINDING, *_REPORTERS, *_THREADING, *_LEARNING)
