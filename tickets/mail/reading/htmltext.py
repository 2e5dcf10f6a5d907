"""HTML mail to readable text: quotes marked, link targets shown, hidden nodes dropped. No HTML ever leaves here.

nh3 goes first with explicit lists: it repairs the markup in bounded time, where the standard library's parser alone is
quadratic on hostile input. It is itself quadratic in depth, so length and depth are bounded before it (security.md T1).
"""

from __future__ import annotations

import html
from html.parser import HTMLParser

import nh3

from tickets.mail.reading import limits
from tickets.mail.reading.limits import Problems

_BLOCKS = {
    "p", "div", "blockquote", "pre", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "tr",
    "dl", "dt", "dd", "center", "address", "section", "article", "header", "footer", "figure",
}  # fmt: skip
_SPACED = {"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table"}
_INLINE = {
    "br",
    "b",
    "i",
    "em",
    "strong",
    "u",
    "s",
    "code",
    "span",
    "a",
    "td",
    "th",
    "tbody",
    "thead",
    "font",
}
# Read only to see what is hidden or quoted; nothing of them reaches the text.
_READ = {"style", "hidden", "id", "class"}
_ATTRIBUTES = {"*": _READ, "a": {"href", *_READ}, "ol": {"start", *_READ}}
_DROPPED_WHOLE = {
    "script",
    "style",
    "title",
    "noscript",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
    "select",
}
_SCHEMES = {"http", "https", "mailto"}
_HIDDEN = (
    "display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "max-height:0;",
    "max-height:0px", "opacity:0;",
)  # fmt: skip
# What mail programs call the beginning of the mail that is answered; all that follows belongs to it.
_ANSWERED = "divRplyFwdMsg"
_QUOTED_CLASSES = {"yahoo_quoted"}
# Elements that need no end: counting them as depth would find depth in flat old HTML.
_FLAT = {
    "p", "br", "hr", "img", "li", "td", "th", "tr", "dt", "dd", "meta", "link", "input", "base", "col", "area",
    "option", "wbr", "source", "o:p",
}  # fmt: skip


def html_to_text(markup: str, problems: Problems) -> str:
    """What a reader of the mail would see, as plain text."""
    if len(markup) > limits.HTML_CHARACTERS:
        problems.note("cut: the HTML is too long")
        markup = markup[: limits.HTML_CHARACTERS]
    if _depth(markup) > limits.HTML_DEPTH:
        problems.note("cut: the HTML is nested too deeply")
        return _bare(markup)
    clean = nh3.clean(
        markup,
        tags=_BLOCKS | _INLINE,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    walker = _Walker()
    walker.feed(clean)
    walker.close()
    return walker.text()


def _depth(markup: str) -> int:
    """The deepest nesting that the tags could mean, counted in one pass."""
    depth = deepest = 0
    for piece in markup.split("<")[1:]:
        if piece[:1] == "/":
            depth -= depth > 0 and _tag(piece[1:]) not in _FLAT
        elif piece[:1].isalpha() and _tag(piece) not in _FLAT:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _tag(piece: str) -> str:
    name = piece[:12].partition(">")[0].split(None, 1)
    return name[0].rstrip("/").lower() if name else ""


def _bare(markup: str) -> str:
    """The words between the tags, for markup that is not worth more."""
    pieces = markup.split("<")
    words = [pieces[0], *(piece.partition(">")[2] for piece in pieces[1:])]
    return "\n".join(html.unescape(word).strip() for word in words if word.strip())


class _Walker(HTMLParser):
    """Walks sanitised markup once and gathers lines; `>` per level of quotation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.quoting: list[bool] = []
        self.preformatted = 0
        self.hidden: list[str] = []
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.hidden or _is_hidden(given):
            if tag not in ("br", "hr"):
                self.hidden.append(tag)
            return
        if tag in _BLOCKS or tag == "br":
            self._end_line(forced=tag == "br")
        self._space(tag)
        self._open(tag, given)
        self.preformatted += tag == "pre"
        if tag == "li":
            self.line.append("* ")
        elif tag == "hr":
            self.line.append("---")
            self._end_line()
        elif tag == "a":
            self.links.append((given.get("href", ""), len(self.line)))

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.hidden.pop()
            return
        if tag == "a" and self.links:
            self._end_link(*self.links.pop())
        elif tag in ("td", "th"):
            self.line.append(" ")
        elif tag in _BLOCKS:
            self._end_line()
        self.quotes -= self.quoting.pop() if self.quoting else 0
        self._space(tag)
        self.preformatted -= tag == "pre" and self.preformatted > 0

    def _open(self, tag: str, given: dict[str, str]) -> None:
        """Counts the quotation that begins here; what comes from the sanitiser is balanced, so its end will come."""
        if tag in ("br", "hr"):
            return
        if given.get("id", "").endswith(_ANSWERED):
            self.quotes += 1
        self.quoting.append(tag == "blockquote" or _is_quoted(given))
        self.quotes += self.quoting[-1]

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if not self.preformatted:
            self.line.append(_collapsed(data))
            return
        first, *others = data.split("\n")
        self.line.append(first)
        for other in others:
            self._end_line(forced=True)
            self.line.append(other)

    def text(self) -> str:
        self._end_line()
        lines: list[str] = []
        for line in self.lines:
            if line.strip("> ") or (lines and lines[-1].strip("> ")):
                lines.append(line)
        return "\n".join(lines).strip("\n") + "\n" if lines else ""

    def _end_line(self, *, forced: bool = False) -> None:
        line = "".join(self.line)
        line = line.rstrip() if self.preformatted else line.strip()
        self.line.clear()
        if line or forced:
            self.lines.append((self._mark() + line).rstrip())

    def _space(self, tag: str) -> None:
        """One empty line around paragraphs, marked as deep as the quotation that goes on."""
        if tag not in _SPACED or not self.lines:
            return
        mark = self._mark().rstrip()
        if self.lines[-1].strip("> "):
            self.lines.append(mark)
        else:
            self.lines[-1] = min(self.lines[-1], mark, key=len)

    def _mark(self) -> str:
        return "> " * self.quotes

    def _end_link(self, target: str, begins: int) -> None:
        """The target is part of what is read: a link may say one thing and lead to another."""
        shown = "".join(self.line[begins:]).strip()
        bare = target.removeprefix("mailto:")
        if target and shown.rstrip("/") not in (target.rstrip("/"), bare):
            self.line.append(f" <{bare}>")


def _collapsed(data: str) -> str:
    words = " ".join(data.replace("\xa0", " ").split())
    if not words:
        return " " if data else ""
    return f"{' ' if data[0].isspace() else ''}{words}{' ' if data[-1].isspace() else ''}"


def _is_hidden(given: dict[str, str]) -> bool:
    style = "".join(given.get("style", "").lower().split()).replace("!important", "") + ";"
    return "hidden" in given or any(sign in style for sign in _HIDDEN)


def _is_quoted(given: dict[str, str]) -> bool:
    """A line down the left side, which is how mail programs without <blockquote> draw it."""
    side = given.get("style", "").lower().partition("border-left:")[2].partition(";")[0]
    is_drawn = any(
        kind in side for kind in ("solid", "dotted", "dashed", "double")
    ) and not side.strip().startswith("0")
    return is_drawn or bool(_QUOTED_CLASSES & set(given.get("class", "").split()))
