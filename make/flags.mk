# SPDX-License-Identifier: BSD-3-Clause
# How C is compiled.

WARN := -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=halvm

# Word size by environment. 32-bit C may use SSE2, as on x86-64, and so has the same results of arithmetic. With -m32 Debian's compiler
# finds the headers in asm/ only where all of gcc-multilib is installed.
BITS_pv64 := 64
BITS_pvh64 := 64
BITS_pv32 := 32
BITS_pvh32 := 32
MACHINE_64 :=
EMULATION_64 := elf_x86_64
EMULATION_32 := elf_i386
MACHINE_32 := -m32 -march=i686 -msse2 -mfpmath=sse -idirafter /usr/include/x86_64-linux-gnu

# Static, below 2 GiB; each function in its own section so that a kernel holds only what it uses.
COMMON := -std=gnu11 -O2 -g $(WARN) $(REPRODUCIBLE) -fno-pie -ffunction-sections -fdata-sections -fno-omit-frame-pointer \
          -fno-asynchronous-unwind-tables -fcf-protection=none -U_FORTIFY_SOURCE -MMD -MP -Iinclude

# Kernel rooms run on interrupts too: no red zone, no vector registers, their own memory functions.
KERNEL := $(COMMON) -ffreestanding -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fno-tree-loop-distribute-patterns \
          -Iarch/x86/include -include arch/x86/include/arch/kernel.h

# A thread has a canary before it runs its first function (sched/tls.c), the same one as all others. What runs in an interrupt uses that of
# the thread below it. The kernel rooms go without: they also run where there is no thread yet.
PROTECT := -fstack-protector-strong

# Rooms that run in threads only, on the system's headers.
LIBC := $(COMMON) -D_GNU_SOURCE -fno-builtin $(PROTECT) -ftls-model=local-exec -Iminlibc
LIBM := $(COMMON) -D_GNU_SOURCE -fno-builtin $(PROTECT) -ffp-contract=off -fno-math-errno
# Evaluated once, at the first use.
GHC_INCLUDE = $(eval GHC_INCLUDE := $(shell ghc --print-libdir 2>/dev/null)/include)$(GHC_INCLUDE)
RTS   = $(COMMON) -D_GNU_SOURCE $(PROTECT) -ftls-model=local-exec -I$(GHC_INCLUDE)
