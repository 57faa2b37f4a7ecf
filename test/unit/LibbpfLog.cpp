// SPDX-License-Identifier: GPL-2.0-only
// verifierReason on what the verifier writes: the reason in plain words, its own, and the line of the policy.
#include "kernel/LibbpfLog.h"
#include "kernel/VerifierWords.h"

#include <bpf/libbpf.h>

#include <cstdio>

/// What is written is given here; nobody listens.
extern "C" libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t) { return nullptr; }

static int failed = 0;

static void expect(const std::string &got, const std::string &wanted) {
    if (got != wanted) {
        std::printf("got      %s\nexpected %s\n", got.c_str(), wanted.c_str());
        failed = 1;
    }
}

int main() {
    auto log = [](const std::string &lines) {
        return "libbpf: prog 'fair_running': BPF program load failed: Permission denied\nlibbpf: prog 'fair_running': -- BEGIN PROG LOAD LOG --\n0: R1=ctx() "
               "R10=fp0\n" +
               lines +
               "processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n-- END PROG LOAD LOG --\nlibbpf: failed to "
               "load object\n";
    };
    expect(
        scx::verifierReason(log("; on running(p) { @ fair.scx:16\n0: (79) r1 = *(u64 *)(r1 +0)\n; tasks += 1; @ fair.scx:17\n3: (bf) r6 = r5\nR5 !read_ok\n")),
        "a value is read that nothing has set (R5 !read_ok), at fair.scx:17: tasks += 1;");
    expect(scx::verifierReason(log("5: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'ptr_task_struct_or_null'\n")),
           "something is read through a pointer that may be null (R0 invalid mem access 'ptr_task_struct_or_null')");
    expect(scx::verifierReason(log("BPF program is too large. Processed 1000001 insn\n")),
           "the program has more steps than the verifier walks (BPF program is too large. Processed 1000001 insn)");
    expect(scx::verifierReason(log("; a @ b.scx:1\nsomething of a later kernel\n")), "something of a later kernel, at b.scx:1: a");
    expect(scx::verifierReason("libbpf: Error in bpf_object__load: no rights\n"), "");
    expect(scx::plainWords("calling kernel function scx_bpf_consume is not allowed"),
           "a function of the kernel is called that this kind of program may not call");
    return failed;
}
