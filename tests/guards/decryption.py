"""T0: what may be believed of a message that gpg has decrypted, and of the signatures in it."""

from __future__ import annotations

from tests.guards.guard import Guard

VERDICT, TEST_VERDICT = "crypto/verdict.py", "tests/crypto/test_verdict.py"
OPENPGP = "crypto/openpgp.py"
STEPS, DESK = "tests/crypto/test_openpgp_steps.py", "tests/crypto/test_openpgp.py"
SIGNATURES, TEST_SIGNATURES = "crypto/signatures.py", "tests/crypto/test_signatures.py"


def _verdict(rule: str, cut: str, put: str) -> Guard:
    return Guard(f"T0 {rule}", VERDICT, cut, put, TEST_VERDICT)


_CLAUSES = (
    _verdict("accept: return code", "if returncode != 0:", "if False:"),
    _verdict("accept: no fault said", "if any(line.keyword in _FATAL for line in status):", "if False:"),
    _verdict("accept: one decryption", 'if _count(status, "DECRYPTION_OKAY") != 1:', "if False:"),
    _verdict("accept: one literal", 'if _count(status, "PLAINTEXT") != 1:', "if False:"),
    _verdict("accept: under the limit", "if received >= limit:", "if False:"),
    _verdict("accept: the length", "if received != _promised_length(status, received):", "if False:"),
    _verdict("accept: a length that is none", "return -1 if number is None", "return otherwise if number is None"),
    _verdict("accept: binary literals only", "if kinds != [(_BINARY_LITERAL,)] or not lengths:", "if not lengths:"),
    _verdict("step 1: one key of ours", "if len(keys) != 1 or len(sessions) != 1:", "if len(sessions) != 1:"),
    _verdict("step 1: one session key", "if len(keys) != 1 or len(sessions) != 1:", "if len(keys) != 1:"),
    _verdict("status: our prefix", "        if line.startswith(_PREFIX)\n", ""),
    _verdict("status: known words", "if each and each[0] in KNOWN)", "if each)"),
)  # fmt: skip

_FAULTS = (
    *(
        _verdict(f"fault: {word}", f'"{word}", ', "")
        for word in ("DECRYPTION_FAILED", "BADMDC", "FAILURE", "UNEXPECTED")
    ),
    _verdict("fault: ERROR", '"BADMDC", "ERROR"', '"BADMDC"'),
    _verdict("fault: NODATA", ', "NODATA"', ""),
)

_JUDGING = (
    _verdict("signatures: the worst counts", "            if signature.state is state:", "            if False:"),
    _verdict("signatures: one text", 'if _count(status, "PLAINTEXT") > 1:', "if False:"),
    _verdict("signatures: one signer", "if len({signature.fingerprint for signature in each}) > 1:", "if False:"),
    _verdict("signatures: two lines each", "if len(lines) != 2 or len(valid) < 10", "if len(valid) < 10"),
    _verdict("signatures: a whole VALIDSIG", "or len(valid) < 10 or", "or"),
    _verdict("signatures: one verdict", " or len(verdicts) != 1:", ":"),
    _verdict("signatures: unknown is not bad", "SignatureState.UNKNOWN_KEY if unknown else SignatureState.INVALID",
             "SignatureState.UNKNOWN_KEY"),
    _verdict("signatures: EXPKEYSIG", '"EXPKEYSIG": SignatureState.EXPIRED', '"EXPKEYSIG": SignatureState.VALID'),
    _verdict("signatures: EXPSIG", '"EXPSIG": SignatureState.EXPIRED', '"EXPSIG": SignatureState.VALID'),
    _verdict("signatures: REVKEYSIG", '"REVKEYSIG": SignatureState.REVOKED', '"REVKEYSIG": SignatureState.VALID'),
    Guard("T0 a promised signature", SIGNATURES, "if signature.state is SignatureState.NONE else signature",
          "if False else signature", TEST_SIGNATURES),
)  # fmt: skip

_STEPS = (
    Guard("T0 step 1 sees the head only", OPENPGP, "self._open_session(message.head)",
          "self._open_session(binary)", DESK),
    Guard("T0 step 1 throws its output away", OPENPGP, "STEP = Limits(output=0)", "STEP = Limits()", STEPS),
    Guard("T0 step 2 judges without signatures", OPENPGP, '["--skip-verify", *public_keyring(())]',
          "[*public_keyring(())]", STEPS),
    Guard("T0 the rule is asked in the run that verifies", OPENPGP, "        return _accepted(done), signature\n",
          "        return done.stdout, signature\n", f"{DESK} {STEPS}"),
    Guard("T0 the rule is asked in the second run", OPENPGP,
          '        return _accepted(_open(ciphertext, session_key, ["--skip-verify", *public_keyring(())]))\n',
          '        return _open(ciphertext, session_key, ["--skip-verify", *public_keyring(())]).stdout\n',
          f"{DESK} {STEPS}"),
    Guard("T0 a signature of the accepted bytes", OPENPGP, "if done.stdout != plaintext:", "if False:", TEST_SIGNATURES),
    Guard("T0 refused whatever becomes of the verification", OPENPGP,
          "        open_content(ciphertext, session_key)  # Refuses what is no good, whoever signed it.\n", "", STEPS),
    Guard("T0 the content's run has no home", OPENPGP, "home=NOWHERE, stdin=ciphertext", 'home=Path("/tmp"), stdin=ciphertext',
          STEPS),
    Guard("T0 a message that takes too long", OPENPGP, '        raise RefusedError("it takes too long to open") from None\n',
          "        raise\n", DESK),
    Guard("T0 a damaged session key is no other's", OPENPGP, "if has_key_for(done.status):", "if False:", DESK),
    Guard("T1 the output's limit", OPENPGP, '"--max-output", str(OUTPUT_LIMIT), "-d"]', '"-d"]', STEPS),
    Guard("T1 a bomb is unpacked once", OPENPGP, "if _is_no_good(done):", "if False:", STEPS),
    Guard("T1 the time to unpack", OPENPGP, ", limits=CONTENT)", ")", STEPS),
)  # fmt: skip

GUARDS = (*_CLAUSES, *_FAULTS, *_JUDGING, *_STEPS)
