// SPDX-License-Identifier: GPL-2.0-only
// Hooks and key of a discipline as functions over its state, the task's record and the policy's parameters (HostFunction in runtime/user/HostOrder.h). The language is
// lowered as for the kernel, so that arithmetic is the same; only the leaves differ.
#include "lower/Host.h"

#include "host/Machine.h"
#include "lower/Lowering.h"
#include "sema/Check.h"
#include "sema/Checker.h"

namespace scx {
namespace {

class HostLowering : public Lowering {
  public:
    HostLowering(const Program &core, const SourceManager &sources, Module &module, Diagnostics &diags, const QueueDecl &queue)
        : Lowering(core, sources, module, diags), queue(queue), discipline(*queue.discipline), reads(userReads(queue)) {}

    /// Each function there is, by what it is.
    std::map<std::string, std::string> run() {
        std::map<std::string, std::string> made;
        auto write = [&](const std::string &what, const std::function<llvm::Value *()> &body) {
            made[what] = queue.name + "__" + what;
            function(made[what], body);
        };
        if (startsWithValues())
            write("begin", [&]() -> llvm::Value * {
                begin();
                return m.num(0);
            });
        for (const auto &h : discipline.hooks)
            write(h->name, [&]() -> llvm::Value * {
                hook(*h);
                return m.num(0);
            });
        if (!discipline.keys.empty())
            write("key", [&] {
                locals[&implicitTask] = {noTask()};
                return value(*discipline.keys[0]);
            });
        return made;
    }

  private:
    const QueueDecl &queue;
    const DisciplineDecl &discipline;
    const UserReads reads;
    llvm::Value *queueState = nullptr, *task = nullptr, *attributes = nullptr, *parameters = nullptr, *event = nullptr;

    /// What stands for the task: all that is read of it is in its record.
    llvm::Value *noTask() { return llvm::ConstantPointerNull::get(m.ptr()); }
    llvm::Value *wordOf(llvm::Value *base, size_t i) { return b.CreateConstInBoundsGEP1_64(m.i64(), base, i); }
    llvm::Value *byteOf(llvm::Value *base, size_t offset) { return b.CreateConstInBoundsGEP1_64(m.i8(), base, offset); }

    void function(const std::string &name, const std::function<llvm::Value *()> &body) {
        llvm::Function *made = m.beginFunction(name, {"queue", "task", "attributes", "parameters", "event"});
        frame = Frame();
        locals.clear();
        vars.clear();
        auto pointer = [&](unsigned i) { return b.CreateIntToPtr(made->getArg(i), m.ptr()); };
        queueState = pointer(0);
        task = pointer(1);
        attributes = pointer(2);
        parameters = pointer(3);
        event = pointer(4);
        llvm::Value *result = body();
        b.CreateRet(result);
    }

    bool startsWithValues() const {
        return std::any_of(discipline.states.begin(), discipline.states.end(), [](const StateDecl &s) {
            return s.kind == StateKind::Task && std::any_of(s.fields.begin(), s.fields.end(), [](const auto &f) { return f->evaluated && !f->type.isArray(); });
        });
    }

    void begin() {
        for (const StateDecl &s : discipline.states)
            for (const auto &f : s.fields)
                if (s.kind == StateKind::Task && f->evaluated && !f->type.isArray())
                    b.CreateStore(llvm::ConstantInt::get(memoryType(m, f->type), static_cast<uint64_t>(f->evaluated), true),
                                  byteOf(task, userStateOffset(discipline, StateKind::Task, f.get())));
    }

    void hook(const HookDecl &h) {
        for (size_t i = 0; i < h.arguments.size(); ++i)
            if (h.arguments[i]->type.kind == TypeKind::Task)
                locals[h.arguments[i].get()] = {noTask()};
            else {
                llvm::Value *word = b.CreateLoad(m.i64(), wordOf(event, i)); // ran, runnable
                locals[h.arguments[i].get()] = {h.arguments[i]->type.kind == TypeKind::Bool ? b.CreateICmpNE(word, m.num(0)) : word};
            }
        inlineBody(h.body, nullptr);
    }

    Place place(const Expr &e) override {
        if (e.kind == ExprKind::Index)
            return Lowering::place(e);
        auto *field = static_cast<const Field *>(e.ref.decl);
        switch (e.ref.kind) {
        case RefKind::QueueState: return {byteOf(queueState, userStateOffset(discipline, StateKind::Queue, field)), nullptr, nullptr, field->type};
        case RefKind::TaskField:
            if (isUserState(discipline, field, StateKind::Task))
                return {byteOf(task, userStateOffset(discipline, StateKind::Task, field)), nullptr, nullptr, field->type};
            return {wordOf(attributes, reads.taskIndex(field)), nullptr, nullptr, field->type}; // a bool is its lowest byte
        case RefKind::Param: return {wordOf(parameters, reads.parameterIndex(e.ref.decl)), nullptr, nullptr, static_cast<const ParamDecl *>(e.ref.decl)->type};
        default: return Lowering::place(e);
        }
    }

    Val attribute(const Expr &, const AttributeRow &row) override {
        llvm::Value *word = b.CreateLoad(m.i64(), wordOf(attributes, reads.taskIndex(&row)));
        return {row.type.kind == TypeKind::Bool ? b.CreateICmpNE(word, m.num(0)) : word};
    }

    Val operation(const Expr &e, const OperationRow &row) override {
        if (row.op == Operation::Now)
            return {b.CreateLoad(m.i64(), event)};
        return Lowering::operation(e, row);
    }

    /// A plain loop: nobody has to be shown that it ends.
    void iterate(llvm::Value *first, llvm::Value *behind, const std::function<void(llvm::Value *)> &body) override {
        llvm::AllocaInst *at = m.local(m.i64(), "at");
        b.CreateStore(first, at);
        llvm::BasicBlock *head = m.block("loop"), *inside = m.block("loop.body"), *next = m.block("loop.next"), *after = m.block("loop.after");
        b.CreateBr(head);
        b.SetInsertPoint(head);
        llvm::Value *i = b.CreateLoad(m.i64(), at);
        b.CreateCondBr(b.CreateICmpSLT(i, behind), inside, after);
        b.SetInsertPoint(inside);
        loopStack.push_back({next, after, false});
        loopCleanups.push_back(cleanups.size());
        body(i);
        loopCleanups.pop_back();
        loopStack.pop_back();
        if (!m.terminated())
            b.CreateBr(next);
        b.SetInsertPoint(next);
        b.CreateStore(b.CreateAdd(b.CreateLoad(m.i64(), at), m.num(1)), at);
        b.CreateBr(head);
        b.SetInsertPoint(after);
    }
};

} // namespace

std::map<std::string, nlohmann::json> lowerHost(const Program &core, const SourceManager &sources, Module &module, Diagnostics &diags) {
    using nlohmann::json;
    std::map<std::string, json> rows;
    std::map<std::string, std::map<std::string, std::string>> functions;
    std::unique_ptr<Module> host;
    for (const auto &q : core.queues) {
        if (!userSpaceTime(*q))
            continue;
        json &row = rows[q->name];
        row = {{"arch", hostArchitecture()}, {"section", ".scx.host." + hostArchitecture()}, {"task_bytes", 0},
               {"queue_bytes", 0},           {"lifo", q->ordering == Ordering::Lifo},        {"parameters", json::array()},
               {"functions", json::object()}};
        if (!q->discipline)
            continue;
        if (!host)
            host = std::make_unique<Module>("host", sources, hostMachine());
        functions[q->name] = HostLowering(core, sources, *host, diags, *q).run();
        row["task_bytes"] = userStateOffset(*q->discipline, StateKind::Task);
        row["queue_bytes"] = userStateOffset(*q->discipline, StateKind::Queue);
        for (const ParamDecl *p : userReads(*q).parameters)
            row["parameters"].push_back(p->name);
    }
    if (!host || !diags.ok())
        return rows;
    host->finish();
    if (std::string error = host->verify(); !error.empty())
        diags.report(Diag::Internal, {}, error);
    else
        host->optimise(true);
    HostCode code = diags.ok() ? hostCode(*host, diags) : HostCode();
    for (const auto &[queue, names] : functions)
        for (const auto &[what, name] : names)
            rows[queue]["functions"][what] = code.functions[name];
    module.section(".scx.host." + hostArchitecture(), "scx_host__", code.bytes);
    host.release(); // as the other one, see main
    return rows;
}

} // namespace scx
