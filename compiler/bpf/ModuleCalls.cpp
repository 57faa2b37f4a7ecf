// SPDX-License-Identifier: GPL-2.0-only
// Kernel memory by CO-RE, kernel functions and helpers, and small control-flow helpers.
#include "bpf/LlvmCompat.h"
#include "bpf/Module.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicsBPF.h>

namespace scx {

llvm::Value *Module::certain(llvm::Value *base) {
    certainOnes.insert(base);
    return base;
}

/// Each step is a relocation of its own, so that LLVM takes no two for the same address, and would load twice. From a pointer that is certain it is made once, behind the pointer;
/// from others the verifier wants no step before the test whether they are there.
llvm::Value *Module::fieldOf(llvm::Value *base, const std::string &structName, unsigned index) {
    auto make = [&] { return builder.CreatePreserveStructAccessIndex(layout(structName), base, index, index, diKernel(structName)); };
    if (!certainOnes.contains(base))
        return make();
    llvm::Value *&address = steps[{base, diKernel(structName), index}];
    if (!address) {
        auto *behind = llvm::cast<llvm::Instruction>(base);
        llvm::IRBuilderBase::InsertPointGuard back(builder);
        builder.SetInsertPoint(behind->getParent(), std::next(behind->getIterator()));
        builder.SetCurrentDebugLocation(behind->getDebugLoc());
        address = make();
        certainOnes.insert(address); // the next step is from here
    }
    return address;
}

llvm::Value *Module::fieldAddress(llvm::Value *base, const std::string &structName, const std::string &path, KernelField *leaf) {
    std::string current = structName;
    llvm::Value *address = base;
    for (size_t begin = 0; begin <= path.size();) {
        size_t end = std::min(path.find('.', begin), path.size());
        std::string_view name(path.data() + begin, end - begin);
        const KernelStruct *row = findKernelStruct(current);
        unsigned index = 0;
        while (row->fields[index].name != name)
            ++index;
        const KernelField &field = row->fields[index];
        address = fieldOf(address, current, index);
        begin = end + 1;
        if (leaf)
            *leaf = field;
        if (begin > path.size())
            break;
        if (field.code == 'p')
            address = builder.CreateLoad(ptr(), address);
        current = std::string(field.of);
    }
    return address;
}

llvm::Value *Module::loadField(llvm::Value *base, const std::string &structName, const std::string &path) {
    KernelField leaf;
    llvm::Value *address = fieldAddress(base, structName, path, &leaf);
    llvm::Value *value = builder.CreateLoad(codeType(leaf.code, std::string(leaf.of), 0), address);
    if (leaf.code == 'p')
        return value;
    return leaf.code == 'i' || leaf.code == 'l' ? builder.CreateSExt(value, i64()) : builder.CreateZExt(value, i64());
}

void Module::storeField(llvm::Value *base, const std::string &structName, const std::string &path, llvm::Value *value) {
    KernelField leaf;
    llvm::Value *address = fieldAddress(base, structName, path, &leaf);
    builder.CreateStore(builder.CreateTrunc(value, codeType(leaf.code, "", 0)), address);
}

llvm::Value *Module::fieldExists(llvm::Value *base, const std::string &structName, const std::string &path) {
    llvm::Value *address = fieldAddress(base, structName, path);
    llvm::Function *info = compat::intrinsic(*ir, llvm::Intrinsic::bpf_preserve_field_info, {ptr()});
    return builder.CreateICmpNE(builder.CreateCall(info, {address, num(2)}), num32(0)); // 2: BPF_FIELD_EXISTS
}

llvm::Value *Module::fieldOffset(const std::string &structName, const std::string &path) {
    llvm::Value *address = fieldAddress(llvm::ConstantPointerNull::get(ptr()), structName, path);
    llvm::Function *info = compat::intrinsic(*ir, llvm::Intrinsic::bpf_preserve_field_info, {ptr()});
    return builder.CreateZExt(builder.CreateCall(info, {address, num(0)}), i64()); // 0: BPF_FIELD_BYTE_OFFSET
}

llvm::Value *Module::readable(llvm::Value *address, const std::string &structName) {
    llvm::Function *typeId = compat::intrinsic(*ir, llvm::Intrinsic::bpf_btf_type_id, {});
    llvm::CallInst *id = builder.CreateCall(typeId, {num32(++typeIdCount), num(1)}); // 1: in the running kernel
    id->setMetadata(llvm::LLVMContext::MD_preserve_access_index, diKernel(structName));
    return call("bpf_rdonly_cast", {builder.CreateIntToPtr(address, ptr()), id});
}

llvm::Function *Module::kfunc(const std::string &name) {
    if (llvm::Function *there = ir->getFunction(name))
        return there;
    const KfuncRow *row = findKfunc(name);
    std::vector<llvm::Type *> types;
    std::vector<llvm::Metadata *> diTypes;
    auto convert = [&](char code) -> std::pair<llvm::Type *, llvm::DIType *> {
        switch (code) {
        case 'v': return {builder.getVoidTy(), nullptr};
        case 'b': return {i8(), diBool()};
        case 'i': return {i32(), diInt(32, true)};
        case 'u': return {i32(), diInt(32, false)};
        case 'l': return {i64(), diInt(64, true)};
        case 'L': return {i64(), diInt(64, false)};
        case 't': return {ptr(), diPointer(diKernel("task_struct"))};
        case 'k':
        case 'K': return {ptr(), diPointer(diKernel("cpumask"))};
        case 'q': return {ptr(), diPointer(diKernel("bpf_iter_scx_dsq"))};
        case 'R': return {ptr(), diPointer(diKernel("rq"))};
        case 'n': return {ptr(), diPointer(diKernel("bpf_iter_num"))};
        case 'C': return {ptr(), diPointer(diChar())};
        case 'P': return {ptr(), diPointer(diInt(64, false))};
        case 'B': return {ptr(), diPointer(diBool())};
        case 'I': return {ptr(), diPointer(diInt(32, true))};
        case 'V': return {ptr(), diPointer(nullptr)};
        default: return {ptr(), diPointer(diKernel("cgroup"))};
        }
    };
    for (char code : row->signature) {
        auto [type, di] = convert(code);
        types.push_back(type);
        diTypes.push_back(di);
    }
    auto *function =
        llvm::Function::Create(llvm::FunctionType::get(types[0], llvm::ArrayRef(types).drop_front(), false), llvm::GlobalValue::ExternalWeakLinkage, name, *ir);
    function->setSection(".ksyms");
    function->setDoesNotThrow();
    if (name == "scx_bpf_task_cpu") { // so that asking in vain costs nothing
        function->setOnlyReadsMemory();
        function->setWillReturn();
    }
    function->setSubprogram(debug.createFunction(unit, name, name, unit->getFile(), 0, debug.createSubroutineType(debug.getOrCreateTypeArray(diTypes)), 0,
                                                 llvm::DINode::FlagPrototyped, llvm::DISubprogram::SPFlagZero));
    return function;
}

llvm::CallInst *Module::marked(llvm::CallInst *call) {
    if (rare)
        call->addFnAttr(llvm::Attribute::get(context, "bpf_fastcall"));
    return call;
}

llvm::Value *Module::call(const std::string &kfuncName, llvm::ArrayRef<llvm::Value *> args) {
    llvm::Function *function = kfunc(kfuncName);
    std::vector<llvm::Value *> fitted;
    for (size_t i = 0; i < args.size(); ++i) {
        llvm::Type *wanted = function->getFunctionType()->getParamType(static_cast<unsigned>(i));
        fitted.push_back(wanted->isIntegerTy() ? builder.CreateSExtOrTrunc(args[i], wanted) : args[i]);
    }
    llvm::Value *result = marked(builder.CreateCall(function, fitted));
    std::string_view signature = findKfunc(kfuncName)->signature;
    if (signature[0] == 'b')
        return builder.CreateTrunc(result, i1());
    if (signature[0] == 'i')
        return builder.CreateSExt(result, i64());
    if (signature[0] == 'u')
        return builder.CreateZExt(result, i64());
    return result;
}

llvm::Value *Module::callEither(const std::string &newer, const std::string &older, llvm::ArrayRef<llvm::Value *> args) {
    llvm::Value *there = builder.CreateICmpNE(kfunc(newer), llvm::ConstantPointerNull::get(ptr()));
    if (findKfunc(newer)->signature[0] == 'v') {
        ifThen(there, [&] { call(newer, args); }, [&] { call(older, args); });
        return nullptr;
    }
    return choose(there, [&] { return call(newer, args); }, [&] { return call(older, args); });
}

llvm::Value *Module::atomicAdd(llvm::Value *address, llvm::Value *by) {
    return builder.CreateAtomicRMW(llvm::AtomicRMWInst::Add, address, by, llvm::MaybeAlign(8), llvm::AtomicOrdering::Monotonic);
}

llvm::Value *Module::helper(int id, llvm::Type *result, llvm::ArrayRef<llvm::Value *> args) {
    std::vector<llvm::Type *> types;
    for (llvm::Value *arg : args)
        types.push_back(arg->getType());
    llvm::CallInst *call = marked(builder.CreateCall(llvm::FunctionType::get(result, types, false), builder.CreateIntToPtr(num(id), ptr()), args));
    if (id == helper::ThisCpu || id == helper::CurrentTask) { // the same all through a program: it stays on its CPU
        call->setDoesNotAccessMemory();
        call->setDoesNotThrow();
        call->addFnAttr(llvm::Attribute::WillReturn);
    }
    return call;
}

llvm::Value *Module::kernelVariable(const std::string &name) {
    if (llvm::GlobalVariable *there = ir->getNamedGlobal(name))
        return there;
    auto *made = new llvm::GlobalVariable(*ir, i32(), true, llvm::GlobalValue::ExternalWeakLinkage, nullptr, name);
    made->setSection(".ksyms");
    made->addDebugInfo(debug.createGlobalVariableExpression(unit, name, name, unit->getFile(), 0, diInt(32, true), false, false));
    return made;
}

// ---------------------------------------------------------------- control flow

llvm::BasicBlock *Module::block(const char *name) {
    llvm::BasicBlock *made = llvm::BasicBlock::Create(context, name, function());
    age[made] = age.size() + 1;
    return made;
}

void Module::ifThen(llvm::Value *condition, const std::function<void()> &then, const std::function<void()> &otherwise) {
    if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(condition)) {
        if (known->isOne())
            then();
        else if (otherwise)
            otherwise();
        if (terminated())
            builder.SetInsertPoint(block("unreached"));
        return;
    }
    llvm::BasicBlock *thenBlock = block("then"), *end = block("end");
    llvm::BasicBlock *elseBlock = otherwise ? block("else") : end;
    builder.CreateCondBr(condition, thenBlock, elseBlock);
    builder.SetInsertPoint(thenBlock);
    then();
    if (!terminated())
        builder.CreateBr(end);
    if (otherwise) {
        builder.SetInsertPoint(elseBlock);
        otherwise();
        if (!terminated())
            builder.CreateBr(end);
    }
    builder.SetInsertPoint(end);
}

llvm::Value *Module::choose(llvm::Value *condition, const std::function<llvm::Value *()> &then, const std::function<llvm::Value *()> &otherwise) {
    if (auto *known = llvm::dyn_cast<llvm::ConstantInt>(condition))
        return known->isOne() ? then() : otherwise();
    llvm::BasicBlock *thenBlock = block("then"), *elseBlock = block("else"), *end = block("end");
    builder.CreateCondBr(condition, thenBlock, elseBlock);
    builder.SetInsertPoint(thenBlock);
    llvm::Value *a = then();
    thenBlock = builder.GetInsertBlock();
    builder.CreateBr(end);
    builder.SetInsertPoint(elseBlock);
    llvm::Value *b = otherwise();
    elseBlock = builder.GetInsertBlock();
    builder.CreateBr(end);
    builder.SetInsertPoint(end);
    llvm::PHINode *phi = builder.CreatePHI(a->getType(), 2);
    phi->addIncoming(a, thenBlock);
    phi->addIncoming(b, elseBlock);
    return phi;
}

llvm::Value *Module::unbounded(llvm::Value *value) {
    if (forHost)
        return value;
    llvm::GlobalVariable *zero = ir->getNamedGlobal("zero__"); // in .bss: the verifier would see through .rodata
    if (!zero)
        zero = global("zero__", i64(), diInt(64, true), ".bss");
    return builder.CreateAdd(value, builder.CreateLoad(i64(), zero, true));
}

llvm::Value *Module::throughAsm(llvm::Value *value, const std::string &text) {
    if (forHost)
        return value;
    llvm::CallInst *call = builder.CreateCall(llvm::InlineAsm::get(llvm::FunctionType::get(i64(), {i64()}, false), text, "=r,0", false), {value});
    call->setDoesNotAccessMemory();
    return call;
}

llvm::Value *Module::opaque(llvm::Value *value, bool anew) { return throughAsm(value, anew ? "# " + std::to_string(++opaqueCount) : ""); }

llvm::Value *Module::detached(llvm::Value *value) { return throughAsm(value, "$0 |= 0"); }

llvm::AllocaInst *Module::local(llvm::Type *type, const char *name) {
    llvm::BasicBlock &entry = function()->getEntryBlock();
    llvm::IRBuilder<> at(&entry, entry.getFirstInsertionPt());
    return at.CreateAlloca(type, nullptr, name);
}

Module::Scratch::Scratch(Module &m, size_t wanted) : spare(m.scratch[m.function()]), words(wanted) {
    auto free = spare.lower_bound(words);
    if (free == spare.end()) {
        memory = m.local(llvm::ArrayType::get(m.i64(), words), "scratch");
        return;
    }
    words = free->first;
    memory = free->second;
    spare.erase(free);
}

Module::Scratch::~Scratch() { spare.emplace(words, memory); }

} // namespace scx
