"""Which verdict was reached on which version, read from run folders."""

import json

from serve.models.verdicts import verdicts


def run(runs, name, word, tuned, base="b0", models=("base", "tuned")):
    for folder, files in {
        f"{name}-eval": {
            "run.json": {
                "endpoints": [{"model": models[0], "version": base}, {"model": models[1], "version": tuned}],
            }
        },
        f"{name}-verdict": {"run.json": {"eval": f"{name}-eval"}, "summary.json": {"verdict": word}},
    }.items():
        (runs / folder).mkdir()
        for file, content in files.items():
            (runs / folder / file).write_text(json.dumps(content))


def test_a_version_has_the_word_of_the_last_verdict_on_it(tmp_path):
    run(tmp_path, "20260101T000000", "FAIL", "t1")
    run(tmp_path, "20260102T000000", "PASS", "t1")
    run(tmp_path, "20260103T000000", "INCONCLUSIVE", "t2")
    assert verdicts(tmp_path) == {
        "t1": ("PASS", "20260102T000000-verdict"),
        "t2": ("INCONCLUSIVE", "20260103T000000-verdict"),
    }


def test_the_base_against_itself_and_a_run_that_was_cut_are_no_verdict(tmp_path):
    run(tmp_path, "20260101T000000", "PASS", "b0", models=("base", "base"))
    (tmp_path / "20260102T000000-verdict").mkdir()
    (tmp_path / "20260102T000000-verdict" / "summary.json").write_text('{"verd')
    assert verdicts(tmp_path) == {}
    assert verdicts(tmp_path / "none") == {}
