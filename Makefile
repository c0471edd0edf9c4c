# Tandem: every command a person needs. `make` alone lists them.
# Settings are in .env (see .env.example), or on the command line: `make up QUANTIZER=gptqmodel`.

PYTHON ?= python3
ENVIRONMENTS := .tandem/environments
HARNESS := $(ENVIRONMENTS)/harness/bin/python
TANDEM := PYTHONPATH=. $(HARNESS)
TESTING := PYTHONPATH=. $(ENVIRONMENTS)/tests/bin/python

.DEFAULT_GOAL := help
.PHONY: help up plan preflight down status blind logs eval load capacity chaos verdict aa factorial lm-eval compare \
        augment review feedback tune loop suites simulate validity test lint check bench bench-merge \
        demo-model gpu-record screenshots versions rollback prune export clean \
        python-version system-libraries harness-environment tests-environment unit-tests

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

up: system-libraries harness-environment ## make what is missing, start base, tuned and Open WebUI, wait until they answer
	@$(TANDEM) -m serve up

plan: harness-environment ## will it fit? memory and requests on the GPU here, or with GPU_MEMORY_GIB=24 on another
	@$(TANDEM) -m serve plan

preflight: harness-environment ## each thing that will fail later, with the setting that mends it; starts nothing
	@$(TANDEM) -m serve preflight

down: $(HARNESS) ## stop everything; models, runs and chats are kept
	@$(TANDEM) -m serve down

status: $(HARNESS) ## what runs, where, in which state
	@$(TANDEM) -m serve status

blind: $(HARNESS) ## the link to a blind comparison in Open WebUI, for people to vote in; RUN=runs/…-eval: of that run's answers
	@$(TANDEM) -m serve blind

logs: $(HARNESS) ## the servers' logs; on a terminal, follow them
	@$(TANDEM) -m serve logs

eval: harness-environment ## ask base and tuned the prompt suites: pass rates, differences, intervals
	@$(TANDEM) -m serve eval

load: harness-environment ## put load on base and tuned in turn until it is known which is faster: throughput, TTFT, ITL, TPOT, e2e
	@$(TANDEM) -m serve load

capacity: harness-environment ## how many requests a second base and tuned each bear at an agreed service level
	@$(TANDEM) -m serve capacity

chaos: harness-environment ## under load, kill, freeze and slow a server, in containers cut its network: what users see, and for how long
	@$(TANDEM) -m serve chaos

verdict: harness-environment ## eval and load, then PASS, FAIL or INCONCLUSIVE, and report.html
	@$(TANDEM) -m serve verdict

aa: harness-environment ## the harness tests itself: base against base, which must come out as no difference
	@BASE_AGAINST_BASE=1 $(TANDEM) -m serve verdict

factorial: system-libraries harness-environment ## tuning told from quantization: both models in INT4, then in full precision, then INT4 again
	@$(TANDEM) -m serve factorial

lm-eval: harness-environment ## a task of lm-evaluation-harness on both: TASK=tandem_demo, or a YAML file with local rows
	@$(TANDEM) -m serve lm-eval

compare: $(HARNESS) ## did the new adapter beat the last one: two eval runs, RUN_A=runs/… RUN_B=runs/…
	@$(TANDEM) -m evalharness compare $(or $(RUN_A),$(error name two eval runs: make compare RUN_A=runs/… RUN_B=runs/…)) $(RUN_B)

augment: harness-environment ## rows to train the next adapter on: ROWS=train.jsonl into pool/, variants made, copies and leaks dropped
	@$(TANDEM) -m serve augment

review: harness-environment ## look at the variants in pool/ on a local page: accept, edit, reject; REVIEW='--sample 40' checks the filters
	@$(TANDEM) -m evalharness review $(REVIEW)

feedback: harness-environment ## people's chats and votes in Open WebUI: rows into pool/ (FEEDBACK_CONSENT=1), votes for the verdict
	@$(TANDEM) -m serve feedback

tune: harness-environment ## train the next adapter on ROWS=train/rows.jsonl, from ADAPTER or anew, stage by stage: TUNE=…, into models/
	@$(TANDEM) -m serve tune

loop: harness-environment ## one turn: ROWS into variants, an adapter, the verdict; the new one stays only if it passed and lost nothing
	@$(TANDEM) -m serve loop

suites: harness-environment ## list the prompt suites
	@$(TANDEM) -m evalharness suites

simulate: harness-environment ## hold the statistics against simulated runs of known truth (a few minutes)
	@$(TANDEM) -m evalharness simulate

validity: tests-environment ## how often the suites' checks are wrong about answers whose worth is known, suite by suite
	@$(TESTING) -m tests.validity $(VALIDITY)

test: unit-tests harness-environment ## every test this machine can run, and which took longest
	@$(TESTING) -m pytest tests/integration tests/e2e tests/containers --numprocesses=auto --dist=loadscope --durations=20

lint: tests-environment ## lint and types
	@$(TESTING) -m ruff check .
	@$(TESTING) -m ruff format --check .
	@$(ENVIRONMENTS)/tests/bin/hadolint images/*/Dockerfile
	@$(TESTING) -m mypy

check: lint unit-tests ## lint, types and unit tests, about a minute

unit-tests: tests-environment
	@$(TESTING) -m pytest tests/unit -q --numprocesses=auto

bench: tests-environment ## the harness's overhead against its limit and its rivals, side by side
	@$(TESTING) -m tests.bench $(BENCH)

bench-merge: tests-environment ## a merge of a random 1.1 B model beside peft's own and cp -r: seconds and memory; 9 GB of disk
	@$(PYTHON) -m serve.environments $(ENVIRONMENTS)/merge images/merge/requirements.txt
	@PYTHONPATH=. $(ENVIRONMENTS)/merge/bin/python -m tests.bench.merging $(BENCH)

gpu-record: tests-environment ## on a machine with a GPU: every mode from plan to verdict, and its figures written down
	@$(TESTING) -m tests.gpu

screenshots: tests-environment ## take the pictures of the README again, of a deployment made for it
	@TANDEM_SCREENSHOTS=.pictures $(TESTING) -m pytest -q tests/e2e

demo-model: harness-environment ## train the embedded demo model and adapter again, from a seed (about half an hour)
	@$(TANDEM) -m serve.environments $(ENVIRONMENTS)/demo images/demo/requirements.txt
	@$(ENVIRONMENTS)/demo/bin/python images/demo/train.py --out .tandem/demo-model

versions: $(HARNESS) ## every stored version: its size, its proofs, what was in force when, and the verdict on it
	@$(TANDEM) -m serve versions

rollback: $(HARNESS) ## the tuned model before this one in force again, served and answering; TO=… names a version
	@$(TANDEM) -m serve rollback

prune: $(HARNESS) ## say which stored versions are not needed or damaged, and their sizes, ask, delete them
	@$(TANDEM) -m serve prune

export: $(HARNESS) ## the tuned model as plain files: TO=folder or TO=file.tar, VARIANT=base or VARIANT=merged for others; SIGN_KEY=key.pem signs a folder
	@$(TANDEM) -m serve export

clean: $(HARNESS) ## say what will be deleted, ask, delete it
	@$(TANDEM) -m serve clean

python-version:
	@$(PYTHON) -c 'import sys; sys.version_info[:2] == (3, 11) or sys.exit("tandem: Python 3.11 is needed, the newest that auto-gptq is built for; set PYTHON=")'

system-libraries: python-version
	@$(PYTHON) -m serve.system_libraries

harness-environment: python-version
	@$(PYTHON) -m serve.environments $(ENVIRONMENTS)/harness serve/requirements.txt

$(HARNESS):
	@$(MAKE) --no-print-directory harness-environment

tests-environment: harness-environment
	@$(PYTHON) -m serve.environments $(ENVIRONMENTS)/tests tests/requirements.txt
