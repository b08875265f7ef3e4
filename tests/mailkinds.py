"""Mails of all kinds, each made from a random source: names to builders."""

import random
from collections.abc import Callable

from mailmaker import Entity, attachment, forwarded, header, mail, multipart, text_part

_WORDS = [
    *("invoice", "offer", "meeting", "quarter", "budget", "northwind", "delivery", "contract", "signature", "draft"),
    *("review", "release", "market", "figure", "report", "partner", "office", "travel", "agenda", "minutes", "project"),
]


def chance(*seed: object) -> random.Random:
    """A random source of its own: the same seed, the same mail."""
    return random.Random(" ".join(map(str, seed)))  # noqa: S311


def words(rng: random.Random, count: int) -> str:
    """That many words, with a number so that no two such texts are alike."""
    return " ".join([*(rng.choice(_WORDS) for _ in range(count)), str(rng.randrange(10**9))])


def lines(rng: random.Random, count: int = 8) -> str:
    """Lines of text with CRLF between them and none at the end."""
    return "\r\n".join(words(rng, rng.randint(2, 9)) for _ in range(count))


def page(rng: random.Random) -> str:
    """A small HTML page."""
    paragraphs = "\r\n".join(f"<p>{words(rng, 5)}</p>" for _ in range(4))
    return f"<html><body><h1>{words(rng, 2)}</h1>\r\n{paragraphs}\r\n<p>{words(rng, 2)}</body></html>"


def data(rng: random.Random, size: int = 300) -> bytes:
    """Random bytes."""
    return rng.randbytes(size)


def mark(rng: random.Random) -> str:
    """A boundary that stands nowhere else."""
    return f"=_{rng.getrandbits(64):016x}"


def alternative(rng: random.Random) -> Entity:
    """Plain text and HTML."""
    html = text_part(page(rng), "html", "utf-8", "quoted-printable")
    return multipart("alternative", [text_part(lines(rng)), html], mark(rng))


def plain(rng: random.Random) -> Entity:
    return mail(text_part(lines(rng) + "\r\n"))


def bare(rng: random.Random) -> Entity:
    root = mail(text_part(lines(rng) + "\r\n"))
    root.fields = [f for f in root.fields if not f.lower().startswith((b"content-", b"mime-"))]
    return root


def latin_quoted(rng: random.Random) -> Entity:
    return mail(text_part(f"Grüße aus Köln\r\n{lines(rng)}\r\n", "plain", "iso-8859-1", "quoted-printable"))


def utf8_base64(rng: random.Random) -> Entity:
    return mail(text_part(f"Société Générique – café\r\n{lines(rng)}\r\n", "plain", "utf-8", "base64"))


def eight_bit(rng: random.Random) -> Entity:
    root = mail(text_part(f"naïve façade\r\n{lines(rng)}\r\n", "plain", "iso-8859-1", "8bit"), subject="Ünlaut")
    root.fields.insert(3, b"X-Raw: caf\xe9 cr\xe8me\r\n")
    return root


def cyrillic(rng: random.Random) -> Entity:
    subject = "=?koi8-r?B?8NLJ18XU?= =?koi8-r?B?zcnS?="
    return mail(text_part(f"Привет, мир\r\n{lines(rng)}\r\n", "plain", "koi8-r", "8bit"), subject=subject)


def html_only(rng: random.Random) -> Entity:
    return mail(text_part(page(rng), "html", "windows-1252", "7bit"))


def single_attachment(rng: random.Random) -> Entity:
    return mail(attachment("scan.pdf", data(rng), "application/pdf"))


def alternative_mail(rng: random.Random) -> Entity:
    return mail(alternative(rng))


def mixed(rng: random.Random) -> Entity:
    parts = [text_part(lines(rng)), attachment("figures.xls", data(rng)), attachment("plan.pdf", data(rng))]
    return mail(multipart("mixed", parts, mark(rng)))


def mixed_texts(rng: random.Random) -> Entity:
    texts = [text_part(lines(rng)) for _ in range(4)]
    return mail(multipart("mixed", texts, mark(rng)), hops=5)


def related(rng: random.Random) -> Entity:
    image = attachment("logo.png", data(rng), "image/png")
    image.set("Content-Disposition", 'inline; filename="logo.png"')
    image.fields.append(header("Content-ID", "<logo@contoso.test>"))
    root = multipart("related", [text_part(page(rng), "html", "utf-8", "quoted-printable"), image], mark(rng))
    return mail(root)


def mixed_alternative(rng: random.Random) -> Entity:
    return mail(multipart("mixed", [alternative(rng), attachment("a.bin", data(rng))], mark(rng)))


def deep(rng: random.Random) -> Entity:
    image = attachment("sig.gif", data(rng), "image/gif")
    inner = multipart("related", [alternative(rng), image], mark(rng))
    middle = multipart("mixed", [inner, text_part(lines(rng))], mark(rng))
    return mail(multipart("mixed", [middle, attachment("b.bin", data(rng)), text_part(lines(rng))], mark(rng)))


def forward(rng: random.Random) -> Entity:
    inner = mail(text_part(lines(rng)), subject="the one forwarded")
    return mail(multipart("mixed", [text_part(lines(rng)), forwarded(inner)], mark(rng)))


def forward_multipart(rng: random.Random) -> Entity:
    kids = [alternative(rng), attachment("c.bin", data(rng))]
    inner = mail(multipart("mixed", kids, mark(rng)), subject="forwarded with files")
    parts = [text_part(lines(rng)), forwarded(inner), attachment("d.bin", data(rng))]
    return mail(multipart("mixed", parts, mark(rng)))


def forward_of_forward(rng: random.Random) -> Entity:
    innermost = mail(text_part(lines(rng)), subject="the first")
    inner = mail(multipart("mixed", [text_part(lines(rng)), forwarded(innermost)], mark(rng)), subject="the second")
    return mail(multipart("mixed", [text_part(lines(rng)), forwarded(inner)], mark(rng)))


def message_alone(rng: random.Random) -> Entity:
    return mail(forwarded(mail(text_part(lines(rng) + "\r\n"), subject="inside")))


def digest(rng: random.Random) -> Entity:
    posts = []
    for number in range(3):
        post = forwarded(mail(text_part(lines(rng, 4)), subject=f"post {number}", hops=0))
        post.fields = []
        posts.append(post)
    issue = multipart("digest", posts, mark(rng))
    return mail(multipart("mixed", [text_part(lines(rng)), issue], mark(rng)))


def tnef(rng: random.Random) -> Entity:
    blob = attachment("winmail.dat", b"\x78\x9f\x3e\x22" + data(rng), "application/ms-tnef")
    return mail(multipart("mixed", [text_part(lines(rng)), blob], mark(rng)))


def with_preamble(rng: random.Random) -> Entity:
    root = mixed(rng)
    root.preamble = b"This is a multi-part message in MIME format.\r\n"
    root.tail = b"\r\nThe end of it.\r\n"
    return root


def unclosed(rng: random.Random) -> Entity:
    root = mail(multipart("mixed", [attachment("e.bin", data(rng)), text_part(lines(rng))], mark(rng)))
    root.closed = False
    return root


def inner_unclosed(rng: random.Random) -> Entity:
    inner = alternative(rng)
    inner.closed = False
    return mail(multipart("mixed", [inner, attachment("f.bin", data(rng))], mark(rng)))


def odd_fields(rng: random.Random) -> Entity:
    odd = [
        b"X-Empty:\r\n",
        b"X-Folded: one\r\n\ttwo\r\n   three\r\n",
        b"X-Blanks  : before the colon\r\n",
        b"X-8bit: \xff\xfe\x00 NUL\r\n",
        b"X-Word: =?iso-8859-1?Q?caf=E9?= =?utf-8?B?w6k=?=\r\n",
        b"X-Long: " + b"x" * 900 + b"\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=contoso.test;\r\n b=abc\r\n def\r\n",
    ]
    return mail(text_part(lines(rng) + "\r\n", "plain", "utf-8", "8bit"), *odd)


def named_2231(rng: random.Random) -> Entity:
    part = attachment("x", data(rng))
    part.fields = [
        b"Content-Type: application/octet-stream;\r\n name*0*=UTF-8''caf%C3%A9;\r\n name*1*=%20menu.bin\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Disposition: attachment; filename*=UTF-8''caf%C3%A9%20menu.bin\r\n",
    ]
    return mail(multipart("mixed", [text_part(lines(rng)), part], mark(rng)))


def report(rng: random.Random) -> Entity:
    status = Entity([header("Content-Type", "message/delivery-status")], b"Reporting-MTA: dns; mx.contoso.test\r\n")
    returned = Entity([header("Content-Type", "text/rfc822-headers")], b"Subject: returned\r\nX-A: b\r\n")
    return mail(multipart("report", [text_part(lines(rng)), status, returned], mark(rng)))


def empty_part(rng: random.Random) -> Entity:
    return mail(multipart("mixed", [text_part(lines(rng)), text_part(""), attachment("g.bin", data(rng))], mark(rng)))


KINDS: dict[str, Callable[[random.Random], Entity]] = {
    builder.__name__: builder
    for builder in (
        plain, bare, latin_quoted, utf8_base64, eight_bit, cyrillic, html_only, single_attachment, alternative_mail,
        mixed, mixed_texts, related, mixed_alternative, deep, forward, forward_multipart, forward_of_forward,
        message_alone, digest, tnef, with_preamble, unclosed, inner_unclosed, odd_fields, named_2231, report,
        empty_part,
    )
}  # fmt: skip
