// SPDX-License-Identifier: GPL-2.0-only
// What is written in place, and what is a function for the kernel as well?
#include "lower/Lowering.h"
#include "sema/Arguments.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {
namespace {

/// Of the functions one below the other that the kernel takes, how many there may be above and below those that serve: the hook and its way for an expired task;
/// who comes next among cgroups, or what is done for a queue that a process orders.
constexpr unsigned kAbove = 2, kBelow = 3, kBelowUserSpace = 4;

bool loops(const Block &body) {
    return std::any_of(body.begin(), body.end(),
                       [](const StmtPtr &s) { return s->kind == StmtKind::Repeat || s->kind == StmtKind::For || loops(s->body) || loops(s->orElse); });
}

bool isSlice(const Expr &e) { return e.ref.kind == RefKind::Attribute && static_cast<const AttributeRow *>(e.ref.decl)->name == "slice"; }

} // namespace

/// Made where it is first needed. `begin` makes the function, `body` writes it and returns what it returns.
llvm::Function *Lowering::madeOnce(const std::string &name, const std::function<llvm::Function *()> &begin, const Written &body) {
    llvm::Function *&made = functions[name];
    if (made)
        return made;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    Frame usual = std::exchange(frame, Frame());
    auto usualLocals = locals;
    auto usualVars = std::exchange(vars, {});
    auto usualLoops = std::exchange(loopStack, {});
    made = begin();
    std::vector<llvm::Value *> given;
    for (llvm::Argument &a : made->args())
        given.push_back(&a);
    frame.context = usual.context;
    frame.looksOn = usual.looksOn;
    hookVariables();
    b.CreateRet(body(given));
    frame = std::move(usual);
    locals = std::move(usualLocals);
    vars = std::move(usualVars);
    loopStack = std::move(usualLoops);
    m.resume(saved, location);
    return made;
}

/// A function of its own; arguments and result are words. The verifier walks it anew for each call, but nothing of the ways it found
/// through it is left when it returns, in registers or on the stack: what follows is walked once. So `body` has to return a word that the verifier does not know.
llvm::Function *Lowering::apart(const std::string &name, const std::vector<std::string> &parameters, const Written &body) {
    return madeOnce(name, [&] { return m.beginFunction(name, parameters); }, body);
}

/// Nothing in it depends on the hook that calls it: it works on numbers alone.
bool Lowering::ofNumbers(const FnDecl &fn) {
    std::set<const FnDecl *> called{&fn};
    bool depends = anyExprCalled(fn.body, [](const Expr &e) {
        for (Operation o : {Operation::CpuClaim, Operation::IdleCpu, Operation::IdleCore, Operation::Dispatched, Operation::Recall, Operation::LocalReenqueue})
            if (isOperation(e, o))
                return true;
        return e.type.kind == TypeKind::Task || e.type.kind == TypeKind::Queue || e.type.kind == TypeKind::Instance;
    }, called);
    auto logs = [](const auto &self, const Block &body) -> bool {
        return std::any_of(body.begin(), body.end(),
                           [&](const StmtPtr &s) { return s->kind == StmtKind::Log || self(self, s->body) || self(self, s->orElse); });
    };
    return fn.result.known() && fn.parameters.size() <= kArguments && !depends &&
           std::none_of(called.begin(), called.end(), [&](const FnDecl *f) { return logs(logs, f->body); });
}

/// Its parameters are those words.
void Lowering::receive(const FnDecl &fn, const std::vector<llvm::Value *> &given) {
    for (size_t i = 0; i < fn.parameters.size(); ++i)
        locals[&fn.parameters[i]->local] = {b.CreateTrunc(given[i], typeFor(m, fn.parameters[i]->local.type))};
}

/// A function of numbers in a loop is one for the kernel as well, so that the ways through it do not multiply what the verifier walks in each turn.
llvm::Value *Lowering::functionApart(const FnDecl &fn, const std::vector<std::optional<Val>> &arguments) {
    std::vector<std::string> names;
    std::vector<llvm::Value *> words;
    for (size_t i = 0; i < fn.parameters.size(); ++i) {
        names.push_back(fn.parameters[i]->local.name);
        words.push_back(b.CreateZExt(arguments[i]->value, m.i64()));
    }
    llvm::Type *type = typeFor(m, fn.result);
    llvm::Function *function = apart("fn_" + fn.name + (frame.looksOn ? "_seen__" : "__"), names, [&](const auto &given) {
        receive(fn, given);
        llvm::AllocaInst *result = m.local(type, "result");
        inlineBody(fn.body, result);
        return m.unbounded(b.CreateZExt(b.CreateLoad(type, result), m.i64()));
    });
    return b.CreateTrunc(b.CreateCall(function, words), type);
}

/// A number made of numbers in so many steps at which the verifier goes two ways that in a loop, where it finds no way again that it has been, it would not come to an end.
bool Lowering::branchesMuch(const Expr &e) {
    constexpr size_t kMuch = 5;
    size_t branches = 0;
    bool other = anyExpr(e, [&](const Expr &part) {
        auto fixed = [](const Expr &value) { return value.kind == ExprKind::Number || value.ref.kind == RefKind::Const; };
        switch (part.kind) {
        case ExprKind::Number:
        case ExprKind::Bool:
        case ExprKind::Negate:
        case ExprKind::Not: return false;
        case ExprKind::Binary:
            branches += part.op == Op::And || part.op == Op::Or                               ? 1
                        : (part.op == Op::Div || part.op == Op::Rem) && !fixed(*part.args[1]) ? 2
                                                                                              : 0; // by zero, by -1
            return false;
        case ExprKind::Call: ++branches; return false; // of what, its name says
        case ExprKind::Index:
            branches += fixed(*part.args[1]) ? 0 : 2; // to look and to read
            return false;
        case ExprKind::Name:
        case ExprKind::Member:
            switch (part.ref.kind) {
            case RefKind::Const:
            case RefKind::Param:
            case RefKind::EnumValue:
            case RefKind::Global:
            case RefKind::CpuField:
            case RefKind::CgroupField: return false;
            case RefKind::Operation: {
                Operation o = static_cast<const OperationRow *>(part.ref.decl)->op;
                return o != Operation::Min && o != Operation::Max && o != Operation::Abs;
            }
            case RefKind::Local: return part.type.kind == TypeKind::Task;
            case RefKind::Attribute: return part.args.empty() || part.args[0]->type.kind != TypeKind::Cpu;
            default: return true;
            }
        default: return true;
        }
    });
    return !other && branches >= kMuch;
}

/// Its value from a function for the kernel as well, which is given the locals that stand in it.
llvm::Value *Lowering::expressionApart(const Expr &e) {
    std::vector<const Local *> used;
    anyExpr(e, [&](const Expr &part) {
        if (auto *local = static_cast<const Local *>(part.ref.decl);
            part.ref.kind == RefKind::Local && std::find(used.begin(), used.end(), local) == used.end())
            used.push_back(local);
        return false;
    });
    if (used.size() > kArguments)
        return nullptr;
    std::vector<std::string> names;
    std::vector<llvm::Value *> words;
    for (const Local *local : used) {
        auto variable = vars.find(local);
        names.push_back(local->name);
        words.push_back(b.CreateZExt(variable == vars.end() ? locals.at(local).value : b.CreateLoad(typeFor(m, local->type), variable->second), m.i64()));
    }
    llvm::Type *type = typeFor(m, e.type);
    std::string name = "expression_" + std::to_string(expressions.try_emplace(&e, expressions.size()).first->second) + "__";
    llvm::Function *function = apart(name, names, [&](const auto &given) {
        for (size_t i = 0; i < used.size(); ++i)
            locals[used[i]] = {b.CreateTrunc(given[i], typeFor(m, used[i]->type))};
        return m.unbounded(b.CreateZExt(value(e), m.i64()));
    });
    return b.CreateTrunc(b.CreateCall(function, words), type);
}

/// A function that serves a part of a dispatch may be written now.
bool Lowering::mayServeApart() const {
    bool userSpace = std::any_of(core.queues.begin(), core.queues.end(), [](const auto &q) { return userSpaceTime(*q); });
    return frame.context == kDispatch && frame.servers < kCallFrames - kAbove - (userSpace ? kBelowUserSpace : kBelow);
}

/// What `body` does in a dispatch and says, from a function that the verifier walks once, not for each call. What depends on the hook is handed in and given back, a slice that is
/// assigned excepted; `own` are further words that `body` is given.
llvm::Value *Lowering::serveApart(const std::string &what, const std::vector<std::pair<std::string, llvm::Value *>> &own, const Written &body) {
    enum Bit : int { kTrue, kDispatched, kKept };
    bool expired = frame.prev && frame.prevPresent == b.getTrue();
    std::vector<std::string> names = {"cpu__"};
    std::vector<llvm::Value *> words = {frame.cpu};
    if (expired) {
        names.insert(names.end(), {"prev__", "slice__"});
        words.insert(words.end(), {b.CreatePtrToInt(frame.prev, m.i64()), b.CreateLoad(m.i64(), frame.slice)});
    }
    const size_t ofHook = words.size();
    for (const auto &[name, word] : own) {
        names.push_back(name);
        words.push_back(word);
    }
    unsigned servers = frame.servers + 1; // at other depths the same may have to be written in place
    std::string name = what + (expired ? "_expired" : "_usual") + std::to_string(servers) + "__";
    llvm::Function *function = madeOnce(name, [&] { return m.beginFunctionWalkedOnce(name, names, expired ? "prev__" : nullptr); }, [&](const auto &given) {
        frame.servers = servers;
        frame.cpu = given[0];
        frame.prevPresent = b.getInt1(expired);
        if (expired) {
            frame.prev = asPointer(given[1]);
            b.CreateStore(given[2], frame.slice);
        }
        llvm::Value *served = body({given.begin() + static_cast<ptrdiff_t>(ofHook), given.end()});
        auto bit = [&](llvm::Value *value, Bit at) { return b.CreateShl(b.CreateZExt(value, m.i64()), at); };
        return b.CreateOr(bit(served, kTrue),
                          b.CreateOr(bit(b.CreateLoad(m.i1(), frame.dispatched), kDispatched), bit(b.CreateLoad(m.i1(), frame.kept), kKept)));
    });
    llvm::Value *answer = b.CreateCall(function, words);
    auto is = [&](Bit at) { return b.CreateTrunc(b.CreateLShr(answer, at), m.i1()); };
    auto add = [&](llvm::AllocaInst *variable, Bit at) { b.CreateStore(b.CreateOr(b.CreateLoad(m.i1(), variable), is(at)), variable); };
    add(frame.dispatched, kDispatched);
    if (expired) // else there is nobody to keep, and nothing is to be written for it
        add(frame.kept, kKept);
    return is(kTrue);
}

/// Called in a loop, with a loop in it in which it consumes: a share inside of a share. In place it would be there once for each turn of the outer one, and all that it
/// calls as often again. Its arguments have room beside the three that `serveApart` may hand in.
bool Lowering::servesInTurns(const FnDecl &fn) const {
    if (!mayServeApart() || loopStack.empty() || fn.result.kind != TypeKind::Bool || !loops(fn.body) || fn.parameters.size() > kArguments - 3)
        return false;
    auto aTask = [](const auto &parameter) { return parameter->local.type.kind == TypeKind::Task; };
    auto found = [&](const ExprTest &test) {
        std::set<const FnDecl *> called{&fn};
        return anyExprCalled(fn.body, test, called);
    };
    return std::none_of(fn.parameters.begin(), fn.parameters.end(), aTask) && found([](const Expr &e) { return isOperation(e, Operation::QueueConsume); }) &&
           !(assignsSlice && found(isSlice));
}

llvm::Value *Lowering::serverApart(const FnDecl &fn, const std::vector<std::optional<Val>> &arguments) {
    std::vector<std::pair<std::string, llvm::Value *>> own;
    for (size_t i = 0; i < fn.parameters.size(); ++i)
        own.emplace_back(fn.parameters[i]->local.name, b.CreateZExt(arguments[i]->value, m.i64()));
    return serveApart("fn_" + fn.name, own, [&](const auto &given) {
        receive(fn, given);
        llvm::AllocaInst *result = m.local(m.i1(), "result");
        inlineBody(fn.body, result);
        return b.CreateLoad(m.i1(), result);
    });
}

/// A queue of several that a loop consumes, as a share of more than eight entries does: the ways through each would multiply in each turn.
llvm::Value *Lowering::consumeInTurns(const QueueDecl &q, const Expr *at) {
    if (at || !inTurns() || !mayServeApart())
        return consume(q, at, true);
    return serveApart(q.name + "__consume", {}, [&](const auto &) { return consume(q, nullptr, true); });
}

Val Lowering::function(const FnDecl &fn, const Expr &e) {
    // Written in place. Arguments are values, evaluated as they stand and then the defaults; a function's locals are bound anew at each call.
    std::vector<std::optional<Val>> arguments(fn.parameters.size());
    std::vector<int> places = parametersOf(fn.parameters, e.argNames);
    for (size_t i = 0; i < places.size(); ++i)
        arguments[static_cast<size_t>(places[i])] = emit(*e.args[i + 1]);
    for (size_t i = 0; i < fn.parameters.size(); ++i)
        if (!arguments[i])
            arguments[i] = emit(*fn.parameters[i]->value);
    if (inTurns() && ofNumbers(fn))
        return {functionApart(fn, arguments)};
    if (servesInTurns(fn))
        return {serverApart(fn, arguments)};
    auto savedLocals = locals;
    auto savedVars = vars;
    for (size_t i = 0; i < fn.parameters.size(); ++i)
        locals[&fn.parameters[i]->local] = *arguments[i];
    llvm::AllocaInst *result = fn.result.known() ? m.local(typeFor(m, fn.result), "result") : nullptr;
    inlineBody(fn.body, result);
    locals = std::move(savedLocals);
    vars = std::move(savedVars);
    m.locate(e.span);
    return {result ? b.CreateLoad(typeFor(m, fn.result), result) : nullptr};
}

} // namespace scx
