"""T1: how much of anything a stranger may make us take, read or run."""

from __future__ import annotations

from tests.guards.guard import Guard

PACKETS, TEST_PACKETS = "crypto/structure/packets.py", "tests/crypto/structure/test_packets.py"
CERTIFICATES, TEST_CERTIFICATES = (
    "crypto/correspondents/certificates.py",
    "tests/crypto/correspondents/test_certificates.py",
)
STRUCTURE, TEST_STRUCTURE = "crypto/structure/mime.py", "tests/crypto/structure/test_mime.py"
HEADERS, ARMOR, BLOCKS = (f"crypto/structure/{name}.py" for name in ("headers", "armor", "blocks"))
TEST_ARMOR = "tests/crypto/structure/test_armor.py"
OFFERED, TEST_OFFERED = "tickets/mail/offered.py", "tests/mail/test_offered.py"
GNUPG, TEST_GNUPG = "crypto/gnupg.py", "tests/crypto/test_gnupg.py"
PIPES = "crypto/pipes.py"
LIMITS, TEST_LIMITS = "tickets/mail/reading/limits.py", "tests/mail/reading/test_limits.py"
MIME, TEST_MIME = "tickets/mail/reading/mime.py", "tests/mail/reading/test_mime.py"
READER, TEST_READER = "tickets/mail/reading/reader.py", "tests/mail/reading/test_reader.py"
SANDBOX, TEST_SANDBOX = "tickets/mail/reading/sandbox.py", "tests/mail/reading/test_sandbox.py"
HTML, TEST_HTML = "tickets/mail/reading/htmltext.py", "tests/mail/reading/test_htmltext.py"
NAMES, TEST_NAMES = "tickets/mail/reading/names.py", "tests/mail/reading/test_names.py"
PACKING, TEST_PACKING = "tickets/mail/reading/packing.py", "tests/mail/reading/test_packing.py"

_OPENPGP = (
    Guard("T1 packets: size", PACKETS, "if len(data) > MAX_CIPHERTEXT:", "if False:", TEST_PACKETS),
    Guard("T1 packets: recipients", PACKETS, "if len(recipients) > MAX_RECIPIENTS:", "if False:", TEST_PACKETS),
    Guard("T1 packets: hidden recipients", PACKETS, "recipients) > MAX_HIDDEN_RECIPIENTS:", "recipients) > 99:", TEST_PACKETS),
    Guard("T1 packets: number", PACKETS, "for _ in range(MAX_PACKETS):", "while True:", TEST_PACKETS),
    Guard("T0 packets: nothing follows", PACKETS, "if found is not None:", "if False:", TEST_PACKETS),
    Guard("T0 packets: some data", PACKETS, "    if found is None:\n", "    if False:\n", TEST_PACKETS),
    Guard("T0 packets: integrity", PACKETS, "elif packet.tag in {PROTECTED, AUTHENTICATED}:",
          "elif packet.tag in {PROTECTED, AUTHENTICATED, UNPROTECTED}:", TEST_PACKETS),
    Guard("T0 packets: nothing else", PACKETS, "elif packet.tag not in {PASSPHRASE, MARKER}:", "elif False:", TEST_PACKETS),
    Guard("T0 packets: a short head", PACKETS, "stub = found.body[:_STUB]", "stub = found.body[:190]", TEST_PACKETS),
    Guard("T1 packets: whole", PACKETS, "    if len(taken) != length:\n", "    if False:\n", TEST_PACKETS),
    Guard("T1 keys: no secret one", PACKETS, "if packet.tag in {SECRET_KEY, SECRET_SUBKEY}:", "if False:", TEST_PACKETS),
    Guard("T1 keys: input", CERTIFICATES, "if len(data) > MAX_INPUT:", "if False:", TEST_CERTIFICATES),
    Guard("T1 keys: size", CERTIFICATES, "len(minimal) > MAX_CERTIFICATE or ", "", TEST_CERTIFICATES),
    Guard("T1 keys: subkeys", CERTIFICATES, "subkeys > MAX_SUBKEYS or ", "", TEST_CERTIFICATES),
    Guard("T1 keys: number", CERTIFICATES, "[:most]", "", TEST_CERTIFICATES),
    Guard("T1 keys: number in a mail", OFFERED, "left -= len(certificates)", "pass", TEST_OFFERED),
    Guard("T1 keys: blocks in a mail", OFFERED, "itertools.islice(_blocks(letter), BLOCKS)", "_blocks(letter)", TEST_OFFERED),
    Guard("T1 keys: own signatures only", CERTIFICATES, ",import-minimal,import-clean,self-sigs-only", "", TEST_CERTIFICATES),
    Guard("T1 keys: weak ones", CERTIFICATES, "bits < _SOUND_BITS", "bits < 1", TEST_CERTIFICATES),
    Guard("T1 keys: revoked", CERTIFICATES, 'if key.validity == "r":', "if False:", TEST_CERTIFICATES),
    Guard("T1 keys: sign-only or expired", CERTIFICATES, 'if "E" in key.abilities:', "if True:", TEST_CERTIFICATES),
)  # fmt: skip

_STRUCTURE = (
    Guard("T1 headers: block", HEADERS, "limit = min(end, start + MAX_HEADER_BLOCK)", "limit = end", TEST_STRUCTURE),
    Guard("T1 headers: number", HEADERS, "min(most, MAX_HEADERS)", "most", TEST_STRUCTURE),
    Guard("T1 headers: nothing of too many", HEADERS, "_HEADER.match(source, body, limit) or (", "(", TEST_STRUCTURE),
    Guard("T1 headers: size", HEADERS, " if len(value) <= MAX_HEADER else \"\"", "", TEST_STRUCTURE),
    Guard("T1 headers: parameters", HEADERS, ' if value.count(";") <= MAX_PARAMETERS else ""', "", TEST_STRUCTURE),
    Guard("T1 parts: encoded words", STRUCTURE, 'if given.count("=?") <= MAX_ENCODED_WORDS:', "if True:", TEST_STRUCTURE),
    Guard("T1 parts: headers of all", STRUCTURE, "reading.headers -= block.read", "pass", TEST_STRUCTURE),
    Guard("T1 parts: number of all", STRUCTURE, "entity.reading.entities -= 1", "pass", TEST_STRUCTURE),
    Guard("T1 parts: levels of big multiparts", STRUCTURE, " if reading.scanned >= 0 else -1", "", TEST_STRUCTURE),
    Guard("T1 parts: boundaries", STRUCTURE, "reading.marks -= 1", "pass", TEST_STRUCTURE),
    Guard("T1 parts: read once", STRUCTURE, "if place not in known:", "if True:", TEST_STRUCTURE),
    Guard("T1 armor: marks", ARMOR, "for _ in range(MAX_MARKS):", "while True:", TEST_ARMOR),
    Guard("T1 armor: markup", ARMOR, 'if body.count(b"<") <= MAX_MARKUP:', "if True:", TEST_ARMOR),
    Guard("T1 armor: references", ARMOR, 'if 0 < body.count(b"&") <= MAX_MARKUP:', "if True:", TEST_ARMOR),
    Guard("T1 armor: what stands around", ARMOR, "is_far = block.start > MAX_AROUND or len(text) - block.end > MAX_AROUND",
          "is_far = False", TEST_ARMOR),
    Guard("T1 armor: an empty text", ARMOR, "return len(text) <= MAX_AROUND and ", "return ", TEST_ARMOR),
    Guard("T1 armor: its headers", ARMOR, "finditer(body, 0, _HEAD)", "finditer(body)", TEST_ARMOR),
    Guard("T1 blocks: marks", BLOCKS, "itertools.islice(_lines_like_marks(text), MAX_MARKS)", "_lines_like_marks(text)",
          "tests/crypto/structure/test_blocks.py"),
    Guard("T2 R4 a file by its first packet", "crypto/structure/protection.py", "is_named and first_tag(content) not in _NOT_ENCRYPTED",
          "is_named", "tests/crypto/structure/test_protection.py"),
    Guard("T1 packets: first chunk", PACKETS, "if len(first) < FIRST_CHUNK:", "if False:", TEST_PACKETS),
    Guard("T1 packets: chunks", PACKETS, "for _ in range(MAX_CHUNKS):", "while True:", TEST_PACKETS),
)  # fmt: skip

_RUNS = (
    Guard("T1 gpg: output", PIPES, "if len(kept[key.fd]) > most[key.fd]:", "if False:", TEST_GNUPG),
    Guard("T1 gpg: time", PIPES, "            if left <= 0:\n", "            if False:\n", TEST_GNUPG),
    Guard("T1 gpg: end", GNUPG, "if not has_ended(", "if False and not has_ended(", TEST_GNUPG),
    Guard("T1 gpg: limits", PIPES, "            resource.prlimit(pid, kind, (most, most))\n", "            pass\n", TEST_GNUPG),
    Guard("T1 gpg: its whole group", GNUPG, "os.killpg(process.pid, signal.SIGKILL)", "os.kill(process.pid, signal.SIGKILL)",
          TEST_GNUPG),
    Guard("T1 gpg: a hung agent", GNUPG, "            stop_agent(home)\n", "            pass\n", TEST_GNUPG),
    Guard("T0 gpg: status apart", GNUPG, "            stderr=subprocess.DEVNULL,\n            pass_fds",
          "            pass_fds", TEST_GNUPG),
    Guard("T0 gpg: dead without a word", GNUPG, "if process.returncode != 0 and not status:", "if False:", TEST_GNUPG),
)  # fmt: skip

_READING = (
    Guard("T1 mail: size", LIMITS, "if len(raw) > TOTAL_BYTES:", "if False:", TEST_LIMITS),
    Guard("T1 mail: headers", LIMITS, "elif len(fields) >= HEADERS or size > HEADERS_BYTES:",
          "elif size > HEADERS_BYTES:", TEST_LIMITS),
    Guard("T1 mail: size of headers", LIMITS, "elif len(fields) >= HEADERS or size > HEADERS_BYTES:",
          "elif len(fields) >= HEADERS:", TEST_LIMITS),
    Guard("T1 mail: size of a header", LIMITS, "    if len(line) <= room:\n", "    if True:\n", TEST_LIMITS),
    Guard("T1 mail: parts", MIME, "elif self.parts >= limits.PARTS:", "elif False:", TEST_MIME),
    Guard("T1 mail: depth", MIME, "if len(self.open) >= limits.DEPTH:", "if False:", TEST_MIME),
    Guard("T1 mail: addresses", "tickets/mail/reading/addresses.py", "items[: limits.ADDRESSES]", "items",
          "tests/mail/reading/test_headers.py"),
    Guard("T1 mail: text", "tickets/mail/reading/body.py", "return whole[: limits.TEXT_CHARACTERS]", "return whole",
          "tests/mail/test_parse.py"),
    Guard("T1 HTML: size", HTML, "if len(markup) > limits.HTML_CHARACTERS:", "if False:", TEST_HTML),
    Guard("T1 HTML: depth", HTML, "if _depth(markup) > limits.HTML_DEPTH:", "if False:", TEST_HTML),
    Guard("T1 HTML: links", HTML, "        url_schemes=_SCHEMES,\n", "", TEST_HTML),
    Guard("T1 names: path", NAMES, '.rpartition("/")[2]\n', "\n", TEST_NAMES),
    Guard("T1 names: characters", NAMES, "if unicodedata.category(character) not in _UNSAFE)", ")", TEST_NAMES),
    Guard("T1 names: dots", NAMES, 'if not name.strip(". "):', "if False:", TEST_NAMES),
    Guard("T1 names: length", NAMES, "    if len(name.encode()) <= limits.NAME_BYTES:\n", "    if True:\n", TEST_NAMES),
    Guard("T1 child: clock", READER, "    signal.setitimer(signal.ITIMER_REAL, seconds)\n", "", f"{TEST_READER} {TEST_SANDBOX}"),
    Guard("T1 child: processor", READER, "    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))\n", "", TEST_READER),
    Guard("T1 child: memory", READER, "    resource.setrlimit(resource.RLIMIT_AS, (space + memory, space + memory))\n", "",
          TEST_READER),
    Guard("T1 child: files", READER, "    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n", "", TEST_READER),
    Guard("T1 child: descriptors", READER, "    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))\n", "", TEST_READER),
    Guard("T1 child: core", READER, "    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n", "", TEST_READER),
    Guard("T1 child: nothing of ours open", READER, "CONTROL + 1, resource.getrlimit(", "1_000_000, resource.getrlimit(", TEST_READER),
    Guard("T1 child: empty environment", SANDBOX, '{"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}',
          '{**os.environ, "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}', TEST_SANDBOX),
    Guard("T1 child: length of an answer", SANDBOX, "size > ANSWER_BYTES", "False", TEST_SANDBOX),
    Guard("T1 child: reasons are words", SANDBOX, " and reason.isidentifier() and len(reason) <= 40", "", TEST_SANDBOX),
    Guard("T1 child: types are checked", PACKING, "    if type(value) is not kind:\n", "    if False:\n", TEST_PACKING),
    Guard("T1 child: the kind is checked", PACKING, "    if not isinstance(value, kind):\n", "    if False:\n", TEST_PACKING),
    Guard("T1 child: the size is checked", PACKING, "if place != len(data) or not pieces:", "if not pieces:", TEST_PACKING),
)  # fmt: skip

GUARDS = (*_OPENPGP, *_STRUCTURE, *_RUNS, *_READING)
