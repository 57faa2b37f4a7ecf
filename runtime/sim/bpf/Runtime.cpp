// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Runtime.h"

#include "sim/bpf/Execution.h"
#include "sim/bpf/Isa.h"

#include <cstdio>
#include <cstring>

namespace scx::sim {
namespace {

constexpr uint64_t kFirstPage = 4096;

/// A look-up in an array, the one call that reads memory in translated code, reads a key.
uint32_t widthOf(const Instruction &instruction) {
    constexpr uint32_t kArrayKey = 4;
    return (instruction.code & 7) == isa::Jmp ? kArrayKey : isa::sizeOf(instruction.code);
}

void check(const Execution &execution, uint64_t address, uint32_t bytes, Access access, uint32_t site) {
    if (execution.arena.allows(address, bytes, access))
        return;
    char at[32];
    std::snprintf(at, sizeof at, "0x%llx", static_cast<unsigned long long>(address));
    bool write = access == Access::Write, onlyRead = write && execution.arena.allows(address, bytes, Access::Read);
    size_t good = execution.arena.extent(address, bytes, access);
    execution.fault(site, std::string(write ? "writes " : "reads ") + std::to_string(bytes) + (bytes == 1 ? " byte at " : " bytes at ") + at +
                              (onlyRead ? ", which may only be read"
                               : good   ? ", of which " + std::to_string(good) + " may be touched"
                                        : "") +
                              ": " + execution.arena.describe(address));
}

} // namespace

uint64_t slowLoad(uint64_t address, uint32_t site) {
    const Execution &execution = *Execution::running();
    const Instruction &instruction = execution.image.at(site);
    if (instruction.kernelField && address < kFirstPage)
        return 0;
    uint32_t bytes = widthOf(instruction);
    check(execution, address, bytes, Access::Read, site);
    uint64_t value = 0;
    std::memcpy(&value, reinterpret_cast<const void *>(address), bytes);
    return value;
}

void slowStore(uint64_t address, uint64_t value, uint32_t site) {
    const Execution &execution = *Execution::running();
    uint32_t bytes = widthOf(execution.image.at(site));
    check(execution, address, bytes, Access::Write, site);
    std::memcpy(reinterpret_cast<void *>(address), &value, bytes);
}

void endlessLoop(Execution *execution, uint32_t site) { execution->fault(site, "a loop does not come to an end"); }

void missingThing(Execution *execution, uint32_t index, uint32_t site) { execution->fault(site, "uses " + execution->image.missing[index].text); }

void tellCall(Execution *execution, const char *function, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t result, uint32_t site) {
    const uint64_t arguments[5] = {a, b, c, d, e};
    if (execution->tracer)
        execution->tracer(execution->tracerSelf, function, arguments, result, execution->image.where(site, false).c_str());
}

} // namespace scx::sim
