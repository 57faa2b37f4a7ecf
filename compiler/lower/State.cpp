// SPDX-License-Identifier: GPL-2.0-only
// Where does each piece of state live? Task state in task storage, or (one ordering key) in the task's own dsq_vtime, which costs nothing;
// CPU state and counters in one array; globals and parameters as variables of their own.
#include "lower/Lowering.h"
#include "sema/Checker.h"
#include "syntax/Visit.h"

namespace scx {
namespace {

/// Is the field or attribute assigned in the block?
bool writes(const Block &b, const void *what) {
    for (const StmtPtr &s : b)
        if ((s->kind == StmtKind::Assign && s->target->ref.decl == what) || writes(s->body, what) || writes(s->orElse, what))
            return true;
    return false;
}

} // namespace

const HookDecl *Lowering::hookNamed(const std::string &name) const {
    for (const auto &h : core.hooks)
        if (h->name == name)
            return h.get();
    return nullptr;
}

void Lowering::prepare() {
    for (const Option &o : core.settings) {
        if (o.name == "slice")
            policySlice = o.value.get();
        else if (o.name == "timeout")
            timeout = Checker::evaluate(*o.value).value_or(timeout);
    }
    auto attributeRead = [&](Read read) {
        return anyExpr(core, [&](const Expr &e) { return e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->read == read; });
    };
    auto operationUsed = [&](Operation op) {
        return anyExpr(core, [&](const Expr &e) { return e.ref.kind == RefKind::Operation && static_cast<const OperationRow *>(e.ref.decl)->op == op; });
    };
    if (const HookDecl *stopping = hookNamed("stopping")) {
        needsRan = stopping->arguments.size() > 1;
        const HookDecl *dispatch = hookNamed("dispatch");
        if (dispatch && dispatch->arguments.size() > 1)
            runsOnce = toRunOnce(stopping->body, needsRan ? Zeros{stopping->arguments[1].get()} : Zeros{});
    }
    needsRan |= attributeRead(Read::Ran);
    letsGo = operationUsed(Operation::Wait);
    readsHint = attributeRead(Read::Hint);
    readsWakeup = attributeRead(Read::WakeSync) || attributeRead(Read::WakeFork) || attributeRead(Read::Waker);
    needsTopology = operationUsed(Operation::Near) || operationUsed(Operation::IdleCpu) || operationUsed(Operation::IdleCore) ||
                    operationUsed(Operation::LlcSet) || operationUsed(Operation::NodeSet) || operationUsed(Operation::CoreSet) || attributeRead(Read::CpuLlc) ||
                    attributeRead(Read::CpuNode) || attributeRead(Read::CpuCore);
    const AttributeRow *slice = findAttribute(TypeKind::Task, "slice");
    for (const auto &h : core.hooks)
        assignsSlice |= h->name != "running" && writes(h->body, slice); // who runs has its slice: no insert is to give it
    for (const auto &f : core.fns)
        assignsSlice |= writes(f->body, slice);
    for (const auto &q : core.queues)
        needsTopology |= q->domain != Domain::None || q->on;
    // Keeping prev by hand matters unless the kernel would do the very same: one FIFO, its own slice of 20 ms, no hooks.
    bool plain = core.queues.size() == 1 && core.queues[0]->ordering == Ordering::Fifo && core.queues[0]->options.empty() && !policySlice;
    needsKeep = !plain || hookNamed("running") || hookNamed("stopping");

    for (const StateDecl &s : core.states)
        if (s.kind == StateKind::Task)
            for (const auto &f : s.fields)
                if (f->name == "queue__")
                    queueField = f.get();
    // The key of all ordered queues, if it is one field, moves into dsq_vtime. The kernel sorts by that very word, so it must not
    // change while the task is in a DSQ: no writes from hooks that see waiting tasks.
    bool single = true;
    for (const auto &q : core.queues) {
        if (!ordered(*q))
            continue;
        const Expr *key = q->keys.size() == 1 ? q->keys[0].get() : nullptr;
        if (!key || key->ref.kind != RefKind::TaskField || (keyField && keyField != key->ref.decl) || key->type.isArray())
            single = false;
        else
            keyField = static_cast<const Field *>(key->ref.decl);
    }
    if (keyField)
        for (const auto &h : core.hooks)
            if ((h->name == "dequeue" || h->name.rfind("set_", 0) == 0 || h->name.rfind("cgroup", 0) == 0) && writes(h->body, keyField))
                single = false;
    if (keyField)
        for (const auto &e : core.everys)
            single &= !writes(e->body, keyField);
    bool anyOrdered = false;
    for (const auto &q : core.queues)
        anyOrdered |= ordered(*q);
    if (!single || (keyField && keyField->evaluated != 0))
        keyField = nullptr;
    if (!anyOrdered)
        keyField = queueField; // nobody else needs the word
    declareState();
}

llvm::Type *Lowering::memoryType(Module &m, const Type &t) {
    llvm::Type *one = t.kind == TypeKind::Bool ? static_cast<llvm::Type *>(m.i8()) : m.i64();
    return t.length ? llvm::ArrayType::get(one, static_cast<uint64_t>(t.length)) : one;
}

llvm::DIType *Lowering::memoryDi(const Type &t) {
    llvm::DIType *one = t.kind == TypeKind::Bool ? m.diBool() : m.diInt(64, true);
    return t.length ? m.diArray(one, static_cast<uint64_t>(t.length)) : one;
}

void Lowering::declareState() {
    std::vector<llvm::Type *> taskTypes, cpuTypes(kFirstCpuField, m.i64());
    std::vector<Module::Member> taskMembers, cpuMembers = {{"start__", m.diInt(64, true)},
                                                           {"slot_task__", m.diInt(64, true)},
                                                           {"slot_value__", m.diInt(64, true)},
                                                           {"slot_flags__", m.diInt(64, true)},
                                                           {"slot_slice__", m.diInt(64, true)}};
    if (!runsOnce.empty()) {
        settledMember = static_cast<unsigned>(cpuTypes.size());
        cpuTypes.push_back(m.i64());
        cpuMembers.push_back({"settled__", m.diInt(64, true)});
    }
    for (const StateDecl &s : core.states)
        for (const auto &f : s.fields) {
            if (s.kind == StateKind::Task && f.get() != keyField) {
                taskIndex[f.get()] = static_cast<unsigned>(taskTypes.size());
                taskTypes.push_back(memoryType(m, f->type));
                taskMembers.push_back({f->name, memoryDi(f->type)});
            } else if (s.kind == StateKind::Cpu) {
                cpuIndex[f.get()] = static_cast<unsigned>(cpuTypes.size());
                cpuTypes.push_back(memoryType(m, f->type));
                cpuMembers.push_back({f->name, memoryDi(f->type)});
            } else if (s.kind == StateKind::Global) {
                llvm::Constant *initial = nullptr;
                if (f->evaluated && !f->type.isArray())
                    initial = llvm::ConstantInt::get(memoryType(m, f->type), static_cast<uint64_t>(f->evaluated), true);
                globals[f.get()] = m.global(f->name, memoryType(m, f->type), memoryDi(f->type), initial ? ".data" : ".bss", initial);
            }
        }
    for (const auto &s : core.stats) {
        if (s->kind == StatKind::Counter) {
            cpuIndex[s.get()] = static_cast<unsigned>(cpuTypes.size());
            cpuTypes.push_back(s->several() ? static_cast<llvm::Type *>(llvm::ArrayType::get(m.i64(), static_cast<uint64_t>(s->parts))) : m.i64());
            cpuMembers.push_back({s->name, s->several() ? m.diArray(m.diInt(64, true), s->parts) : m.diInt(64, true)});
        } else
            globals[s.get()] = m.global(s->name, llvm::ArrayType::get(m.i64(), static_cast<uint64_t>(s->buckets * s->parts)),
                                        m.diArray(m.diInt(64, true), s->buckets * s->parts), ".bss");
    }
    // CPUs do not share cache lines.
    auto sizeOf = [&] { return static_cast<uint64_t>(m.ir->getDataLayout().getTypeAllocSize(llvm::StructType::get(m.context, cpuTypes))); };
    for (int i = 0; sizeOf() % 64; ++i) {
        cpuTypes.push_back(m.i64());
        cpuMembers.push_back({"pad" + std::to_string(i) + "__", m.diInt(64, true)});
    }
    cpuType = llvm::StructType::create(m.context, cpuTypes, "cpu_state__");
    cpuArray = m.global("cpu__", llvm::ArrayType::get(cpuType, kMaxCpus), m.diArray(m.diStruct("cpu_state__", cpuMembers), kMaxCpus), ".bss", nullptr, 64);
    needsCgroups = usesCgroups();
    if (needsCgroups) {
        taskCgroupMember = static_cast<unsigned>(taskTypes.size());
        taskTypes.push_back(m.i64());
        taskMembers.push_back({"cgroup__", m.diInt(64, true)});
        declareCgroups();
    }
    if (!taskTypes.empty()) {
        taskType = llvm::StructType::create(m.context, taskTypes, "task_state__");
        llvm::DIType *di = m.diStruct("task_state__", taskMembers);
        taskMap = m.map("task__", mapType::TaskStorage, 0, kNoPrealloc, m.diInt(32, true), di);
        taskNone = m.global("task_none__", taskType, di, ".bss");
    }
    for (const auto &p : core.params) {
        bool namesCpu = !p->live && anyExpr(core, [&](const Expr &e) {
            return e.kind == ExprKind::Call && e.args[0]->ref.kind == RefKind::Operation &&
                   static_cast<const OperationRow *>(e.args[0]->ref.decl)->op == Operation::CpuOf && e.args[1]->ref.kind == RefKind::Param &&
                   e.args[1]->ref.decl == p.get();
        });
        if (namesCpu)
            namedCpus[p.get()] = m.global(p->name + "__cpu", m.i64(), m.diInt(64, true), ".bss");
        globals[p.get()] = m.global(p->name, memoryType(m, p->type), memoryDi(p->type), p->live ? ".data" : ".rodata",
                                    llvm::ConstantInt::get(memoryType(m, p->type), static_cast<uint64_t>(p->evaluated), true));
    }
    // libbpf and every tool know this shape of exit information.
    llvm::DIType *di = m.diStruct(
        "user_exit_info",
        {{"kind", m.diInt(32, true)}, {"exit_code", m.diInt(64, true)}, {"reason", m.diArray(m.diChar(), 128)}, {"msg", m.diArray(m.diChar(), 1024)}});
    llvm::StructType *type = llvm::StructType::get(m.context, {m.i32(), m.i64(), llvm::ArrayType::get(m.i8(), 128), llvm::ArrayType::get(m.i8(), 1024)});
    exitInfo = m.global("uei", type, di, ".data");
    // The loader that wants the kernel's dump makes the array longer before load; alone in its section, it can be.
    exitDump = m.global("uei_dump", llvm::ArrayType::get(m.i8(), 1), m.diArray(m.diChar(), 1), ".data.uei_dump", nullptr, 1);
    exitDumpLength = m.global("uei_dump_len", m.i32(), m.diInt(32, false), ".rodata", nullptr, 4);
}

/// One look-up a hook: what was found of a task is remembered in a slot that the optimiser turns into a register.
llvm::AllocaInst *Lowering::memo(std::map<llvm::Value *, llvm::AllocaInst *> &memos, llvm::Value *task, llvm::Constant *unknown) {
    llvm::AllocaInst *&memo = memos[task];
    if (!memo) {
        memo = m.local(unknown->getType(), "memo");
        // Forgotten where the task becomes known: in a loop that is once a turn, with another task each time.
        auto *known = llvm::dyn_cast<llvm::Instruction>(task);
        auto after = known ? known->getInsertionPointAfterDef() : std::nullopt;
        llvm::IRBuilder<> first(memo->getParent(), std::next(memo->getIterator()));
        if (after)
            first.SetInsertPoint(*after);
        first.CreateStore(unknown, memo);
    }
    return memo;
}

llvm::Value *Lowering::taskState(llvm::Value *task) {
    auto *null = llvm::ConstantPointerNull::get(m.ptr());
    llvm::AllocaInst *memo = this->memo(frame.taskState, task, null);
    llvm::Value *known = b.CreateLoad(m.ptr(), memo);
    m.ifThen(b.CreateICmpEQ(known, null), [&] {
        b.CreateStore(m.isRare() ? asPointer(m.marked(b.CreateCall(stateFunction(), {b.CreatePtrToInt(task, m.i64())}))) : lookUpState(task), memo);
    });
    return b.CreateLoad(m.ptr(), memo);
}

llvm::Value *Lowering::lookUpState(llvm::Value *task) {
    llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr()), *found = m.helper(helper::TaskStorage, m.ptr(), {taskMap, task, null, m.num(0)});
    // Every task has storage since init_task; for the verifier's sake a stand-in where there is none.
    return m.choose(b.CreateICmpEQ(found, null), [&]() -> llvm::Value * { return taskNone; }, [&] { return found; });
}

/// The look-up takes all registers that are there for arguments, and where it is rare the usual way keeps its values in them.
llvm::Function *Lowering::stateFunction() {
    if (stateOf)
        return stateOf;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    stateOf = m.beginFunction("task_state_of__", {"p"});
    b.CreateRet(b.CreatePtrToInt(lookUpState(asPointer(stateOf->getArg(0))), m.i64()));
    m.resume(saved, location);
    return stateOf;
}

llvm::Value *Lowering::cpuState(llvm::Value *cpu, unsigned member) { return b.CreateGEP(cpuType, cpuArray, {masked(cpu), m.num32(static_cast<int>(member))}); }

Lowering::Place Lowering::place(const Expr &e) {
    if (e.kind == ExprKind::Index) {
        Place array = place(*e.args[0]);
        llvm::Value *index = value(*e.args[1]);
        // What LLVM knows of the index it may use to weaken the test, and then the verifier misses a bound: hide it. Constants need none.
        if (!llvm::isa<llvm::ConstantInt>(index))
            index = m.opaque(index);
        llvm::Value *good = b.CreateICmpULT(index, m.num(array.type.length));
        llvm::Value *safe = b.CreateSelect(good, index, m.num(0));
        return {b.CreateGEP(memoryType(m, array.type.element()), array.address, safe), nullptr, good, array.type.element(), array.shared};
    }
    auto *field = static_cast<const Field *>(e.ref.decl);
    switch (e.ref.kind) {
    case RefKind::TaskField: {
        llvm::Value *task = value(*e.args[0]);
        if (field == keyField)
            return {nullptr, task, nullptr, field->type};
        return {b.CreateStructGEP(taskType, taskState(task), taskIndex.at(field)), task, nullptr, field->type};
    }
    case RefKind::CgroupField: return {cgroupSlot(value(*e.args[0]), cgroupIndex.at(field)), nullptr, nullptr, field->type, true};
    case RefKind::CpuField: return {cpuState(value(*e.args[0]), cpuIndex.at(field)), nullptr, nullptr, field->type};
    case RefKind::Param: return {globals.at(field), nullptr, nullptr, static_cast<const ParamDecl *>(e.ref.decl)->type};
    case RefKind::Global: return {globals.at(field), nullptr, nullptr, field->type, true};
    default: diags.report(Diag::Internal, e.span, "`" + e.name + "` has no place in memory"); return {taskNone, nullptr, nullptr, {TypeKind::Int}};
    }
}

llvm::Value *Lowering::load(const Place &p) {
    if (!p.address)
        return m.loadField(p.task, "task_struct", "scx.dsq_vtime");
    llvm::LoadInst *loaded = b.CreateLoad(memoryType(m, p.type), p.address);
    if (auto *global = llvm::dyn_cast<llvm::GlobalVariable>(p.address); global && (global->getSection() == ".rodata" || global->getSection() == ".data"))
        loaded->setVolatile(true); // the loader changes it: LLVM must not fold the initial value
    llvm::Value *v = loaded;
    if (p.type.kind == TypeKind::Bool)
        v = b.CreateICmpNE(v, llvm::ConstantInt::get(v->getType(), 0));
    return p.inRange ? b.CreateSelect(p.inRange, v, llvm::Constant::getNullValue(v->getType())) : v;
}

void Lowering::store(const Place &p, llvm::Value *v) {
    if (!p.address) { // kernels that have the kfunc warn about plain stores
        m.ifThen(b.CreateICmpNE(m.kfunc("scx_bpf_task_set_dsq_vtime"), llvm::ConstantPointerNull::get(m.ptr())), [&] {
            m.rarely([&] { m.call("scx_bpf_task_set_dsq_vtime", {p.task, v}); });
        }, [&] { m.storeField(p.task, "task_struct", "scx.dsq_vtime", v); });
        return;
    }
    if (p.type.kind == TypeKind::Bool)
        v = b.CreateZExt(v, m.i8());
    if (p.inRange)
        m.ifThen(p.inRange, [&] { b.CreateStore(v, p.address); });
    else
        b.CreateStore(v, p.address);
}

} // namespace scx
