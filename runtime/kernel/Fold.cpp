// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/Fold.h"

#include <array>
#include <vector>

namespace scx {
namespace {

constexpr int kRegisters = 11, kFramePointer = 10;
constexpr uint8_t kJump32 = BPF_JMP32, kNop = BPF_JMP | BPF_JA;

struct Known {
    enum Kind : uint8_t {
        Nothing,
        Number,  // value
        Address, // in map `map`, at offset value
        Pointer, // not null
        Loaded,  // a number that came from memory since the last join: any test may be made of it, for asking the verifier about it leads no further back
    } kind = Nothing;
    int map = 0;
    uint64_t value = 0;
    bool operator==(const Known &) const = default;
};
using State = std::array<Known, kRegisters>;

class Folder {
  public:
    Folder(bpf_insn *program, size_t count, const ReadOnly &readOnly)
        : code(program), count(count), readOnly(readOnly), before(count), joins(count, 2), decided(count) {}

    /// Only registers that there are, and ways that lead to an instruction.
    bool wellFormed() const {
        std::vector<bool> begins(count + 1);
        for (size_t at = 0; at < count; at = following(at)) {
            if (code[at].dst_reg >= kRegisters || (code[at].src_reg >= kRegisters && family(code[at]) != BPF_LD) || following(at) > count)
                return false;
            begins[at] = true;
        }
        auto good = [&](size_t at) { return at < count && begins[at]; };
        bool inside = good(0);
        entries([&](size_t at) { inside = inside && good(at); });
        for (size_t at = 0; inside && at < count; at = following(at))
            for (size_t to : successors(at))
                inside = inside && good(to);
        return inside;
    }

    std::vector<bool> reachedOnes() {
        walk();
        std::vector<bool> all(count);
        for (size_t at = 0; at < count; ++at)
            all[at] = before[at].has_value();
        return all;
    }

    void run() {
        walk(); // to know what is never reached, from where nothing joins
        countJoins();
        before.assign(count, {});
        walk();
        for (size_t at = 0; at < count; ++at)
            if (before[at])
                rewrite(at);
        fill();
        while (sweep()) {}
    }

  private:
    bpf_insn *code;
    size_t count;
    const ReadOnly &readOnly;
    std::vector<std::optional<State>> before; // what is known where an instruction begins; none: not reached
    std::vector<unsigned> joins;              // ways to an instruction; more than one until they are counted
    std::vector<std::optional<bool>> decided; // tests that were rewritten: taken?
    std::vector<size_t> work;

    static uint8_t family(const bpf_insn &i) { return BPF_CLASS(i.code); }
    static bool wide(const bpf_insn &i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }
    static bool jump(const bpf_insn &i) { return family(i) == BPF_JMP || family(i) == kJump32; }
    static bool call(const bpf_insn &i) { return i.code == (BPF_JMP | BPF_CALL); }
    static bool leaves(const bpf_insn &i) { return i.code == (BPF_JMP | BPF_EXIT); }
    static bool always(const bpf_insn &i) { return jump(i) && BPF_OP(i.code) == BPF_JA; }
    static bool test(const bpf_insn &i) { return jump(i) && !call(i) && !leaves(i) && !always(i); }
    static bool namesFunction(const bpf_insn &i) { return (call(i) && i.src_reg == BPF_PSEUDO_CALL) || (wide(i) && i.src_reg == BPF_PSEUDO_FUNC); }
    size_t following(size_t at) const { return at + (wide(code[at]) ? 2 : 1); }
    size_t target(size_t at) const {
        return at + 1 + static_cast<size_t>(static_cast<int64_t>(code[at].code == (kJump32 | BPF_JA) ? code[at].imm : code[at].off));
    }

    /// Where it may go on, of a test only where the verdict says.
    std::vector<size_t> successors(size_t at, std::optional<bool> verdict = {}) const {
        const bpf_insn &i = code[at];
        if (leaves(i))
            return {};
        if (always(i))
            return {target(at)};
        if (!test(i))
            return {following(at)};
        if (verdict)
            return {*verdict ? target(at) : following(at)};
        return {following(at), target(at)};
    }

    /// Each function begins knowing nothing.
    template <typename F> void entries(F &&begin) const {
        begin(size_t(0));
        for (size_t at = 0; at < count; at = following(at))
            if (namesFunction(code[at]))
                begin(at + 1 + static_cast<size_t>(static_cast<int64_t>(code[at].imm)));
    }

    void countJoins() {
        joins.assign(count, 0);
        entries([&](size_t at) { ++joins.at(at); });
        for (size_t at = 0; at < count; at = following(at))
            if (before[at])
                for (size_t to : successors(at, outcome(code[at], *before[at])))
                    ++joins.at(to);
    }

    void reach(size_t at, State state) {
        if (joins.at(at) > 1)
            for (Known &k : state)
                if (k.kind == Known::Loaded)
                    k = {};
        if (!before[at]) {
            before[at] = state;
            work.push_back(at);
            return;
        }
        State met = *before[at];
        for (int r = 0; r < kRegisters; ++r)
            if (met[r] != state[r])
                met[r] = {};
        if (met != *before[at]) {
            before[at] = met;
            work.push_back(at);
        }
    }

    void walk() {
        entries([&](size_t at) { reach(at, {}); });
        while (!work.empty()) {
            size_t at = work.back();
            work.pop_back();
            State after = *before[at];
            std::optional<bool> verdict = outcome(code[at], after);
            step(at, after);
            for (size_t to : successors(at, verdict))
                reach(to, after);
        }
    }

    void step(size_t at, State &state) const {
        const bpf_insn &i = code[at];
        Known &to = state[i.dst_reg];
        const Known from = state[i.src_reg < kRegisters ? i.src_reg : 0];
        switch (family(i)) {
        case BPF_LD:
            to = {};
            if (wide(i) && i.src_reg == 0)
                to = {Known::Number, 0, static_cast<uint32_t>(i.imm) | static_cast<uint64_t>(static_cast<uint32_t>(code[at + 1].imm)) << 32};
            else if (wide(i) && i.src_reg == BPF_PSEUDO_MAP_VALUE)
                to = {Known::Address, i.imm, static_cast<uint32_t>(code[at + 1].imm)};
            else if (wide(i) && i.src_reg == BPF_PSEUDO_BTF_ID)
                to = {Known::Pointer};
            break;
        case BPF_LDX: {
            to = {};
            if (std::optional<uint64_t> fixed = constant(i, from))
                to = {Known::Number, 0, *fixed};
            else if (BPF_MODE(i.code) == BPF_MEM && width(i) < 8 && i.src_reg != kFramePointer)
                to = {Known::Loaded};
            break;
        }
        case BPF_ALU:
        case BPF_ALU64: {
            bool narrow = family(i) == BPF_ALU, constant = BPF_SRC(i.code) == BPF_K;
            if (BPF_OP(i.code) == BPF_MOV && i.off == 0) {
                to = constant ? Known{Known::Number, 0, narrow ? static_cast<uint32_t>(i.imm) : static_cast<uint64_t>(static_cast<int64_t>(i.imm))} : from;
                if (narrow && to.kind == Known::Number)
                    to.value = static_cast<uint32_t>(to.value);
                else if (narrow && to.kind != Known::Loaded)
                    to = {};
            } else if (!(to.kind == Known::Loaded && constant && (BPF_OP(i.code) == BPF_AND || BPF_OP(i.code) == BPF_LSH || BPF_OP(i.code) == BPF_RSH)))
                to = {};
            break;
        }
        case BPF_STX:
            if (BPF_MODE(i.code) == BPF_ATOMIC && (i.imm & BPF_FETCH))
                state[i.src_reg] = state[0] = {};
            break;
        case BPF_JMP:
            if (call(i))
                for (int r = 0; r <= 5; ++r)
                    state[r] = {};
            break;
        default: break;
        }
    }

    static unsigned width(const bpf_insn &i) { return BPF_SIZE(i.code) == BPF_DW ? 8 : BPF_SIZE(i.code) == BPF_W ? 4 : BPF_SIZE(i.code) == BPF_H ? 2 : 1; }

    /// What a load finds at a known address, if it finds it always.
    std::optional<uint64_t> constant(const bpf_insn &i, const Known &from) const {
        if (i.code != (BPF_LDX | BPF_MEM | BPF_SIZE(i.code)) || from.kind != Known::Address)
            return std::nullopt;
        return readOnly(from.map, static_cast<uint32_t>(from.value + static_cast<uint64_t>(static_cast<int64_t>(i.off))), width(i));
    }

    /// Whether the test is taken, if that is known.
    static std::optional<bool> outcome(const bpf_insn &i, const State &state) {
        const Known &k = state[i.dst_reg];
        if (!test(i) || BPF_SRC(i.code) != BPF_K)
            return std::nullopt;
        bool narrow = family(i) == kJump32;
        if ((k.kind == Known::Pointer || k.kind == Known::Address) && !narrow && i.imm == 0 && (BPF_OP(i.code) == BPF_JEQ || BPF_OP(i.code) == BPF_JNE))
            return BPF_OP(i.code) == BPF_JNE;
        if (k.kind != Known::Number)
            return std::nullopt;
        uint64_t a = narrow ? static_cast<uint32_t>(k.value) : k.value,
                 b = narrow ? static_cast<uint32_t>(i.imm) : static_cast<uint64_t>(static_cast<int64_t>(i.imm));
        int64_t x = narrow ? static_cast<int32_t>(k.value) : static_cast<int64_t>(k.value), y = i.imm;
        switch (BPF_OP(i.code)) {
        case BPF_JEQ: return a == b;
        case BPF_JNE: return a != b;
        case BPF_JGT: return a > b;
        case BPF_JGE: return a >= b;
        case BPF_JLT: return a < b;
        case BPF_JLE: return a <= b;
        case BPF_JSET: return (a & b) != 0;
        case BPF_JSGT: return x > y;
        case BPF_JSGE: return x >= y;
        case BPF_JSLT: return x < y;
        case BPF_JSLE: return x <= y;
        default: return std::nullopt;
        }
    }

    /// Where each instruction has a way that leads to it.
    std::vector<bool> reached() const {
        std::vector<bool> seen(count);
        std::vector<size_t> ways;
        auto go = [&](size_t at) {
            if (!seen.at(at)) {
                seen[at] = true;
                ways.push_back(at);
            }
        };
        entries(go);
        while (!ways.empty()) {
            size_t at = ways.back();
            ways.pop_back();
            for (size_t to : successors(at))
                go(to);
        }
        return seen;
    }

    /// Whether no way leads any more to an instruction that names a function: with its last name the function would be gone, of which the object's description
    /// tells the kernel.
    bool forgetsFunction() const {
        std::vector<bool> seen = reached();
        for (size_t at = 0; at < count; at = following(at))
            if (!seen[at] && namesFunction(code[at]))
                return true;
        return false;
    }

    /// The verifier demands a way to every instruction before it looks at values. What no way leads to any more stands behind a jump or an exit, and becomes jumps to
    /// the next instruction that lead to this one, which moves to the end of them.
    void fill() {
        std::vector<bool> seen = reached();
        for (size_t last = 0, at = following(0), next = 0; at < count; at = next) {
            next = following(at);
            if (seen[at]) {
                last = at;
                continue;
            }
            for (; next < count && !seen[next]; next = following(next)) {}
            bpf_insn leaving = code[last];
            if (always(leaving))
                leaving = jumpTo(target(last), next - 1);
            for (size_t slot = last; slot + 1 < next; ++slot)
                code[slot] = {kNop, 0, 0, 0, 0};
            code[next - 1] = leaving;
            last = next - 1;
        }
    }

    static bpf_insn jumpTo(size_t to, size_t from) {
        int64_t distance = static_cast<int64_t>(to) - static_cast<int64_t>(from) - 1;
        if (distance >= INT16_MIN && distance <= INT16_MAX)
            return {kNop, 0, 0, static_cast<int16_t>(distance), 0};
        return {kJump32 | BPF_JA, 0, 0, 0, static_cast<int32_t>(distance)};
    }

    /// A load becomes the number itself, without its address. A test becomes a jump, unless what it rules out names a function. Then it stays a test:
    /// no number is below 0, as the verifier knows, and any that is at hand will do.
    void rewrite(size_t at) {
        bpf_insn &i = code[at];
        if (std::optional<uint64_t> fixed = constant(i, (*before[at])[i.src_reg < kRegisters ? i.src_reg : 0]); fixed && *fixed <= INT32_MAX)
            i = {BPF_ALU64 | BPF_MOV | BPF_K, i.dst_reg, 0, 0, static_cast<int32_t>(*fixed)};
        std::optional<bool> verdict = outcome(i, *before[at]);
        if (!verdict)
            return;
        bpf_insn was = i;
        i = {kNop, 0, 0, *verdict ? was.off : int16_t(0), 0};
        if (!forgetsFunction())
            return;
        i = was;
        for (int r = 0; r < kFramePointer; ++r)
            if ((*before[at])[r].kind == Known::Loaded) {
                i.code = static_cast<uint8_t>(BPF_JMP | BPF_K | (*verdict ? BPF_JGE : BPF_JLT));
                i.dst_reg = static_cast<uint8_t>(r & 15);
                i.src_reg = 0;
                i.imm = 0;
                decided[at] = verdict;
                return;
            }
    }

    /// Registers by bits: what an instruction needs, and what it sets.
    static unsigned needs(const bpf_insn &i) {
        unsigned dst = 1u << i.dst_reg, src = 1u << i.src_reg;
        switch (family(i)) {
        case BPF_LD: return wide(i) ? 0 : 0x3ff;
        case BPF_LDX: return src;
        case BPF_ST: return dst;
        case BPF_STX: return dst | src | 1;
        case BPF_ALU:
        case BPF_ALU64: {
            bool moves = BPF_OP(i.code) == BPF_MOV, constant = BPF_SRC(i.code) == BPF_K || BPF_OP(i.code) == BPF_END || BPF_OP(i.code) == BPF_NEG;
            return (moves ? 0 : dst) | (constant ? 0 : src);
        }
        default:
            if (call(i))
                return 0x3e;
            if (leaves(i))
                return 1;
            return always(i) ? 0 : dst | (BPF_SRC(i.code) == BPF_X ? src : 0);
        }
    }
    static bool pure(const bpf_insn &i) { return wide(i) || family(i) == BPF_LDX || family(i) == BPF_ALU || family(i) == BPF_ALU64; }
    static unsigned sets(const bpf_insn &i) { return call(i) ? 0x3f : pure(i) ? 1u << i.dst_reg : 0; }

    /// What nobody needs becomes a jump to the next instruction. Was there anything?
    bool sweep() {
        std::vector<unsigned> needed(count); // where an instruction begins
        auto after = [&](size_t at) {
            unsigned live = 0;
            for (size_t to : successors(at, decided[at]))
                live |= needed[to];
            return live;
        };
        std::vector<size_t> order;
        for (size_t at = 0; at < count; at = following(at))
            order.push_back(at);
        for (bool changed = true; changed;) {
            changed = false;
            for (auto it = order.rbegin(); it != order.rend(); ++it) {
                unsigned live = (after(*it) & ~sets(code[*it])) | needs(code[*it]);
                changed |= live != needed[*it];
                needed[*it] = live;
            }
        }
        bool found = false;
        for (size_t at : order)
            if (pure(code[at]) && !(after(at) & sets(code[at]))) {
                for (size_t slot = at, end = following(at); slot < end; ++slot)
                    code[slot] = {kNop, 0, 0, 0, 0};
                found = true;
            }
        return found;
    }
};

} // namespace

void foldKnown(bpf_insn *program, size_t count, const ReadOnly &readOnly) {
    if (Folder folder(program, count, readOnly); folder.wellFormed())
        folder.run();
}

std::vector<bool> reached(const bpf_insn *program, size_t count, const ReadOnly &readOnly) {
    std::vector<bpf_insn> copy(program, program + count);
    Folder folder(copy.data(), count, readOnly);
    return folder.wellFormed() ? folder.reachedOnes() : std::vector<bool>(count);
}

} // namespace scx
