# SPDX-License-Identifier: BSD-3-Clause
# How C is compiled.

WARN := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=halvm

# Static, below 2 GiB; each function in its own section so that a kernel holds only what it uses.
COMMON := -std=gnu11 -O2 -g $(WARN) $(REPRODUCIBLE) -fno-pie -ffunction-sections -fdata-sections -fno-omit-frame-pointer \
          -fno-asynchronous-unwind-tables -fcf-protection=none -U_FORTIFY_SOURCE -MMD -MP -Iinclude

# Kernel rooms run on interrupts too: no red zone, no vector registers, their own memory functions.
KERNEL := $(COMMON) -ffreestanding -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fno-tree-loop-distribute-patterns \
          -Iarch/x86/include -include arch/x86/include/arch/kernel.h

# Rooms that run in threads only, on the system's headers.
LIBC := $(COMMON) -D_GNU_SOURCE -fno-builtin -fno-stack-protector -ftls-model=local-exec -Iminlibc
LIBM := $(COMMON) -D_GNU_SOURCE -fno-builtin -fno-stack-protector -ffp-contract=off -fno-math-errno
# Evaluated once, at the first use.
GHC_INCLUDE = $(eval GHC_INCLUDE := $(shell ghc --print-libdir 2>/dev/null)/include)$(GHC_INCLUDE)
RTS   = $(COMMON) -D_GNU_SOURCE -fno-stack-protector -ftls-model=local-exec -I$(GHC_INCLUDE)
