// SPDX-License-Identifier: GPL-2.0-only
#include "host/Machine.h"

#include "bpf/LlvmCompat.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

namespace scx {

std::string hostArchitecture() { return llvm::Triple(llvm::sys::getProcessTriple()).getArchName().str(); }

std::unique_ptr<llvm::TargetMachine> hostMachine() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    llvm::Triple triple(llvm::sys::getProcessTriple());
    std::string error;
    const llvm::Target *native = compat::lookupTarget(triple, error);
    return std::unique_ptr<llvm::TargetMachine>(native ? compat::createMachine(*native, triple, "", "") : nullptr);
}

HostCode hostCode(Module &module, Diagnostics &diags) {
    HostCode made;
    auto wrong = [&](const std::string &what) {
        diags.report(Diag::Internal, {}, "code for user space: " + what);
        return made;
    };
    for (llvm::Function &function : *module.ir)
        function.addFnAttr(llvm::Attribute::NoImplicitFloat); // nor vectors: their constants would stand elsewhere
    llvm::SmallString<0> bytes;
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager manager;
    if (module.target->addPassesToEmitFile(manager, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
        return wrong("this machine's back end writes no objects");
    manager.run(*module.ir);
    auto object = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "host"));
    if (!object)
        return wrong(llvm::toString(object.takeError()));
    auto isCode = [](const llvm::object::SectionRef &section) { return section.isText() && section.getSize() > 0; };
    for (const llvm::object::SectionRef &section : (*object)->sections()) {
        if (auto changed = section.getRelocatedSection();
            changed && *changed != (*object)->section_end() && isCode(**changed) && section.relocation_begin() != section.relocation_end())
            return wrong("it needs something beside itself");
        if (!isCode(section))
            continue;
        auto contents = section.getContents();
        if (!contents || !made.bytes.empty())
            return wrong("it is not in one section");
        made.bytes = contents->str();
    }
    for (const llvm::object::SymbolRef &symbol : (*object)->symbols()) {
        auto kind = symbol.getType();
        auto name = symbol.getName();
        auto address = symbol.getValue();
        if (kind && name && address && *kind == llvm::object::SymbolRef::ST_Function)
            made.functions[name->str()] = *address;
    }
    return made;
}

} // namespace scx
