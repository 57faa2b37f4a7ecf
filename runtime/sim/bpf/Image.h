// SPDX-License-Identifier: GPL-2.0-only
// The programs of an object with everything that they refer to found: what the translator reads.
#pragma once

#include "sim/bpf/Host.h"
#include "sim/bpf/Object.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scx::sim {

/// What a loader settled for one instruction.
enum class Link : uint8_t {
    None,
    Value,    // an address or number of 64 bits: `value`
    Callback, // the address of function `index`
    Call,     // calls function `index`
    Helper,   // calls helper number `index`
    Kernel,   // calls Image::kernelCalls[index]
    Missing,  // calls what is not there, Image::missing[index]
    Poisoned  // reads what this kernel does not have, Image::missing[index]
};

struct Instruction {
    uint8_t code = 0, target = 0, source = 0; // registers 0 to 10
    int16_t offset = 0;
    int32_t immediate = 0;
    Link link = Link::None;
    bool kernelField = false; // loads a member of a struct of the kernel's: through null it gives 0 (PROBE_MEM)
    uint32_t index = 0;
    uint64_t value = 0;
};

struct ImageFunction {
    std::string name, section;
    uint32_t start = 0;     // of its first instruction in its section
    bool used = false;      // a callback comes to it; others are not translated, as libbpf does not load them
    uint32_t firstSite = 0; // a site is the number of an instruction among those of all functions
    std::vector<Instruction> code;
};

struct KernelCall {
    std::string name;
    const void *call; // uint64_t (void *self, 5 × uint64_t)
    void *self;
};

struct MissingThing {
    std::string text; // for people, what is missing
    bool refuse;      // an object that may come here is not opened; otherwise it is a fault to come here
};

/// A range of addresses that lasts as long as the object.
struct Range {
    uint64_t begin, size;
    bool writable;
    const char *constant; // its bytes if nothing changes them any more, null otherwise
};

struct Image {
    std::string path;
    std::vector<ImageFunction> functions;
    std::vector<KernelCall> kernelCalls;
    std::vector<MissingThing> missing;
    std::vector<Range> ranges;
    std::map<std::string, Object::Variable> variables;
    OpsSettings ops;
    std::array<int, static_cast<size_t>(Op::Count)> callbacks{}; // functions; -1: none
    struct Line {
        uint32_t site, line, column;
        std::string file;
    };
    std::vector<Line> lines; // by site

    const Instruction &at(uint32_t site) const { return functionOf(site)->code[site - functionOf(site)->firstSite]; }
    /// The function of an instruction, null if there is none.
    const ImageFunction *functionOf(uint32_t site) const;
    /// `file:line:column` of an instruction, `function+3` where its line is not known.
    std::string where(uint32_t site, bool column = true) const;
};

} // namespace scx::sim
