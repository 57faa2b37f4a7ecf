// SPDX-License-Identifier: GPL-2.0-only
// Expressions. Arithmetic never traps and never depends on optimisation: no nsw, nuw or exact is ever set, divisions are guarded, shift
// counts masked.
#include "lower/Lowering.h"
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

llvm::Type *Lowering::typeFor(Module &m, const Type &t) {
    return t.kind == TypeKind::Bool ? static_cast<llvm::Type *>(m.i1()) : t.kind == TypeKind::Task ? static_cast<llvm::Type *>(m.ptr()) : m.i64();
}

Val Lowering::emit(const Expr &e) {
    m.locate(e.span);
    if (inTurns() && branchesMuch(e))
        if (llvm::Value *word = expressionApart(e))
            return {word};
    switch (e.kind) {
    case ExprKind::Number: return {m.num(e.value)};
    case ExprKind::Bool: return {b.getInt1(e.value != 0)};
    case ExprKind::Name:
    case ExprKind::Member:
    case ExprKind::Index:
        switch (e.ref.kind) {
        case RefKind::Local: {
            auto *local = static_cast<const Local *>(e.ref.decl);
            if (auto it = vars.find(local); it != vars.end())
                return {b.CreateLoad(typeFor(m, local->type), it->second)};
            return locals.at(local);
        }
        case RefKind::Const: {
            auto *c = static_cast<const ConstDecl *>(e.ref.decl);
            return {c->type.kind == TypeKind::Bool ? static_cast<llvm::Value *>(b.getInt1(c->evaluated != 0)) : m.num(c->evaluated)};
        }
        case RefKind::EnumValue: return {m.num(e.ref.index)};
        case RefKind::Queue:
            if (e.kind == ExprKind::Name)
                return {m.num(static_cast<const QueueDecl *>(e.ref.decl)->index)};
            break;
        case RefKind::Stat: return {counterSum(e)};
        case RefKind::Attribute: return attribute(*e.args[0], *static_cast<const AttributeRow *>(e.ref.decl));
        case RefKind::Operation: return operation(e, *static_cast<const OperationRow *>(e.ref.decl));
        default: return {load(place(e))};
        }
        return {load(place(e))};
    case ExprKind::Call: return call(e);
    case ExprKind::Negate: return {b.CreateSub(m.num(0), value(*e.args[0]))};
    case ExprKind::Not: return {b.CreateXor(truth(*e.args[0]), b.getTrue())};
    case ExprKind::Binary: {
        if (e.op == Op::And)
            return {m.choose(truth(*e.args[0]), [&] { return truth(*e.args[1]); }, [&]() -> llvm::Value * { return b.getFalse(); })};
        if (e.op == Op::Or)
            return {m.choose(truth(*e.args[0]), [&]() -> llvm::Value * { return b.getTrue(); }, [&] { return truth(*e.args[1]); })};
        const Expr &r = *e.args[1];
        bool nonZero = r.kind == ExprKind::Number && r.value != 0;
        if (r.ref.kind == RefKind::Attribute)
            nonZero |= static_cast<const AttributeRow *>(r.ref.decl)->minimum > 0;
        return {binary(e.op, *e.args[0], r, e.args[0]->type.kind, r.type.kind, nonZero)};
    }
    case ExprKind::Is: return {isExpr(e)};
    case ExprKind::Matches: return {matchesExpression(e)};
    case ExprKind::In: return {inSet(*e.args[1], value(*e.args[0]))};
    default: break;
    }
    diags.report(Diag::Internal, e.span, "an expression without a value");
    return {m.num(0)};
}

llvm::Value *Lowering::compare(Op op, llvm::Value *x, llvm::Value *y, bool wraps) {
    if (wraps && op != Op::Eq && op != Op::Ne) {     // points on a clock: the sign of the difference
        bool swapped = op == Op::Gt || op == Op::Le; // what is said to be later is often used next, and stays in its register as the second of a subtraction
        x = swapped ? b.CreateSub(y, x) : b.CreateSub(x, y);
        y = m.num(0);
        op = op == Op::Gt ? Op::Lt : op == Op::Le ? Op::Ge : op;
    }
    switch (op) {
    case Op::Eq: return b.CreateICmpEQ(x, y);
    case Op::Ne: return b.CreateICmpNE(x, y);
    case Op::Lt: return b.CreateICmpSLT(x, y);
    case Op::Le: return b.CreateICmpSLE(x, y);
    case Op::Gt: return b.CreateICmpSGT(x, y);
    default: return b.CreateICmpSGE(x, y);
    }
}

llvm::Value *Lowering::divide(llvm::Value *x, llvm::Value *y, bool remainder, bool nonZero) {
    // x / 0 is 0, x % 0 is x, least / -1 is itself, least % -1 is 0. LLVM may assume neither happens, so both are chosen away first.
    llvm::Value *zero = b.CreateICmpEQ(y, m.num(0)), *minusOne = b.CreateICmpEQ(y, m.num(-1));
    auto *constant = llvm::dyn_cast<llvm::ConstantInt>(y);
    if (constant ? !constant->isZero() && !constant->isMinusOne() : nonZero)
        return remainder ? b.CreateSRem(x, y) : b.CreateSDiv(x, y);
    llvm::Value *safe = b.CreateSelect(b.CreateOr(zero, minusOne), m.num(1), y);
    llvm::Value *result = remainder ? b.CreateSRem(x, safe) : b.CreateSDiv(x, safe);
    result = b.CreateSelect(minusOne, remainder ? m.num(0) : b.CreateSub(m.num(0), x), result);
    return b.CreateSelect(zero, remainder ? x : m.num(0), result);
}

/// Of most tasks and cgroups.
constexpr int64_t kUsualWeight = 100;

/// The X of X * 100 / p.weight or 100 * X / p.weight, nullptr if this is something else. With the usual weight that is X: what two instructions find out is not worth a
/// division, the dearest part of a charge.
const Expr *Lowering::byWeight(const Expr &product, const Expr &divisor) {
    if (divisor.ref.kind != RefKind::Attribute || static_cast<const AttributeRow *>(divisor.ref.decl)->name != std::string_view("weight") ||
        product.kind != ExprKind::Binary || product.op != Op::Mul)
        return nullptr;
    for (size_t factor : {1, 0})
        if (Checker::evaluate(*product.args[factor]) == kUsualWeight && product.args[0]->type.kind != TypeKind::Ratio &&
            product.args[1]->type.kind != TypeKind::Ratio)
            return product.args[1 - factor].get();
    return nullptr;
}

llvm::Value *Lowering::binary(Op op, const Expr &l, const Expr &r, TypeKind left, TypeKind right, bool nonZero) {
    if (const Expr *charged = op == Op::Div ? byWeight(l, r) : nullptr) {
        llvm::Value *x = value(*charged), *weight = value(r), *usual = m.num(kUsualWeight);
        return m.choose(b.CreateICmpEQ(weight, usual), [&] { return x; }, [&] { return divide(b.CreateMul(x, usual), weight, false, nonZero); });
    }
    llvm::Value *x = value(l), *y = value(r);
    m.locate(l.span);
    if (op >= Op::Eq && op <= Op::Ge)
        return compare(op, x, y, left == TypeKind::Time);
    switch (op) {
    case Op::BitOr: return b.CreateOr(x, y);
    case Op::BitAnd: return b.CreateAnd(x, y);
    case Op::Add: return b.CreateAdd(x, y);
    case Op::Sub: return b.CreateSub(x, y);
    case Op::Mul: {
        llvm::Value *product = b.CreateMul(x, y);
        return (left == TypeKind::Ratio) != (right == TypeKind::Ratio) ? divide(product, m.num(1'000'000), false, true) : product;
    }
    case Op::Div: return divide(x, y, false, nonZero);
    case Op::Rem: return divide(x, y, true, nonZero);
    case Op::Shl: return b.CreateShl(x, b.CreateAnd(y, m.num(63)));
    default: return b.CreateAShr(x, b.CreateAnd(y, m.num(63)));
    }
}

llvm::Value *Lowering::isExpr(const Expr &e) {
    const Expr &subject = *e.args[0];
    if (subject.type.kind == TypeKind::Text) {
        std::vector<std::string> patterns;
        for (size_t i = 1; i < e.args.size(); ++i)
            patterns.push_back(e.args[i]->name);
        llvm::Value *task = value(*subject.args[0]);
        auto *row = static_cast<const AttributeRow *>(subject.ref.decl);
        return inTurns() || !isName(*row) ? textMatchesApart(task, *row, patterns) : textMatches(task, *row, patterns);
    }
    llvm::Value *x = value(subject);
    bool wraps = subject.type.kind == TypeKind::Time;
    return anyOf(e.args.size() - 1, [&](size_t i) -> llvm::Value * {
        const Expr &p = *e.args[i + 1];
        if (p.kind == ExprKind::Range)
            return b.CreateAnd(compare(Op::Ge, x, value(*p.args[0]), wraps), compare(Op::Le, x, value(*p.args[1]), wraps));
        return b.CreateICmpEQ(x, value(p));
    });
}

/// Whether one of the tests holds, asked in turn. A branch leaves at the first that does: joined by `or`, each would leave a 0 or a 1
/// behind, and the verifier would walk all their combinations.
llvm::Value *Lowering::anyOf(size_t count, const std::function<llvm::Value *(size_t)> &test) {
    if (count == 0)
        return b.getFalse();
    if (count == 1)
        return test(0);
    llvm::BasicBlock *found = m.block("any"), *end = m.block("any.end");
    for (size_t i = 0; i < count; ++i) {
        llvm::BasicBlock *next = m.block("any.next");
        b.CreateCondBr(test(i), found, next);
        b.SetInsertPoint(next);
    }
    llvm::BasicBlock *none = b.GetInsertBlock();
    b.CreateBr(end);
    b.SetInsertPoint(found);
    b.CreateBr(end);
    b.SetInsertPoint(end);
    llvm::PHINode *any = b.CreatePHI(m.i1(), 2);
    any->addIncoming(b.getFalse(), none);
    any->addIncoming(b.getTrue(), found);
    return any;
}

Val Lowering::call(const Expr &e) {
    const Expr &callee = *e.args[0];
    if (callee.ref.kind == RefKind::Function)
        return function(*static_cast<const FnDecl *>(callee.ref.decl), e);
    if (callee.ref.kind == RefKind::Stat) {
        if (!frame.looksOn)
            histogramAdd(e);
        return {};
    }
    return operation(e, *static_cast<const OperationRow *>(callee.ref.decl));
}

Val Lowering::operation(const Expr &e, const OperationRow &row) {
    auto arg = [&](size_t i) { return value(*e.args[i]); };
    const Expr *receiver = e.kind == ExprKind::Call && e.args[0]->kind == ExprKind::Member ? e.args[0]->args[0].get() : nullptr;
    const Expr *at = nullptr;
    switch (row.op) {
    case Operation::QueueInsert: {
        const QueueDecl &q = queueOf(*receiver, at);
        llvm::Value *task = arg(1);
        return {insert(q, at, task, e.args.size() > 2 ? arg(2) : nullptr)};
    }
    case Operation::QueueSweep: {
        const QueueDecl &q = queueOf(*receiver, at);
        sweep(q, at);
        return {};
    }
    case Operation::QueueWatch: return {watch(queueOf(*receiver, at))};
    case Operation::QueueForget: {
        const QueueDecl &q = queueOf(*receiver, at);
        forget(q, arg(1));
        return {};
    }
    case Operation::QueueAnswered: answered(queueOf(*receiver, at)); return {};
    case Operation::QueueConsume: {
        const QueueDecl &q = queueOf(*receiver, at);
        return {consumeInTurns(q, at)};
    }
    case Operation::QueueTake: {
        const QueueDecl &q = queueOf(*receiver, at);
        return {consume(q, at, false)};
    }
    case Operation::LocalInsert: {
        llvm::Value *cpu = value(*receiver);
        llvm::Value *task = arg(1);
        return {localInsert(cpu, task, e.args.size() > 2 ? arg(2) : nullptr)};
    }
    case Operation::LocalReenqueue: {
        llvm::Value *cpu = value(*receiver);
        m.ifThen(b.CreateICmpEQ(cpu, frame.cpu), [&] { reenqueueLocal(); });
        return {};
    }
    case Operation::CpuClaim: {
        llvm::Value *cpu = value(*receiver);
        if (frame.looksOn)
            return attribute(*receiver, *findAttribute(TypeKind::Cpu, "idle"));
        return {frame.task ? m.choose(mayRun(frame.task, cpu), [&] { return m.call("scx_bpf_test_and_clear_cpu_idle", {cpu}); },
                                      [&]() -> llvm::Value * { return b.getFalse(); })
                           : m.call("scx_bpf_test_and_clear_cpu_idle", {cpu})};
    }
    case Operation::CpuKick:
    case Operation::CpuPreempt:
        if (!frame.looksOn)
            kick(value(*receiver), row.op == Operation::CpuKick ? kKickIdle : kKickPreempt);
        return {};
    case Operation::CpuPerform: {
        constexpr int64_t kFull = 1024; // SCX_CPUPERF_ONE; the kernel ends a policy that asks for more
        llvm::Value *cpu = value(*receiver), *millionths = arg(1), *part = b.CreateUDiv(b.CreateMul(millionths, m.num(kFull)), m.num(1'000'000));
        if (!frame.looksOn)
            m.call("scx_bpf_cpuperf_set", {cpu, b.CreateSelect(b.CreateICmpULT(part, m.num(kFull)), part, m.num(kFull))});
        return {};
    }
    case Operation::MayRun: {
        llvm::Value *task = value(*receiver);
        return {mayRun(task, arg(1))};
    }
    case Operation::IdleCpu: return idleSearch(*e.args[1], false);
    case Operation::IdleCore: return idleSearch(*e.args[1], true);
    case Operation::DefaultIdle: {
        llvm::Value *task = arg(1);
        return defaultIdle(task, arg(2));
    }
    case Operation::CgroupOf: return {b.CreateAnd(arg(1), m.num(kMaxCgroups - 1))};
    case Operation::CpuOf: {
        if (auto fixed = namedCpus.find(e.args[1]->ref.decl); fixed != namedCpus.end() && frame.context != kSleepable)
            return {b.CreateLoad(m.i64(), fixed->second)};
        return {existing(hidden(arg(1)))};
    }
    case Operation::Now: return {m.helper(helper::KtimeNs, m.i64(), {})};
    case Operation::CoarseNow: return {coarseNow(frame.cpu)};
    case Operation::Random: {
        llvm::Value *n = arg(1), *r = b.CreateZExt(m.helper(helper::Random, m.i32(), {}), m.i64());
        llvm::Value *positive = b.CreateICmpSGT(n, m.num(0));
        return {b.CreateSelect(positive, b.CreateURem(r, b.CreateSelect(positive, n, m.num(1))), m.num(0))};
    }
    case Operation::RatioOf: {
        llvm::Value *part = b.CreateMul(arg(1), m.num(1'000'000));
        return {divide(part, arg(2), false, false)};
    }
    case Operation::TaskOf: { // a reference: the `if let` that opens it gives it back
        llvm::Value *task = m.call("bpf_task_from_pid", {arg(1)});
        return {task, b.CreateICmpNE(task, llvm::ConstantPointerNull::get(m.ptr()))};
    }
    case Operation::Dispatched: return {b.CreateLoad(m.i1(), frame.dispatched)};
    case Operation::Remember: {
        llvm::Value *task = arg(1), *r = arg(2);
        if (frame.remembered) { // select_cpu: kept where it ends, if it places nothing
            b.CreateStore(r, frame.remembered);
            return {};
        }
        llvm::Value *cpu = thisCpu();
        b.CreateStore(b.CreatePtrToInt(task, m.i64()), cpuState(cpu, kSlotTask));
        b.CreateStore(r, cpuState(cpu, kSlotValue));
        b.CreateStore(m.num(0), cpuState(cpu, kSlotFlags));
        if (assignsSlice)
            b.CreateStore(b.CreateLoad(m.i64(), frame.slice), cpuState(cpu, kSlotSlice));
        return {};
    }
    case Operation::Recall: emit(*e.args[1]); return {frame.recalled ? frame.recalled : m.num(-1)};
    case Operation::Settle: { // stopping comes again, for the moment that is left until the kernel stops the task
        llvm::Value *task = arg(1);
        if (needsRan)
            b.CreateStore(m.loadField(task, "task_struct", "se.sum_exec_runtime"), cpuState(taskCpu(task), kStart));
        if (!runsOnce.empty())
            b.CreateStore(m.num(1), cpuState(taskCpu(task), settledMember));
        return {};
    }
    case Operation::Wait: { // its enqueue comes when this CPU goes idle: who should serve it may have looked before that
        llvm::Value *task = value(*receiver);
        if (frame.prev)
            m.ifThen(b.CreateAnd(frame.prevPresent, b.CreateICmpEQ(task, frame.prev)), [&] {
                b.CreateStore(b.getTrue(), frame.dispatched);
                kick(frame.cpu, kKickIdle);
            });
        return {};
    }
    case Operation::Replace: {
        Place p = place(*e.args[1]);
        llvm::Value *old = arg(2), *anew = arg(3);
        if (frame.looksOn)
            return {b.CreateICmpEQ(load(p), old)};
        auto exchange = [&] { // for LLVM, too, nothing moves across it
            return b.CreateExtractValue(b.CreateAtomicCmpXchg(p.address, old, anew, llvm::MaybeAlign(8), llvm::AtomicOrdering::SequentiallyConsistent,
                                                              llvm::AtomicOrdering::SequentiallyConsistent),
                                        1);
        };
        return {p.inRange ? m.choose(p.inRange, exchange, [&]() -> llvm::Value * { return b.getFalse(); }) : exchange()};
    }
    case Operation::Report: {
        llvm::Value *number = arg(1), *told = arg(2);
        Module::Scratch row(m, 2);
        b.CreateStore(number, row);
        b.CreateStore(b.CreateZExt(told, m.i64()), b.CreateConstInBoundsGEP1_64(m.i64(), row, 1));
        m.helper(helper::SeqWrite, m.i64(), {frame.reader, row, m.num32(16)});
        return {};
    }
    case Operation::Min:
    case Operation::Max: {
        llvm::Value *x = arg(1), *y = arg(2);
        bool wraps = e.type.kind == TypeKind::Time;
        return {b.CreateSelect(compare(row.op == Operation::Min ? Op::Lt : Op::Gt, x, y, wraps), x, y)};
    }
    case Operation::PackKeys: {
        auto cut = [&](llvm::Value *v, int64_t limit) {
            v = b.CreateSelect(b.CreateICmpSLT(v, m.num(-limit)), m.num(-limit), v);
            return b.CreateSelect(b.CreateICmpSGE(v, m.num(limit)), m.num(limit - 1), v);
        };
        constexpr int kSecond = 41;
        llvm::Value *first = cut(arg(1), int64_t(1) << 21), *second = cut(arg(2), int64_t(1) << (kSecond - 1));
        return {b.CreateAdd(b.CreateShl(first, m.num(kSecond)), second)};
    }
    case Operation::Abs: {
        llvm::Value *x = arg(1);
        return {b.CreateSelect(b.CreateICmpSLT(x, m.num(0)), b.CreateSub(m.num(0), x), x)};
    }
    default: break;
    }
    diags.report(Diag::Internal, e.span, "`" + std::string(row.name) + "` has no code here");
    return {m.num(0), b.getFalse()};
}

} // namespace scx
