"""The detectors, one module a subject; each is found by its decorator."""
