"""The README tells the truth: its capture is what the program prints, and its commands exist."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_capture_is_real(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"<!-- capture: snapdiff (.+?) -->\n```text\n\$ snapdiff (.+?)\n(.*?)\n```", README, re.DOTALL)
    assert found is not None
    assert found.group(1) == found.group(2)
    monkeypatch.chdir(ROOT)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.argv", ["snapdiff", *shlex.split(found.group(1))])
    monkeypatch.setattr("snapdiff.report.choose.stdout_encoding", lambda: "utf-8")
    from snapdiff.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    printed = [line.rstrip() for line in capfdbinary.readouterr().out.decode().splitlines()]
    for excerpt in re.split(r"^\.\.\.$", found.group(3), flags=re.MULTILINE):
        wanted = excerpt.strip("\n").splitlines()
        assert not wanted or any(
            printed[at : at + len(wanted)] == wanted for at in range(len(printed) - len(wanted) + 1)
        ), excerpt


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).exists()
