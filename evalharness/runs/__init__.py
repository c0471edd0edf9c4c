"""Run folders: where a run is kept, its rows, and the versions of what is kept."""
