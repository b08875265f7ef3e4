"""Two snapshots to changes, and a trace's snapshots to steps. Opens no file."""
