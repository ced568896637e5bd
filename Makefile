# tfherald
#
#   make            build/tfherald
#   make demo       the main job on a recorded plan, without token or network
#   make test       all tests; test-asan: under AddressSanitizer and UBSan; test-valgrind: under valgrind
#   make test-tsan  what runs in two threads, under ThreadSanitizer
#   make test-html  the HTML report in headless Chromium, screenshots in build/screenshots
#   make lint       layers, headers alone, formatting, clang-tidy, cppcheck
#   make conformance  the vectors of the expression language, SARIF before its validator; needs node
#   make fuzz       the fuzzers, a minute each (FUZZ_SECONDS)
#   make bench      figures: MB/s and ratios to jq
#   make coverage   line coverage of the tests
#   make docs       regenerates the pages and scripts that come from tables
#   make install    PREFIX=/usr/local DESTDIR=
#   make deps       installs the libraries that are missing; deps-dev: the linters and tools too
#   make clean, make help
#
# Variables: CC, MODE=release|asan|tsan|cov, WERROR=1, LINK=dynamic|plain (see docs/decisions/0003).

VERSION := 0.1.0
PREFIX  ?= /usr/local
MODE    ?= release
LINK    ?= dynamic
ifeq ($(origin CC),default)
CC := gcc
endif

FOLDERS := base parser policies policies/cel report notifiers cmd
SRCS    := $(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c)))
HDRS    := $(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.h)))
TESTS   := $(sort $(wildcard $(FOLDERS:%=tests/%/test_*.c) tests/e2e/test_*.c))
SUPPORT := $(sort $(wildcard tests/support/*.c))
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TOOLS   := $(sort $(wildcard tests/e2e/mock_*.c tests/bench/*.c))

B := build/$(notdir $(CC))-$(MODE)
# What LINK=plain makes: two objects that read it, and what is linked with them. The others are shared.
ifeq ($(LINK),plain)
L := $(B)/plain
else
L := $(B)
endif

LIBRARIES := libfyaml libpcre2-8 libcrypto jansson
# Headers only: these two are loaded when first used.
LAZY      := libcurl libgit2
PKG_CONFIG ?= pkg-config
LIB_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(LAZY) 2>/dev/null)
LIB_LIBS   = $(shell $(PKG_CONFIG) --libs $(LIBRARIES) 2>/dev/null)
ifeq ($(LINK),plain)
LIB_LIBS  += $(shell $(PKG_CONFIG) --libs $(LAZY) 2>/dev/null)
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wwrite-strings \
	-Wcast-qual -Wpointer-arith -Wundef -Wswitch-enum -Wnull-dereference -Wdate-time \
	-Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
	-Werror=int-conversion -Werror=return-type -Werror=unused-result -Werror=vla
ifdef WERROR
WARNINGS += -Werror
endif

CFLAGS.release := -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS.asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all -DARENA_DEBUG
CFLAGS.tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread -Wno-maybe-uninitialized
CFLAGS.fuzz    := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -DARENA_DEBUG
CFLAGS.cov     := -O0 -g --coverage -DARENA_DEBUG
LDFLAGS.asan   := -fsanitize=address,undefined
LDFLAGS.tsan   := -fsanitize=thread
LDFLAGS.cov    := --coverage
LDFLAGS.fuzz   := -fsanitize=address,undefined

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DTFHERALD_VERSION='"$(VERSION)"' -I. \
	$(WARNINGS) $(CFLAGS.$(MODE)) -fPIE -fstack-protector-strong \
	-ffile-prefix-map=$(CURDIR)=. $(LIB_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS.$(MODE)) $(LDFLAGS_PLATFORM) $(LDFLAGS)
ALL_LIBS = $(LIB_LIBS) -ldl -lpthread -lm
ifneq ($(shell uname -s),Darwin)
LDFLAGS_PLATFORM := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
endif

LINK_SRCS    := cmd/git_library.c notifiers/http_curl.c
# Some 150 test programs are linked in each build: by gold, which needs half the time, where it is.
ifneq ($(shell command -v ld.gold),)
TEST_LDFLAGS := -fuse-ld=gold
endif

LIB_OBJS     := $(patsubst %.c,$(B)/%.o,$(filter-out cmd/main.c $(LINK_SRCS),$(SRCS))) $(LINK_SRCS:%.c=$(L)/%.o)
SUPPORT_OBJS := $(SUPPORT:%.c=$(B)/%.o)
TEST_PROGS   := $(TESTS:%.c=$(L)/%)
TOOL_PROGS   := $(TOOLS:%.c=$(L)/%)
FUZZ_PROGS   := $(FUZZERS:%.c=$(L)/%)
PROGRAM      := $(L)/tfherald

# The rule packs become part of the program: policies/packs/embed_packs.c reads them when it is built.
PACKS        := $(sort $(wildcard policies/packs/*.yaml))
EMBED        := $(B)/policies/packs/embed_packs
EMBED_OBJS   := $(filter $(B)/base/%.o $(B)/parser/%.o $(B)/policies/%.o,$(LIB_OBJS))
PACKS_SRC    := $(B)/policies/packs_embedded.c
LIB_OBJS     += $(B)/policies/packs_embedded.o

# Style and script of the HTML report likewise.
PAGE         := report/html/page.css report/html/page.js
EMBED_PAGE   := $(B)/report/html/embed_page
PAGE_SRC     := $(B)/report/html_embedded.c
LIB_OBJS     += $(B)/report/html_embedded.o

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: FORCE all program tests tsan-programs fuzz fuzzers deps deps-dev demo test test-asan test-valgrind test-tsan test-html lint check-layers \
	check-headers check-format check-analyzer check-tidy check-cppcheck conformance conformance-cel \
	conformance-sarif bench \
	coverage docs install clean help

ifeq ($(MODE),release)
all: build/tfherald
# Compared, because CC and LINK choose which program that is.
build/tfherald: $(PROGRAM) FORCE
	@cmp -s $< $@ || { cp -f $< $@.new && mv -f $@.new $@; }
else
all: $(PROGRAM)
endif
program: $(PROGRAM)
tests: $(PROGRAM) $(TEST_PROGS) $(TOOL_PROGS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/plain/%.o: %.c
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_CFLAGS) -DCURL_LINKED -DGIT2_LINKED -MMD -MP -c -o $@ $<

$(B)/libembed.a: $(EMBED_OBJS)
	@rm -f $@
	$(QUIET)$(AR) rcs $@ $(EMBED_OBJS)

$(EMBED): $(B)/policies/packs/embed_packs.o $(B)/libembed.a
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(PACKS_SRC): $(EMBED) $(PACKS)
	$(QUIET)$(EMBED) $@ $(PACKS)

$(B)/policies/packs_embedded.o: $(PACKS_SRC)
	$(QUIET)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(EMBED_PAGE): report/html/embed_page.c
	@mkdir -p $(@D)
	$(QUIET)$(CC) -std=c11 $(WARNINGS) -O1 -o $@ $<

$(PAGE_SRC): $(EMBED_PAGE) $(PAGE)
	$(QUIET)$(EMBED_PAGE) $@ $(PAGE)

$(B)/report/html_embedded.o: $(PAGE_SRC)
	$(QUIET)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(L)/libtfherald.a: $(LIB_OBJS)
	@rm -f $@
	$(QUIET)$(AR) rcs $@ $(LIB_OBJS)

$(PROGRAM): $(B)/cmd/main.o $(L)/libtfherald.a
	$(QUIET)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(TEST_PROGS) $(TOOL_PROGS): $(L)/%: $(B)/%.o $(SUPPORT_OBJS) $(L)/libtfherald.a
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(ALL_LDFLAGS) $(TEST_LDFLAGS) -o $@ $^ $(ALL_LIBS) -lcmocka -lutil

# clang only: its libFuzzer has main().
$(FUZZ_PROGS): $(L)/%: $(B)/%.o $(L)/libtfherald.a
	@mkdir -p $(@D)
	$(QUIET)$(CC) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

fuzzers: $(FUZZ_PROGS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

# --- for people -------------------------------------------------------------------------------

deps:
	@.ci/deps

deps-dev:
	@.ci/deps --dev

# Two steps, because what pkg-config finds is read when make starts.
demo: deps
	@$(MAKE) --no-print-directory QUIET=@ all
	@tests/demo.sh build/tfherald

test: deps
	@$(MAKE) --no-print-directory QUIET=@ all tests
	@tests/run.sh $(L)

test-asan: deps
	@$(MAKE) --no-print-directory QUIET=@ MODE=asan tests
	@tests/run.sh build/$(notdir $(CC))-asan

test-valgrind: deps
	@$(MAKE) --no-print-directory QUIET=@ tests
	@tests/run.sh --valgrind $(L)

# The tests of what runs beside the main thread, and the program on a plan that is large enough for it.
TSAN_TESTS := tests/base/test_ahead tests/base/test_ahead_select tests/parser/test_plan_load tests/report/test_outcome
tsan-programs: $(PROGRAM) $(TSAN_TESTS:%=$(L)/%) $(L)/tests/bench/gen_plan

test-tsan: deps
	@$(MAKE) --no-print-directory QUIET=@ MODE=tsan tsan-programs
	@tests/tsan.sh build/$(notdir $(CC))-tsan $(TSAN_TESTS)

# The HTML report in headless Chromium; screenshots in build/screenshots.
test-html: deps
	@$(MAKE) --no-print-directory QUIET=@ all
	@tests/browser/html.sh build/tfherald build/screenshots || [ $$? -eq 77 ]

conformance: conformance-cel conformance-sarif

conformance-cel: deps
	@$(MAKE) --no-print-directory QUIET=@ all
	@tests/conformance/conformance.sh build/tfherald build/conformance || [ $$? -eq 77 ]

conformance-sarif: deps
	@$(MAKE) --no-print-directory QUIET=@ all
	@tests/conformance/sarif.sh build/tfherald build/conformance-sarif || [ $$? -eq 77 ]

bench: deps
	@$(MAKE) --no-print-directory QUIET=@ all tests
	@tests/bench/bench.sh build/tfherald $(L)

# Seconds for each; FUZZ_SECONDS=600 make fuzz
fuzz: deps
	@$(MAKE) --no-print-directory QUIET=@ CC=clang MODE=fuzz fuzzers
	@tests/fuzz/run.sh build/clang-fuzz/tests/fuzz

coverage: deps
	@$(MAKE) --no-print-directory QUIET=@ MODE=cov tests
	@find build/$(notdir $(CC))-cov -name '*.gcda' -delete
	@tests/run.sh build/$(notdir $(CC))-cov
	@gcovr --root . --exclude 'tests/.*' --object-directory build/$(notdir $(CC))-cov \
		--print-summary --sort-percentage --html-details build/coverage.html \
		build/$(notdir $(CC))-cov | tail -n 30

docs: all
	@build/tfherald generate-docs man > docs/tfherald.1
	@build/tfherald generate-docs settings > docs/settings.md
	@build/tfherald generate-docs expressions > docs/expressions.md
	@build/tfherald generate-docs schema > docs/schema/tfherald.schema.json
	@mkdir -p docs/packs
	@for pack in $(PACKS); do \
		build/tfherald generate-docs pack $$pack > docs/packs/$$(basename $$pack .yaml).md || exit 1; \
	done
	@build/tfherald generate-docs packs $(PACKS) > docs/packs/README.md

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 build/tfherald $(DESTDIR)$(PREFIX)/bin/tfherald
	install -m 644 docs/tfherald.1 $(DESTDIR)$(PREFIX)/share/man/man1/tfherald.1
	build/tfherald completion bash \
		> $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tfherald
	build/tfherald completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tfherald
	build/tfherald completion fish \
		> $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tfherald.fish

clean:
	rm -rf build

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

# --- checks -----------------------------------------------------------------------------------

lint: check-layers check-headers check-format check-analyzer check-tidy check-cppcheck

check-layers:
	@.ci/check-layers

check-headers:
	@for header in $(HDRS); do \
		$(CC) $(ALL_CFLAGS) -Wno-pedantic -fsyntax-only -include $$header -x c /dev/null || exit 1; \
	done; echo "check-headers: $(words $(HDRS)) headers compile alone"

FORMATTED := $(SRCS) $(HDRS) policies/packs/embed_packs.c report/html/embed_page.c $(TESTS) $(SUPPORT) \
	$(TOOLS) $(sort $(wildcard tests/support/*.h)) .ci/planted.c
check-format:
	@clang-format --dry-run -Werror $(FORMATTED) && echo "check-format: $(words $(FORMATTED)) files"

check-analyzer:
	@.ci/check-analyzer

TIDY_STAMPS := $(SRCS:%.c=build/tidy/%.ok)
build/tidy/%.ok: %.c .clang-tidy $(HDRS)
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(filter-out -Wnull-dereference,$(ALL_CFLAGS)) 2>$@.log \
		|| { cat $@.log; exit 1; }
	@touch $@
check-tidy: $(TIDY_STAMPS)
	@echo "check-tidy: $(words $(TIDY_STAMPS)) files"

check-cppcheck:
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem --library=posix -I. \
		-D__GNUC__ -DTFHERALD_VERSION='""' $(SRCS) && echo "check-cppcheck: $(words $(SRCS)) files"
