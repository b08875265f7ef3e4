"""Mail made to hurt takes the detectors of header and content no longer than it takes to read it."""

from pathlib import Path

from judging import findings
from stepmaker import routing

OWN, AGENT = "OnRoutedMessage", "OnRoutedMessage,Gateway"


def test_thousands_of_long_links(tmp_path: Path) -> None:
    def body(host: str) -> bytes:
        links = "".join(f'<a href="https://{host}.test/{number}/{"%25" * 800}">x</a>' for number in range(1_500))
        return f"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n{links}\r\n".encode()

    found = findings(tmp_path, routing(1, OWN, body("old")), routing(2, AGENT, body("new")))
    assert [one.code for one in found if one.code.startswith("SD6")] == ["SD606"]


def test_an_endless_to(tmp_path: Path) -> None:
    field = b"To: " + b"a" * 60_000 + b"\r\n"
    mail = field * 200 + b"Subject: x\r\n\r\nBody\r\n"
    to = ("a@x.test", "b@x.test")
    found = findings(tmp_path, routing(1, OWN, mail, to=to[:1]), routing(2, AGENT, mail, to=to))
    assert [one.code for one in found if one.code.startswith("SD51")] == ["SD510"]
