// SPDX-License-Identifier: GPL-2.0-only
// Are the statements of a body right?
#include "sema/Checker.h"
#include "syntax/Print.h"

namespace scx {

void Checker::pushLocal(Local &local) {
    if (mode == CheckMode::Surface && local.name.find("__") != std::string::npos)
        diags.report(Diag::CompilerName, local.span);
    // A module's author cannot know the policy's names, nor the other way round: only within one file is shadowing refused.
    auto taken = lookup(local.name, local.span);
    if (taken && !taken->ambiguous && mode == CheckMode::Surface && (!taken->span.valid() || taken->span.file == local.span.file)) {
        auto &d = diags.report(Diag::NameTaken, local.span, local.name);
        if (taken->span.valid())
            d.note(taken->span, "the first `" + local.name + "` is here");
    }
    scopes.back()[local.name] = {{RefKind::Local, &local}, local.type, local.span};
}

void Checker::block(Block &b) {
    bool outer = std::exchange(inBody, true);
    scopes.emplace_back();
    for (StmtPtr &s : b)
        stmt(*s);
    scopes.pop_back();
    inBody = outer;
}

void Checker::stmt(Stmt &s) {
    switch (s.kind) {
    case StmtKind::Let:
    case StmtKind::Var: {
        Type declared;
        if (s.typeName) {
            TypeName name{*s.typeName, nullptr, s.typeSpan};
            declared = typeOf(name, false);
        }
        if (declared.known())
            require(*s.value, declared);
        else if (Type found = value(*s.value); !s.typeName)
            declared = found;
        if (declared.optional)
            mayBeMissing(s.value->span);
        if (declared.kind == TypeKind::CpuSet || declared.kind == TypeKind::Text || declared.kind == TypeKind::Queue || declared.kind == TypeKind::CgroupSet ||
            declared.isArray()) {
            diags.report(Diag::TypeMismatch, s.value->span, "a number, duration, time, bool, cpu, task, cgroup or enum", typeText(declared));
            declared = {};
        }
        s.local->type = declared;
        pushLocal(*s.local);
        break;
    }
    case StmtKind::If:
        scopes.emplace_back();
        if (s.local) {
            Type t = value(*s.value);
            if (t.known() && !t.optional)
                diags.report(Diag::NotOptional, s.value->span);
            s.local->type = t.value();
            pushLocal(*s.local);
        } else
            require(*s.value, {TypeKind::Bool});
        block(s.body);
        scopes.pop_back();
        block(s.orElse);
        break;
    case StmtKind::For: forLoop(s); break;
    case StmtKind::Repeat: {
        require(*s.value, {TypeKind::Int});
        if (auto n = evaluate(*s.value); s.value->type.known() && n && (*n < 1 || *n > 1'000'000))
            diags.report(Diag::LoopBound, s.value->span, "this is " + std::to_string(*n));
        ++loops;
        block(s.body);
        --loops;
        break;
    }
    case StmtKind::Return:
        if (s.value) {
            if (!returns.known()) {
                type(*s.value);
                diags.report(Diag::TypeMismatch, s.value->span, "no value", "one");
            } else
                require(*s.value, returns);
        } else if (returns.known() && !inHook)
            diags.report(Diag::TypeMismatch, s.span, typeText(returns), "no value");
        break;
    case StmtKind::Break:
    case StmtKind::Continue:
        if (!loops)
            diags.report(Diag::OutsideLoop, s.span, s.kind == StmtKind::Break ? "break" : "continue");
        break;
    case StmtKind::Assert: require(*s.value, {TypeKind::Bool}); break;
    case StmtKind::Assign: assignment(s); break;
    case StmtKind::Call:
        type(*s.value);
        if (s.value->kind != ExprKind::Call && (s.value->type.known() || s.value->ref.kind == RefKind::Stat))
            diags.report(Diag::Expected, s.span, "a call or an assignment", "a value nobody uses");
        break;
    case StmtKind::Log: logCall(s); break;
    case StmtKind::Block: block(s.body); break;
    }
}

void Checker::assignment(Stmt &s) {
    Expr &target = *s.target;
    if (namedStat(target, StatKind::Counter)) {
        if (s.assign != AssignKind::Add)
            diags.report(Diag::NotAssignable, target.span, printExpr(target), "a counter only grows, by `+=`");
        require(*s.value, {TypeKind::Int});
        return;
    }
    Type t = type(target);
    if (!t.known() && target.ref.kind != RefKind::Stat) {
        needsValue(target);
        type(*s.value);
        return;
    }
    const Expr *root = &target;
    while (root->kind == ExprKind::Index)
        root = root->args[0].get();
    auto refuse = [&](const std::string &why) { diags.report(Diag::NotAssignable, target.span, root->name.empty() ? printExpr(*root) : root->name, why); };
    switch (root->ref.kind) {
    case RefKind::TaskField:
    case RefKind::CpuField:
    case RefKind::CgroupField:
    case RefKind::Global:
    case RefKind::QueueState: break;
    case RefKind::Local:
        if (!static_cast<const Local *>(root->ref.decl)->assignable)
            refuse("only a `var` can");
        break;
    case RefKind::Attribute:
        if (static_cast<const AttributeRow *>(root->ref.decl)->read != Read::Slice)
            refuse("of a task's attributes only `slice` can");
        break;
    case RefKind::Stat:
        refuse("a histogram takes values by `add`");
        require(*s.value, {TypeKind::Int});
        return;
    case RefKind::Param: refuse("it is set when the policy is loaded"); break;
    default: refuse("it is no state"); break;
    }
    if (t.isArray()) {
        refuse("assign its elements");
        return;
    }
    if (s.assign == AssignKind::Set)
        require(*s.value, t);
    else if (t.kind == TypeKind::Time)
        require(*s.value, {TypeKind::Duration});
    else if (t.kind == TypeKind::Int || t.kind == TypeKind::Duration || t.kind == TypeKind::Ratio)
        require(*s.value, t);
    else {
        type(*s.value);
        diags.report(Diag::TypeMismatch, target.span, "int, duration or time", typeText(t));
    }
}

void Checker::forLoop(Stmt &s) {
    Expr &over = *s.value;
    if (over.kind == ExprKind::Range) {
        require(*over.args[0], {TypeKind::Int});
        require(*over.args[1], {TypeKind::Int});
        s.local->type = {TypeKind::Int};
    } else {
        Type t = value(over, {TypeKind::CpuSet});
        if (t.kind == TypeKind::CpuSet)
            s.local->type = {TypeKind::Cpu};
        else if (t.kind == TypeKind::CgroupSet)
            s.local->type = {TypeKind::Cgroup};
        else if ((t.kind == TypeKind::Queue || t.kind == TypeKind::Instance) && over.ref.kind != RefKind::Attribute) {
            needsCgroup(over);
            s.local->type = {TypeKind::Task};
        } else if (t.known()) // `c.local` and `p.queue` are none that could be walked
            diags.report(Diag::TypeMismatch, over.span, "a range, `cpus`, a set of CPUs, `cgroups` or a declared queue", typeText(t));
    }
    scopes.emplace_back();
    pushLocal(*s.local);
    ++loops;
    block(s.body);
    --loops;
    scopes.pop_back();
}

void Checker::logCall(Stmt &s) {
    Expr &call = *s.value;
    if (call.args.size() < 2 || call.args[1]->kind != ExprKind::Text) {
        diags.report(Diag::BadPattern, call.span, "`log` begins with its format, a text in quotes");
        return;
    }
    const std::string &format = call.args[1]->name;
    size_t holes = 0;
    for (size_t i = 0; i < format.size(); ++i) {
        char next = i + 1 < format.size() ? format[i + 1] : ' ';
        if ((format[i] == '{' || format[i] == '}') && (next == format[i] || (format[i] == '{' && next == '}'))) {
            holes += next != format[i];
            ++i;
        } else if (format[i] == '{' || format[i] == '}') {
            diags.report(Diag::BadPattern, call.args[1]->span, "a `{` or `}` by itself in a format; write `{}` for a value, `{{` and `}}` for braces");
            return;
        }
    }
    if (holes != call.args.size() - 2)
        diags.report(Diag::BadFormat, call.args[1]->span, std::to_string(holes), "{}", std::to_string(call.args.size() - 2));
    if (call.args.size() > 14)
        diags.report(Diag::TooMany, call.span, "values in one `log`", "12");
    for (size_t i = 2; i < call.args.size(); ++i) {
        Expr &arg = *call.args[i];
        if (namedStat(arg, StatKind::Counter)) { // the one place that reads a counter
            arg.type = {TypeKind::Int};
            continue;
        }
        if (const StatDecl *histogram = namedStat(arg, StatKind::Histogram)) {
            diags.report(Diag::NoValue, arg.span, histogram->name, "a histogram is no single number");
            continue;
        }
        if (arg.kind == ExprKind::Text) {
            diags.report(Diag::BadPattern, arg.span, "a text is no value to print; write it into the format");
            continue;
        }
        Type t = value(arg);
        if (t.optional)
            mayBeMissing(arg.span);
        else if (t.kind == TypeKind::Text && static_cast<const AttributeRow *>(arg.ref.decl)->read != Read::Comm)
            diags.report(Diag::TypeMismatch, arg.span, "a value that can be printed", "`" + arg.name + "`, which is only compared");
        else if (t.kind == TypeKind::CpuSet || t.kind == TypeKind::Instance || t.kind == TypeKind::Cgroup || t.kind == TypeKind::CgroupSet || t.isArray())
            diags.report(Diag::TypeMismatch, arg.span, "a value that can be printed", typeText(t));
    }
}

} // namespace scx
