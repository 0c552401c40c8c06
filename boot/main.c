// SPDX-License-Identifier: BSD-3-Clause
// The one path after either boot protocol: each room in the order of who needs whom, then the main
// thread.
#include <halvm/boot.h>
#include <halvm/console.h>
#include <halvm/events.h>
#include <halvm/mm.h>
#include <halvm/power.h>
#include <halvm/sched.h>
#include <halvm/time.h>

#define BOOT_STACK_SIZE 8192

// Left for good when the main thread starts.
uint8_t boot_stack[BOOT_STACK_SIZE] __attribute__((aligned(16)));
__asm__(".globl boot_stack_end\n.set boot_stack_end, boot_stack + 8192");

void kernel_main(void)
{
    console_early_init();
    mm_init();
    events_init();
    time_init();
    console_init();
    if (boot_info->ram_dropped)
        printk("boot: %llu KiB of RAM lie in ranges beyond the %u this kernel keeps\n",
               (unsigned long long)boot_info->ram_dropped / 1024, BOOT_RAM_MAX);
    if (boot_info->cmdline_truncated)
        printk("boot: the command line was cut to %u bytes\n", BOOT_CMDLINE_MAX - 1);
    control_init();
    sched_init();
}
