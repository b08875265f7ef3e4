"""Writes a sample for each complaint heard in public: `python samples/make_complaints.py [--out DIR]`.

The same bytes on every run and every machine. Needs dkimpy, as snapdiff does.
"""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import _complaints_fields as fields
import _complaints_logs as logs
import _complaints_signatures as signatures
import _complaints_texts as texts
from _complaint_servers import Files

FOLDER = Path(__file__).parents[1] / "complaints"
COMPLAINTS: dict[str, Callable[[], Files]] = {
    "01-dkim-fails-only-with-attachments": signatures.only_with_attachments,
    "02-signer-runs-last-and-it-fails": signatures.signer_runs_last,
    "03-name-of-an-attachment-in-8-bits": signatures.name_of_an_attachment,
    "04-hub-signs-edge-changes": signatures.edge_changes,
    "05-signer-to-the-top-or-bottom": signatures.top_or_bottom,
    "06-log-says-signed": signatures.signature_taken_away,
    "07-two-signatures-one-stale": signatures.two_signatures,
    "08-garbled-after-a-disclaimer": texts.garbled,
    "09-disclaimer-several-times": texts.several_times,
    "10-disclaimer-on-signed-mail": signatures.signed_mail,
    "11-which-transport-rule": logs.which_rule,
    "12-plain-text-made-anew": texts.made_anew,
    "13-body-shows-as-attachment": texts.came_as_attachment,
    "14-fields-vanish": fields.fields_vanish,
    "15-who-added-this-recipient": fields.recipients_come,
    "16-message-id-altered": fields.message_id_altered,
    "17-no-disclaimer-on-tnef": texts.without_disclaimer,
    "18-no-snapshot-files": logs.no_files,
    "19-log-of-a-server-missing": logs.a_log_is_missing,
    "20-export-csv-loses-lists": logs.lists_lost,
}
"""The folder of each complaint, and what makes the files in it."""


def complaints() -> Files:
    """Every file: its path below `complaints/`, with `/`, and its bytes."""
    return {
        f"{folder}/{name.removeprefix('traces/')}": data
        for folder, make in COMPLAINTS.items()
        for name, data in make().items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the samples of the complaints.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into")
    out: Path = parser.parse_args().out
    if out == FOLDER:  # what an earlier version made must not stay; elsewhere nothing is deleted
        for made in out.glob("[0-9][0-9]-*"):
            shutil.rmtree(made)
    files = complaints()
    for name, data in sorted(files.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes below {out}")


if __name__ == "__main__":
    main()
