# SPDX-License-Identifier: BSD-3-Clause
# rts-xen for the ways of GHC's runtime whose data structures differ: $(O)/E/lib/librts-xen_WAY.a for each 64-bit environment E, and the
# version of GHC whose headers all of them were compiled against. Included after make/rooms.mk.

RTS_WAYS := p thr thr_debug thr_p
RTS_WAY_p := -DPROFILING
RTS_WAY_thr := -DTHREADED_RTS
RTS_WAY_thr_debug := -DTHREADED_RTS -DDEBUG
RTS_WAY_thr_p := -DTHREADED_RTS -DPROFILING

# $(1): environment, $(2): way
define rts_way
$(O)/$(1)/rts-xen_$(2)/%.o: rts-xen/%.c
	@mkdir -p $$(@D)
	$$(say) CC $$@
	$$(Q)$$(CC) $$(RTS) $$(RTS_WAY_$(2)) -c $$< -o $$@
$(O)/$(1)/lib/librts-xen_$(2).a: $(patsubst rts-xen/%.c,$(O)/$(1)/rts-xen_$(2)/%.o,$(rts_src))
runtime-$(1): $(O)/$(1)/lib/librts-xen_$(2).a
endef

define rts_environment
$(foreach w,$(RTS_WAYS),$(eval $(call rts_way,$(1),$(w))))
$(O)/$(1)/lib/rts-xen.ghc: $(rts_src)
	@mkdir -p $$(@D)
	$$(Q)ghc --numeric-version > $$@
runtime-$(1): $(O)/$(1)/lib/rts-xen.ghc
endef
$(foreach e,$(ENVS),$(if $(filter 64,$(BITS_$(e))),$(eval $(call rts_environment,$(e)))))
