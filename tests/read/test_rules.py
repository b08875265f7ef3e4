"""Lists of transport rules, in each form that Exchange's cmdlets write, to the rules' names."""

import contextlib
import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read.listing import ReadFailed
from snapdiff.read.rules import _decoded, _records, rule_names

ONE, TWO = "1d44b673-b72d-4d68-a200-72425738260e", "39A4B0C6-8B76-42CC-AFEA-31BCACA16AC1"
NAMES = {
    "1d44b673b72d4d68a20072425738260e": "External, disclaimer",
    "39a4b0c68b7642ccafea31bcaca16ac1": "Größe „EXTERN“",
}
CSV = f'"Name","Priority","Guid"\r\n"External, disclaimer","0","{ONE}"\r\n"Größe „EXTERN“","1","{TWO}"\r\n'
SEMICOLONS = f'''#TYPE X
"Guid";"ImmutableId";"Name"
"{TWO}";"{TWO}";"Größe „EXTERN“"
"";"{ONE}";"External, disclaimer"
'''
LIST = f"""

RunspaceId       : 779ae3c8-728b-4078-aa88-1e8b7f3d0b43
Priority         : 0
Name             : External, disclaimer
Description      : If the message is sent to 'Outside the organization'
                   Take the following actions: append
Guid             : {ONE}

RunspaceId       : 779ae3c8-728b-4078-aa88-1e8b7f3d0b43
Priority         : 1
Name             : Größe
                   „EXTERN“
Guid             : {TWO}

"""
COLLECTION = f"""<?xml version="1.0" encoding="utf-16" standalone="yes"?>
<rules name="TransportVersioned">
  <rule name="External, disclaimer" id="{ONE}" format="cmdlet"><version requiredMinVersion="15.0.3.0">
    <commandBlock><![CDATA[New-TransportRule -Name 'Other' '<!DOCTYPE html>']]></commandBlock></version></rule>
  <rule name="Größe „EXTERN“" id="{TWO}" format="cmdlet"/>
</rules>"""
CLIXML = f"""<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0"><TN RefId="0"><T>Deserialized.Rule</T></TN><ToString>x</ToString><Props>
    <Obj N="Conditions" RefId="1"><LST><Obj RefId="2"><Props><S N="Name">inner</S></Props></Obj></LST></Obj>
    <S N="Name">External, disclaimer</S><G N="Guid">{ONE}</G></Props></Obj>
  <Obj RefId="3"><Props><S N="Name">Größe _x201E_EXTERN“</S><G N="ImmutableId">{TWO}</G></Props></Obj>
</Objs>"""
FORMS = [(CSV, "utf-8"), (CSV, "utf-8-sig"), (CSV, "cp1252"), (SEMICOLONS, "utf-8"), (LIST, "utf-16"), (LIST, "utf-8")]
FORMS += [
    (COLLECTION, "utf-16"),
    (COLLECTION, "utf-16-le"),
    (COLLECTION, "utf-8"),
    (CLIXML, "utf-8"),
    (CLIXML, "utf-16"),
]


@pytest.mark.parametrize(("text", "encoding"), FORMS)
def test_every_form_gives_the_same_names(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "rules"
    file.write_bytes(text.encode(encoding))
    assert rule_names(file) == NAMES


REFUSED = [
    ("", "names no transport rule"),
    ("Name  Guid\n----  ----\n", "names no transport rule"),
    (f'"Name","Guid"\n"","{ONE}"\n', "names no transport rule"),
    ('"Name","Guid"\n"X","no id"\n', "names no transport rule"),
    ("<rules><rule", "can't be read as a list of transport rules"),
    ("<!DOCTYPE a [<!ENTITY b 'c'>]><rules/>", "declares a document type"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_is_no_list_of_rules_is_refused_with_the_cause(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "rules.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ReadFailed) as failed:
        rule_names(file)
    assert says in failed.value.message
    assert "rules.txt" in failed.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadFailed):
        rule_names(tmp_path / "absent.csv")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(ET.ParseError, csv.Error):
        assert all(isinstance(record, dict) for record in _records(_decoded(raw)))
