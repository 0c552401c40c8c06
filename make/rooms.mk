# SPDX-License-Identifier: BSD-3-Clause
# The libraries (rts-xen/ways.mk has more of the last): for each environment E, $(O)/E/lib/{libhalvm,libminlibc,libminlibm,librts-xen}.a,
# halvm.lds and crt0.o. There is no librts-xen in 32 bits.

KERNEL_ROOMS := arch/x86 boot mm events grant time sched console xenbus ivc
kernel_src := $(foreach r,$(KERNEL_ROOMS),$(wildcard $(r)/*.c))
libc_src := $(wildcard minlibc/*.c minlibc/*/*.c minlibc/*/*.S)
libm_src := $(wildcard minlibm/*.c)
rts_src := $(wildcard rts-xen/*.c)

# Entry code and protocol differ by environment, and what is named for a word size by that; everything else is compiled in all of them.
OTHER_BITS_64 := 32
OTHER_BITS_32 := 64
entry_pv64 := boot/entry_pv_64.S boot/pv.c
entry_pvh64 := boot/entry_pvh_64.S boot/pvh.c
entry_pv32 := boot/entry_pv_32.S boot/pv.c
entry_pvh32 := boot/entry_pvh_32.S boot/pvh.c
entry_all := boot/pv.c boot/pvh.c

# What a link needs besides its own objects.
LIBS_32 := libhalvm.a libminlibc.a libminlibm.a crt0.o halvm.lds
LIBS_64 := $(LIBS_32) librts-xen.a

objs = $(patsubst %,$(O)/$(1)/%.o,$(basename $(2)))

define environment
crt_$(1) := $$(call objs,$(1),boot/notes.S $$(filter %.S,$$(entry_$(1))))
kernel_$(1) := $$(call objs,$(1),$$(filter-out $$(entry_all) %_$$(OTHER_BITS_$$(BITS_$(1))).c,$$(kernel_src)) arch/x86/entry_$$(BITS_$(1)).S $$(filter %.c,$$(entry_$(1))))
libc_$(1) := $$(call objs,$(1),$$(libc_src))
libm_$(1) := $$(call objs,$(1),$$(libm_src))
rts_$(1) := $$(call objs,$(1),$$(rts_src))

$$(kernel_$(1)) $$(crt_$(1)): CFLAGS = $$(MACHINE_$(BITS_$(1))) $$(KERNEL) -DCONFIG_ENV_$(1)
$$(libc_$(1)): CFLAGS = $$(MACHINE_$(BITS_$(1))) $$(LIBC)
$$(libm_$(1)): CFLAGS = $$(MACHINE_$(BITS_$(1))) $$(LIBM)
$$(rts_$(1)): CFLAGS = $$(MACHINE_$(BITS_$(1))) $$(RTS)

$(O)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(say) CC $$@
	$$(Q)$$(CC) $$(CFLAGS) -c $$< -o $$@
$(O)/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	$$(say) AS $$@
	$$(Q)$$(CC) $$(CFLAGS) -c $$< -o $$@

$(O)/$(1)/lib/libhalvm.a: $$(kernel_$(1))
$(O)/$(1)/lib/libminlibc.a: $$(libc_$(1))
$(O)/$(1)/lib/libminlibm.a: $$(libm_$(1))
$(O)/$(1)/lib/librts-xen.a: $$(rts_$(1))
$(O)/$(1)/lib/crt0.o: $$(crt_$(1))
	@mkdir -p $$(@D)
	$$(Q)ld -r -m $$(EMULATION_$(BITS_$(1))) -o $$@ $$^
$(O)/$(1)/lib/halvm.lds: boot/halvm.lds.S arch/x86/include/arch/layout.h arch/x86/include/arch/config.h
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -E -P -x c -Iarch/x86/include -D__ASSEMBLER__ -DCONFIG_ENV_$(1) $$< -o $$@

LIBS_$(1) := $$(addprefix $(O)/$(1)/lib/,$$(LIBS_$(BITS_$(1))))
runtime-$(1): $$(LIBS_$(1))
.PHONY: runtime-$(1)
runtime: runtime-$(1)
-include $$(shell find $(O)/$(1) -name '*.d' 2>/dev/null)
endef

$(O)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(say) AR $@
	$(Q)$(AR) rcsD $@ $^

.PHONY: runtime
$(foreach e,$(ENVS),$(eval $(call environment,$(e))))
