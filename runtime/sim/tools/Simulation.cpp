// SPDX-License-Identifier: GPL-2.0-only
#include "sim/tools/Simulation.h"

#include "sim/bpf/Profile.h"
#include "sim/kernel/Flags.h"
#include "sim/kernel/Kernel.h"
#include "sim/tools/CallTrace.h"
#include "sim/tools/Rules.h"

#include <memory>

namespace scx::sim {
namespace {

Constants constantsOf(const Profile &profile) {
    Constants constants;
    constants.enqHead = profile.flag("SCX_ENQ_HEAD");
    constants.enqCpuSelected = profile.flag("SCX_ENQ_CPU_SELECTED");
    constants.reenqueueAnywhere = profile.hasFunction("scx_bpf_reenqueue_local___v2");
    constants.cutsExtraFlags = profile.number() < 700;
    return constants;
}

/// Parameters of our own objects are checked against their type and range; of others, names are variables and values numbers.
Settings variables(const Policy &policy, const Setup &setup) {
    if (!policy.info)
        return setup.sets;
    Settings out;
    for (const auto &[name, text] : setup.sets) {
        const Parameter &parameter = parameterOf(*policy.info, name, "scxrun --list");
        out.emplace_back(parameter.symbol, std::to_string(parseValue(*policy.info, parameter, text)));
    }
    return out;
}

/// As scxrun does (docs/internals/object.md): the policy need not read the topology itself.
void fillTopology(Object &object, const Machine &machine) {
    Object::Variable set = object.variable("raw_set__");
    if (!set.address)
        return;
    auto put = [&](const char *name, size_t cpu, int64_t value) {
        if (Object::Variable v = object.variable(name); (cpu + 1) * sizeof value <= v.size)
            reinterpret_cast<int64_t *>(v.address)[cpu] = value;
    };
    for (size_t cpu = 0; cpu < machine.cpus.size(); ++cpu) {
        put("raw_llc__", cpu, machine.cpus[cpu].llc);
        put("raw_node__", cpu, machine.cpus[cpu].node);
        put("raw_core__", cpu, machine.cpus[cpu].core);
        put("raw_capacity__", cpu, machine.cpus[cpu].capacity);
    }
    *set.address = 1;
}

} // namespace

Policy openPolicy(const std::string &path) {
    Policy policy{path, readFile(path), {}, {}};
    if (isPolicy(policy.file)) {
        policy.info = describe(policy.file);
        policy.names = Names(*policy.info);
    }
    return policy;
}

Outcome simulate(const Policy &policy, const Setup &setup, View *view) {
    Arena arena;
    Kernel kernel(setup.machine, arena, view, setup.seed);
    ObjectOptions options;
    options.kernel = setup.kernel;
    options.variables = variables(policy, setup);
    options.statistics = setup.statistics;
    Constants constants = constantsOf(Profile::open(setup.kernel));
    Outcome outcome;
    std::unique_ptr<Object> object;
    std::optional<UserOrder> order;
    if (policy.info && policy.info->ordersInUserSpace())
        order.emplace(*policy.info, policy.file, setup.user, kernel);
    try {
        for (bool first = true;; first = false) {
            auto fresh = std::make_unique<Object>(policy.path, kernel, arena, options);
            fillTopology(*fresh, setup.machine);
            if (first)
                kernel.populate(setup.workload, fresh->ops().flags & kOpsSwitchPartial);
            std::optional<Rules> rules;
            if (policy.info && view && setup.statistics && !policy.info->rules.empty()) {
                rules.emplace(*policy.info, *fresh);
                kernel.ruleHit = [&](int cpu) { return rules->hit(cpu); };
            }
            std::optional<CallTrace> calls;
            if (setup.traceCalls)
                calls.emplace(kernel, *fresh, policy.names);
            kernel.enable(*fresh, constants);
            object = std::move(fresh); // the one before is let go only now
            if (order && !kernel.ended())
                order->serve(*object);
            kernel.run(setup.duration);
            kernel.ruleHit = {};
            if (!kernel.wantsRestart() || kernel.now() >= setup.duration)
                break;
            ++outcome.restarts;
            if (view)
                view->print(kernel.now(), kernel.cpu(), "the policy ended: " + kernel.exited().message + "; it is loaded again");
        }
        outcome.time = kernel.now();
        outcome.exit = kernel.exited();
        if (view) {
            if (outcome.exit.kind)
                view->ended(outcome.exit);
            view->finish(kernel.now());
        }
        kernel.setView(nullptr);
        kernel.disable();
    } catch (const Fault &fault) {
        outcome.fault = fault.what();
        outcome.time = kernel.now();
        if (view)
            view->finish(kernel.now());
    }
    if (order)
        outcome.notes = order->report();
    outcome.events = kernel.handledEvents();
    outcome.switches = kernel.switches();
    return outcome;
}

} // namespace scx::sim
