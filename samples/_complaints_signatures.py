"""Complaints 1 to 7 and 10, of DKIM signers and of signed mail: who broke a signature, or who did not."""

from _complaint_dkim import signed
from _complaint_servers import (
    EIGHT_BIT,
    PLAIN,
    QUOTED,
    RULES,
    Acts,
    Files,
    Passed,
    Written,
    edge,
    entity,
    files_of,
    joined,
    lean,
    on_next,
    quoted,
    rule_stamp,
    through_hub,
    written_anew,
)
from _exchange import CRLF, Act, Transit, base64_lines, crlf, guid, pseudo_bytes, quoted_printable, utc
from _servers import CATEGORIZED, DKIM_SIGNER, END_OF_DATA, FOOTER_AGENT, MBX01, MBX02, RESOLVED, ROUTED

CLEANER = "Woodgrove Header Cleaner"
SECOND_SIGNER = "Proseware Mail Signer"
NOTICE = "Contoso Leuchten GmbH: the drawings in this message remain our property and may not be passed on."
_LETTER = "Dear Mr Gu,\n\nas promised: the figures for hall 4. Please call me if anything is unclear.\n\nJoni Sherman\n"
_UMLAUTS = "Sehr geehrter Herr Gu,\n\nanbei unser Angebot für Halle 4.\n\nViele Grüße\nJoni Sherman\n"
_FOOTER = "\n-- \nMeet us at Light + Building, hall 3.1.\n"
_BOUNDARY = "=_mixed_5e1c07a4"
_MIXED = f'Content-Type: multipart/mixed;{CRLF} boundary="{_BOUNDARY}"'
_SEVEN_BIT = "Content-Transfer-Encoding: 7bit"


def _pdf(name: str) -> bytes:
    """A part that holds a small PDF; its name stands in the header as it is, 8-bit or not."""
    head = (
        "Content-Type: application/pdf",
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    )
    data = b"%PDF-1.4\n" + pseudo_bytes("drawing of hall 4", 180) + b"\n%%EOF\n"
    return entity(head, base64_lines(data).removesuffix(b"\r\n"))


def _with_drawing(text: str) -> bytes:
    return joined(_BOUNDARY, entity((PLAIN, QUOTED), quoted(text)), _pdf("Hall 4.pdf"))


def sign_at(time: str, selector: str = "ex2024") -> Act:
    """What a DKIM signer does, at a time of the day of the complaints."""
    return lambda transit: _signing(transit, time, selector)


def _signing(transit: Transit, time: str, selector: str) -> Transit:
    return transit.changed(lambda mail: signed(mail, utc(f"2024-05-15T{time}"), selector))


def only_with_attachments() -> Files:
    """1: a disclaimer rule for mails with drawings runs behind a signer at the same event."""
    server = lean(MBX01, {RESOLVED: (DKIM_SIGNER, RULES[1])})
    sign = {(RESOLVED, DKIM_SIGNER): sign_at("07:02:10")}
    noted = written_anew(_with_drawing(f"{_LETTER}\n{NOTICE}\n"), rule_stamp("rule: drawings"))
    without = Written("Figures for hall 4", (PLAIN, QUOTED), quoted_printable(_LETTER))
    drawing = Written("Drawing of hall 4", (_MIXED,), _with_drawing(_LETTER))
    return files_of(
        through_hub("01 without", without, "07:02:09.400", sign, server),
        through_hub("01 with", drawing, "07:04:31.120", {**sign, RULES: noted}, server),
    )


def signer_runs_last() -> Files:
    """2: the signer runs behind all others, and the signature holds to the last snapshot."""
    server = lean(MBX01, {CATEGORIZED: (FOOTER_AGENT, DKIM_SIGNER)})
    acts: Acts = {
        (CATEGORIZED, FOOTER_AGENT): written_anew(quoted_printable(_LETTER + _FOOTER)),
        (CATEGORIZED, DKIM_SIGNER): sign_at("07:31:45"),
    }
    letter = Written("Figures for hall 4, once more", (PLAIN, QUOTED), quoted_printable(_LETTER))
    return files_of(through_hub("02 last", letter, "07:31:44.810", acts, server))


def name_of_an_attachment() -> Files:
    """3: signed at OnRoutedMessage with 8 bits in the text and in a file name, then converted to 7 bits."""
    eight = joined(
        _BOUNDARY,
        entity((PLAIN, EIGHT_BIT), crlf(_UMLAUTS).removesuffix(b"\r\n")),
        _pdf("Angebot für Halle 4.pdf"),
    )
    seven = joined(
        _BOUNDARY,
        entity((PLAIN, QUOTED), quoted(_UMLAUTS)),
        _pdf("=?utf-8?Q?Angebot_f=C3=BCr_Halle_4.pdf?="),
    )
    server = lean(MBX01, {ROUTED: (DKIM_SIGNER,)})
    letter = Written("Angebot", (_MIXED,), eight)
    sign = {(ROUTED, DKIM_SIGNER): sign_at("08:10:03")}
    return files_of(
        through_hub("03 name", letter, "08:10:02.330", sign, server, service={CATEGORIZED: written_anew(seven)})
    )


def edge_changes() -> Files:
    """4: the Mailbox server signs, and a rule of the Edge server adds its text."""
    server = lean(MBX01, {CATEGORIZED: (DKIM_SIGNER,)})
    letter = Written("Delivery in June", (PLAIN, QUOTED), quoted_printable(_LETTER))
    hub = through_hub("04 hub", letter, "08:40:12.700", {(CATEGORIZED, DKIM_SIGNER): sign_at("08:40:13")}, server)
    rules = edge({END_OF_DATA: ("Edge Rule Agent",), ROUTED: ("Address Rewriting Outbound Agent",)})
    adds = {(END_OF_DATA, "Edge Rule Agent"): written_anew(quoted_printable(f"{_LETTER}\n{NOTICE}\n"))}
    return files_of(hub, on_next("04 edge", hub, "EDGE01/Edge/PipelineTracing", rules, adds))


def top_or_bottom() -> Files:
    """5: the same two agents, on one server the signer first, on the other the signer last."""

    def on(name: str, time: str, first: str, second: str) -> Passed:
        server = lean(MBX01 if name == "MBX01" else MBX02, {CATEGORIZED: (first, second)})
        letter = Written(f"Order 20418, by {name}", (PLAIN, QUOTED), quoted_printable(_LETTER))
        acts: Acts = {
            (CATEGORIZED, FOOTER_AGENT): written_anew(quoted_printable(_LETTER + _FOOTER)),
            (CATEGORIZED, DKIM_SIGNER): sign_at(time),
        }
        return through_hub(f"05 {name}", letter, f"{time}.210", acts, server)

    return files_of(
        on("MBX01", "09:05:40", DKIM_SIGNER, FOOTER_AGENT), on("MBX02", "09:07:12", FOOTER_AGENT, DKIM_SIGNER)
    )


def signature_taken_away() -> Files:
    """6: the signer signs, as its log says, and an agent behind it takes fields away, the signature among them."""
    server = lean(MBX01, {CATEGORIZED: (DKIM_SIGNER, CLEANER)})
    acts: Acts = {
        (CATEGORIZED, DKIM_SIGNER): sign_at("09:30:27"),
        (CATEGORIZED, CLEANER): lambda t: t.changed(lambda mail: mail.without("DKIM-Signature", "User-Agent")),
    }
    letter = Written("Meeting on Friday", (PLAIN, QUOTED), quoted_printable(_LETTER))
    return files_of(through_hub("06 cleaner", letter, "09:30:26.900", acts, server))


def two_signatures() -> Files:
    """7: one signer before a footer and another one behind it, for the same domain."""
    server = lean(MBX01, {CATEGORIZED: (DKIM_SIGNER, FOOTER_AGENT, SECOND_SIGNER)})
    acts: Acts = {
        (CATEGORIZED, DKIM_SIGNER): sign_at("10:01:08"),
        (CATEGORIZED, FOOTER_AGENT): written_anew(quoted_printable(_LETTER + _FOOTER)),
        (CATEGORIZED, SECOND_SIGNER): sign_at("10:01:08", "pw1"),
    }
    letter = Written("Samples", (PLAIN, QUOTED), quoted_printable(_LETTER))
    return files_of(through_hub("07 two", letter, "10:01:07.640", acts, server))


def signed_mail() -> Files:
    """10: a rule wraps one signed mail in a new one; a footer agent writes into another one."""
    text = entity((PLAIN, _SEVEN_BIT), crlf(_LETTER).removesuffix(b"\r\n"))
    footed = entity((PLAIN, _SEVEN_BIT), crlf(_LETTER + _FOOTER).removesuffix(b"\r\n"))
    head = (
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="smime.p7s"',
    )
    signature = entity(head, base64_lines(pseudo_bytes("signature of Joni", 300)).removesuffix(b"\r\n"))
    kind = (
        f'Content-Type: multipart/signed; protocol="application/pkcs7-signature";{CRLF} micalg=sha-256;'
        f' boundary="{_BOUNDARY}"'
    )
    body = joined(_BOUNDARY, text, signature)
    letter = Written("Signed: contract", (kind,), body)
    server = lean(MBX01, {CATEGORIZED: (FOOTER_AGENT,)})
    return files_of(
        through_hub("10 wrapped", letter, "11:15:20.050", {RULES: _wrapped}, server),
        through_hub(
            "10 footed",
            Written("Signed: annex", (kind,), body),
            "11:18:02.450",
            {(CATEGORIZED, FOOTER_AGENT): written_anew(joined(_BOUNDARY, footed, signature))},
            server,
        ),
    )


def _wrapped(transit: Transit) -> Transit:
    """A disclaimer with the fallback action Wrap: a new mail that has the disclaimer, and the old one inside."""
    mail = transit.mail
    inner = [field for field in mail.fields if not field.startswith(("X-MS-Exchange-", "Received:", "Return-Path:"))]
    outer = f"=_wrapped_{guid('wrapped')[:8]}"
    body = joined(
        outer,
        entity((PLAIN, QUOTED), quoted(f"{NOTICE}\n")),
        entity(("Content-Type: message/rfc822",), entity(tuple(inner), mail.body).removesuffix(b"\r\n")),
    )
    kind = f'Content-Type: multipart/mixed;{CRLF} boundary="{outer}"'
    return transit.changed(
        lambda one: (
            one.with_field(kind)
            .with_body(body)
            .below("X-MS-Exchange-Organization-Disclaimer-Wrapper: true", rule_stamp("rule: disclaimer"))
        )
    )
