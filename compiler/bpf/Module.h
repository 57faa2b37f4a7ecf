// SPDX-License-Identifier: GPL-2.0-only
// How is an LLVM module made that libbpf and a sched_ext kernel accept?
// Shapes that load (all of them needed, see docs/internals/bpf.md): full debug info, a named variable for every parameter, a
// DISubprogram on each kfunc declaration, a DIGlobalVariable on every map and on the ops struct.
#pragma once

#include "bpf/KernelTypes.h"
#include "bpf/Uapi.h"
#include "support/Diagnostics.h"

#include <llvm/ADT/DenseSet.h>
#include <llvm/Analysis/InstSimplifyFolder.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace scx {

class Module {
  public:
    /// `name` is the policy's file name; debug info of every instruction points into `sources`.
    /// `host`: the machine whose code it is to become; null: BPF.
    Module(const std::string &name, const SourceManager &sources, std::unique_ptr<llvm::TargetMachine> host = nullptr);
    ~Module();

    llvm::LLVMContext context;
    std::unique_ptr<llvm::TargetMachine> target;
    std::unique_ptr<llvm::Module> ir;
    /// What is known while writing is folded at once: what is not written costs no pass its time.
    using Builder = llvm::IRBuilder<llvm::InstSimplifyFolder>;
    Builder builder;

    llvm::IntegerType *i1() { return builder.getInt1Ty(); }
    llvm::IntegerType *i8() { return builder.getInt8Ty(); }
    llvm::IntegerType *i32() { return builder.getInt32Ty(); }
    llvm::IntegerType *i64() { return builder.getInt64Ty(); }
    llvm::PointerType *ptr() { return builder.getPtrTy(); }
    llvm::ConstantInt *num(int64_t value) { return builder.getInt64(static_cast<uint64_t>(value)); }
    llvm::ConstantInt *num32(int value) { return builder.getInt32(static_cast<uint32_t>(value)); }

    // ------------------------------------------------------------ debug types
    llvm::DIType *diInt(unsigned bits, bool isSigned);
    llvm::DIType *diBool();
    llvm::DIType *diChar();
    llvm::DIType *diPointer(llvm::DIType *to, const char *typeTag = nullptr);
    llvm::DIType *diArray(llvm::DIType *element, uint64_t count);
    struct Member {
        std::string name;
        llvm::DIType *type;
    };
    /// A struct laid out as C would.
    llvm::DICompositeType *diStruct(const std::string &name, const std::vector<Member> &members);
    /// The local view of a kernel struct (KernelTypes.cpp).
    llvm::DICompositeType *diKernel(const std::string &name);

    // ------------------------------------------------------------ globals and maps
    llvm::GlobalVariable *global(const std::string &name, llvm::Type *type, llvm::DIType *di, const std::string &section, llvm::Constant *value = nullptr,
                                 unsigned align = 8);
    /// A map in `.maps`. `key` or `value` null: it has none.
    llvm::GlobalVariable *map(const std::string &name, int type, int entries, int flags, llvm::DIType *key, llvm::DIType *value);
    /// Bytes in a section of their own that libbpf skips.
    void section(const std::string &name, const std::string &symbol, const std::string &bytes);
    /// A text with its zero byte. kfuncs want their formats in writable memory, helpers are content with read-only. A writable one is of its own each time:
    /// an `assert` names its line, and what the core writes twice has one line in the source and two in the printed core.
    llvm::Value *text(const std::string &text, bool writable = false);

    // ------------------------------------------------------------ programs
    struct Program {
        llvm::Function *function;
        std::vector<llvm::Value *> arguments; // context slots as i64 (pointers: use asPointer)
    };
    /// A program of the section that says its kind; the builder stands in its entry block behind the argument loads.
    Program beginProgram(const std::string &name, const std::string &section, size_t arguments, Span at);
    /// A static function in .text whose address is taken (timer callbacks: map, key, value).
    llvm::Function *beginCallback(const std::string &name, const std::vector<std::pair<std::string, llvm::DIType *>> &parameters, Span at);
    /// A function of its own, of i64s to i64: for what is long, used often or seldom run. Hidden, so that libbpf makes it static and LLVM leaves
    /// its signature alone, which BTF describes.
    llvm::Function *beginFunction(const std::string &name, const std::vector<std::string> &parameters);
    /// Goes on writing a function that another was written in between.
    void resume(llvm::IRBuilderBase::InsertPoint at, llvm::DebugLoc location) {
        builder.restoreIP(at);
        subprogram = function()->getSubprogram();
        builder.SetCurrentDebugLocation(location);
    }
    /// From here on instructions belong to this place in the source.
    void locate(Span at);
    /// The ops struct: members in `.struct_ops.link`.
    void opsStruct(const std::string &name, const std::string &policy, const std::vector<std::pair<std::string, llvm::Function *>> &programs, uint64_t flags,
                   uint32_t timeoutMs);

    // ------------------------------------------------------------ kernel memory (CO-RE)
    /// Says that the pointer, an instruction, is never null, and returns it.
    llvm::Value *certain(llvm::Value *base);
    /// Address of a field along a dotted path through embedded structs and pointers.
    llvm::Value *fieldAddress(llvm::Value *base, const std::string &structName, const std::string &path, KernelField *leaf = nullptr);
    /// Value of the field, extended to 64 bits by its own signedness; pointers as ptr.
    llvm::Value *loadField(llvm::Value *base, const std::string &structName, const std::string &path);
    void storeField(llvm::Value *base, const std::string &structName, const std::string &path, llvm::Value *value);
    /// i1: the running kernel's struct has the field.
    llvm::Value *fieldExists(llvm::Value *base, const std::string &structName, const std::string &path);
    /// Bytes from the beginning of the running kernel's struct to the field.
    llvm::Value *fieldOffset(const std::string &structName, const std::string &path);
    /// A number as the address of such a struct, to be read only: what is read where none is, is anything, 0 where no memory is. No call, the verifier takes it out.
    llvm::Value *readable(llvm::Value *address, const std::string &structName);

    // ------------------------------------------------------------ calls
    /// The weak declaration of a kfunc (KernelTypes.cpp has the table).
    llvm::Function *kfunc(const std::string &name);
    llvm::Value *call(const std::string &kfuncName, llvm::ArrayRef<llvm::Value *> args);
    /// The newer of two kfuncs of the same signature where the kernel has it; the verifier prunes the other.
    llvm::Value *callEither(const std::string &newer, const std::string &older, llvm::ArrayRef<llvm::Value *> args);
    /// A BPF helper by its number in the uapi.
    llvm::Value *helper(int id, llvm::Type *result, llvm::ArrayRef<llvm::Value *> args);
    /// Adds to a word that other CPUs add to as well. The word as it was before.
    llvm::Value *atomicAdd(llvm::Value *address, llvm::Value *by);
    /// The calls that `body` makes are seldom reached, or never on most kernels. They save the registers they destroy by themselves, so that the usual
    /// way need not keep its values in registers that its program must save.
    template <typename F> auto rarely(F &&body) {
        struct Depth {
            unsigned &depth;
            explicit Depth(unsigned &depth) : depth(depth) { ++depth; }
            ~Depth() { --depth; }
        } inside(rare);
        return body();
    }
    bool isRare() const { return rare > 0; }
    /// The call, marked as rare inside `rarely`.
    llvm::CallInst *marked(llvm::CallInst *call);
    /// A weak per-CPU kernel variable of type int, 0 where the kernel has none.
    llvm::Value *kernelVariable(const std::string &name);

    // ------------------------------------------------------------ control flow
    llvm::BasicBlock *block(const char *name);
    /// Whether one block was made before another.
    bool isOlder(llvm::BasicBlock *one, llvm::BasicBlock *other) const { return age.lookup(one) < age.lookup(other); }
    void ifThen(llvm::Value *condition, const std::function<void()> &then, const std::function<void()> &otherwise = {});
    /// A value chosen by a branch, not by a select: for sides with effects or loads.
    llvm::Value *choose(llvm::Value *condition, const std::function<llvm::Value *()> &then, const std::function<llvm::Value *()> &otherwise);
    llvm::AllocaInst *local(llvm::Type *type, const char *name);
    /// Memory whose address is handed out (an iterator, a buffer): so many words of the stack, for the next one again when this object
    /// goes. A program has 512 bytes, and LLVM would give each its own.
    class Scratch {
      public:
        Scratch(Module &m, size_t words);
        ~Scratch();
        Scratch(const Scratch &) = delete;
        Scratch &operator=(const Scratch &) = delete;
        operator llvm::AllocaInst *() const { return memory; }

      private:
        std::multimap<size_t, llvm::AllocaInst *> &spare;
        size_t words;
        llvm::AllocaInst *memory;
    };
    /// The same i64, but with no bounds the verifier could know. A variable that grows in an iterator loop needs this: the verifier stops
    /// walking such a loop only when the ranges repeat, and a sum of bounded numbers gets a new range every time.
    llvm::Value *unbounded(llvm::Value *value);
    /// The same i64, of which LLVM knows nothing. No instruction. `anew`: not even that it is what an earlier one was.
    llvm::Value *opaque(llvm::Value *value, bool anew = false);
    /// The same, of which the verifier does not know either that it is what `value` is: a test of one tells it nothing about the other. One instruction, as
    /// only a copy is linked (`adjust_reg_min_max_vals`).
    llvm::Value *detached(llvm::Value *value);
    bool terminated() { return builder.GetInsertBlock()->getTerminator() != nullptr; }
    llvm::Function *function() { return builder.GetInsertBlock()->getParent(); }

    // ------------------------------------------------------------ output
    /// Nothing is added to the module after this.
    void finish();
    /// What LLVM's verifier has against the module: an error text means a bug in the compiler.
    std::string verify();
    void optimise(bool full);
    /// What the verifier would refuse for its size alone, at the line that is too much.
    void checkLimits(Diagnostics &diags);
    /// The beginning of a line.
    Span lineOf(const std::string &file, unsigned line) const;
    std::string irText();
    /// Object bytes or assembly. Back-end complaints go to `diags`.
    std::string emit(bool assembly, Diagnostics &diags);

  private:
    const SourceManager &sources;
    llvm::DIBuilder debug;
    llvm::DICompileUnit *unit = nullptr;
    llvm::DISubprogram *subprogram = nullptr;
    std::map<FileId, llvm::DIFile *> files;
    std::map<std::string, llvm::DICompositeType *> kernelTypes;
    std::map<std::string, llvm::StructType *> kernelLayouts;
    std::map<std::string, llvm::DIType *> basics;
    std::map<std::string, llvm::GlobalVariable *> texts; // the read-only ones
    size_t textCount = 0, opaqueCount = 0;
    int typeIdCount = 0;
    /// Functions that call each other share one stack; `frames` has the bytes of those that take any.
    void checkStack(const std::map<std::string, uint64_t> &frames, Diagnostics &diags);
    llvm::Value *throughAsm(llvm::Value *value, const std::string &text);
    llvm::Value *fieldOf(llvm::Value *base, const std::string &structName, unsigned index);
    llvm::DenseSet<llvm::Value *> certainOnes;
    std::map<std::tuple<llvm::Value *, llvm::DIType *, unsigned>, llvm::Value *> steps; // to fields
    llvm::DenseMap<llvm::BasicBlock *, size_t> age;                                     // of blocks; an entry block's is 0
    std::map<llvm::Function *, std::multimap<size_t, llvm::AllocaInst *>> scratch;      // what is free, by words
    std::vector<llvm::GlobalValue *> kept;
    const bool forHost; // nothing of the verifier's or of BPF's has to be minded
    unsigned rare = 0;  // inside so many `rarely`

    llvm::DIFile *diFile(FileId file);
    llvm::DIType *diCode(char code, const std::string &structName);
    llvm::StructType *layout(const std::string &name);
    llvm::Type *codeType(char code, const std::string &structName, uint64_t count);
    llvm::DISubprogram *makeSubprogram(llvm::Function *function, llvm::DISubroutineType *type, Span at);
};

/// Readable dump of an object's .BTF: types, functions, sections.
std::string dumpBtf(const std::string &object);

} // namespace scx
