// SPDX-License-Identifier: GPL-2.0-only
// Numbers of the BPF instruction set (Documentation/bpf/standardization/instruction-set.rst) and of its interface, those included that the
// system's <linux/bpf.h> may be too old for.
#pragma once

#include <cstdint>

namespace scx::sim::isa {

// The class is in the low three bits of the code.
inline constexpr uint8_t Ld = 0, Ldx = 1, St = 2, Stx = 3, Alu = 4, Jmp = 5, Jmp32 = 6, Alu64 = 7;
// Arithmetic and jumps: bit 3 says that the second operand is a register, the high four bits what is done.
inline constexpr uint8_t Register = 0x08;
inline constexpr uint8_t Add = 0x00, Sub = 0x10, Mul = 0x20, Div = 0x30, Or = 0x40, And = 0x50, Lsh = 0x60, Rsh = 0x70, Neg = 0x80, Mod = 0x90, Xor = 0xa0,
                         Mov = 0xb0, Arsh = 0xc0, End = 0xd0;
inline constexpr uint8_t Ja = 0x00, Jeq = 0x10, Jgt = 0x20, Jge = 0x30, Jset = 0x40, Jne = 0x50, Jsgt = 0x60, Jsge = 0x70, Call = 0x80, Exit = 0x90, Jlt = 0xa0,
                         Jle = 0xb0, Jslt = 0xc0, Jsle = 0xd0, Jcond = 0xe0;
// Loads and stores: the size in bits 3 and 4, the mode above.
inline constexpr uint8_t Word = 0x00, Half = 0x08, Byte = 0x10, Double = 0x18;
inline constexpr uint8_t Imm = 0x00, Mem = 0x60, MemSx = 0x80, Atomic = 0xc0;
inline constexpr int32_t Fetch = 0x01, Exchange = 0xe1, CompareExchange = 0xf1, LoadAcquire = 0x100, StoreRelease = 0x110;
// The source register of a call or of a load of 64 bits says what the number is.
inline constexpr uint8_t PseudoCall = 1, PseudoKfunc = 2, PseudoFunc = 4;

inline unsigned sizeOf(uint8_t code) {
    switch (code & 0x18) {
    case Word: return 4;
    case Half: return 2;
    case Byte: return 1;
    default: return 8;
    }
}

inline bool isWide(uint8_t code) { return code == (Ld | Imm | Double); } // takes two places

} // namespace scx::sim::isa
