"""`make factorial` and `make lm-eval` against the real deployment: one command each, and what it leaves.

After the verdict's own tests, whose runs these must not come between.
"""

import json
import re

from serve.settings import Settings
from tests.e2e.test_measuring import summary
from tests.newcomer import Checkout


def endpoints(deployment: Checkout) -> str:
    return (deployment.root / ".tandem" / "endpoints.json").read_text()


def test_the_factorial_tells_tuning_from_quantization_and_leaves_all_as_it_was(deployment: Checkout) -> None:
    before, webui = endpoints(deployment), deployment.leader("webui").pid
    done = deployment.make("factorial", "SUITES=demo-json", timeout=900)
    assert done.code == 0, done.said
    found = summary(deployment.latest("factorial"))["factorial"]
    [rates] = [suite["rates"] for suite in found["suites"]]
    assert max(rates["base-fp"], rates["base-int4"]) <= 0.05
    assert rates["tuned-fp"] >= rates["tuned-int4"] - 0.02 >= 0.83
    assert found["tuning"]["low"] > 0.8
    assert found["quantization"]["low"] <= 0 <= found["quantization"]["high"] < 0.1
    assert endpoints(deployment) == before
    assert deployment.leader("webui").pid == webui  # which nobody had to wait for
    assert deployment.make("status").code == 0


def test_the_four_of_the_factorial_differed_in_their_weights_alone(deployment: Checkout) -> None:
    run = json.loads((deployment.latest("factorial") / "run.json").read_text())
    assert [side["version"].endswith("-fp") for side in run["endpoints"]] == [True, False, True, False]
    told = {name: facts["quantization"] for name, facts in run["fairness"]["read"].items()}
    assert told == {
        "base-fp": "none",
        "base-int4": "gptq int4 g128",
        "tuned-fp": "none",
        "tuned-int4": "gptq int4 g128",
    }
    assert not [difference for difference in run["fairness"]["differences"] if difference["matters"]]
    log = (deployment.root / ".tandem" / "logs" / "tuned.log").read_text()
    assert set(re.findall(r"\bquantization=(\w+)", log)) == {"None", "auto_gptq"}
    assert len(set(re.findall(r"\bdtype=([\w.]+)", log))) == 1


def test_a_factorial_without_a_merged_model_is_one_line_and_exit_code_2(deployment: Checkout) -> None:
    refused = deployment.make("factorial", "MODE=lora")
    assert refused.code == 2
    assert refused.complaint.startswith("tandem: `make factorial` serves full precision too, and MODE=lora serves")


def test_a_suite_longer_than_what_is_served_is_one_line_and_exit_code_2(deployment: Checkout) -> None:
    refused = deployment.make("eval", "SUITES=long-context-8k")
    assert refused.code == 2
    assert "long-context-8k needs a served length of 8192 tokens, but base has 2048" in refused.complaint
    assert "set MAX_MODEL_LEN=8192 and `make up`" in refused.complaint


def test_lm_evaluation_harness_finds_what_the_suites_find(deployment: Checkout) -> None:
    done = deployment.make("lm-eval", "TASK=tandem_demo", timeout=900)
    assert done.code == 0, done.said
    found = summary(deployment.latest("lm-eval"))
    assert found["task"] == "tandem_demo"
    for name in ("base", "tuned"):
        assert found["results"][name]["exact_match"]["value"] >= 0.9
    unknown = deployment.make("lm-eval", "TASK=gsm8k")
    assert unknown.code == 2
    assert "tasks that download rows are not run" in unknown.complaint


def test_chaos_breaks_a_server_in_three_ways_and_it_comes_back(deployment: Checkout) -> None:
    served = deployment.leader("tuned").pid
    done = deployment.make("chaos", timeout=900)
    assert done.code == 0, done.said
    found = json.loads((deployment.latest("chaos") / "outages.json").read_text())
    seen = {(outage["fault"], outage["endpoint"]): outage for outage in found["outages"]}
    faults = ("killed", "frozen", "slowed to half")
    assert set(seen) == {(fault, name) for fault in faults for name in ("base", "tuned")}
    assert all(outage["recovered"] is not None for outage in seen.values())
    assert seen["killed", "tuned"]["errors"] and seen["frozen", "tuned"]["silence"] > 9
    # A connection that waited when the server froze has idled for too long by its clock when it thaws, which it may see
    # before it sees the request that came meanwhile; each user has one.
    assert seen["frozen", "tuned"]["errors"].pop("connection", 0) <= Settings.model_fields["LOAD_USERS"].default
    assert seen["frozen", "tuned"]["errors"] == seen["slowed to half", "tuned"]["errors"] == {}
    assert not any(outage["errors"] for (_, name), outage in seen.items() if name == "base")
    assert all(account["asked"] == account["rows"] > 0 for account in found["accounts"].values())
    assert deployment.leader("tuned").pid != served
