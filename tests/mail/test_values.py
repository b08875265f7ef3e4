"""What differs inside two structured header values, by name."""

import difflib
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail import values
from snapdiff.mail.values import STRUCTURED, AgentInfo, parse_agentinfo, value_changes

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "mail"

Told = list[tuple[str, str | None, str | None]]

DIFFERENT: list[tuple[str, str, str, Told]] = [
    (
        "Content-Type",
        'text/plain; charset="us-ascii"; format=flowed',
        "text/html; charset=utf-8; delsp=yes",
        [
            ("media-type", "text/plain", "text/html"),
            ("charset", "us-ascii", "utf-8"),
            ("format", "flowed", None),
            ("delsp", None, "yes"),
        ],
    ),
    ("content-type", "multipart/related; type=a; __x=1", "multipart/related; type=a; __x=2", [("__x", "1", "2")]),
    (
        "Content-Disposition",
        "inline; filename*0*=utf-8''%e2%82; filename*1*=%ac.txt",
        'attachment; filename="=?utf-8?Q?=E2=82=AC.pdf?="',
        [("disposition", "inline", "attachment"), ("filename", "€.txt", "€.pdf")],
    ),
    ("Content-Disposition", "a; filename*=utf-8''%0A%FF", "a; filename*=utf-8''%0Ab", [("filename", "\n\\xff", "\nb")]),
    (
        "DKIM-Signature",
        "v=1; a=rsa-sha256; d=contoso.com; bh=ab\tcd=; h=From:To:Subject; b=x y",
        "v=1; a=rsa-sha256; d=fabrikam.com; bh=abcd=; h=From : To : From; b=x z; ;junk",
        [("d", "contoso.com", "fabrikam.com"), ("h", None, "From"), ("h", "Subject", None), ("b", "xy", "xz")],
    ),
    ("DKIM-Signature", "v=1; h=From:To", "v=1; h=To:From", [("h", "From:To", "To:From")]),
    ("ARC-Seal", "i=1; cv=none; b=a", "i=2; cv=pass; b=a", [("i", "1", "2"), ("cv", "none", "pass")]),
    ("ARC-Message-Signature", "i=1; x=1", "i=1", [("x", "1", None)]),
    (
        "Authentication-Results",
        "mx.contoso.com; spf=pass (sender IP is 203.0.113.9) smtp.mailfrom=a.com; dkim = pass header.d=a.com",
        'mx.contoso.com 1; spf=fail (sender IP is (203.0.113.8)) smtp.mailfrom=a.com; DKIM/1=pass header.d="b.com"',
        [
            ("spf", "pass", "fail"),
            ("spf.comment", "sender IP is 203.0.113.9", "sender IP is (203.0.113.8)"),
            ("dkim.header.d", "a.com", "b.com"),
            ("version", None, "1"),
        ],
    ),
    (
        "Authentication-Results",
        "spf=none (sender IP is ) smtp.mailfrom=a; dkim=none (no; signature) header.d=none;a; compauth=pass reason=100",
        "spf=none (sender IP is ) smtp.mailfrom=a; dkim=none (no; signature) header.d=none;a; compauth=fail reason=001",
        [("compauth", "pass", "fail"), ("compauth.reason", "100", "001")],
    ),
    (
        "Authentication-Results",
        "x; dkim=pass header.d=a.com header.b=1==; dkim=pass header.i=@b.com; dkim=fail; dkim=fail header.d=a.com",
        "x; dkim=pass header.d=c.com; dkim=pass header.d=a.com header.b=2==; dkim=fail header.i=@b.com; dkim=fail",
        [
            ("dkim[a.com].header.b", "1==", "2=="),
            ("dkim[b.com]", "pass", "fail"),
            ("dkim[a.com] 2", "fail", None),
            ("dkim[a.com] 2.header.d", "a.com", None),
            ("dkim[c.com]", None, "pass"),
            ("dkim[c.com].header.d", None, "c.com"),
        ],
    ),
    ("Authentication-Results", "x; none", "x; spf=pass", [("result", "none", None), ("spf", None, "pass")]),
    ("Authentication-Results", "x; spf=pass", "y; spf=pass", [("authserv-id", "x", "y")]),
    (
        "ARC-Authentication-Results",
        "i=1; x.org; arc=none",
        "i=2; x.org; arc=fail (no end",
        [("i", "1", "2"), ("arc", "none", "fail"), ("arc.comment", None, "no end")],
    ),
    (
        "X-Forefront-Antispam-Report",
        "CIP:255.255.255.255; CTRY:; SFV:NSPM; SFS:(1)(22)(3); SCL:1; ;junk; CAT:NONE;",
        "CIP:2001:db8::1;CTRY:;SFV:SPM;SFS:(1)(3)(4);SCL:5;DIR:OUT",
        [
            ("CIP", "255.255.255.255", "2001:db8::1"),
            ("SFV", "NSPM", "SPM"),
            ("SFS", "22", None),
            ("SFS", None, "4"),
            ("SCL", "1", "5"),
            ("CAT", "NONE", None),
            ("DIR", None, "OUT"),
        ],
    ),
    ("X-Microsoft-Antispam", "BCL:0;ARA:1|2|3;", "BCL:1;ARA:1|3|2;", [("BCL", "0", "1"), ("ARA", "1|2|3", "1|3|2")]),
    ("X-Microsoft-Antispam", "BCL:0;RULEID:(1)(2);", "BCL:0;RULEID:7;", [("RULEID", "1,2", "7")]),
    ("X-MS-Exchange-Organization-Antispam-Report", "DV:3.3.1;SCL:1", "DV:3.3.2;SCL:1", [("DV", "3.3.1", "3.3.2")]),
    (
        "Received-SPF",
        "Pass (contoso.com: domain of a.com designates 203.0.113.9) client-ip=203.0.113.9; helo=a.com; pr=C",
        "Fail (contoso.com: domain of a.com designates 203.0.113.9) client-ip=203.0.113.8; helo=a.com",
        [("result", "Pass", "Fail"), ("client-ip", "203.0.113.9", "203.0.113.8"), ("pr", "C", None)],
    ),
    (
        "custom-data",
        "S:TRA=ETR|ruleId=ff-1|action=SetHeader|action=Stamp|sev=1;S:CompCost=|ETR=0;S:DeliveryPriority=Normal",
        "S:TRA=ETR|ruleId=ff-1|action=SetHeader|sev=2;S:CompCost=|ETR=16;S:DeliveryPriority=High",
        [
            ("TRA.ETR[ff-1].action 2", "Stamp", None),
            ("TRA.ETR[ff-1].sev", "1", "2"),
            ("CompCost.ETR", "0", "16"),
            ("DeliveryPriority", "Normal", "High"),
        ],
    ),
]

NOTHING_TO_TELL = [
    ("Subject", "a=b", "a=c"),
    ("Content-Type", "text/plain; charset=utf-8", "text/plain; charset=utf-8"),
    ("Content-Type", "text/plain; charset=utf-8", 'TEXT/plain;\tcharset="utf-8"'),
    ("Content-Type", "", "text/plain; charset=utf-8"),
    ("DKIM-Signature", "v=1; bh=a b c; b=d", "v=1;bh=abc ; b=d;"),
    ("DKIM-Signature", "no tags here", "v=1"),
    ("Authentication-Results", "x; spf=pass (ok)\tsmtp.mailfrom=a", 'x;spf = pass (ok ) smtp.mailfrom="a"'),
    ("X-Microsoft-Antispam", "no pair", "BCL:0"),
    ("Content-Type", "text/plain; a=b", "text/plain; a=" + "b" * values.MAX_CHARACTERS),
    ("DKIM-Signature", "a=1", ";".join(f"t{n}=1" for n in range(values.MAX_NAMES + 1))),
    ("DKIM-Signature", "h=a", "h=" + "a:" * values.MAX_NAMES),
]


@pytest.mark.parametrize(("name", "before", "after", "told"), DIFFERENT)
def test_names_what_differs(name: str, before: str, after: str, told: Told) -> None:
    assert [(change.name, change.before, change.after) for change in value_changes(name, before, after)] == told


@pytest.mark.parametrize(("name", "before", "after"), NOTHING_TO_TELL)
def test_tells_nothing(name: str, before: str, after: str) -> None:
    assert value_changes(name, before, after) == []


def test_names_of_fields_are_in_lower_case() -> None:
    assert {name.lower() for name in STRUCTURED} == STRUCTURED
    assert {name.lower() for name, _, _, _ in DIFFERENT} <= STRUCTURED


AGENTINFO = [
    (
        "S:TRA=ETR|ruleId=19a25eb2|st=2/7/2014 12:00:00 AM|action=Stamp|action=SetHeader|sev=1|mode=Enforce",
        [
            AgentInfo(
                "S",
                "TRA",
                "ETR",
                {
                    "ruleId": ["19a25eb2"],
                    "st": ["2/7/2014 12:00:00 AM"],
                    "action": ["Stamp", "SetHeader"],
                    "sev": ["1"],
                    "mode": ["Enforce"],
                },
            )
        ],
    ),
    (
        "S:AMA=SUM|v=0|action=|error=|atch=0;S:AMA=EV|engine=M|flag",
        [
            AgentInfo("S", "AMA", "SUM", {"v": ["0"], "action": [""], "error": [""], "atch": ["0"]}),
            AgentInfo("S", "AMA", "EV", {"engine": ["M"], "flag": [""]}),
        ],
    ),
    ("S:CompCost=|ETR=0;I32:n=3;", [AgentInfo("S", "CompCost", "", {"ETR": ["0"]}), AgentInfo("I32", "n", "3", {})]),
    (
        "S:a=1;'S:Rule=it''s; here|x=a=b';Dt:at=2014-01-01T00:00:00",
        [
            AgentInfo("S", "a", "1", {}),
            AgentInfo("S", "Rule", "it's; here", {"x": ["a=b"]}),
            AgentInfo("Dt", "at", "2014-01-01T00:00:00", {}),
        ],
    ),
    ("plain;;'S:a=no end;", [AgentInfo("", "plain", "", {}), AgentInfo("S", "a", "no end;", {})]),
    ("", []),
]


@pytest.mark.parametrize(("text", "members"), AGENTINFO)
def test_reads_agentinfo(text: str, members: list[AgentInfo]) -> None:
    assert parse_agentinfo(text) == members


_VALUES = st.text(st.sampled_from("ab=;:,|()[]'\"\\/ \t\n*%h.1é\udcff"), max_size=60) | st.lists(
    st.sampled_from(
        ["dkim=", "spf=pass", " header.d=", "a.com", ";", "h=", "a:b", "(", ")", "S:", "|", "'", '"', "charset="]
    ),
    max_size=20,
).map("".join)


@given(st.sampled_from(sorted(STRUCTURED)), _VALUES, _VALUES)
def test_reads_any_two_values_the_same_way_round_or_the_other(name: str, before: str, after: str) -> None:
    there, back = value_changes(name, before, after), value_changes(name, after, before)
    assert sorted((c.name, c.before or "", c.after or "") for c in there) == sorted(
        (c.name, c.after or "", c.before or "") for c in back
    )
    for change in there:
        assert change.before != change.after
        assert f"{change.name}{change.before}{change.after}".encode()


@pytest.mark.parametrize("piece", ["(", "()", '"', "\\", "a=b ", "= ", "'", "'a'b", "S:a=b|c=d;", "a='", "a (", "x=(;"])
def test_long_values_are_read_at_once(piece: str) -> None:
    """A time that doubled with each piece, or grew with the square, would keep this test for hours."""
    long = piece * (values.MAX_CHARACTERS // len(piece) - 4)
    for name in STRUCTURED:
        assert isinstance(value_changes(name, f"a=1;{long}", f"a=2;{long}"), list)
    assert isinstance(parse_agentinfo("'" + piece * 200_000), list)


def test_a_parameter_of_many_lines_is_compared_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """deepdiff would make a diff of its own of texts with several lines: 6 s for 30 KB of lines that repeat."""
    monkeypatch.delattr(difflib, "unified_diff")
    (change,) = value_changes("content-type", "a/b; x*=utf-8''a%0Ab", "a/b; x*=utf-8''a%0Ac")
    assert (change.before, change.after) == ("a\nb", "a\nc")


def test_deepdiff_waits_for_a_difference() -> None:
    program = (
        "import sys; from snapdiff.mail.values import value_changes as v\n"
        "v('content-type', 'text/plain', 'text/plain'); v('subject', 'a', 'b')\n"
        "assert 'deepdiff' not in sys.modules\n"
        "assert v('content-type', 'text/plain', 'text/html') and 'deepdiff' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mail is not here")
def test_names_one_change_in_every_signature_of_the_corpus() -> None:
    read = 0
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        for name, field in message_from_bytes(path.read_bytes()).items():
            value = " ".join(str(field).split())
            if name.lower() not in STRUCTURED or not value:
                continue
            assert value_changes(name, value, value) == []
            changed = value_changes(name, f"{value.rstrip('; ')}; zz=1; zz:1", f"{value.rstrip('; ')}; zz=2; zz:2")
            if name.lower() in {"dkim-signature", "arc-seal", "arc-message-signature"}:
                assert [(change.name, change.before, change.after) for change in changed] == [("zz", "1", "2")]
                read += 1
    assert read > 100
