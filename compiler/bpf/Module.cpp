// SPDX-License-Identifier: GPL-2.0-only
// Construction of the module: debug types, globals, maps, programs. Kernel memory and calls are in ModuleCalls.cpp, output in Pipeline.cpp.
#include "bpf/Module.h"
#include "bpf/LlvmCompat.h"

#include <llvm/IR/Constants.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

extern "C" {
void LLVMInitializeBPFTargetInfo();
void LLVMInitializeBPFTarget();
void LLVMInitializeBPFTargetMC();
void LLVMInitializeBPFAsmPrinter();
void LLVMInitializeBPFAsmParser();
}

namespace scx {

using namespace llvm::dwarf;

namespace {

std::unique_ptr<llvm::TargetMachine> bpfMachine() {
    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
    LLVMInitializeBPFAsmParser(); // for the inline assembly of opaque null tests
    llvm::Triple triple("bpfel");
    std::string error;
    const llvm::Target *bpf = compat::lookupTarget(triple, error);
    return std::unique_ptr<llvm::TargetMachine>(compat::createMachine(*bpf, triple, "v4", ""));
}

} // namespace

Module::Module(const std::string &name, const SourceManager &sources, std::unique_ptr<llvm::TargetMachine> host)
    : target(host ? std::move(host) : bpfMachine()), ir(std::make_unique<llvm::Module>(name, context)),
      builder(context, llvm::InstSimplifyFolder(ir->getDataLayout())), sources(sources), debug(*ir), forHost(!target->getTargetTriple().isBPF()) {
    compat::setTriple(*ir, target->getTargetTriple());
    ir->setDataLayout(target->createDataLayout());
    ir->addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
    // BTF is all the kernel reads. A module that asks for the other format, which ELF does not have, and names no version of DWARF gets none.
    ir->addModuleFlag(llvm::Module::Warning, "CodeView", 1);
    llvm::DIFile *file = debug.createFile(name, ".");
    unit = debug.createCompileUnit(DW_LANG_C11, file, "scxc", true, "", 0, "", llvm::DICompileUnit::FullDebug);
    auto *license = new llvm::GlobalVariable(*ir, llvm::ArrayType::get(i8(), 4), false, llvm::GlobalValue::ExternalLinkage,
                                             llvm::ConstantDataArray::getString(context, "GPL"), "_license");
    license->setSection("license");
    kept.push_back(license);
}

Module::~Module() = default;

llvm::DIFile *Module::diFile(FileId file) {
    llvm::DIFile *&made = files[file];
    if (!made)
        made = debug.createFile(std::string(sources.name(file)), ".");
    return made;
}

// ---------------------------------------------------------------- debug types

llvm::DIType *Module::diInt(unsigned bits, bool isSigned) {
    static const std::map<std::pair<unsigned, bool>, const char *> names = {
        {{8, false}, "unsigned char"}, {{8, true}, "signed char"}, {{16, false}, "unsigned short"},     {{16, true}, "short"},
        {{32, false}, "unsigned int"}, {{32, true}, "int"},        {{64, false}, "unsigned long long"}, {{64, true}, "long long"}};
    std::string name = names.at({bits, isSigned});
    llvm::DIType *&made = basics[name];
    if (!made)
        made = debug.createBasicType(name, bits,
                                     bits == 8  ? (isSigned ? DW_ATE_signed_char : DW_ATE_unsigned_char)
                                     : isSigned ? DW_ATE_signed
                                                : DW_ATE_unsigned);
    return made;
}

llvm::DIType *Module::diBool() {
    llvm::DIType *&made = basics["bool"];
    if (!made)
        made = debug.createBasicType("bool", 8, DW_ATE_boolean);
    return made;
}

llvm::DIType *Module::diChar() {
    llvm::DIType *&made = basics["char"];
    if (!made)
        made = debug.createBasicType("char", 8, DW_ATE_signed_char);
    return made;
}

llvm::DIType *Module::diPointer(llvm::DIType *to, const char *typeTag) {
    llvm::DINodeArray annotations;
    if (typeTag) {
        llvm::Metadata *pair[] = {llvm::MDString::get(context, "btf_type_tag"), llvm::MDString::get(context, typeTag)};
        annotations = debug.getOrCreateArray({llvm::MDNode::get(context, pair)});
    }
    return debug.createPointerType(to, 64, 0, std::nullopt, "", annotations);
}

llvm::DIType *Module::diArray(llvm::DIType *element, uint64_t count) {
    llvm::Metadata *range = debug.getOrCreateSubrange(0, static_cast<int64_t>(count));
    return debug.createArrayType(element->getSizeInBits() * count, 0, element, debug.getOrCreateArray({range}));
}

llvm::DICompositeType *Module::diStruct(const std::string &name, const std::vector<Member> &members) {
    uint64_t offset = 0, align = 8;
    auto alignOf = [](const llvm::DIType *type) -> uint64_t {
        while (auto *composite = llvm::dyn_cast<llvm::DICompositeType>(type)) {
            if (composite->getTag() != DW_TAG_array_type)
                return composite->getAlignInBits() ? composite->getAlignInBits() : 64;
            type = composite->getBaseType();
        }
        return type->getSizeInBits();
    };
    std::vector<llvm::Metadata *> elements;
    for (const Member &member : members) {
        uint64_t own = alignOf(member.type);
        align = std::max(align, own);
        offset = (offset + own - 1) / own * own;
        elements.push_back(
            debug.createMemberType(unit, member.name, unit->getFile(), 0, member.type->getSizeInBits(), 0, offset, llvm::DINode::FlagZero, member.type));
        offset += member.type->getSizeInBits();
    }
    offset = (offset + align - 1) / align * align;
    return debug.createStructType(unit, name, unit->getFile(), 0, offset, static_cast<uint32_t>(align), llvm::DINode::FlagZero, nullptr,
                                  debug.getOrCreateArray(elements));
}

llvm::DIType *Module::diCode(char code, const std::string &structName) {
    switch (code) {
    case 'b': return diBool();
    case 'h': return diInt(16, false);
    case 'i': return diInt(32, true);
    case 'u': return diInt(32, false);
    case 'l': return diInt(64, true);
    case 'L': return diInt(64, false);
    case 'c': return diChar();
    case 'e':
        return debug.createEnumerationType(unit, "", unit->getFile(), 0, 32, 32, debug.getOrCreateArray({debug.createEnumerator("ZERO__", 0)}),
                                           diInt(32, false));
    case 's': return diKernel(structName);
    // Pointers inside of kernel structs lead to `void`: CO-RE asks only for a pointer, each step names its own struct, and LLVM emits
    // structs first met behind a pointer in the order of heap addresses.
    case 'p': return diPointer(structName == "char" ? diChar() : nullptr);
    default: return nullptr;
    }
}

llvm::DICompositeType *Module::diKernel(const std::string &name) {
    if (auto it = kernelTypes.find(name); it != kernelTypes.end())
        return it->second;
    // task_struct points to task_struct: a placeholder first, replaced when the members are known.
    llvm::DICompositeType *placeholder = debug.createReplaceableCompositeType(DW_TAG_structure_type, name, unit, unit->getFile(), 0);
    kernelTypes[name] = placeholder;
    std::vector<Member> members;
    if (const KernelStruct *row = findKernelStruct(name))
        for (const KernelField &field : row->fields) {
            llvm::DIType *type = diCode(field.code, std::string(field.of));
            members.push_back({std::string(field.name), field.count ? diArray(type, field.count) : type});
        }
    llvm::DICompositeType *made = diStruct(name, members);
    kernelTypes[name] = debug.replaceTemporary(llvm::TempDICompositeType(placeholder), made);
    return kernelTypes[name];
}

llvm::Type *Module::codeType(char code, const std::string &structName, uint64_t count) {
    llvm::Type *type = nullptr;
    switch (code) {
    case 'b':
    case 'c': type = i8(); break;
    case 'h': type = builder.getInt16Ty(); break;
    case 'i':
    case 'u':
    case 'e': type = i32(); break;
    case 'l':
    case 'L': type = i64(); break;
    case 's': type = layout(structName); break;
    default: type = ptr(); break;
    }
    return count ? llvm::ArrayType::get(type, count) : type;
}

llvm::StructType *Module::layout(const std::string &name) {
    llvm::StructType *&made = kernelLayouts[name];
    if (!made) {
        std::vector<llvm::Type *> types;
        for (const KernelField &field : findKernelStruct(name)->fields)
            types.push_back(codeType(field.code, std::string(field.of), field.count));
        made = llvm::StructType::create(context, types, "struct." + name);
    }
    return made;
}

// ---------------------------------------------------------------- globals and maps

llvm::GlobalVariable *Module::global(const std::string &name, llvm::Type *type, llvm::DIType *di, const std::string &section, llvm::Constant *value,
                                     unsigned align) {
    auto *made = new llvm::GlobalVariable(*ir, type, section.rfind(".rodata", 0) == 0, llvm::GlobalValue::ExternalLinkage,
                                          value ? value : llvm::Constant::getNullValue(type), name);
    made->setSection(section);
    made->setAlignment(llvm::Align(align));
    made->setDSOLocal(true);
    if (di)
        made->addDebugInfo(debug.createGlobalVariableExpression(unit, name, "", unit->getFile(), 0, di, false));
    kept.push_back(made);
    return made;
}

llvm::GlobalVariable *Module::map(const std::string &name, int type, int entries, int flags, llvm::DIType *key, llvm::DIType *value) {
    auto number = [&](int n) { return diPointer(diArray(diInt(32, true), static_cast<uint64_t>(n))); };
    std::vector<Member> members = {{"type", number(type)}};
    if (entries)
        members.push_back({"max_entries", number(entries)});
    if (flags)
        members.push_back({"map_flags", number(flags)});
    if (key)
        members.push_back({"key", diPointer(key)});
    if (value)
        members.push_back({"value", diPointer(value)});
    llvm::DICompositeType *di = diStruct("", members);
    return global(name, llvm::ArrayType::get(i64(), members.size()), di, ".maps");
}

void Module::section(const std::string &name, const std::string &symbol, const std::string &content) {
    llvm::Constant *bytes = llvm::ConstantDataArray::getString(context, content, false);
    auto *made = new llvm::GlobalVariable(*ir, bytes->getType(), true, llvm::GlobalValue::ExternalLinkage, bytes, symbol);
    made->setSection(name);
    made->setAlignment(llvm::Align(1));
    kept.push_back(made);
}

llvm::Value *Module::text(const std::string &text, bool writable) {
    if (auto it = texts.find(text); it != texts.end() && !writable)
        return it->second;
    llvm::Constant *bytes = llvm::ConstantDataArray::getString(context, text, true);
    auto *made = global("text__" + std::to_string(textCount++), bytes->getType(), diArray(diChar(), text.size() + 1), writable ? ".data" : ".rodata", bytes, 1);
    if (!writable)
        texts[text] = made;
    return made;
}

// ---------------------------------------------------------------- programs

llvm::DISubprogram *Module::makeSubprogram(llvm::Function *function, llvm::DISubroutineType *type, Span at) {
    unsigned line = std::max(1u, sources.position(at).line);
    llvm::DIFile *file = at.valid() ? diFile(at.file) : unit->getFile();
    if (!at.valid() && subprogram) { // written for the sake of the one at hand
        line = subprogram->getLine();
        file = subprogram->getFile();
    }
    // BTF takes the linkage from here, and the kernel wants a callback static.
    auto flags =
        function->hasInternalLinkage() ? llvm::DISubprogram::SPFlagDefinition | llvm::DISubprogram::SPFlagLocalToUnit : llvm::DISubprogram::SPFlagDefinition;
    llvm::DISubprogram *made =
        debug.createFunction(file, function->getName(), function->getName(), file, line, type, line, llvm::DINode::FlagPrototyped, flags);
    function->setSubprogram(made);
    function->setDoesNotThrow();
    function->addFnAttr("no-jump-tables", "true");
    subprogram = made;
    return made;
}

Module::Program Module::beginProgram(const std::string &name, const std::string &section, size_t arguments, Span at) {
    auto *function = llvm::Function::Create(llvm::FunctionType::get(i32(), {ptr()}, false), llvm::GlobalValue::ExternalLinkage, name, *ir);
    function->setSection(section);
    llvm::DIType *contextType = diPointer(diInt(64, false));
    llvm::Metadata *types[] = {diInt(32, true), contextType};
    llvm::DISubprogram *sp = makeSubprogram(function, debug.createSubroutineType(debug.getOrCreateTypeArray(types)), at);
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    locate(at);
    llvm::Argument *argument = function->getArg(0);
    argument->setName("ctx");
    // The kernel rejects a BTF function with an unnamed parameter, and names come from this variable.
    debug.createParameterVariable(sp, "ctx", 1, sp->getFile(), sp->getLine(), contextType, true);
    Program made{function, {}};
    for (size_t i = 0; i < arguments; ++i)
        made.arguments.push_back(builder.CreateLoad(i64(), builder.CreateConstInBoundsGEP1_64(i64(), argument, i)));
    kept.push_back(function);
    return made;
}

llvm::Function *Module::beginCallback(const std::string &name, const std::vector<std::pair<std::string, llvm::DIType *>> &parameters, Span at) {
    std::vector<llvm::Type *> types(parameters.size(), ptr());
    auto *function = llvm::Function::Create(llvm::FunctionType::get(i32(), types, false), llvm::GlobalValue::InternalLinkage, name, *ir);
    std::vector<llvm::Metadata *> diTypes = {diInt(32, true)};
    for (const auto &[parameterName, type] : parameters)
        diTypes.push_back(type);
    llvm::DISubprogram *sp = makeSubprogram(function, debug.createSubroutineType(debug.getOrCreateTypeArray(diTypes)), at);
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    locate(at);
    for (unsigned i = 0; i < parameters.size(); ++i)
        debug.createParameterVariable(sp, parameters[i].first, i + 1, sp->getFile(), sp->getLine(), parameters[i].second, true);
    return function;
}

llvm::Function *Module::beginFunction(const std::string &name, const std::vector<std::string> &parameters) {
    auto *function = llvm::Function::Create(llvm::FunctionType::get(i64(), std::vector<llvm::Type *>(parameters.size(), i64()), false),
                                            llvm::GlobalValue::ExternalLinkage, name, *ir);
    function->setVisibility(llvm::GlobalValue::HiddenVisibility);
    function->addFnAttr(llvm::Attribute::NoInline);
    std::vector<llvm::Metadata *> types(parameters.size() + 1, diInt(64, true));
    llvm::DISubprogram *sp = makeSubprogram(function, debug.createSubroutineType(debug.getOrCreateTypeArray(types)), {});
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
    locate({});
    for (unsigned i = 0; i < parameters.size(); ++i)
        debug.createParameterVariable(sp, parameters[i], i + 1, sp->getFile(), sp->getLine(), diInt(64, true), true);
    return function;
}

void Module::locate(Span at) {
    LineColumn place = sources.position(at);
    llvm::DILocalScope *scope = subprogram;
    if (at.valid() && subprogram->getFile() != diFile(at.file))
        scope = debug.createLexicalBlockFile(subprogram, diFile(at.file)); // code written in place from another file
    if (!at.valid())
        place = {subprogram->getLine(), 1};
    builder.SetCurrentDebugLocation(llvm::DILocation::get(context, place.line, place.column, scope));
}

void Module::opsStruct(const std::string &name, const std::string &policy, const std::vector<std::pair<std::string, llvm::Function *>> &programs,
                       uint64_t flags, uint32_t timeoutMs) {
    std::vector<Member> members;
    std::vector<llvm::Type *> types;
    std::vector<llvm::Constant *> values;
    llvm::DIType *functionPointer = diPointer(debug.createSubroutineType(debug.getOrCreateTypeArray({nullptr})));
    for (const auto &[member, function] : programs) {
        members.push_back({member, functionPointer});
        types.push_back(ptr());
        // Where the kernel has no such member libbpf takes only an empty one; the loader fills it in elsewhere.
        bool optional = function->getSection().starts_with("?");
        values.push_back(optional ? llvm::ConstantPointerNull::get(ptr()) : static_cast<llvm::Constant *>(function));
    }
    members.push_back({"flags", diInt(64, false)});
    types.push_back(i64());
    values.push_back(num(static_cast<int64_t>(flags)));
    members.push_back({"timeout_ms", diInt(32, false)});
    types.push_back(i32());
    values.push_back(num32(static_cast<int>(timeoutMs)));
    members.push_back({"exit_dump_len", diInt(32, false)});
    types.push_back(i32());
    values.push_back(num32(0));
    members.push_back({"hotplug_seq", diInt(64, false)});
    types.push_back(i64());
    values.push_back(num(0));
    members.push_back({"name", diArray(diChar(), 128)});
    types.push_back(llvm::ArrayType::get(i8(), 128));
    std::string padded = policy.substr(0, 127);
    padded.resize(128, '\0');
    values.push_back(llvm::ConstantDataArray::getString(context, padded, false));
    llvm::StructType *type = llvm::StructType::create(context, types, "struct.sched_ext_ops");
    global(name, type, diStruct("sched_ext_ops", members), ".struct_ops.link", llvm::ConstantStruct::get(type, values));
}

} // namespace scx
