# SPDX-License-Identifier: BSD-3-Clause
# HaLVM: one build tree, objects of every environment side by side.
#
#   make            the runtime, for all environments
#   make demo       set up, build, boot Xen in the lab, show the main job
#   make test       set up, build, check and run all self-tests (ENV=..., TEST=... for some)
#   make help       the rest

ENVS := pv64 pvh64
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
include make/tests.mk

.PHONY: all
all: runtime
