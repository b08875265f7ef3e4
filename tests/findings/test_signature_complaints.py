"""What administrators ask in public about signatures (trackers of DKIM signers, blogs): each ends in its finding.

And over real mail: an agent that touches no signature, nor what one covers, is never named.
"""

import re
from pathlib import Path

import pytest
from judging import findings
from program import snapdiff
from signed import sign
from stepmaker import File, receive, routing
from tracemaker import with_crlf, write_trace

EVENT = "OnCategorizedMessage"
HEAD = b"From: anna@contoso.test\r\nTo: ben@fabrikam.test\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n"
NAME = "Angebot für Halle 4.pdf".encode()
ATTACHED = (
    HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n'
    + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;"
    + b' filename="'
    + NAME
    + b'"\r\n\r\nJVBERi0=\r\n--b--\r\n'
)
SIGNED = sign(ATTACHED, canonicalize=(b"relaxed", b"relaxed"), include_headers=[b"from", b"subject"])
FOOTED = SIGNED.replace(b"Hello\r\n", b"Hello\r\nContoso Ltd.\r\n")
SEVEN_BITS = SIGNED.replace(b'"' + NAME + b'"', b'"=?utf-8?Q?Angebot_f=C3=BCr_Halle_4.pdf?="')
FIELD = SIGNED.removesuffix(ATTACHED)

ASKED = [
    # what came of it, by whom; the code, who is named, and what is said
    (FOOTED, "Disclaimer", "SD201", "Disclaimer", r"Changed: part 1\.$"),  # fails only with attachments
    (SIGNED, "Disclaimer", "SD203", None, r"added by Signer, held at the last snapshot"),  # last, and it still fails
    (SEVEN_BITS, "Converter", "SD201", "Converter", r"for a reader it is the same, but the signature counts it"),
    (ATTACHED, "Cleaner", "SD206", "Cleaner", r"had been added by Signer"),  # the log says signed, the mail has none
    (sign(FOOTED, selector=b"s2"), "Other Signer", "SD205", None, r"s2, added by Other Signer.*s1, added by Signer"),
]


@pytest.mark.parametrize(("left", "by", "code", "agent", "said"), ASKED)
def test_each_ends_in_its_finding(
    tmp_path: Path, left: bytes, by: str, code: str, agent: str | None, said: str
) -> None:
    files = [routing(1, EVENT, ATTACHED), routing(2, f"{EVENT},Signer", SIGNED), routing(3, f"{EVENT},{by}", left)]
    found = {one.code: one for one in findings(tmp_path, *files)}
    assert found[code].agent == agent
    assert re.search(said, found[code].message)


@pytest.mark.parametrize(
    ("signer", "footer", "said"),
    [(2, 3, "Signer > Footer"), (3, 2, None)],
    ids=["the signer before", "the signer behind"],
)
def test_top_or_bottom_is_told_by_the_order_that_ran(
    tmp_path: Path, signer: int, footer: int, said: str | None
) -> None:
    """ "Move the signer to the top" against "to the bottom": the order that ran, and who changed it afterwards."""
    footed = ATTACHED.replace(b"Hello\r\n", b"Hello\r\nContoso Ltd.\r\n")
    late = sign(footed, include_headers=[b"from"])
    second, third = (SIGNED, FIELD + footed) if signer < footer else (footed, late)
    agents = {signer: "Signer", footer: "Footer"}
    files = [routing(1, EVENT, ATTACHED), routing(2, f"{EVENT},{agents[2]}", second)]
    found = findings(tmp_path, *files, routing(3, f"{EVENT},{agents[3]}", third))
    orders = [one.evidence["ran_in_order"] for one in found if one.code == "SD201"]
    assert orders == ([f"{EVENT}: {said}"] if said else [])


@pytest.mark.corpus
def test_a_field_added_to_real_mail_is_no_harm_to_its_signatures(tmp_path: Path, real_mails: list[Path]) -> None:
    signed = 0
    for number, path in enumerate(real_mails):
        mail = with_crlf(path.read_bytes())
        if re.match(rb"[!-9;-~]+:", mail) is None:
            continue
        signed += b"dkim-signature:" in mail.lower()
        added = b"X-MS-Exchange-Forest-RulesExecuted: MBX01\r\n" + mail
        write_trace(tmp_path / "MessageSnapshots", number, [mail, mail, added])
    report = snapdiff(tmp_path, "--format", "json").json()
    found = [finding for trace in report["traces"] for finding in trace["findings"] if finding["code"][:3] == "SD2"]
    assert [finding["message"] for finding in found if finding["agent"]] == []
    assert signed > 80


@pytest.mark.corpus
def test_real_signers_are_seen_to_sign(tmp_path: Path, shared: Path) -> None:
    """Mail before and after a DKIM signer: each of them signed what it left."""
    pairs = [path for path in sorted((shared / "corpus" / "pairs").glob("*.before.eml")) if "mailman" not in path.name]
    for path in pairs:
        before, after = path, path.with_name(path.name.replace(".before.", ".after."))
        came, left = with_crlf(before.read_bytes()), with_crlf(after.read_bytes())
        files = [File("Original.eml", mail=came), receive(1, "OnEndOfData", came)]
        found = findings(tmp_path, *files, receive(2, "OnEndOfData,Signer", left))
        assert {one.code for one in found if one.code.startswith("SD2")} == {"SD203"}, path.name
    assert len(pairs) >= 4
