// SPDX-License-Identifier: GPL-2.0-only
// foldKnown on programs of a few instructions: what is left of them.
#include "kernel/Fold.h"

#include <cstdio>
#include <string>
#include <vector>

using Program = std::vector<bpf_insn>;

static int failed = 0;

/// One letter an instruction: N a jump to the next, T a test that is never true, A one that always is, J, C, E, and . for all else.
static void expect(const char *what, Program program, const std::string &left) {
    scx::foldKnown(program.data(), program.size(),
                   [](int map, uint32_t offset, unsigned) { return map == 7 ? std::optional<uint64_t>(offset) : std::nullopt; });
    std::string got;
    for (const bpf_insn &i : program) {
        bool jump = (i.code & 7) == BPF_JMP, zero = jump && BPF_SRC(i.code) == BPF_K && i.imm == 0;
        got += i.code == (BPF_JMP | BPF_JA)        ? (i.off == 0 ? 'N' : 'J')
               : i.code == (BPF_JMP | BPF_CALL)    ? 'C'
               : i.code == (BPF_JMP | BPF_EXIT)    ? 'E'
               : zero && BPF_OP(i.code) == BPF_JLT ? 'T'
               : zero && BPF_OP(i.code) == BPF_JGE ? 'A'
                                                   : '.';
    }
    if (got != left) {
        std::printf("%s: %s is left, not %s\n", what, got.c_str(), left.c_str());
        failed = 1;
    }
}

int main() {
    const bpf_insn word = {BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0}, exit = {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}, use = {BPF_ALU64 | BPF_MOV | BPF_X, 0, 2, 0, 0};
    const bpf_insn helper = {BPF_JMP | BPF_CALL, 0, 0, 0, 5};
    bpf_insn destroys = helper;
    const bpf_insn byte = {BPF_LDX | BPF_MEM | BPF_B, 3, 3, 0, 0};
    auto address = [](int map, int offset) { return Program{{BPF_LD | BPF_IMM | BPF_DW, 3, BPF_PSEUDO_MAP_VALUE, 0, map}, {0, 0, 0, 0, offset}}; };
    auto isZero = [](int target) { return bpf_insn{BPF_JMP32 | BPF_JEQ | BPF_K, 3, 0, static_cast<int16_t>(target), 0}; };
    auto with = [](Program head, const Program &tail) {
        head.insert(head.end(), tail.begin(), tail.end());
        return head;
    };
    auto statistics = [&](int map, int offset) { return with(with({word}, address(map, offset)), {byte, isZero(1), destroys, use, exit}); };

    expect("a variable that is 0", statistics(7, 0),
           ".NNNN"
           "N.E");
    expect("one that is not", statistics(7, 4),
           ".NN.N"
           "C.E"); // nothing is ruled out; the call may need what was loaded
    expect("one that may change", statistics(6, 0),
           "....."
           "C.E");
    // What is ruled out stands at the end, behind another way's exit, which comes after it now; or before that of others, and is jumped over from its end.
    expect("ruled out behind an exit", with(with({word}, address(7, 4)), {byte, isZero(2), use, exit, destroys, exit}), ".NNNN.NNE");
    expect("ruled out behind a jump", with(with({word}, address(7, 4)), {byte, isZero(1), {BPF_JMP | BPF_JA, 0, 0, 2, 0}, destroys, destroys, use, exit}),
           ".NNNNNNN.E");
    // Whose last name is ruled out, the kernel is told of all the same: the test stays, of a number that is at hand.
    destroys = {BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 2};
    auto named = [&](Program head) { return with(with(head, address(7, 0)), {byte, isZero(1), destroys, use, exit, use, exit}); };
    expect("a function's last name", named({word}),
           ".NNNA"
           "C.E.E");
    // The load becomes the number.
    expect("no number at hand", named({}),
           "NN.."
           "C.E.E");
    // The call destroys r2, and r6 would have to be followed round the loop: neither is taken.
    expect("a number that a call destroyed", with(with({word, helper}, address(7, 0)), {byte, isZero(1), destroys, use, exit, use, exit}),
           ".CNN.."
           "C.E.E");
    Program loop = {{BPF_LDX | BPF_MEM | BPF_W, 6, 1, 0, 0}, {BPF_ALU64 | BPF_ADD | BPF_K, 6, 0, 0, 1}};
    loop =
        with(with(loop, address(7, 0)), {byte, isZero(1), destroys, {BPF_JMP | BPF_JNE | BPF_K, 6, 0, -7, 0}, {BPF_ALU64 | BPF_MOV | BPF_X, 0, 6, 0, 0}, exit});
    expect("a number of the loop", loop, "..NN..C..E");
    // The function needs its argument, whatever the main program does with it.
    expect("a function",
           {{BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 5}, {BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 1}, exit, {BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 0, 0}, exit},
           ".CE.E");
    return failed;
}
