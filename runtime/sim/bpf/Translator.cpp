// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Translator.h"

#include "sim/bpf/Calls.h"
#include "sim/bpf/Execution.h"
#include "sim/bpf/Isa.h"
#include "sim/bpf/Runtime.h"

#include <llvm/IR/IRBuilder.h>

#include <cstdio>
#include <stdexcept>

namespace scx::sim {

using namespace isa;

namespace {

class FunctionTranslator {
  public:
    FunctionTranslator(const Execution &execution, const TranslateOptions &options, llvm::Module &module, uint32_t number)
        : execution(execution), options(options), of(execution.image.functions[number]), module(module), b(module.getContext()),
          function(module.getFunction("f" + std::to_string(number))), i64(b.getInt64Ty()), i32(b.getInt32Ty()) {}

    void run() {
        auto *entry = llvm::BasicBlock::Create(module.getContext(), "entry", function);
        b.SetInsertPoint(entry);
        for (unsigned r = 0; r < 10; ++r) {
            registers[r] = b.CreateAlloca(i64);
            b.CreateStore(r >= 1 && r <= 5 ? static_cast<llvm::Value *>(function->getArg(r - 1)) : b.getInt64(0), registers[r]);
        }
        mayGoto = b.CreateAlloca(i64);
        b.CreateStore(b.getInt64(Execution::kLoops), mayGoto);
        makeBlocks();
        b.CreateBr(blockAt(0));
        for (size_t i = 0; i < of.code.size(); ++i) {
            if (blocks[i]) {
                if (!b.GetInsertBlock()->getTerminator())
                    b.CreateBr(blocks[i]);
                b.SetInsertPoint(blocks[i]);
            }
            if (b.GetInsertBlock()->getTerminator()) // nothing comes here
                b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", function));
            index = i;
            instruction = &of.code[i];
            step();
            i += isWide(instruction->code);
        }
        if (!b.GetInsertBlock()->getTerminator())
            refuse("the function ends without `exit`");
    }

  private:
    [[noreturn]] void refuse(const std::string &why) const {
        throw std::runtime_error(execution.image.where(static_cast<uint32_t>(of.firstSite + index)) + ": " + why + "; the simulator cannot run this object");
    }
    [[noreturn]] void unknown() const {
        char code[8];
        std::snprintf(code, sizeof code, "0x%02x", instruction->code);
        refuse("instruction " + std::string(code) + " is not known");
    }

    // ---------------------------------------------------------------- blocks

    void makeBlocks() {
        blocks.assign(of.code.size(), nullptr);
        auto mark = [&](size_t at) {
            if (at >= of.code.size())
                refuse("a jump leaves its function");
            if (!blocks[at])
                blocks[at] = llvm::BasicBlock::Create(module.getContext(), "i" + std::to_string(at), function);
        };
        mark(0);
        for (index = 0; index < of.code.size(); ++index) {
            instruction = &of.code[index];
            uint8_t kind = instruction->code & 7, operation = instruction->code & 0xf0;
            if ((kind == Jmp || kind == Jmp32) && operation != Call && operation != Exit) {
                mark(target());
                if (operation != Ja)
                    mark(index + 1);
            }
            index += isWide(instruction->code);
        }
    }
    llvm::BasicBlock *blockAt(size_t at) const { return blocks[at]; }
    size_t target() const {
        bool far = instruction->code == (Jmp32 | Ja); // gotol
        return index + 1 + static_cast<size_t>(int64_t{far ? instruction->immediate : instruction->offset});
    }

    // ---------------------------------------------------------------- values

    llvm::Value *get(unsigned r) {
        if (r == 10)
            return function->getArg(5);
        if (r > 10)
            unknown();
        return b.CreateLoad(i64, registers[r]);
    }
    void set(unsigned r, llvm::Value *value) {
        if (r >= 10)
            unknown();
        b.CreateStore(value, registers[r]);
    }
    llvm::Value *site() const { return b32(static_cast<uint32_t>(of.firstSite + index)); }
    llvm::Value *b32(uint32_t value) const { return llvm::ConstantInt::get(i32, value); }
    llvm::Value *immediate(llvm::Type *type) const { return llvm::ConstantInt::getSigned(type, instruction->immediate); }
    llvm::Value *pointerTo(const void *at) { return b.CreateIntToPtr(b.getInt64(reinterpret_cast<uint64_t>(at)), b.getPtrTy()); }
    llvm::Value *placeholderCall(const char *name, llvm::Type *result, std::initializer_list<llvm::Value *> arguments) {
        std::vector<llvm::Type *> types;
        for (llvm::Value *argument : arguments)
            types.push_back(argument->getType());
        return b.CreateCall(module.getOrInsertFunction(name, llvm::FunctionType::get(result, types, false)), std::vector<llvm::Value *>(arguments));
    }

    // ---------------------------------------------------------------- one instruction

    void step() {
        if (instruction->link == Link::Poisoned) {
            missing();
            return;
        }
        switch (instruction->code & 7) {
        case Alu: return arithmetic(i32);
        case Alu64: return arithmetic(i64);
        case Jmp:
        case Jmp32: return jump();
        case Ldx: return load();
        case St:
        case Stx: return store();
        default:
            if (!isWide(instruction->code))
                refuse("loads from packets are not known");
            set(instruction->target,
                instruction->link == Link::Callback ? b.getInt64(Execution::kCallbacks + uint64_t{instruction->index} * 8) : b.getInt64(instruction->value));
        }
    }

    void missing() {
        llvm::Value *value = placeholderCall(placeholder::kMissing, i64, {b32(instruction->index), site()});
        uint8_t kind = instruction->code & 7;
        if (kind != St && kind != Stx)
            set(kind == Jmp ? 0 : instruction->target, value);
    }

    void arithmetic(llvm::IntegerType *type) {
        uint8_t operation = instruction->code & 0xf0;
        bool wide = type == i64, fromRegister = instruction->code & Register;
        if (operation == End)
            return swap();
        auto low = [&](llvm::Value *value) { return wide ? value : b.CreateTrunc(value, i32); };
        if (operation == Mov && wide && fromRegister && instruction->offset == 1)
            refuse("a cast of address spaces (addr_space_cast) needs an arena map");
        llvm::Value *x = operation == Mov ? nullptr : low(get(instruction->target));
        llvm::Value *y = operation == Neg ? nullptr : fromRegister ? low(get(instruction->source)) : immediate(type);
        llvm::Value *result = compute(operation, x, y, type, fromRegister);
        set(instruction->target, wide ? result : b.CreateZExt(result, i64));
    }

    llvm::Value *compute(uint8_t operation, llvm::Value *x, llvm::Value *y, llvm::IntegerType *type, bool fromRegister) {
        unsigned bits = type->getBitWidth();
        auto shift = [&] { return b.CreateAnd(y, llvm::ConstantInt::get(type, bits - 1)); };
        bool isSigned = instruction->offset == 1;
        switch (operation) {
        case Add: return b.CreateAdd(x, y);
        case Sub: return b.CreateSub(x, y);
        case Mul: return b.CreateMul(x, y);
        case Or: return b.CreateOr(x, y);
        case And: return b.CreateAnd(x, y);
        case Xor: return b.CreateXor(x, y);
        case Lsh: return b.CreateShl(x, shift());
        case Rsh: return b.CreateLShr(x, shift());
        case Arsh: return b.CreateAShr(x, shift());
        case Neg: return b.CreateNeg(x);
        case Div:
        case Mod: return divide(operation == Div, isSigned, x, y, type);
        case Mov:
            if (instruction->offset == 0)
                return y;
            if (!fromRegister || (instruction->offset != 8 && instruction->offset != 16 && !(instruction->offset == 32 && bits == 64)))
                unknown();
            return b.CreateSExt(b.CreateTrunc(y, b.getIntNTy(static_cast<unsigned>(instruction->offset))), type);
        default: unknown();
        }
    }

    /// By zero a quotient is 0 and a rest is what was to be divided; the lowest number by -1 is itself.
    llvm::Value *divide(bool quotient, bool isSigned, llvm::Value *x, llvm::Value *y, llvm::IntegerType *type) {
        llvm::Value *zero = llvm::ConstantInt::get(type, 0), *one = llvm::ConstantInt::get(type, 1);
        llvm::Value *byZero = b.CreateICmpEQ(y, zero);
        if (!isSigned) {
            llvm::Value *safe = b.CreateSelect(byZero, one, y);
            return quotient ? b.CreateSelect(byZero, zero, b.CreateUDiv(x, safe)) : b.CreateSelect(byZero, x, b.CreateURem(x, safe));
        }
        llvm::Value *byMinusOne = b.CreateICmpEQ(y, llvm::ConstantInt::getSigned(type, -1));
        llvm::Value *safe = b.CreateSelect(b.CreateOr(byZero, byMinusOne), one, y);
        llvm::Value *plain = quotient ? b.CreateSDiv(x, safe) : b.CreateSRem(x, safe);
        llvm::Value *rest = b.CreateSelect(byMinusOne, quotient ? b.CreateNeg(x) : zero, plain);
        return b.CreateSelect(byZero, quotient ? zero : x, rest);
    }

    /// To big endian, to little endian (which the machine is), or swapped whatever the machine is.
    void swap() {
        unsigned bits = static_cast<unsigned>(instruction->immediate);
        if (bits != 16 && bits != 32 && bits != 64)
            unknown();
        bool little = (instruction->code & 7) == Alu && !(instruction->code & Register);
        llvm::Value *value = b.CreateTrunc(get(instruction->target), b.getIntNTy(bits));
        if (!little)
            value = b.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, value);
        set(instruction->target, b.CreateZExt(value, i64));
    }

    // ---------------------------------------------------------------- memory

    llvm::Value *address(unsigned r) { return b.CreateAdd(get(r), llvm::ConstantInt::getSigned(i64, instruction->offset)); }
    llvm::Value *loadFrom(llvm::Value *at, unsigned bytes) { return placeholderCall(placeholder::kLoad, i64, {at, b32(bytes), site()}); }
    void storeTo(llvm::Value *at, llvm::Value *value, unsigned bytes) { placeholderCall(placeholder::kStore, b.getVoidTy(), {at, value, b32(bytes), site()}); }

    void load() {
        unsigned bytes = sizeOf(instruction->code);
        uint8_t mode = instruction->code & 0xe0;
        if (mode != Mem && (mode != MemSx || bytes == 8))
            unknown();
        llvm::Value *value = loadFrom(address(instruction->source), bytes);
        if (mode == MemSx)
            value = b.CreateSExt(b.CreateTrunc(value, b.getIntNTy(bytes * 8)), i64);
        set(instruction->target, value);
    }

    void store() {
        unsigned bytes = sizeOf(instruction->code);
        uint8_t mode = instruction->code & 0xe0;
        bool plain = (instruction->code & 7) == St;
        if (mode == Atomic && !plain)
            return atomic(bytes);
        if (mode != Mem)
            unknown();
        storeTo(address(instruction->target), plain ? immediate(i64) : get(instruction->source), bytes);
    }

    /// Nothing else runs: an atomic operation is a load, an operation and a store.
    void atomic(unsigned bytes) {
        int32_t what = instruction->immediate;
        if (what == LoadAcquire)
            return set(instruction->target, loadFrom(address(instruction->source), bytes));
        llvm::Value *at = address(instruction->target), *value = get(instruction->source);
        if (what == StoreRelease)
            return storeTo(at, value, bytes);
        if (bytes < 4)
            unknown();
        llvm::Value *old = loadFrom(at, bytes);
        if (what == CompareExchange) {
            llvm::Value *wanted = bytes == 8 ? get(0) : b.CreateAnd(get(0), b.getInt64(0xffffffff));
            storeTo(at, b.CreateSelect(b.CreateICmpEQ(old, wanted), value, old), bytes);
            return set(0, old);
        }
        if (what == Exchange) {
            storeTo(at, value, bytes);
            return set(instruction->source, old);
        }
        llvm::Value *result = nullptr;
        switch (what & ~Fetch) {
        case Add: result = b.CreateAdd(old, value); break;
        case Or: result = b.CreateOr(old, value); break;
        case And: result = b.CreateAnd(old, value); break;
        case Xor: result = b.CreateXor(old, value); break;
        default: unknown();
        }
        storeTo(at, result, bytes);
        if (what & Fetch)
            set(instruction->source, old);
    }

    // ---------------------------------------------------------------- jumps and calls

    void jump() {
        uint8_t operation = instruction->code & 0xf0;
        bool narrow = (instruction->code & 7) == Jmp32, fromRegister = instruction->code & Register;
        if (operation == Ja) {
            if (fromRegister)
                refuse("a jump through a table (gotox) is not known");
            countBack(target());
            b.CreateBr(blockAt(target()));
            return;
        }
        if (!narrow && operation == Call)
            return call();
        if (!narrow && operation == Exit) {
            b.CreateRet(get(0));
            return;
        }
        llvm::Value *taken = nullptr;
        if (operation == Jcond && !narrow) { // may_goto: on until its budget is used up, then to the target
            llvm::Value *left = b.CreateLoad(i64, mayGoto);
            taken = b.CreateICmpEQ(left, b.getInt64(0));
            b.CreateStore(b.CreateSelect(taken, left, b.CreateSub(left, b.getInt64(1))), mayGoto);
        } else
            taken = condition(operation, narrow, fromRegister);
        size_t to = target();
        if (to > index) {
            b.CreateCondBr(taken, blockAt(to), blockAt(index + 1));
            return;
        }
        auto *back = llvm::BasicBlock::Create(module.getContext(), "", function);
        b.CreateCondBr(taken, back, blockAt(index + 1));
        b.SetInsertPoint(back);
        countBack(to);
        b.CreateBr(blockAt(to));
    }

    llvm::Value *condition(uint8_t operation, bool narrow, bool fromRegister) {
        llvm::IntegerType *type = narrow ? i32 : i64;
        auto low = [&](llvm::Value *value) { return narrow ? b.CreateTrunc(value, i32) : value; };
        llvm::Value *x = low(get(instruction->target)), *y = fromRegister ? low(get(instruction->source)) : immediate(type);
        switch (operation) {
        case Jeq: return b.CreateICmpEQ(x, y);
        case Jne: return b.CreateICmpNE(x, y);
        case Jgt: return b.CreateICmpUGT(x, y);
        case Jge: return b.CreateICmpUGE(x, y);
        case Jlt: return b.CreateICmpULT(x, y);
        case Jle: return b.CreateICmpULE(x, y);
        case Jsgt: return b.CreateICmpSGT(x, y);
        case Jsge: return b.CreateICmpSGE(x, y);
        case Jslt: return b.CreateICmpSLT(x, y);
        case Jsle: return b.CreateICmpSLE(x, y);
        case Jset: return b.CreateICmpNE(b.CreateAnd(x, y), llvm::ConstantInt::get(type, 0));
        default: unknown();
        }
    }

    /// A loop may take so many instructions; what takes more has no end.
    void countBack(size_t to) {
        if (to > index)
            return;
        llvm::Value *budget = pointerTo(&execution.budget);
        llvm::Value *left = b.CreateSub(b.CreateLoad(i64, budget), b.getInt64(index - to + 1));
        b.CreateStore(left, budget);
        auto *over = llvm::BasicBlock::Create(module.getContext(), "", function), *on = llvm::BasicBlock::Create(module.getContext(), "", function);
        b.CreateCondBr(b.CreateICmpSLT(left, b.getInt64(0)), over, on);
        b.SetInsertPoint(over);
        auto *type = llvm::FunctionType::get(b.getVoidTy(), {b.getPtrTy(), i32}, false);
        b.CreateCall(type, pointerTo(reinterpret_cast<const void *>(&endlessLoop)), {pointerTo(&execution), site()});
        b.CreateUnreachable();
        b.SetInsertPoint(on);
    }

    void call() {
        if (instruction->code & Register)
            refuse("a call through a register (callx) is not known");
        llvm::Value *result = nullptr;
        switch (instruction->link) {
        case Link::Missing: return missing();
        case Link::Call: {
            std::vector<llvm::Value *> arguments;
            for (unsigned r = 1; r <= 5; ++r)
                arguments.push_back(get(r));
            arguments.push_back(b.CreateAdd(get(10), b.getInt64(Execution::kFrameStride)));
            result = b.CreateCall(module.getFunction("f" + std::to_string(instruction->index)), arguments);
            break;
        }
        case Link::Helper: {
            const HelperRow &row = *findHelper(instruction->index);
            constexpr uint32_t kLookupElement = 1, kProcessorId = 8;
            if (row.number == kLookupElement && !options.traced)
                result = placeholderCall(placeholder::kLookup, i64, {get(1), get(2), site()});
            else if (row.number == kProcessorId && !options.traced)
                result = b.CreateZExt(b.CreateLoad(i32, pointerTo(&execution.cpu)), i64);
            else
                result = callNative(helperName(row.number), reinterpret_cast<const void *>(row.call), &execution);
            break;
        }
        case Link::Kernel: {
            const KernelCall &kernel = execution.image.kernelCalls[instruction->index];
            result = callNative(kernel.name, kernel.call, kernel.self);
            break;
        }
        default: refuse("a call of nothing");
        }
        set(0, result);
        for (unsigned r = 1; r <= 5; ++r)
            set(r, b.getInt64(0)); // a call leaves nothing there; no verified program looks
    }

    llvm::Value *callNative(const std::string &name, const void *to, const void *self) {
        b.CreateStore(get(10), pointerTo(&execution.frame));
        b.CreateStore(site(), pointerTo(&execution.site));
        std::vector<llvm::Value *> arguments = {pointerTo(self)};
        for (unsigned r = 1; r <= 5; ++r)
            arguments.push_back(get(r));
        auto *type = llvm::FunctionType::get(i64, {b.getPtrTy(), i64, i64, i64, i64, i64}, false);
        llvm::Value *result = b.CreateCall(type, pointerTo(to), arguments);
        if (options.traced) {
            auto *told = llvm::FunctionType::get(b.getVoidTy(), {b.getPtrTy(), b.getPtrTy(), i64, i64, i64, i64, i64, i64, i32}, false);
            arguments[0] = pointerTo(&execution);
            arguments.insert(arguments.begin() + 1, b.CreateGlobalString(name));
            arguments.push_back(result);
            arguments.push_back(site());
            b.CreateCall(told, pointerTo(reinterpret_cast<const void *>(&tellCall)), arguments);
        }
        return result;
    }

    const Execution &execution;
    const TranslateOptions &options;
    const ImageFunction &of;
    llvm::Module &module;
    llvm::IRBuilder<> b;
    llvm::Function *function;
    llvm::IntegerType *i64, *i32;
    llvm::Value *registers[10] = {}, *mayGoto = nullptr;
    std::vector<llvm::BasicBlock *> blocks; // that begin at an instruction
    size_t index = 0;
    const Instruction *instruction = nullptr;
};

} // namespace

std::unique_ptr<llvm::Module> translate(const Execution &execution, const TranslateOptions &options, llvm::LLVMContext &context) {
    auto module = std::make_unique<llvm::Module>("programs", context);
    auto *i64 = llvm::Type::getInt64Ty(context);
    auto *type = llvm::FunctionType::get(i64, {i64, i64, i64, i64, i64, i64}, false);
    for (size_t i = 0; i < execution.image.functions.size(); ++i) {
        auto *function = llvm::Function::Create(type, llvm::Function::ExternalLinkage, "f" + std::to_string(i), *module);
        function->setUWTableKind(llvm::UWTableKind::Default); // faults are exceptions that pass through
    }
    for (size_t i = 0; i < execution.image.functions.size(); ++i)
        if (execution.image.functions[i].used)
            FunctionTranslator(execution, options, *module, static_cast<uint32_t>(i)).run();
    return module;
}

} // namespace scx::sim
