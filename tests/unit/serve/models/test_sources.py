"""Several adapters are named with commas, and become one folder of numbered ones, in that order."""

from pathlib import Path

from serve.models.preflight_adapter import in_order
from serve.models.sources import Sources, model_sources, together
from serve.settings import Settings
from tests.models_made import make_adapter


def test_several_adapters_are_named_with_commas_as_folders_or_by_their_names_on_the_hub(tmp_path):
    make_adapter(tmp_path / "mine" / "domain")
    given = Settings(BASE_MODEL="meta/llama", ADAPTER="me/general, mine/domain,/data/safety,")
    found = model_sources(given, tmp_path)
    assert found.adapters == ("me/general", tmp_path / "mine" / "domain", Path("/data/safety"))


def test_a_folder_with_a_comma_in_its_name_is_one_adapter(tmp_path):
    folder = make_adapter(tmp_path / "tickets, mails")
    given = Settings(BASE_MODEL="meta/llama", ADAPTER=str(folder))
    assert model_sources(given, tmp_path).adapters == (folder,)


def test_several_adapters_become_one_folder_with_the_files_of_each_in_their_order(tmp_path):
    cache = tmp_path / "models--me--general"
    make_adapter(cache / "blobs")
    snapshot = cache / "snapshots" / "5f5f"
    snapshot.mkdir(parents=True)
    for file in (cache / "blobs").iterdir():
        (snapshot / file.name).symlink_to(file)
    staged = tmp_path / "staged"
    for name in ("2-safety", "1-domain"):
        make_adapter(staged / name)
    (snapshot / ".cache").mkdir()
    for _ in range(2):  # also where it is there from before
        made = together([snapshot, staged], tmp_path / "made")
        names = [path.name for path in in_order(made)]
        assert names == ["1-general", "2-1-domain", "3-2-safety"]
        assert not [path for path in made.rglob("*") if path.is_symlink() or path.name.startswith(".")]
        for path in made.rglob("*.safetensors"):
            assert path.read_bytes() == (snapshot / path.name).read_bytes()


def test_every_file_of_ones_own_may_lie_in_ones_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = model_sources(Settings(ADAPTER="~/mine", CALIBRATION="~/prompts.jsonl"), tmp_path)
    assert (found.adapter, found.calibration) == (tmp_path / "home" / "mine", tmp_path / "home" / "prompts.jsonl")


def test_one_adapter_stays_where_it_is(tmp_path):
    assert together([tmp_path], tmp_path / "made") == tmp_path
    assert not (tmp_path / "made").exists()
    assert Sources(tmp_path, "me/mine", tmp_path).adapters == ("me/mine",)
