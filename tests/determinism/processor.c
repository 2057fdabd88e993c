/* LD_PRELOAD: answer CPUID as another processor would (Linux, x86-64, with CPUID faulting). */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <cpuid.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static int no_avx512, l1, l2, l3; /* KiB */
static const char *vendor;
static long family;

static void set_faulting(int on) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, (long)!on); }

static void answer(uint32_t leaf, uint32_t sub, uint32_t *r) {
  __cpuid_count(leaf, sub, r[0], r[1], r[2], r[3]);
  if (leaf == 0 && vendor) { memcpy(&r[1], vendor, 4); memcpy(&r[3], vendor + 4, 4); memcpy(&r[2], vendor + 8, 4); }
  if (leaf == 1 && family) r[0] = (uint32_t)family;
  if (leaf == 7 && sub == 0 && no_avx512) {
    r[1] &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 28 | 1u << 30 | 1u << 31 | 1u << 26 | 1u << 27);
    r[2] &= ~(1u << 1 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 14);
    r[3] &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 22 | 1u << 23 | 1u << 24 | 1u << 25);
  }
  if (leaf == 7 && sub == 1 && no_avx512) memset(r, 0, 16);
  if (leaf == 4) {
    int level = r[0] >> 5 & 7, data = (r[0] & 31) != 2;
    int kib = level == 1 && data ? l1 : level == 2 ? l2 : level == 3 ? l3 : 0;
    if (kib && (r[0] & 31)) { /* one partition, lines of 64 bytes, 8 ways */
      r[1] = 7u << 22 | 63; r[2] = (uint32_t)kib * 1024 / 8 / 64 - 1;
    }
  }
  if (leaf == 0x80000005 && vendor && l1) r[2] = (uint32_t)l1 << 24 | 0x080140;
  if (leaf == 0x80000006 && vendor && l2) { r[2] = (uint32_t)l2 << 16 | 0x6140; r[3] = (uint32_t)(l3 / 512) << 18 | 0x9140; }
}

static void handler(int sig, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  greg_t *g = u->uc_mcontext.gregs;
  const uint8_t *code = (const uint8_t *)g[REG_RIP];
  if (info->si_code == SI_KERNEL && code[0] == 0x0f && code[1] == 0xa2) {
    uint32_t r[4];
    set_faulting(0);
    answer((uint32_t)g[REG_RAX], (uint32_t)g[REG_RCX], r);
    set_faulting(1);
    g[REG_RAX] = r[0]; g[REG_RBX] = r[1]; g[REG_RCX] = r[2]; g[REG_RDX] = r[3];
    g[REG_RIP] += 2;
    return;
  }
  signal(sig, SIG_DFL);
}

static int number(const char *name) { const char *v = getenv(name); return v ? atoi(v) : 0; }

__attribute__((constructor)) static void begin(void) {
  no_avx512 = number("CPU_NO_AVX512"); l1 = number("CPU_L1"); l2 = number("CPU_L2"); l3 = number("CPU_L3");
  vendor = getenv("CPU_VENDOR"); if (vendor && strlen(vendor) != 12) vendor = 0;
  const char *f = getenv("CPU_SIGNATURE"); family = f ? strtol(f, 0, 16) : 0;
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &action, 0);
  set_faulting(1);
}
