// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/VerifierWords.h"

#include <string_view>

namespace scx {
namespace {

struct Row {
    std::string_view reason; // a part of what the verifier says (kernel/bpf/verifier.c)
    std::string_view words;
};
// The first that fits counts, so the narrower stand first.
constexpr Row kRows[] = {
    {"!read_ok", "a value is read that nothing has set"},
    {"BPF program is too large", "the program has more steps than the verifier walks"},
    {"jumps is too complex", "the program has more ways than the verifier can remember"},
    {"infinite loop detected", "a loop does not come nearer to its end"},
    {"back-edge from insn", "a loop has no end that can be seen"},
    {"too many pointers and branches", "the program has more branches than the verifier can remember"},
    {"combined stack size", "functions that call each other take more than 512 bytes of stack"},
    {"the call stack of", "functions call each other too deeply"},
    {"stack depth", "the variables of a function take more than 512 bytes of stack"},
    {"_or_null'", "something is read through a pointer that may be null"},
    {"Possibly NULL pointer", "a pointer that may be null is handed to the kernel"},
    {"invalid mem access 'scalar'", "memory is read through a number that is no pointer"},
    {"invalid mem access 'inv'", "memory is read through a number that is no pointer"},
    {"invalid access to map value", "an element outside an array or a map's value is used"},
    {"unbounded memory access", "an index has no bound that can be seen"},
    {"min value is negative", "an index may be negative"},
    {"outside of the allowed memory range", "an element outside an array or a map's value is used"},
    {"beyond the end of", "a member behind the end of a kernel's struct is read"},
    {"pointer arithmetic", "something is computed with a pointer that must stay as it is"},
    {"pointer is prohibited", "something is computed with a pointer that must stay as it is"},
    {"calling kernel function", "a function of the kernel is called that this kind of program may not call"},
    {"kernel function", "a function of the kernel is called that is not there, or not for this program"},
    {"program of this type cannot use helper", "a helper is called that this kind of program may not call"},
    {"unknown func", "a helper is called that this kernel does not have"},
    {"invalid func", "a helper is called that this kernel does not have"},
    {"Unreleased reference", "something of the kernel is held and not given back"},
    {"release kernel function", "something is given back that is not held"},
    {"may sleep", "a function that may sleep is called where nobody may"},
    {"sleepable", "a function that may sleep is called where nobody may"},
    {"rcu_read", "a region that the kernel has to be told of is not begun or not ended"},
    {"must be referenced or trusted", "a function of the kernel is given a task or a CPU mask that may be gone"},
    {"R0 has", "the callback gives back a value that the kernel does not take here"},
    {"At program exit the register R0", "the callback gives back a value that the kernel does not take here"},
    {"unreachable insn", "there is code that nothing leads to"},
    {"invalid bpf_context access", "an argument is read that the callback does not have on this kernel"},
    {"write into", "memory is written that only the kernel may write"},
    {"cannot write", "memory is written that only the kernel may write"},
    {"only read is supported", "a member of a kernel's struct is written that only the kernel may write"},
    {"type=", "a function of the kernel is given something of another kind than it takes"},
};

} // namespace

std::string plainWords(const std::string &reason) {
    for (const Row &row : kRows)
        if (reason.find(row.reason) != std::string::npos)
            return std::string(row.words);
    return "";
}

} // namespace scx
