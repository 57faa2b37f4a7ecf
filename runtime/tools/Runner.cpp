// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Runner.h"

#include "kernel/Hints.h"

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace scx {
namespace {

int64_t valueOf(const Policy &policy, const Parameter &p) {
    auto it = policy.values.find(p.name);
    return it == policy.values.end() ? p.value : it->second;
}

} // namespace

Policy readPolicy(ObjectFile file, const Settings &settings) {
    Policy policy{std::move(file), {}, {}};
    policy.info = describe(policy.file);
    checkSymbols(policy.file, policy.info);
    for (const auto &[name, text] : settings)
        policy.values[name] = parseValue(policy.info, parameterOf(policy.info, name), text);
    return policy;
}

Runner::Runner(Policy first, LoadOptions options) : options(std::move(options)), now(std::move(first)) {}

std::unique_ptr<Scheduler> Runner::load(const Policy &policy) {
    if (policy.info.told.hints && !options.hints)
        options.hints = std::make_shared<Hints>();
    LoadOptions its = options;
    if (!policy.info.told.hints)
        its.hints.reset();
    if (loaded && !policy.info.ordersInUserSpace()) // the plug-in is for one that ran before, and may run again
        its.userPolicy.clear();
    return std::make_unique<Scheduler>(policy.file, policy.info, policy.values, its);
}

void Runner::begin() {
    running.reset(); // its link is gone before the next one asks for the machine
    running = load(now);
    running->attach();
    attached();
}

void Runner::attached() {
    began = Clock::now();
    ++loaded;
}

std::vector<Runner::Change> Runner::set(const Settings &settings) {
    std::map<std::string, int64_t> values;
    std::vector<Change> changes;
    for (const auto &[name, text] : settings) {
        const Parameter &p = parameterOf(now.info, name);
        if (!p.live)
            throw std::runtime_error("`" + name + "` is fixed while the policy runs; start it again with --set " + name + "=" + text +
                                     ", or declare it a `live param`");
        values[name] = parseValue(now.info, p, text);
        changes.push_back({name, valueText(now.info, p.type, valueOf(now, p)), valueText(now.info, p.type, values[name])});
    }
    running->set(now.info, values);
    for (const auto &[name, value] : values)
        now.values[name] = value;
    return changes;
}

void Runner::prepare(Policy policy, std::chrono::seconds time, Witness who) {
    judge();
    if (onTrial())
        throw std::runtime_error("`" + now.info.policy + "` is on trial; wait " + std::to_string(trialLeft().count()) + " s more");
    next = load(policy);
    following = std::move(policy);
    grace = time;
    witness = std::move(who);
}

std::unique_ptr<Scheduler> Runner::follow() {
    std::unique_ptr<Scheduler> old = std::move(running);
    running = std::move(next);
    before = std::exchange(now, std::move(following));
    auto ended = Clock::now();
    old->detach();
    try {
        running->attach();
    } catch (const std::runtime_error &error) {
        putBack(error.what());
        return old;
    }
    attached();
    trialEnds = began + grace;
    witness.followed(began - ended);
    return old;
}

std::chrono::seconds Runner::trialLeft() const { return std::chrono::ceil<std::chrono::seconds>(trialEnds - Clock::now()); }

void Runner::closeTrial(bool kept, const std::string &why) {
    before.reset();
    witness.judged(kept, why);
}

void Runner::judge() {
    if (onTrial() && Clock::now() >= trialEnds)
        closeTrial(true, "");
}

void Runner::putBack(const std::string &why) {
    std::string failed = now.info.policy;
    now = std::move(*before);
    begin();
    std::string line = "`" + failed + "` did not hold: " + why + "; `" + now.info.policy + "` schedules again";
    std::cerr << "scxrun: " << line << "\n";
    closeTrial(false, line);
}

} // namespace scx
