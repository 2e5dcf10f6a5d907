"""HTML mail as text: what a reader sees, and nothing that was hidden from them."""

from __future__ import annotations

import time

import pytest

from tickets.mail.reading import limits
from tickets.mail.reading.htmltext import html_to_text
from tickets.mail.reading.limits import Problems


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two <b>words</b>.</p>", "One.\n\nTwo words.\n"),
        ("a<br>b<br><br>c", "a\nb\n\nc\n"),
        ("a<br><br><br><br>c", "a\n\nc\n"),
        ("a   \n b&nbsp;c", "a b c\n"),
        ("<ul><li>one<li>two</ul>", "* one\n* two\n"),
        ("before<hr>after", "before\n---\nafter\n"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc\n"),
        ('see <a href="https://x.example/y">this</a>', "see this <https://x.example/y>\n"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example\n"),
        ('<a href="mailto:j@x.org">j@x.org</a>', "j@x.org\n"),
        ('<a href="javascript:alert(1)">click</a>', "click\n"),
        ('<a href="ftp://x.example/y">click</a>', "click\n"),
        ("<pre>a\n  b\n</pre>c", "a\n  b\n\nc\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<script>x</script><style>y</style><title>z</title>seen", "seen\n"),
        ('<div style="display: none !important">no<br><hr><b>no</b></div>yes', "yes\n"),
        ('<span style="FONT-SIZE:0">no</span><p hidden>no</p>yes', "yes\n"),
        ('<img src="http://tracker.example/1.gif">nothing else', "nothing else\n"),
        ("<!-- no -->&lt;b&gt; &amp; é", "<b> & é\n"),
        ("</blockquote></pre></a>loose ends<a>", "loose ends\n"),
        ("", ""),
        ("<p></p><div> </div>", ""),
        ("<P>un<I>closed", "unclosed\n"),
        ("a < b", "a < b\n"),
    ],
)
def test_markup_is_read(markup: str, text: str) -> None:
    assert html_to_text(markup, Problems()) == text


def test_what_is_too_long_is_cut_and_said() -> None:
    problems = Problems()
    assert len(html_to_text("x" * 200_000, problems)) <= limits.HTML_CHARACTERS + 1
    assert problems.said == ["cut: the HTML is too long"]


def test_what_is_too_deep_is_read_without_its_marks() -> None:
    problems = Problems()
    assert html_to_text("<div>" * 300 + "caf&eacute;" + "</div >" * 300, problems) == "café"
    assert problems.said == ["cut: the HTML is nested too deeply"]


@pytest.mark.parametrize(
    "markup",
    ["<a <a " * 17_000, "<div>" * 20_000, "<" * 100_000, "&" * 100_000, "<b><p>" * 16_000, "<li>" * 25_000,
     "<!--" * 25_000, "<dd><dt>" * 12_000, "<p><b>x" * 14_000, "</p>" * 25_000, "<td><p><a href=x>" * 5_000,
     "<pre>\n" * 16_000],
)  # fmt: skip
def test_hostile_markup_takes_no_time(markup: str) -> None:
    begun = time.monotonic()
    html_to_text(markup, Problems())
    assert time.monotonic() - begun < 5
