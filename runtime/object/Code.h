// SPDX-License-Identifier: GPL-2.0-only
// What programs are in an object, and what do they want of the kernel?
#pragma once

#include "object/Object.h"

#include <linux/bpf.h>

#include <map>
#include <set>
#include <string>
#include <vector>

struct btf;

namespace scx {

/// Something the loader puts into an instruction, by number in the function.
struct CoreNeed { // CO-RE: BTF type and access string of the object
    size_t at = 0;
    uint32_t type = 0;
    std::string access;
    bpf_core_relo_kind kind = BPF_CORE_FIELD_BYTE_OFFSET;
};
struct SymbolNeed { // a function or variable of the kernel: called, or asked for its address
    size_t at = 0;
    std::string name;
    bool weak = false;
};

struct Function {
    std::string name, section;
    std::vector<bpf_insn> code; // calls of other functions of the object are ordinary calls here, see `calls`
    std::vector<CoreNeed> core;
    std::vector<SymbolNeed> symbols;
    std::map<size_t, std::string> calls;  // by instruction: functions of the object that it calls, or hands to the kernel
    std::map<size_t, std::string> places; // instruction from which on it stands there in the source: `fair.scx:12`
};

/// An instance of a kernel's struct of callbacks: what the members are set to.
struct OpsStruct {
    std::string name, type;
    struct Member {
        std::string name, program; // program: the callback
        int64_t size = 0;
        bool zero = true;
        uint64_t value = 0; // of a number of up to 64 bits
    };
    std::vector<Member> members;
};

struct Code {
    std::map<std::string, Function> functions;
    std::set<std::string> programs; // functions that are loaded for themselves
    std::vector<OpsStruct> ops;
    std::map<std::string, uint32_t> kernelFunctions, kernelVariables; // BTF of what it wants of the kernel
    std::map<std::string, unsigned> maps;                             // enum bpf_map_type
    std::map<int, std::string> readOnly;                              // bytes of the sections of constants, by number of section; `code` names these numbers
    std::map<std::string, std::pair<int, uint64_t>> constants;        // variables in them: section and offset
};

/// `types`: the BTF of the object. Throws std::runtime_error with a few words: what is wrong with it.
Code readCode(const ObjectFile &file, const btf *types);

} // namespace scx
