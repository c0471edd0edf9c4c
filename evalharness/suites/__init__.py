"""The shipped suites, as data. Most are written by evalharness.suites.generators; `general` and yours by hand."""
