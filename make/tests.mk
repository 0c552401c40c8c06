# SPDX-License-Identifier: BSD-3-Clause
# Self-test kernels: tests/NAME/main.c or tests/NAME/Main.hs becomes $(O)/tests/test-ENV-NAME for every environment.

c_tests := $(patsubst tests/%/main.c,%,$(wildcard tests/*/main.c))
hs_tests := $(patsubst tests/%/Main.hs,%,$(wildcard tests/*/Main.hs))
target_pv64 := xen-pv
target_pvh64 := xen-pvh
target_pv32 := xen-pv32
target_pvh32 := xen-pvh32

# A C test may use libc and the kernel rooms, and look into the processor's room.
TEST_CFLAGS = $(COMMON) -D_GNU_SOURCE -fno-builtin -fstack-protector-explicit -ftls-model=local-exec -Iarch/x86/include

define c_test_environment
$(O)/$(1)/tests/%.o: tests/%.c
	@mkdir -p $$(@D)
	$$(say) CC $$@
	$$(Q)$$(CC) $$(MACHINE_$(BITS_$(1))) $$(TEST_CFLAGS) -DCONFIG_ENV_$(1) -c $$< -o $$@
$(addprefix $(O)/tests/test-$(1)-,$(c_tests)): $(O)/tests/test-$(1)-%: $(O)/$(1)/tests/%/main.o $(O)/$(1)/tests/common/test.o \
    $(LIBS_$(1)) tools/lib/link.py
	@mkdir -p $$(@D)
	$$(say) LD $$@
	$$(Q)HALVM_LD_OPTIONS='{"target": "$(target_$(1))", "symbols": "c", "verbose": false}' tools/lib/halvm-ld -o $$@ $$(filter %.o,$$(filter-out %/crt0.o,$$^))
tests-c: $(addprefix $(O)/tests/test-$(1)-,$(c_tests))
.SECONDARY: $(addprefix $(O)/$(1)/tests/,$(addsuffix /main.o,$(c_tests)))
endef
$(foreach e,$(ENVS),$(eval $(call c_test_environment,$(e))))

# A Haskell test is built for Linux too, and run there: its output is what the guests' must be. One script does all, since GHC's objects
# are the same for every target.
$(O)/tests/%/done: tests/%/Main.hs $(foreach e,$(ENVS),$(if $(filter 64,$(BITS_$(e))),$(LIBS_$(e)))) tests/build-haskell \
    $(wildcard tools/lib/*) tools/halvm-ghc
	$(say) GHC $*
	$(Q)tests/build-haskell $* $(O)/tests
	@touch $@

.PHONY: tests-c tests-hs
tests-hs: $(patsubst %,$(O)/tests/%/done,$(hs_tests))
