"""Files to nouns: finds traces and reads their snapshots. Judges nothing."""
