"""`--redact`: no word of a mail or a log is left in any output, and what remains is still the report."""

import base64
import re
from pathlib import Path

import pytest
from program import called
from tracemaker import with_crlf, write_trace

import snapdiff as package

KEY = "correct horse"
FORMS = ["text", "json", "markdown", "html"]
SECRETS = re.findall(
    "zq[a-z]+",
    "zqlynne zqrobbins zqcontoso zqfinance zqsubject zqbudget zqbody zqhtml zqattach zqbound zqmsgid zqxfield zqvalue "
    "zqhost zqhelo zqselect zqreceiver zqdisclaim zqlink zqcomment zqnested zqclass zqlabel zqcid zqother",
)
"""Words that stand in no dictionary, each in another place of the mail."""
FIRST = b"""Received: from zqhost.zqcontoso.test (zqhelo [10.0.0.1]) by mx.zqcontoso.test with ESMTP id zqmsgid1;
 Tue, 14 May 2024 08:17:44 +0000
From: "zqLynne ZQROBBINS" <zqlynne@zqcontoso.test>
To: =?utf-8?q?zqFinance?= <zqreceiver@zqcontoso.test>
Message-Id: <zqmsgid@zqhost.zqcontoso.test>
Date: Tue, 14 May 2024 08:17:43 +0000
Subject: zqSubject: zqbudget
DKIM-Signature: v=1; a=rsa-sha256; d=zqcontoso.test; s=zqselect; h=from; bh=enFib2R5; b=enF4
X-zqXfield: zqvalue
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="zqbound"

--zqbound
Content-Type: text/plain; charset=utf-8

zqbody line one
the second line of zqnested text
--zqbound
Content-Type: text/html; charset=utf-8

<html><body class="zqclass"><p>zqhtml</p><a href="https://zqlink.test/">x</a><!-- zqcomment --></body></html>
--zqbound
Content-Type: application/pdf; name="zqattach.pdf"
Content-Disposition: attachment; filename="zqattach.pdf"
Content-Id: <zqcid@zqhost>
Content-Transfer-Encoding: base64

enF2YWx1ZQ==
--zqbound--
"""
LAST = (
    FIRST.replace(b"zqbody line one", b"zqbody line one\nzqdisclaim added zqbody")
    .replace(b"<p>zqhtml</p>", b"<p>zqhtml zqdisclaim</p>")
    .replace(b"X-zqXfield: zqvalue", b"X-zqXfield: zqvalue2\nX-zqLabel: zqlabel")
    .replace(b"<zqmsgid@", b"<zqmsgid2@")
    .replace(b"enF2YWx1ZQ==", base64.b64encode(b"zqother"))
)


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """A trace in which an agent changes every kind of thing."""
    write_trace(tmp_path / "zqhost" / "MessageSnapshots", 1, [with_crlf(FIRST), with_crlf(FIRST), with_crlf(LAST)])
    return tmp_path


def left_over(text: str) -> set[str]:
    return {secret for secret in SECRETS if secret in text.lower()}


@pytest.mark.parametrize("form", FORMS)
def test_no_word_of_the_mail_is_left(traces: Path, form: str) -> None:
    shown = called(traces, "--format", form).out.decode()
    assert len(left_over(shown)) >= 15, "without --redact they are there"
    ran = called(traces, "--format", form, "--redact-key", KEY)
    assert ran.code == 0
    assert left_over(ran.out.decode()) == set()


@pytest.mark.parametrize("form", FORMS)
def test_the_same_key_gives_the_same_output(traces: Path, form: str) -> None:
    one = called(traces, "--format", form, "--redact-key", KEY)
    other = called(traces, "--format", form, "--redact-key", KEY, "--jobs", "2")
    assert one.out == other.out
    assert one.out != called(traces, "--format", form, "--redact-key", KEY + "2").out


def test_a_key_is_made_up_and_said_once(traces: Path) -> None:
    ran = called(traces, "--redact")
    (key,) = re.findall("--redact-key ([0-9a-f]{32}) ", ran.errors)
    assert called(traces, "--redact-key", key).out == ran.out
    assert left_over(ran.out.decode()) == set()


@pytest.mark.parametrize("key", ["1234", ""])
@pytest.mark.parametrize("command", [[], ["track"], ["check", "--policy", "p.yml"]])
def test_a_key_that_could_be_guessed_is_refused(traces: Path, command: list[str], key: str) -> None:
    ran = called(*command, traces, "--redact-key", key)
    assert ran.code == 2
    assert "8 characters or more" in ran.errors


def test_what_happened_still_shows(traces: Path) -> None:
    plain = called(traces, "--format", "json").json()
    shown = called(traces, "--format", "json", "--redact-key", KEY).json()
    kinds = [[change["kind"] for step in trace["steps"] for change in step["changes"]] for trace in plain["traces"]]
    assert kinds == [
        [change["kind"] for step in trace["steps"] for change in step["changes"]] for trace in shown["traces"]
    ]
    (before,), (after,) = plain["traces"], shown["traces"]
    assert [step["agent"] for step in after["steps"]] == [step["agent"] for step in before["steps"]]
    assert [one["code"] for one in after["findings"]] == [one["code"] for one in before["findings"]]
    names = {change["name"] for step in after["steps"] for change in step["changes"]}
    assert "Message-Id" in names


def test_filters_look_at_the_mail_itself(traces: Path) -> None:
    shown = called(traces, "--format", "json", "--subject", "zqbudget", "--redact-key", KEY).json()
    assert len(shown["traces"]) == 1


def test_rows_and_sessions_are_redacted_too(traces: Path) -> None:
    logs = traces / "logs"
    logs.mkdir()
    head = "#Fields: date-time,client-hostname,server-hostname,source,event-id,internal-message-id,message-id,"
    head += "recipient-address,message-subject,sender-address\r\n"
    line = "2017-06-05T10:00:00.000Z,zqhost,zqserver,SMTP,RECEIVE,21474836486,<zqmsgid2@zqhost.zqcontoso.test>,"
    line += "zqreceiver@zqcontoso.test,zqsubject: zqbudget,zqlynne@zqcontoso.test\r\n"
    (logs / "MSGTRK20170605-1.LOG").write_text(head + line, encoding="utf-8", newline="")
    for form in FORMS:
        assert "RECEIVE" in called(traces, "--format", form).out.decode()
        ran = called(traces, "--format", form, "--redact-key", KEY)
        assert "RECEIVE" in ran.out.decode()
        assert left_over(ran.out.decode()) == set()


@pytest.mark.parametrize("form", FORMS)
def test_no_server_and_no_house_of_the_samples_is_left(form: str) -> None:
    secret = re.compile("contoso|MBX0|EDGE01|henrietta|northwind", re.I)
    assert secret.search(called("samples", "--format", form).out.decode())
    shown = called("samples", "--format", form, "--redact-key", KEY).out.decode()
    assert secret.findall(shown) == []
    assert "Transport Rule Agent" in shown


TRACKED = """#Fields: date-time,client-hostname,server-hostname,source-context,connector-id,source,event-id,message-id,\
recipient-address,recipient-status,related-recipient-address,reference,message-subject,sender-address,custom-data\r
2017-06-05T10:00:00.000Z,zqhost,zqserver,0123456789ABCDEF;2017-06-05T10:00:00.000Z;1,zqlabel,SMTP,RECEIVE,<zqmsgid@zqhost>,\
zqreceiver@zqcontoso.test,,,,zqsubject: zqbudget,zqlynne@zqcontoso.test,S:zqvalue=zqbody\r
2017-06-05T10:00:01.000Z,zqhost,,MDB:zqnested,,ROUTING,EXPAND,<zqmsgid@zqhost>,zqother@zqcontoso.test,,\
zqreceiver@zqcontoso.test,,zqsubject: zqbudget,zqlynne@zqcontoso.test,\r
2017-06-05T10:00:02.000Z,zqhost,zqhelo,,,SMTP,FAIL,<zqmsgid@zqhost>,zqother@zqcontoso.test,550 5.1.1 zqcomment,,\
<zqcid@zqhost>,zqsubject: zqbudget,zqlynne@zqcontoso.test,\r
""".replace("\\\n", "")


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_no_word_of_a_log_is_left(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "zqhost"
    folder.mkdir()
    (folder / "MSGTRK20170605-1.LOG").write_text(TRACKED, encoding="utf-8", newline="")
    asked: list[str | Path] = ["track", folder, "--format", form, "--message-id", "<zqmsgid@zqhost>"]
    assert len(left_over(called(*asked).out.decode())) >= 5
    ran = called(*asked, "--redact-key", KEY)
    assert ran.code == 0
    assert "FAIL" in ran.out.decode()
    assert left_over(ran.out.decode()) == set()


@pytest.mark.corpus
@pytest.mark.parametrize("form", ["json", "html"])
def test_no_word_of_a_real_mail_is_left(tmp_path: Path, real_mails: list[Path], form: str) -> None:
    """Each mail is added as a whole, so that all of it is in the report. Words of the program are no words of it."""
    house = Path(package.__file__).parent
    sources = [path for path in house.rglob("*") if path.suffix in (".py", ".toml", ".j2", ".js", ".css")]
    usual = words(" ".join(path.read_text(encoding="utf-8") for path in sources))
    neutral = tmp_path / "neutral"
    write_trace(neutral / "MessageSnapshots", 0, [b"Subject: a\r\n\r\nb\r\n", b"X-MS-Has-Attach: b\r\n\r\nb\r\n"])
    usual |= words(called(neutral, "--format", form).out.decode())
    snapshots = tmp_path / "real" / "MessageSnapshots"
    chosen = [path for path in real_mails[::9] if path.stat().st_size < 60_000]
    for number, path in enumerate(chosen):
        write_trace(snapshots, number, [b"Subject: a\r\n\r\nb\r\n", with_crlf(path.read_bytes())])
    plain = words(called(tmp_path / "real", "--format", form).out.decode("utf-8", "replace")) - usual
    redacted = words(called(tmp_path / "real", "--format", form, "--redact-key", KEY).out.decode("utf-8", "replace"))
    assert len(plain) > 1_000
    assert plain & redacted == set()


def words(text: str) -> set[str]:
    """Words of six letters and more, but those that a hash can hold by chance."""
    return {word.lower() for word in re.findall(r"[^\W\d_]{6,}", text) if set(word.lower()) - set("abcdef")}
