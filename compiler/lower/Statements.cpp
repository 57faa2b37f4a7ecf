// SPDX-License-Identifier: GPL-2.0-only
// Statements, loops and what they must clean up on every way out.
#include "lower/Lowering.h"
#include "syntax/Print.h"

#include <algorithm>

namespace scx {

void Lowering::block(const Block &body) {
    auto once = [&](const StmtPtr &s) { return frame.maybeSettled && runsOnce.contains(s.get()); };
    for (auto s = body.begin(); s != body.end();) {
        if (m.terminated()) // code behind a return: legal, and never reached
            b.SetInsertPoint(m.block("unreached"));
        auto end = std::find_if_not(s, body.end(), once);
        if (s == end)
            stmt(**s++);
        else // one test for those that follow each other
            unlessSettled([&] {
                for (; s != end; ++s)
                    stmt(**s);
            });
    }
}

/// The loop at hand whose body the verifier walks turn by turn.
const Lowering::Loop *Lowering::innermostTurns() const {
    auto loop = std::find_if(loopStack.rbegin(), loopStack.rend(), [](const Loop &l) { return l.turns; });
    return loop == loopStack.rend() ? nullptr : &*loop;
}

/// Ends the open iterators above `keep`, innermost first, and jumps.
void Lowering::leaveTo(llvm::BasicBlock *target, size_t keep) {
    for (size_t i = cleanups.size(); i-- > keep;)
        cleanups[i]();
    b.CreateBr(target);
}

void Lowering::inlineBody(const Block &body, llvm::AllocaInst *result) {
    llvm::BasicBlock *end = m.block("return");
    returns.push_back({end, result, cleanups.size()});
    block(body);
    returns.pop_back();
    if (!m.terminated())
        b.CreateBr(end);
    b.SetInsertPoint(end);
}

void Lowering::stmt(const Stmt &s) {
    m.locate(s.span);
    switch (s.kind) {
    case StmtKind::Let: locals[s.local.get()] = emit(*s.value); break;
    case StmtKind::Var: {
        llvm::AllocaInst *slot = m.local(typeFor(m, s.local->type), s.local->name.c_str());
        b.CreateStore(value(*s.value), slot);
        vars[s.local.get()] = slot;
        break;
    }
    case StmtKind::If: {
        llvm::Value *condition;
        if (s.local) {
            Val opened = emit(*s.value);
            locals[s.local.get()] = {opened.value};
            condition = opened.present;
            const Expr &callee = s.value->kind == ExprKind::Call ? *s.value->args[0] : *s.value;
            if (callee.ref.kind == RefKind::Operation && static_cast<const OperationRow *>(callee.ref.decl)->op == Operation::TaskOf) {
                m.ifThen(condition, [&] {
                    cleanups.push_back([this, task = opened.value] { m.call("bpf_task_release", {task}); });
                    block(s.body);
                    if (!m.terminated())
                        cleanups.back()();
                    cleanups.pop_back();
                }, s.orElse.empty() ? std::function<void()>() : [&] { block(s.orElse); });
                break;
            }
        } else
            condition = truth(*s.value);
        // What is off by default (statistics too): whoever switches it on pays for it.
        const auto *option = s.value->ref.kind == RefKind::Param ? static_cast<const ParamDecl *>(s.value->ref.decl) : nullptr;
        auto body = [&] { block(s.body); };
        auto rareBody = [&] { m.rarely(body); };
        bool rare = option && !option->live && option->evaluated == 0 && option->type.kind == TypeKind::Bool;
        m.ifThen(condition, rare ? std::function<void()>(rareBody) : body, s.orElse.empty() ? std::function<void()>() : [&] { block(s.orElse); });
        break;
    }
    case StmtKind::For: forLoop(s); break;
    case StmtKind::Repeat: {
        auto *constant = llvm::dyn_cast<llvm::ConstantInt>(value(*s.value));
        llvm::Value *count = constant ? constant : value(*s.value);
        if (constant && constant->getSExtValue() <= 8) { // unrolled: the verifier follows it best
            llvm::BasicBlock *end = m.block("repeat.end");
            for (int64_t i = 0; i < constant->getSExtValue(); ++i) {
                llvm::BasicBlock *next = m.block("repeat.next");
                loopStack.push_back({next, end, false});
                loopCleanups.push_back(cleanups.size());
                block(s.body);
                loopCleanups.pop_back();
                loopStack.pop_back();
                if (!m.terminated())
                    b.CreateBr(next);
                b.SetInsertPoint(next);
            }
            b.CreateBr(end);
            b.SetInsertPoint(end);
        } else
            counted(m.num(1), count, [&](llvm::Value *) { block(s.body); });
        break;
    }
    case StmtKind::Return: {
        const Returning to = returns.back(); // a copy: the value may be a call, which is a body of its own
        if (s.value && to.value)
            b.CreateStore(value(*s.value), to.value);
        else if (s.value)
            emit(*s.value);
        leaveTo(to.target, to.cleanups);
        break;
    }
    case StmtKind::Break: leaveTo(loopStack.back().leave, loopCleanups.back()); break;
    case StmtKind::Continue: leaveTo(loopStack.back().next, loopCleanups.back()); break;
    case StmtKind::Assert:
        if (!frame.looksOn)
            assertStmt(s);
        break;
    case StmtKind::Assign: assign(s); break;
    case StmtKind::Call: emit(*s.value); break;
    case StmtKind::Log:
        if (!frame.looksOn)
            logStmt(s);
        break;
    case StmtKind::Block: block(s.body); break;
    }
}

void Lowering::assign(const Stmt &s) {
    const Expr &target = *s.target;
    if (frame.looksOn && target.ref.kind != RefKind::Local)
        return;
    if (target.ref.kind == RefKind::Stat) { // one counter per CPU, so no atomics
        auto &stat = *static_cast<const StatDecl *>(target.ref.decl);
        llvm::Value *part = target.kind == ExprKind::Index ? value(*target.args[1]) : nullptr, *by = value(*s.value);
        countedPart(stat, part, [&](llvm::Value *at) {
            llvm::Value *slot = cpuState(thisCpu(), cpuIndex.at(&stat));
            slot = at ? b.CreateGEP(m.i64(), slot, at) : slot;
            b.CreateStore(b.CreateAdd(b.CreateLoad(m.i64(), slot), by), slot);
        });
        return;
    }
    auto combined = [&](llvm::Value *old, llvm::Value *by) {
        return s.assign == AssignKind::Set ? by : s.assign == AssignKind::Add ? b.CreateAdd(old, by) : b.CreateSub(old, by);
    };
    if (target.ref.kind == RefKind::Local) {
        llvm::AllocaInst *slot = vars.at(static_cast<const Local *>(target.ref.decl));
        llvm::Value *by = value(*s.value);
        if (s.assign != AssignKind::Set) {
            by = combined(b.CreateLoad(slot->getAllocatedType(), slot), by);
        }
        if (!loopStack.empty() && by->getType()->isIntegerTy()) // constants, too: each would be a state of its own in each turn
            by = by->getType() == m.i1() ? b.CreateTrunc(m.unbounded(b.CreateZExt(by, m.i64())), m.i1()) : m.unbounded(by);
        b.CreateStore(by, slot);
        return;
    }
    if (target.ref.kind == RefKind::Attribute) { // p.slice
        llvm::Value *task = value(*target.args[0]), *by = value(*s.value);
        if (s.assign != AssignKind::Set)
            by = combined(m.loadField(task, "task_struct", "scx.slice"), by);
        // The task whose slice ended waits to be queued again: a slice in the task itself would make the kernel go on with it.
        if (frame.context != kDispatch || task != frame.prev || frame.goesOn)
            setSlice(task, by);
        if (frame.slice && (task == frame.task || task == frame.prev))
            b.CreateStore(by, frame.slice);
        return;
    }
    llvm::Value *by = value(*s.value);
    Place p = place(target);
    if (s.assign == AssignKind::Set)
        return store(p, by);
    if (p.shared && p.address && p.type.kind != TypeKind::Bool) {
        llvm::Value *delta = s.assign == AssignKind::Add ? by : b.CreateSub(m.num(0), by);
        auto add = [&] { m.atomicAdd(p.address, delta); };
        if (p.inRange)
            m.ifThen(p.inRange, add);
        else
            add();
        return;
    }
    store(p, combined(load(p), by));
}

/// `first` to `last`, both included, by the kernel's own number iterator: LLVM may rewrite a plain loop so that the verifier
/// loses its bound.
void Lowering::counted(llvm::Value *first, llvm::Value *last, const std::function<void(llvm::Value *)> &body) {
    // The iterator's range is 32 bits wide.
    auto clamp = [&](llvm::Value *v) {
        v = b.CreateSelect(b.CreateICmpSLT(v, m.num(-1'000'000'000)), m.num(-1'000'000'000), v);
        return b.CreateSelect(b.CreateICmpSGT(v, m.num(1'000'000'000)), m.num(1'000'000'000), v);
    };
    first = clamp(first);
    iterate(first, clamp(b.CreateAdd(last, m.num(1))), body);
}

/// From `first` to before `behind`, which fit into 32 bits.
void Lowering::iterate(llvm::Value *first, llvm::Value *behind, const std::function<void(llvm::Value *)> &body) {
    Module::Scratch iterator(m, 1);
    m.call("bpf_iter_num_new", {iterator, first, behind});
    eachNext("num", iterator, m.block("loop.after"), [&](llvm::Value *next) { body(b.CreateSExt(b.CreateLoad(m.i32(), next), m.i64())); });
}

/// The loop over what an open iterator of the kernel gives; `it` is destroyed whichever way the loop is left. Goes on at `after`.
void Lowering::eachNext(const std::string &kind, llvm::AllocaInst *it, llvm::BasicBlock *after, const std::function<void(llvm::Value *)> &body) {
    auto destroy = [this, it, name = "bpf_iter_" + kind + "_destroy"] { m.call(name, {it}); };
    llvm::BasicBlock *head = m.block("loop"), *inside = m.block("loop.body"), *end = m.block("loop.end");
    b.CreateBr(head);
    b.SetInsertPoint(head);
    llvm::Value *next = m.call("bpf_iter_" + kind + "_next", {it});
    b.CreateCondBr(b.CreateICmpEQ(next, llvm::ConstantPointerNull::get(m.ptr())), end, inside);
    b.SetInsertPoint(inside);
    size_t outer = cleanups.size();
    cleanups.push_back(destroy);
    loopStack.push_back({head, end});
    loopCleanups.push_back(cleanups.size());
    body(next);
    loopCleanups.pop_back();
    loopStack.pop_back();
    cleanups.resize(outer);
    if (!m.terminated())
        b.CreateBr(head);
    b.SetInsertPoint(end);
    destroy();
    b.CreateBr(after);
    b.SetInsertPoint(after);
}

void Lowering::forLoop(const Stmt &s) {
    const Expr &over = *s.value;
    if (over.kind == ExprKind::Range && s.local->type.kind == TypeKind::Int) {
        llvm::Value *first = value(*over.args[0]), *last = value(*over.args[1]);
        counted(first, last, [&](llvm::Value *i) {
            locals[s.local.get()] = {i};
            block(s.body);
        });
        return;
    }
    if (over.type.kind == TypeKind::Queue || over.type.kind == TypeKind::Instance) {
        const Expr *at = nullptr;
        const QueueDecl &q = queueOf(over, at);
        forTasks(q, at, *s.local, s.body);
        return;
    }
    if (over.kind == ExprKind::Call && over.args[0]->ref.kind == RefKind::Operation &&
        static_cast<const OperationRow *>(over.args[0]->ref.decl)->op == Operation::Near) {
        forNear(value(*over.args[1]), [&](llvm::Value *cpu) {
            locals[s.local.get()] = {cpu};
            block(s.body);
        });
        return;
    }
    if (over.type.kind == TypeKind::CgroupSet) {
        forCgroups([&](llvm::Value *number) {
            locals[s.local.get()] = {number};
            block(s.body);
        });
        return;
    }
    forCpus([&](llvm::Value *cpu) {
        llvm::BasicBlock *skip = loopStack.back().next, *go = m.block("in.set");
        b.CreateCondBr(inSet(over, cpu), go, skip);
        b.SetInsertPoint(go);
        locals[s.local.get()] = {cpu};
        block(s.body);
    });
}

llvm::Value *Lowering::formatted(const std::string &format, const std::vector<llvm::Value *> &values, llvm::AllocaInst *data, std::string &out,
                                 const std::vector<bool> &texts) {
    size_t hole = 0;
    for (size_t i = 0; i < format.size(); ++i) {
        bool pair = i + 1 < format.size();
        if (pair && ((format[i] == '{' && format[i + 1] == '{') || (format[i] == '}' && format[i + 1] == '}')))
            out += format[i++];
        else if (pair && format[i] == '{' && format[i + 1] == '}') {
            out += hole < texts.size() && texts[hole] ? "%s" : "%lld";
            ++hole;
            ++i;
        } else if (format[i] == '%')
            out += "%%";
        else
            out += static_cast<unsigned char>(format[i]) < 0x80 ? format[i] : '?';
    }
    b.CreateStore(m.num(0), data);
    for (size_t i = 0; i < values.size(); ++i)
        b.CreateStore(values[i], b.CreateConstInBoundsGEP1_64(m.i64(), data, i));
    return m.num(static_cast<int64_t>(values.size() * 8));
}

void Lowering::logStmt(const Stmt &s) {
    const Expr &call = *s.value;
    std::vector<llvm::Value *> values;
    std::vector<bool> texts;
    for (size_t i = 2; i < call.args.size(); ++i) {
        if (call.args[i]->type.kind == TypeKind::Text) { // comm: the kernel reads the text itself
            auto *row = static_cast<const AttributeRow *>(call.args[i]->ref.decl);
            values.push_back(b.CreatePtrToInt(m.fieldAddress(value(*call.args[i]->args[0]), "task_struct", std::string(row->path)), m.i64()));
            texts.push_back(true);
            continue;
        }
        texts.push_back(false);
        llvm::Value *v = value(*call.args[i]);
        if (call.args[i]->type.kind == TypeKind::Task)
            v = m.loadField(v, "task_struct", "pid");
        values.push_back(v->getType() == m.i1() ? b.CreateZExt(v, m.i64()) : v);
    }
    std::string format;
    Module::Scratch data(m, std::max<size_t>(1, values.size()));
    llvm::Value *size = formatted(call.args[1]->name, values, data, format, texts);
    if (frame.context == kDump) {
        format += '\n'; // without it the next one goes on in the same line
        m.call("scx_bpf_dump_bstr", {m.text(format, true), data, size});
        return;
    }
    llvm::Value *none = llvm::ConstantPointerNull::get(m.ptr());
    m.helper(
        helper::Print, m.i64(),
        {m.text(format), m.num32(static_cast<int>(format.size() + 1)), values.empty() ? none : static_cast<llvm::Value *>(data), b.CreateTrunc(size, m.i32())});
}

void Lowering::assertStmt(const Stmt &s) {
    m.ifThen(b.CreateXor(truth(*s.value), b.getTrue()), [&] {
        LineColumn at = sources.position(s.span);
        std::string text;
        Module::Scratch data(m, 1);
        llvm::Value *size = formatted("assert failed at " + std::string(sources.name(s.span.file)) + ":" + std::to_string(at.line) + ": " + printExpr(*s.value),
                                      {}, data, text);
        m.call("scx_bpf_error_bstr", {m.text(text, true), data, size});
    });
}

} // namespace scx
