# SPDX-License-Identifier: BSD-3-Clause
# HaLVM: one build tree, objects of every environment side by side.
#
#   make            the runtime, for all environments
#   make demo       set up, build, boot Xen in the lab, show the main job
#   make test       set up, build, check and run all self-tests (ENV=..., TEST=... for some)
#   make soak       what takes too long for `make test`: an hour and more
#   make bench      what the smallest guests cost, in instructions
#   make test-lab   the lab's own tests, all of them; `make test` has the quick ones
#   make check      format and cppcheck only
#   make install    PREFIX=/usr/local DESTDIR=
#   make clean      everything but the lab's images

ENVIRONMENTS := pv64 pvh64 pv32 pvh32
# What is built; `make ENVS="pv64 pv32"` for others.
ENVS := pv64 pvh64 pv32 pvh32
O ?= build
PREFIX ?= /usr/local
CC := gcc
AR := ar
OBJCOPY := objcopy

# V=1 shows the commands themselves.
Q := $(if $(V),,@)
say = @$(if $(V),:,echo)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

include make/flags.mk
include make/rooms.mk
include rts-xen/ways.mk
include make/tests.mk

.PHONY: all
all: runtime

.PHONY: setup demo test test-lab soak kernels check bench install clean help
setup:
	@tools/setup

# Set-up comes first, so that one command is enough on a fresh machine.
demo: setup
	@$(MAKE) --no-print-directory runtime
	@examples/demo $(O)

ifneq ($(ENV)$(TEST),)
# Some of the self-test kernels: make test ENV=pvh64 TEST="timers clock"
test: setup
	@$(MAKE) --no-print-directory kernels
	@tests/run --build $(O) $(addprefix --env ,$(ENV)) $(addprefix --test ,$(TEST))
else
test: setup
	@$(MAKE) --no-print-directory -j$$(nproc) kernels
	@tests/all $(O)
endif

test-lab: setup
	@lab/selftest

soak: setup
	@$(MAKE) --no-print-directory -j$$(nproc) runtime tests-c
	@tests/all $(O) --soak

kernels: runtime tests-c tests-hs

# The quick part of `make test`: nothing boots.
check:
	@clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
	@tools/check-c $(O)

bench: setup
	@$(MAKE) --no-print-directory runtime
	@bench/run $(O) $(ENVS)

install: runtime
	@tools/install $(O) $(PREFIX) $(DESTDIR)

clean:
	rm -rf $(addprefix $(O)/,$(ENVIRONMENTS)) $(O)/tests $(O)/demo $(O)/bench $(O)/host $(O)/cppcheck

help:
	@sed -n 's/^#   //p' Makefile
