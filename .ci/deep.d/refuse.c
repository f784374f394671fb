/* Preloaded into a program, makes the kernel refuse membarrier with EPERM, for all of its threads and for good, after
 * REFUSE_AFTER calls of it (0: from the start). The calls are seen at the C library's syscall(), by which hel makes them;
 * the refusal is the kernel's own, by a seccomp filter. At its end the program adds a line to the file REFUSE_LOG:
 * membarriers asked for, refused, and the program's name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "the numbers and registers below are those of x86-64"
#endif

static atomic_long asked, refused;
static long after;

static long raw(long number, const long *a) {
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* In every thread that there is. Failing is an end: a run without the refusal would pass for one with it. */
static void refuse(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    const long arguments[6] = {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, (long)&filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || raw(SYS_seccomp, arguments) != 0) {
        fputs("refuse: no seccomp filter\n", stderr);
        abort();
    }
}

long syscall(long number, ...) {
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_membarrier && atomic_fetch_add(&asked, 1) == after && after > 0) refuse();
    long result = raw(number, a);
    if (number == SYS_membarrier && result == -EPERM) atomic_fetch_add(&refused, 1);
    if (result < 0 && result > -4096) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

__attribute__((constructor)) static void begin(void) {
    const char *given = getenv("REFUSE_AFTER");
    after = given ? atol(given) : 0;
    if (after == 0) refuse();
}

__attribute__((destructor)) static void end(void) {
    const char *log = getenv("REFUSE_LOG");
    FILE *file = log ? fopen(log, "a") : NULL;
    if (file) {
        fprintf(file, "%ld %ld %s\n", atomic_load(&asked), atomic_load(&refused), program_invocation_short_name);
        fclose(file);
    }
}
