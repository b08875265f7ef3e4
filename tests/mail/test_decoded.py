"""What people read of a message: checked by hand on small mails, and never a crash, a word or a file on any."""

import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail import decoded
from snapdiff.mail.decoded import decoded_view
from snapdiff.model import Address, Attachment, DecodedView, Hop

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "mail"


def view(message: str | bytes) -> DecodedView:
    data = message if isinstance(message, bytes) else message.replace("\n", "\r\n").encode("utf-8")
    found = decoded_view(data)
    assert found is not None
    return found


INBOUND = """\
Received: from EDGE01.contoso.com (10.0.0.5) by MBX01.contoso.com
 (10.0.0.6) with Microsoft SMTP Server (version=TLS1_2,
 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.2.1258.12; Tue, 14 May
 2024 09:10:15 +0200
Received: from mail.fabrikam.com (203.0.113.9) by EDGE01.contoso.com with ESMTPS
 id 4Vf; 14 May 2024 07:10:11 GMT
Received: by mail.fabrikam.com; Tue, 14 May 2024 07:09:41 +0000
From: =?utf-8?Q?Andr=C3=A9_M=C3=BCller?= <andre@fabrikam.com>
To: "Chris, Sales" <chris@contoso.com>, dana@contoso.com
Cc: Team: <eve@contoso.com>, frank@contoso.com;
Reply-To: <answers@fabrikam.com>
Subject: =?utf-8?B?QW5nZWJvdA==?= =?iso-8859-1?Q?_f=FCr_Mai?=
 und Juni
Subject: a second one
Date: Tue, 14 May 2024 09:09:40 +0200
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
zweite Zeile
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+R3LDvMOfZTwvcD4=
--inner--
--outer
Content-Type: application/pdf; name="=?utf-8?Q?Preis=E2=82=AC.pdf?="
Content-Disposition: attachment
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: text/plain

-- the list's footer --
--outer--
"""


def test_reads_an_inbound_message() -> None:
    assert view(INBOUND) == DecodedView(
        from_=[Address("André Müller", "andre@fabrikam.com")],
        to=[Address("Chris, Sales", "chris@contoso.com"), Address("", "dana@contoso.com")],
        cc=[Address("", "eve@contoso.com"), Address("", "frank@contoso.com")],
        reply_to=[Address("", "answers@fabrikam.com")],
        subject="Angebot für Mai und Juni",
        date="2024-05-14T07:09:40Z",
        text_plain="Grüße\nzweite Zeile\n-- the list's footer --",
        text_html="<p>Grüße</p>",
        attachments=[Attachment("Preis€.pdf", "application/pdf", 5)],
        hops=[
            Hop(None, "mail.fabrikam.com", None, "2024-05-14T07:09:41Z", 0.0),
            Hop("mail.fabrikam.com", "EDGE01.contoso.com", "ESMTPS", "2024-05-14T07:10:11Z", 30.0),
            Hop("EDGE01.contoso.com", "MBX01.contoso.com", "Microsoft SMTP Server", "2024-05-14T07:10:15Z", 4.0),
        ],
    )


def test_a_message_with_next_to_nothing_in_it() -> None:
    empty = DecodedView([], [], [], [], "", None, "", "", [], [])
    assert view(b"") == view(b"\r\n") == view(b"X: y") == empty
    assert view(b"\r\nwords\r\n").text_plain == "words"


NESTED = """\
Subject: outer
Content-Type: multipart/mixed; boundary=b

--b

outer text
--b
Content-Type: message/rfc822

Subject: inner
Content-Type: text/plain

inner text
--b
Content-Type: text/plain; name=notes.txt
Content-Disposition: attachment

notes
--b
Content-Type: text/html
Content-Disposition: attachment

<p>saved</p>
--b
Content-Type: image/png
Content-ID: <logo@contoso.com>

png
--b
Content-Type: text/plain; name=shown.txt
Content-Disposition: inline

shown
--b--
"""


def test_a_nested_message_is_an_attachment_and_its_text_is_not_told() -> None:
    found = view(NESTED)
    assert (found.subject, found.text_plain, found.text_html) == ("outer", "outer text\nshown", "")
    assert found.attachments == [
        Attachment("", "message/rfc822", 54),
        Attachment("notes.txt", "text/plain", 5),
        Attachment("", "text/html", 12),
        Attachment("", "image/png", 3),
        Attachment("shown.txt", "text/plain", 5),
    ]


def test_says_the_same_every_time() -> None:
    """mail-parser alone gives an attachment without a name a random one."""
    assert view(NESTED) == view(NESTED)


BYTES = [
    (b"Subject: caf\xc3\xa9\r\n\r\n", "café"),
    (b"Subject: caf\xe9\r\n\r\n", "caf\\xe9"),
    (b"Subject: caf\xe9\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n", "café"),
    (b"Subject: a\r\n\tb \r\n\r\n", "a b"),
    (b"Subject: a\rTo: b@c\r\n\r\n", "a To: b@c"),
    (b"Subject: =?utf-8?B?a?= b\r\n\r\n", "=?utf-8?B?a?= b"),
    (b"subject: first\r\nSUBJECT: second\r\n\r\n", "first"),
]


@pytest.mark.parametrize(("message", "subject"), BYTES)
def test_no_byte_of_a_subject_is_lost(message: bytes, subject: str) -> None:
    assert view(message).subject == subject


def test_no_byte_of_an_address_is_lost() -> None:
    assert view(b'From: "J\xfcrgen \\"J\\" M" <j@contoso.com>\r\n\r\n').from_ == [
        Address('J\\xfcrgen "J" M', "j@contoso.com")
    ]
    broken = view(b"To: =?utf-8?B?a?= <a@contoso.com>\r\nSubject: =?utf-8?Q?=C3=A9?=\r\n\r\nhello")
    assert broken.to == [Address("=?utf-8?B?a?=", "a@contoso.com")]
    assert broken.text_plain == "hello"


def test_text_in_a_seven_bit_charset_of_its_own_is_decoded() -> None:
    message = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + "日本語".encode("iso-2022-jp")
    assert view(message).text_plain == "日本語"


def test_text_in_a_charset_it_does_not_hold_keeps_every_byte() -> None:
    assert view(b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9").text_plain == "caf\\xe9"


def test_a_delay_is_told_where_both_dates_can_be_read() -> None:
    received = ["x; Mon, 1 Jan 2024 00:00:10 +0000", "y; some day", "z; Mon, 1 Jan 2024 00:00:30 +0000"]
    received += ["u (clock is slow); Mon, 1 Jan 2024 00:00:20 +0000", "no date at all"]
    message = "".join(f"Received: by {value}\n" for value in reversed(received))
    hops = view(f"{message}\n").hops
    assert [hop.by_host for hop in hops] == ["x", "y", "z", "u", "no"]
    assert [hop.delay_seconds for hop in hops] == [0.0, None, None, -10.0, None]
    assert [hop.time for hop in hops][1:3] == [None, "2024-01-01T00:00:30Z"]


def test_a_message_over_a_limit_has_no_view(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2_000))
    assert decoded_view(deep) is None
    parts = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * (decoded.MAX_PARTS + 1)
    assert decoded_view(parts) is None
    assert decoded_view(b"Received: by x\r\n" * decoded.MAX_HOPS + b"\r\n") is not None
    assert decoded_view(b"Received: by x\r\n" * (decoded.MAX_HOPS + 1) + b"\r\n") is None
    assert decoded_view(b"To: " + b"a@b," * (decoded.MAX_FIELD_BYTES // 4) + b"\r\n\r\n") is None
    assert decoded_view(b"X-To: " + b"a@b," * (decoded.MAX_FIELD_BYTES // 4) + b"\r\n\r\n") is not None
    assert decoded_view(b"\r\n" + b"a" * (decoded.MAX_TEXT_CHARACTERS + 1)) is None
    monkeypatch.setattr(decoded, "MAX_MESSAGE_BYTES", 20)
    assert decoded_view(b"Subject: twenty\r\n\r\na") is not None
    assert decoded_view(b"Subject: twenty\r\n\r\nab") is None


def test_a_library_that_raises_costs_the_view_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import mailparser

    def fails(_: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr(mailparser, "parse_from_bytes", fails)
    assert decoded_view(b"Subject: x\r\n\r\n") is None


@given(
    st.lists(
        st.sampled_from([b"\r\n", *INBOUND.encode("utf-8").splitlines(keepends=True), b"\xff\0(", b'"<']), max_size=40
    )
)
def test_reads_any_lines(lines: list[bytes]) -> None:
    assert decoded_view(b"".join(lines)) is not None


def test_is_silent_and_leaves_no_file(tmp_path: Path) -> None:
    program = (
        "import logging, sys, tempfile\nfrom snapdiff.mail.decoded import decoded_view\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "odd = b'Date: ?\\r\\nFrom: <<\\r\\nReceived: (\\r\\nSubject: =?x?b?a?=\\r\\n'\n"
        "for text in (b'a', odd, sys.stdin.buffer.read()):\n    assert decoded_view(text)\n"
        "assert not logging.getLogger().handlers\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "default", "-c", program],
        input=NESTED.encode("utf-8"),
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert not list(tmp_path.iterdir())


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mail is not here")
def test_reads_every_mail_of_the_corpus(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    caplog.set_level(logging.DEBUG, logger="")
    read = unread = 0
    for path in sorted(CORPUS.rglob("*")):
        if not path.is_file():
            continue
        message = path.read_bytes()
        for variant in (message, message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), message[: len(message) // 2]):
            found = decoded_view(variant)
            read, unread = read + (found is not None), unread + (found is None)
    assert read > 1_500
    assert unread <= 3, "only the one nested too deep"
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert not list(tmp_path.iterdir())
