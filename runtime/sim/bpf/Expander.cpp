// SPDX-License-Identifier: GPL-2.0-only
#include "sim/bpf/Expander.h"

#include "sim/bpf/Arena.h"
#include "sim/bpf/Calls.h"
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"
#include "sim/bpf/Runtime.h"
#include "sim/bpf/Translator.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include <bit>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

std::vector<llvm::CallInst *> callsOf(llvm::Module &module, const char *name) {
    std::vector<llvm::CallInst *> calls;
    if (llvm::Function *function = module.getFunction(name))
        for (llvm::User *user : function->users())
            calls.push_back(llvm::cast<llvm::CallInst>(user));
    return calls;
}

uint64_t numberAt(const llvm::CallInst *call, unsigned i) { return llvm::cast<llvm::ConstantInt>(call->getArgOperand(i))->getZExtValue(); }

const Range *rangeOf(const Execution &execution, uint64_t address, uint64_t bytes) {
    for (const Range &range : execution.image.ranges)
        if (address - range.begin < range.size && bytes <= range.size - (address - range.begin))
            return &range;
    return nullptr;
}

/// A place in the function's own frame or in a section, which lasts and may be touched so.
bool isKnown(const Execution &execution, const llvm::Function *function, llvm::Value *address, uint64_t bytes, bool write) {
    if (auto *number = llvm::dyn_cast<llvm::ConstantInt>(address)) {
        const Range *range = rangeOf(execution, number->getZExtValue(), bytes);
        return range && (!write || range->writable);
    }
    int64_t offset = 0;
    while (auto *sum = llvm::dyn_cast<llvm::BinaryOperator>(address)) {
        auto *by = llvm::dyn_cast<llvm::ConstantInt>(sum->getOperand(1));
        if (sum->getOpcode() != llvm::Instruction::Add || !by || by->getSExtValue() < -4096 || by->getSExtValue() > 4096)
            return false;
        offset += by->getSExtValue();
        address = sum->getOperand(0);
    }
    return address == function->getArg(5) && offset >= -int64_t{Execution::kFrame} && offset + static_cast<int64_t>(bytes) <= 0;
}

class Expansion {
  public:
    Expansion(const Execution &execution, llvm::Module &module)
        : execution(execution), module(module), b(module.getContext()), unlikely(llvm::MDBuilder(module.getContext()).createBranchWeights(1, 100000)) {}

    void run() {
        refuseMissing();
        for (llvm::CallInst *call : callsOf(module, placeholder::kLookup))
            lookup(call);
        for (llvm::CallInst *call : callsOf(module, placeholder::kLoad))
            load(call);
        for (llvm::CallInst *call : callsOf(module, placeholder::kStore))
            store(call);
        for (llvm::CallInst *call : callsOf(module, placeholder::kMissing))
            missing(call);
    }

  private:
    llvm::Value *pointerTo(const void *at) { return b.CreateIntToPtr(b.getInt64(reinterpret_cast<uint64_t>(at)), b.getPtrTy()); }
    llvm::Value *callTo(const void *function, llvm::Type *result, std::initializer_list<llvm::Value *> arguments) {
        std::vector<llvm::Type *> types;
        for (llvm::Value *argument : arguments)
            types.push_back(argument->getType());
        return b.CreateCall(llvm::FunctionType::get(result, types, false), pointerTo(function), std::vector<llvm::Value *>(arguments));
    }
    void replace(llvm::CallInst *call, llvm::Value *with) {
        if (with)
            call->replaceAllUsesWith(with);
        call->eraseFromParent();
    }

    /// What is left of these after constants were folded, a program may come to.
    void refuseMissing() {
        for (llvm::CallInst *call : callsOf(module, placeholder::kMissing))
            if (const MissingThing &thing = execution.image.missing[numberAt(call, 0)]; thing.refuse)
                throw std::runtime_error(execution.image.where(static_cast<uint32_t>(numberAt(call, 1))) + ": the program uses " + thing.text +
                                         "; see docs/simulator.md for what there is");
    }

    void missing(llvm::CallInst *call) {
        b.SetInsertPoint(call);
        callTo(reinterpret_cast<const void *>(&missingThing), b.getVoidTy(), {pointerTo(&execution), call->getArgOperand(0), call->getArgOperand(1)});
        replace(call, b.getInt64(0));
    }

    /// The test of an access: true if it may not be done without a closer look. The shadow's index is the offset in the arena divided by 8; rotated by
    /// the width, an offset that is no multiple of it becomes a number beyond all.
    llvm::Value *suspicious(llvm::Value *address, unsigned bytes, bool write) {
        unsigned shift = static_cast<unsigned>(std::countr_zero(bytes));
        llvm::Value *offset = b.CreateSub(address, b.getInt64(Arena::kBase));
        llvm::Value *units = shift ? b.CreateIntrinsic(llvm::Intrinsic::fshr, {b.getInt64Ty()}, {offset, offset, b.getInt64(shift)}) : offset;
        llvm::Value *inside = b.CreateICmpULT(units, b.getInt64(Arena::kSize >> shift));
        llvm::Value *index = b.CreateSelect(inside, b.CreateLShr(units, b.getInt64(3 - shift)), b.getInt64(Arena::kSize / 8));
        llvm::Value *shadow = b.CreateLoad(b.getInt8Ty(), b.CreateIntToPtr(b.CreateAdd(index, b.getInt64(Arena::kShadow)), b.getPtrTy()));
        return b.CreateICmpSLT(shadow, b.getInt8(static_cast<uint8_t>(write ? Arena::kWrite : Arena::kRead)));
    }

    llvm::Value *plainLoad(llvm::Value *address, unsigned bytes) {
        llvm::Value *value = b.CreateAlignedLoad(b.getIntNTy(bytes * 8), b.CreateIntToPtr(address, b.getPtrTy()), llvm::Align(1));
        return b.CreateZExt(value, b.getInt64Ty());
    }

    void load(llvm::CallInst *call) {
        llvm::Value *address = call->getArgOperand(0);
        auto bytes = static_cast<unsigned>(numberAt(call, 1));
        b.SetInsertPoint(call);
        if (isKnown(execution, call->getFunction(), address, bytes, false))
            return replace(call, plainLoad(address, bytes));
        llvm::Instruction *slow = nullptr, *fast = nullptr;
        llvm::SplitBlockAndInsertIfThenElse(suspicious(address, bytes, false), call->getIterator(), &slow, &fast, unlikely);
        b.SetInsertPoint(slow);
        llvm::Value *slowly = callTo(reinterpret_cast<const void *>(&slowLoad), b.getInt64Ty(), {address, call->getArgOperand(2)});
        b.SetInsertPoint(fast);
        llvm::Value *plain = plainLoad(address, bytes);
        b.SetInsertPoint(call);
        llvm::PHINode *value = b.CreatePHI(b.getInt64Ty(), 2);
        value->addIncoming(slowly, slow->getParent());
        value->addIncoming(plain, fast->getParent());
        replace(call, value);
    }

    void plainStore(llvm::Value *address, llvm::Value *value, unsigned bytes) {
        b.CreateAlignedStore(b.CreateTrunc(value, b.getIntNTy(bytes * 8)), b.CreateIntToPtr(address, b.getPtrTy()), llvm::Align(1));
    }

    void store(llvm::CallInst *call) {
        llvm::Value *address = call->getArgOperand(0), *value = call->getArgOperand(1);
        auto bytes = static_cast<unsigned>(numberAt(call, 2));
        b.SetInsertPoint(call);
        if (isKnown(execution, call->getFunction(), address, bytes, true))
            plainStore(address, value, bytes);
        else {
            llvm::Instruction *slow = nullptr, *fast = nullptr;
            llvm::SplitBlockAndInsertIfThenElse(suspicious(address, bytes, true), call->getIterator(), &slow, &fast, unlikely);
            b.SetInsertPoint(slow);
            callTo(reinterpret_cast<const void *>(&slowStore), b.getVoidTy(), {address, value, call->getArgOperand(3)});
            b.SetInsertPoint(fast);
            plainStore(address, value, bytes);
        }
        replace(call, nullptr);
    }

    const Map *mapOf(llvm::Value *handle) const {
        if (auto *number = llvm::dyn_cast<llvm::ConstantInt>(handle))
            for (const auto &map : execution.maps)
                if (map->handle == number->getZExtValue())
                    return map.get();
        return nullptr;
    }

    /// An element of an array that is known is found without a call.
    void lookup(llvm::CallInst *call) {
        llvm::Value *key = call->getArgOperand(1), *site = call->getArgOperand(2);
        const Map *map = mapOf(call->getArgOperand(0));
        const ArrayLayout layout = map ? map->layout() : ArrayLayout();
        b.SetInsertPoint(call);
        if (!layout.count) {
            b.CreateStore(call->getFunction()->getArg(5), pointerTo(&execution.frame));
            b.CreateStore(site, pointerTo(&execution.site));
            llvm::Value *zero = b.getInt64(0);
            constexpr uint32_t kLookupElement = 1;
            return replace(call, callTo(reinterpret_cast<const void *>(findHelper(kLookupElement)->call), b.getInt64Ty(),
                                        {pointerTo(&execution), call->getArgOperand(0), key, zero, zero, zero}));
        }
        auto *type = llvm::FunctionType::get(b.getInt64Ty(), {b.getInt64Ty(), b.getInt32Ty(), b.getInt32Ty()}, false);
        llvm::Value *index = b.CreateCall(module.getOrInsertFunction(placeholder::kLoad, type), {key, b.getInt32(4), site});
        llvm::Value *element = b.CreateAdd(b.CreateMul(index, b.getInt64(layout.stride)), b.getInt64(layout.first));
        if (layout.perCpu)
            element = b.CreateAdd(
                element, b.CreateMul(b.CreateZExt(b.CreateLoad(b.getInt32Ty(), pointerTo(&execution.cpu)), b.getInt64Ty()), b.getInt64(layout.perCpu)));
        replace(call, b.CreateSelect(b.CreateICmpULT(index, b.getInt64(layout.count)), element, b.getInt64(0)));
    }

    const Execution &execution;
    llvm::Module &module;
    llvm::IRBuilder<> b;
    llvm::MDNode *unlikely;
};

} // namespace

void foldConstants(const Execution &execution, llvm::Module &module) {
    for (llvm::CallInst *call : callsOf(module, placeholder::kLoad)) {
        auto *address = llvm::dyn_cast<llvm::ConstantInt>(call->getArgOperand(0));
        uint64_t bytes = numberAt(call, 1), value = 0;
        const Range *range = address ? rangeOf(execution, address->getZExtValue(), bytes) : nullptr;
        if (!range || !range->constant)
            continue;
        std::memcpy(&value, range->constant + (address->getZExtValue() - range->begin), bytes);
        call->replaceAllUsesWith(llvm::ConstantInt::get(call->getType(), value));
        call->eraseFromParent();
    }
}

void expand(const Execution &execution, llvm::Module &module) { Expansion(execution, module).run(); }

} // namespace scx::sim
