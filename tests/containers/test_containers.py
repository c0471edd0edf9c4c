"""The stack in containers: what runs, what it is allowed, who reaches whom, and what survives what."""

import json
import shutil
import socket
from pathlib import Path

import pytest
import requests

from serve.services import health
from tests import routes
from tests.containers.conftest import PROJECT, Stack, docker, manifests
from tests.newcomer import ROOT, Done, copied, until

SERVICES = ("base", "tuned", "webui")
IMAGES = ("merge", "quantize", "vllm", "webui", "harness")
MEBIBYTE = 2**20


def reaches(network: str, address: str, port: int) -> bool:
    """Whether a container on this network of the stack can open a connection."""
    script = f"import socket; socket.create_connection(({address!r}, {port}), timeout=3)"
    words = ("run", "--rm", "--network", f"{PROJECT}_{network}", "--entrypoint", "python", f"{PROJECT}-harness")
    try:
        docker(*words, "-c", script)
    except Exception:  # of whatever kind: it did not
        return False
    return True


def address(stack: Stack, service: str, network: str) -> str:
    return str(stack.inspect(service)["NetworkSettings"]["Networks"][f"{PROJECT}_{network}"]["IPAddress"])


@pytest.mark.usefixtures("up")
def test_up_says_that_it_is_containers_and_why(first_up: Done) -> None:
    assert "Runtime: containers (set by RUNTIME)" in first_up.said
    assert "All is up and answering" in first_up.said
    for name in ("base", "tuned"):
        assert f"http://{name}:8000/v1" in first_up.said


def test_both_models_answer_through_the_web_ui(up: Stack) -> None:
    url, password = up.checkout.url("webui"), up.checkout.secrets()["WEBUI_PASSWORD"]
    assert health.webui_chats(url, "admin@tandem.local", password, ("base", "tuned"))


def test_the_web_ui_answers_nothing_without_an_account(up: Stack) -> None:
    assert requests.get(f"{up.checkout.url('webui')}/api/models", timeout=10).status_code in (401, 403)


@pytest.mark.parametrize("service", SERVICES)
def test_a_running_container_is_contained(up: Stack, service: str) -> None:
    record = up.inspect(service)
    allowed = record["HostConfig"]
    assert record["Config"]["User"] == "10001:10001"
    assert allowed["ReadonlyRootfs"]
    assert allowed["CapDrop"] == ["ALL"] and not allowed["CapAdd"]
    assert "no-new-privileges:true" in allowed["SecurityOpt"]
    assert allowed["PidsLimit"] > 0 and allowed["Memory"] > 0
    assert allowed["Init"] and allowed["RestartPolicy"]["Name"] == "unless-stopped"
    assert allowed["LogConfig"]["Config"]["max-size"] == "20m"


@pytest.mark.parametrize("service", SERVICES)
def test_no_secret_is_in_what_docker_tells_of_a_container(up: Stack, service: str) -> None:
    told = json.dumps(up.inspect(service))
    assert not [name for name, value in up.checkout.secrets().items() if value in told]


def test_secrets_are_behind_a_folder_of_their_owner(up: Stack) -> None:
    state = up.checkout.root / ".tandem"
    assert state.stat().st_mode & 0o077 == 0
    assert (state / "secrets").stat().st_mode & 0o077 == 0
    assert (state / "secrets.env").stat().st_mode & 0o177 == 0


def test_only_the_web_ui_is_published_and_only_on_loopback(up: Stack) -> None:
    published = {name: up.inspect(name)["HostConfig"]["PortBindings"] for name in SERVICES}
    port = str(up.checkout.ports["webui"])
    assert published["webui"] == {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}
    assert not published["base"] and not published["tuned"]


def test_a_container_on_the_edge_reaches_the_web_ui_and_no_model(up: Stack) -> None:
    assert reaches("edge", "webui", 8080)
    for name in ("base", "tuned"):
        assert not reaches("edge", name, 8000)
        assert not reaches("edge", address(up, name, "servers"), 8000)
    assert reaches("servers", "base", 8000)  # so that the probe is known to work


@pytest.mark.parametrize("name", ["base", "tuned"])
def test_every_route_of_a_server_wants_the_key_but_its_health(up: Stack, name: str) -> None:
    script = (
        f"{Path(routes.__file__).read_text()}\n"
        "paths = listed('127.0.0.1:8000', open('/run/secrets/API_KEY').read())\n"
        "print(json.dumps([paths, open_to_all('127.0.0.1:8000', [*paths, *UNLISTED])]))"
    )
    paths, found = json.loads(docker("exec", up.container(name), "python3", "-c", script))
    assert "/invocations" in paths
    assert found == routes.OPEN


def test_nothing_on_the_servers_network_reaches_out(up: Stack) -> None:
    gateway = json.loads(docker("network", "inspect", f"{PROJECT}_servers"))[0]
    assert gateway["Internal"] is True
    script = "import pathlib; print(pathlib.Path('/proc/net/route').read_text())"
    routes = docker("exec", up.container("base"), "python", "-c", script)
    assert not [line for line in routes.strip().splitlines()[1:] if line.split()[1] == "00000000"]  # no default route


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_nobody_special_and_says_what_it_is(image: str) -> None:
    config = json.loads(docker("image", "inspect", f"{PROJECT}-{image}"))[0]["Config"]
    assert config["User"] == "10001:10001"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert config["Labels"]["org.opencontainers.image.version"]
    assert ("Healthcheck" in config) == (image in ("vllm", "webui"))


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize("image", IMAGES)
def test_an_image_holds_no_build_tools_caches_or_tests(image: str) -> None:
    script = (
        "import pathlib, shutil; print([p for p in ('gcc', 'make', 'git', 'uv') if shutil.which(p)], "
        "[str(p) for p in map(pathlib.Path, ('/root/.cache', '/build', '/opt/tandem/tests')) if p.exists()])"
    )
    words = ("run", "--rm", "--user", "0", "--network", "none", "--entrypoint", "python3")
    assert docker(*words, f"{PROJECT}-{image}", "-c", script).strip() == "[] []"


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize("image", ["merge", "vllm"])
def test_on_cpu_no_cuda_library_comes_along(image: str) -> None:
    script = (
        "import pathlib; print([str(p) for p in pathlib.Path('/opt/environment').rglob('*.so*') "
        "if p.name.startswith(('libcud', 'libcublas', 'libnccl', 'libnv'))])"
    )
    words = ("run", "--rm", "--network", "none", "--entrypoint", "python3")
    assert docker(*words, f"{PROJECT}-{image}", "-c", script).strip() == "[]"


@pytest.mark.usefixtures("up")
def test_the_harness_image_is_small() -> None:
    assert int(docker("image", "inspect", "--format", "{{.Size}}", f"{PROJECT}-harness")) <= 400 * MEBIBYTE


def test_a_change_of_our_code_installs_nothing_again(up: Stack) -> None:
    changed = up.checkout.root / "serve" / "harness" / "measure.py"
    code = changed.read_text()
    changed.write_text(code + "\n")
    try:
        built = up.compose("--progress", "plain", "build", "harness")
    finally:
        changed.write_text(code)  # the servers have it too, and the next `up` would make them anew
    assert built.code == 0
    steps = {line.split("] ", 1)[1]: line for line in built.said.splitlines() if "] RUN --mount" in line}
    (install,) = [line for line in steps.values() if "images.environment" in line]
    number = install.split()[0]
    assert f"{number} CACHED" in built.said
    print(f"rebuilt after a change in {built.seconds:.1f} s")


def test_jobs_do_nothing_where_their_version_stands(up: Stack) -> None:
    made = manifests(up)
    again = up.checkout.make("up")
    assert again.code == 0, again.said
    assert manifests(up) == made
    for job in ("merge", "quantize-base", "quantize-tuned"):
        assert "stands" in (up.checkout.root / ".tandem" / "logs" / f"{job}.log").read_text()


def test_status_and_logs_speak_of_the_containers(up: Stack) -> None:
    status = up.checkout.make("status")
    assert status.code == 0
    assert status.said.count("ready") == 3
    assert "Application startup complete" in up.checkout.make("logs").said


@pytest.fixture(scope="module")
def verdict(up: Stack) -> Done:
    return up.checkout.make("verdict", timeout=900)


def test_the_harness_container_ends_in_a_verdict_page(verdict: Done, up: Stack) -> None:
    page = up.checkout.latest("verdict") / "report.html"
    assert f"Report: runs/{page.parent.name}/report.html" in verdict.said
    assert "demo-json" in page.read_text()
    concluded = json.loads((page.parent / "summary.json").read_text())
    unsettled = {reason["criterion"] for reason in concluded["reasons"] if reason["outcome"] != "met"}
    assert unsettled <= {"capacity"}, verdict.said  # on cores that others use too
    assert page.stat().st_uid != 0


def test_a_suite_of_ones_own_is_read_in_the_container(up: Stack) -> None:
    suite = up.checkout.root / "mine.yaml"
    suite.write_text(
        "suite: mine\nversion: 1\ntitle: Mine\npurpose: descriptive\nsampling: {max_tokens: 8}\nprompts:\n"
        "- {id: one, messages: [{role: user, content: Hello}], checks: [{type: min_words, value: 1}]}\n"
    )
    done = up.checkout.make("eval", "SUITES=mine.yaml")
    assert done.code == 0, done.said
    assert "mine" in done.said
    missing = up.checkout.make("eval", "SUITES=yours.yaml")
    assert "yours.yaml: no such file; set SUITES to one that is there" in missing.complaint


def test_the_factorial_serves_full_precision_for_a_while_and_int4_again(up: Stack) -> None:
    before = {name: sorted(up.inspect(name)["Config"]["Env"]) for name in SERVICES}
    webui = up.inspect("webui")["Id"]
    done = up.checkout.make("factorial", "SUITES=demo-json", timeout=1200)
    assert done.code == 0, done.said
    folder = up.checkout.latest("factorial")
    found = json.loads((folder / "summary.json").read_text())["factorial"]
    assert found["tuning"]["low"] > 0.8
    asked = json.loads((folder / "run.json").read_text())
    assert [side["version"].endswith("-fp") for side in asked["endpoints"]] == [True, False, True, False]
    assert asked["fairness"]["read"]["base-fp"]["quantization"] == "none"
    assert {name: sorted(up.inspect(name)["Config"]["Env"]) for name in SERVICES} == before
    assert up.inspect("webui")["Id"] == webui


def test_lm_evaluation_harness_asks_from_a_container_of_its_own(up: Stack) -> None:
    done = up.checkout.make("lm-eval", "TASK=tandem_demo", timeout=900)
    assert done.code == 0, done.said
    found = json.loads((up.checkout.latest("lm-eval") / "summary.json").read_text())["results"]
    assert min(found[name]["exact_match"]["value"] for name in ("base", "tuned")) >= 0.9


def test_an_adapter_is_trained_in_a_container_and_handed_out(up: Stack) -> None:
    stages = (
        "adapter: {dropout: 0.0}\nheld_out: 0.1\nstages: [{name: short, learning_rate: 1.0e-3, batch: 8, steps: 2}]\n"
    )
    (up.checkout.root / "short.yaml").write_text(stages)
    done = up.checkout.make("tune", "TUNE=short.yaml", timeout=900)
    assert done.code == 0, done.said
    folder = up.checkout.root / "models" / "adapter" / "current"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["proof"]["stages"]["short"]["steps"] == 2
    assert (folder / "adapter_model.safetensors").stat().st_size == manifest["files"]["adapter_model.safetensors"][
        "bytes"
    ]
    assert folder.resolve().name in up.checkout.make("versions").said


def test_a_server_killed_under_load_is_back_and_what_was_under_way_counts_as_failed(up: Stack) -> None:
    before = load_runs(up)
    with up.checkout.start("make", "load", "LOAD_SECONDS=60") as process:
        until(lambda: len(load_runs(up)) > len(before) and "measured" in requests_so_far(up), 120)
        restarts = up.inspect("tuned")["RestartCount"]
        docker("exec", up.container("tuned"), "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)")
        until(lambda: up.inspect("tuned")["RestartCount"] > restarts, 120)
        until(lambda: up.healthy("tuned"), 120)
        said, _ = process.communicate(timeout=300)
    rows = [json.loads(line) for line in requests_so_far(up).splitlines()]
    assert any(row["endpoint"] == "tuned" and row.get("error") for row in rows), said
    assert any(row["endpoint"] == "base" and not row.get("error") for row in rows)
    until(lambda: test_both_models_answer_through_the_web_ui(up) is None, 60)


def test_chaos_breaks_a_container_in_four_ways_and_every_request_is_accounted_for(up: Stack) -> None:
    restarts = up.inspect("tuned")["RestartCount"]
    before = up.inspect("tuned")["NetworkSettings"]["Networks"]
    done = up.checkout.make("chaos", timeout=900)
    assert done.code == 0, done.said
    run = sorted((up.checkout.root / "runs").glob("*-chaos*"))[-1]
    found = json.loads((run / "outages.json").read_text())
    seen = {(outage["fault"], outage["endpoint"]): outage for outage in found["outages"]}
    faults = ("killed", "frozen", "slowed to half a core", "cut off the network")
    assert set(seen) == {(fault, name) for fault in faults for name in ("base", "tuned")}
    assert all(outage["recovered"] is not None for outage in seen.values())
    assert seen["killed", "tuned"]["errors"] and seen["frozen", "tuned"]["silence"] > 9
    assert not any(outage["errors"] for (_, name), outage in seen.items() if name == "base")
    assert all(account["asked"] == account["rows"] > 0 for account in found["accounts"].values())
    after = up.inspect("tuned")
    assert after["RestartCount"] == restarts + 1 and not after["State"]["Paused"]
    assert after["HostConfig"]["CpuQuota"] in (0, -1)
    assert after["NetworkSettings"]["Networks"].keys() == before.keys()
    until(lambda: test_both_models_answer_through_the_web_ui(up) is None, 60)


def requests_so_far(stack: Stack) -> str:
    rows = load_runs(stack)[-1] / "requests.jsonl"
    return rows.read_text() if rows.exists() else ""


def load_runs(stack: Stack) -> list[Path]:
    return sorted((stack.checkout.root / "runs").glob("*-load*"))


def own_model(stack: Stack, adapter: Path) -> list[str]:
    """The demo's base with another adapter, as settings."""
    demo = stack.checkout.root / "images" / "demo"
    return [f"BASE_MODEL={demo}/base", f"ADAPTER={adapter}", f"CALIBRATION={demo}/calibration.jsonl"]


def diverged(adapter: Path) -> Path:
    """The demo's adapter with a NaN in it: nothing but the merge itself can see that."""
    shutil.copytree(ROOT / "images" / "demo" / "adapter", adapter)
    weights = adapter / "adapter_model.safetensors"
    content = bytearray(weights.read_bytes())
    first = 8 + int.from_bytes(content[:8], "little")  # where the header ends
    content[first : first + 2] = b"\xc0\x7f"  # NaN in bfloat16
    weights.write_bytes(content)
    return adapter


def test_a_jobs_reason_reaches_whoever_types_make_up(up: Stack, tmp_path: Path) -> None:
    adapter = diverged(tmp_path / "adapter")
    refused = up.checkout.make("up", *own_model(up, adapter))
    assert refused.code == 2
    assert refused.complaint.startswith("tandem: merge: model.layers.0.")
    assert "would be no number (NaN) or infinite with this adapter" in refused.complaint
    assert "Traceback" not in refused.said


def test_files_that_containers_may_not_read_are_refused_before_anything_is_built(up: Stack, tmp_path: Path) -> None:
    adapter = diverged(tmp_path / "adapter")
    (adapter / "adapter_model.safetensors").chmod(0o600)
    refused = up.checkout.make("up", *own_model(up, adapter))
    assert refused.code == 2
    assert f"may not be read by containers, whose user is not its owner; chmod -R a+rX {adapter}" in refused.complaint
    assert "done" not in refused.said


def test_a_job_that_ran_out_of_memory_is_named(up: Stack, tmp_path: Path) -> None:
    adapter = diverged(tmp_path / "adapter")
    failed = up.checkout.make("up", "JOB_MEMORY=100m", *own_model(up, adapter))
    assert "tandem: merge was killed, most likely for want of memory" in failed.complaint


def test_plain_compose_names_the_job_that_failed(up: Stack, tmp_path: Path) -> None:
    adapter = diverged(tmp_path / "adapter")
    done = up.checkout.run("env", f"ADAPTER={adapter}", *plain(up), "run", "--rm", "--no-deps", "--no-TTY", "merge")
    assert done.code == 2
    (line,) = [line for line in done.said.splitlines() if line.startswith("merge: ")]
    assert "would be no number (NaN) or infinite with this adapter" in line


def plain(stack: Stack) -> list[str]:
    variables = [f"{name}={value}" for name, value in {**stack.site, "COMPOSE_PROJECT_NAME": PROJECT}.items()]
    return [*variables, "docker", "compose", "--file", "compose/compose.yaml", "--file", "compose/cpu.yaml"]


def test_another_checkout_takes_nothing_from_this_one(up: Stack, tmp_path: Path) -> None:
    settings = {"COMPOSE_PROJECT_NAME": PROJECT, "RUNTIME": "docker"}
    other = copied(tmp_path / "other", up.checkout.ports, settings)
    for target in ("up", "down"):
        refused = other.make(target)
        assert refused.code == 2
        owner = f"the Docker project {PROJECT} is that of {up.checkout.root}/compose"
        assert f"{owner}; set COMPOSE_PROJECT_NAME to another name here" in refused.complaint
    assert "Docker volume" not in other.make("clean").said
    assert all(up.healthy(service) for service in SERVICES)


def test_a_taken_port_is_refused(up: Stack) -> None:
    up.checkout.make("down")
    with socket.create_server(("127.0.0.1", up.checkout.ports["webui"])):
        refused = up.checkout.make("up")
    assert refused.code == 2
    assert "set WEBUI_PORT to a free one" in refused.complaint


def test_down_leaves_the_named_volumes_and_plain_compose_brings_it_all_back(up: Stack) -> None:
    made = manifests(up)
    assert up.checkout.make("down").code == 0
    named = ("--filter", f"label=com.docker.compose.project={PROJECT}")
    assert docker("ps", "--all", "--quiet", *named) == ""
    assert docker("network", "ls", "--quiet", *named) == ""
    volumes = docker("volume", "ls", "--quiet", *named).split()
    assert sorted(volumes) == [f"{PROJECT}_{name}" for name in ("cache", "chats", "models")]

    (up.checkout.root / ".tandem" / "plan.env").unlink()
    refused = up.compose("run", "--rm", "--no-deps", "--no-TTY", "base")
    assert refused.code == 1
    assert "what this server is given; run `python3 -m serve.runtimes.prepare` first" in refused.said

    assert up.checkout.run("python3", "-m", "serve.runtimes.prepare").code == 0
    back = up.compose("up", "--detach", timeout=900)
    assert back.code == 0, back.said
    until(lambda: up.healthy("webui"), 120)  # it started when both models were healthy
    assert all(up.healthy(service) for service in SERVICES)
    assert manifests(up) == made
    test_both_models_answer_through_the_web_ui(up)


def test_in_lora_mode_one_server_answers_for_both_and_nothing_of_the_other_mode_is_left(up: Stack) -> None:
    assert up.healthy("tuned")  # which is of the other mode
    done = up.checkout.make("up", "MODE=lora", timeout=900)
    assert done.code == 0, done.said
    assert up.checkout.make("status", "MODE=lora").said.count("http://base:8000/v1") == 2
    named = docker("ps", "--filter", f"label=com.docker.compose.project={PROJECT}", "--format", "{{.Names}}").split()
    assert sorted(named) == [up.container("base"), up.container("webui")]
    test_both_models_answer_through_the_web_ui(up)
    measured = up.checkout.make("eval", "MODE=lora", "SUITES=demo-json")
    assert measured.code == 0, measured.said
    (suite,) = json.loads((up.checkout.latest("eval") / "summary.json").read_text())["suites"]
    (right,) = [metric for metric in suite["metrics"] if metric["metric"] == "right"]
    assert right["second"]["rate"] > 0.85 and right["first"]["rate"] < 0.05
