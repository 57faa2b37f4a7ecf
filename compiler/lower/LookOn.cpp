// SPDX-License-Identifier: GPL-2.0-only
// What of a policy's own do those see who look on while it runs? Programs beside the policy's that answer what only its rules know; what is so under any policy,
// scxrun's own programs tell (runtime/kernel/look-on.bpf.c). Nobody loads them before somebody asks, and the policy knows nothing of them: they evaluate its very
// rules, over its very state, and change none of it. `explain__` is read as a file (bpf_iter), `rule_…__` stand on the kernel's tracepoints.
#include "lower/Lowering.h"

#include <string>

namespace scx {

const FnDecl *Lowering::functionNamed(const std::string &name) const {
    for (const auto &f : core.fns)
        if (f->name == name)
            return f.get();
    return nullptr;
}

/// A program that changes nothing of the policy.
Module::Program Lowering::beginLook(const std::string &name, const std::string &section, size_t arguments) {
    Module::Program program = m.beginProgram(name, section, arguments, core.policy.nameSpan);
    frame = Frame();
    frame.context = kOther;
    frame.looksOn = true;
    hookVariables();
    return program;
}

/// Of each task that the reader's iterator comes to, all that is reported.
void Lowering::explainProgram(const FnDecl &explain) {
    Module::Program program = beginLook("explain__", "?iter/task", 2);
    m.ifThen(opaqueNonNull(program.arguments[1]), [&] { // the end of all tasks is told as well
        frame.task = asPointer(program.arguments[1]);
        frame.reader = m.loadField(asPointer(program.arguments[0]), "bpf_iter_meta", "seq");
        locals[&explain.parameters[0]->local] = {frame.task};
        inlineBody(explain.body, nullptr);
    });
    b.CreateRet(m.num32(0));
}

/// The number of the rule that the task matches now, noted where scxrun has just noted that it waits: its state may have changed by the time it runs.
llvm::Function *Lowering::noteRule(const FnDecl &rule) {
    return apart("note_rule__", {"p"}, [&](const auto &given) {
        llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
        frame.task = asPointer(given[0]);
        locals[&rule.parameters[0]->local] = {frame.task};
        Module::Scratch key(m, 1);
        b.CreateStore(m.loadField(frame.task, "task_struct", "pid"), key);
        llvm::Value *waiting = m.helper(helper::MapLookup, m.ptr(), {traceSince, key});
        m.ifThen(b.CreateICmpNE(waiting, null), [&] {
            llvm::AllocaInst *result = m.local(m.i64(), "result");
            inlineBody(rule.body, result);
            b.CreateStore(b.CreateLoad(m.i64(), result), b.CreateConstInBoundsGEP1_64(m.i64(), waiting, 1));
        });
        return m.num(0);
    });
}

/// For a tracepoint of which that argument is a task that may begin to wait.
void Lowering::ruleProgram(const FnDecl &rule, const std::string &name, const std::string &event, size_t argument) {
    Module::Program program = beginLook(name, "?tp_btf/" + event, argument + 1);
    b.CreateCall(noteRule(rule), {program.arguments[argument]});
    b.CreateRet(m.num32(0));
}

void Lowering::lookOn() {
    if (const FnDecl *explain = functionNamed("explain__"))
        explainProgram(*explain);
    const FnDecl *rule = functionNamed("rule_of__");
    if (!rule)
        return;
    traceSince = m.map("trace_since__", mapType::LruHash, 1, 0, m.diInt(64, true), m.diArray(m.diInt(64, true), 2)); // scxrun's takes its place
    ruleProgram(*rule, "rule_waking__", "sched_waking", 0);
    ruleProgram(*rule, "rule_new__", "sched_wakeup_new", 0);
    ruleProgram(*rule, "rule_switch__", "sched_switch", 1);
}

} // namespace scx
