# The verbs of the project. Each sets up what it needs, once, and is incremental; `make help` lists them.

PYTHON ?= python3
JOBS ?= $(shell nproc)
DEVICE ?= cpu
EPOCHS ?= 5
# An interpreter with torch 2.13.0, for parity and bench.
TORCH_PYTHON ?= $(CURDIR)/.venv-torch/bin/python
# The recorded answers of PyTorch, and the tool that replays them.
ORACLE ?= ../shared/oracle

VENV := $(CURDIR)/.venv
PY := $(VENV)/bin/python
BUILD := build/release
SDK := $(CURDIR)/build/install
STAMPS := build/stamps

export PATH := $(VENV)/bin:$(PATH)
export PYTHON
export CMAKE_BUILD_PARALLEL_LEVEL = $(JOBS)

CMAKE_FILES := $(wildcard CMakeLists.txt CMakePresets.json pyproject.toml VERSION) $(shell find cmake -type f 2>/dev/null)
NATIVE := $(shell find src include python/bind ops cmake -type f -not -path '*/__pycache__/*' 2>/dev/null) $(CMAKE_FILES)
SCRIPTS := $(shell find python/rushlight -type f -not -path '*/__pycache__/*' 2>/dev/null)
EXAMPLES := $(shell find examples -name '*.cpp' -o -name '*.h' -o -name CMakeLists.txt)
HAND_WRITTEN_CPP = $$(git ls-files --cached --others --exclude-standard '*.cpp' '*.h' | grep -v '/generated/')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help build sdk package examples demo test parity bench budgets wheel generate format lint lint-ruff lint-format lint-tidy doors mistakes clean distclean

help:
	@echo 'make build     the Python package into .venv, the C++ SDK into build/install'
	@echo 'make demo      trains on real images through both doors (DEVICE=cpu EPOCHS=5); results in demo/'
	@echo 'make test      C++ tests (ctest), then Python tests (pytest); TESTS="tests/nn -k linear" narrows the latter'
	@echo 'make parity    replays the recorded answers of PyTorch; UPDATE=1 raises the baseline to what was found'
	@echo 'make bench     times Rushlight against PyTorch 2.13.0; BENCH="--ops --rounds 3" passes options on'
	@echo 'make budgets   sizes and times that must not grow; CLEAN=1 also times a clean build'
	@echo 'make wheel     a wheel into dist/'
	@echo 'make generate  the committed files that follow from the op table'
	@echo 'make format    formats C++ and Python;  make lint  checks both'
	@echo 'make mistakes  docs/mistakes.md, from what is said today; UPDATE=1 also records what PyTorch says'
	@echo 'make doors     checks the rules of the directories, and that both doors have the same names'
	@echo 'make examples  the C++ examples into build/examples;  make clean  removes what was built'

# ---- set-up: each stamp is a thing that is there -------------------------------------------------------------------------

$(STAMPS):
	@mkdir -p $@

.venv/.ready: tools/requirements.txt tools/make_venv.sh
	tools/make_venv.sh .venv -r tools/requirements.txt
	@touch $@

.venv/.lint-ready: tools/requirements-lint.txt .venv/.ready
	tools/make_venv.sh .venv -r tools/requirements-lint.txt
	@touch $@

$(STAMPS)/deps: tools/fetch_debs.sh | $(STAMPS)
	tools/fetch_debs.sh build/deps zlib1g-dev zlib1g
	@touch $@

$(STAMPS)/test-deps: tools/fetch_debs.sh | $(STAMPS)
	tools/fetch_debs.sh build/deps libgtest-dev googletest
	@touch $@

# PyTorch is wanted by parity and bench only; where it cannot be had they say so themselves.
$(CURDIR)/.venv-torch/bin/python: tools/requirements-torch.txt
	tools/make_venv.sh .venv-torch -r tools/requirements-torch.txt
	@touch $@

.PHONY: torch
torch:
	@[ -x $(TORCH_PYTHON) ] || [ "$(origin TORCH_PYTHON)" != file ] || $(MAKE) --no-print-directory $(CURDIR)/.venv-torch/bin/python || \
	  { rm -rf .venv-torch; echo 'torch==2.13.0 cannot be installed here; going on without it'; }

# ---- build -----------------------------------------------------------------------------------------------------------------

CONFIGURE = cmake --preset release --log-level=WARNING -DRUSHLIGHT_BUILD_PYTHON=ON -DPython_EXECUTABLE=$(PY) \
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON

$(STAMPS)/configured: $(CMAKE_FILES) .venv/.ready $(STAMPS)/deps
	$(CONFIGURE) -DRUSHLIGHT_BUILD_TESTS=OFF
	@touch $@

$(STAMPS)/sdk: $(NATIVE) $(STAMPS)/configured
	cmake --build $(BUILD)
	cmake --install $(BUILD) --prefix $(SDK) >build/install.log
	@touch $@

.venv/.package: $(STAMPS)/sdk $(SCRIPTS) README.md LICENSE
	$(PY) -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall .
	@touch $@

sdk: $(STAMPS)/sdk
package: .venv/.package
build: sdk package
	@echo 'built: import rushlight with .venv/bin/python; C++ SDK in build/install'

$(STAMPS)/examples: $(STAMPS)/sdk $(EXAMPLES)
	cmake -S examples -B build/examples -G Ninja -DCMAKE_PREFIX_PATH=$(SDK) --log-level=WARNING
	cmake --build build/examples
	@touch $@

examples: $(STAMPS)/examples

generate: .venv/.ready
	$(PY) ops/gen/main.py --build $(BUILD)

mistakes: build $(if $(UPDATE),torch)
	$(PY) tools/mistakes.py --sdk $(SDK) $(if $(UPDATE),--torch-python $(TORCH_PYTHON))

# ---- use -------------------------------------------------------------------------------------------------------------------

demo: build examples
	@data=$$(PYTHON=$(PY) tools/fetch_data.sh) && \
	  $(PY) examples/demo.py --data $$data --device $(DEVICE) --epochs $(EPOCHS) $(DEMO)

test: build examples $(STAMPS)/test-deps
	$(CONFIGURE) -DRUSHLIGHT_BUILD_TESTS=ON
	cmake --build $(BUILD)
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)
	$(if $(TESTS),,@for isa in base avx2; do echo "tests/ops with RUSHLIGHT_ISA=$$isa"; RUSHLIGHT_ISA=$$isa $(PY) -m pytest tests/ops || exit 1; done)
	$(PY) -m pytest $(TESTS)

# torch only records: where the answers are recorded already, or there is no oracle, it is not needed.
parity: build $(if $(wildcard $(ORACLE)/record.py),$(if $(wildcard build/golden/modules/meta.json),,torch))
	$(PY) tools/parity.py --oracle $(ORACLE) --torch-python $(TORCH_PYTHON) $(if $(UPDATE),--update) $(PARITY)

bench: build torch
	$(PY) bench/run.py --torch-python $(TORCH_PYTHON) $(BENCH)

budgets: build examples wheel
	$(PY) tools/budgets.py $(if $(CLEAN),--clean-build)

wheel: $(STAMPS)/wheel
$(STAMPS)/wheel: .venv/.package
	@rm -f dist/*.whl
	$(PY) -m pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps -w dist .
	@ls -l dist/*.whl
	@touch $@

# ---- care ------------------------------------------------------------------------------------------------------------------

format: .venv/.lint-ready
	@clang-format -i $(HAND_WRITTEN_CPP)
	ruff check -q --fix --select I .
	ruff format -q .

# `make -k lint` goes on behind the first that finds something.
lint: doors lint-ruff lint-format lint-tidy
lint-ruff: .venv/.lint-ready
	ruff check .
	ruff format --check .
lint-format: .venv/.lint-ready
	@echo 'clang-format --dry-run -Werror'
	@clang-format --dry-run -Werror $(HAND_WRITTEN_CPP)
lint-tidy: .venv/.lint-ready $(STAMPS)/sdk $(STAMPS)/examples
	$(PY) tools/tidy.py --jobs $(JOBS)

doors: .venv/.ready
	$(PY) tools/doors.py
	$(PY) tools/door_names.py

clean:
	rm -rf build dist demo .venv/.package
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv .venv-torch data
