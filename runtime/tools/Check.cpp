// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Check.h"

#include "kernel/Fit.h"
#include "object/Document.h"
#include "tools/Runner.h"

#include <nlohmann/json.hpp>

#include <bpf/libbpf.h>

#include <iostream>

namespace scx {
namespace {

using nlohmann::json;

json document(const std::string &kernel, const Fit &fit) {
    json out = {{"kernel", kernel}, {"loads", fit.loads()}, {"kfuncs", json::array()}, {"missing", json::array()}};
    for (const ChosenFunction &f : fit.chosen)
        out["kfuncs"].push_back({{"name", f.name}, {"operation", f.operation.empty() ? json() : json(f.operation)}, {"lacking", f.lacking}});
    for (const Missing &m : fit.missing)
        out["missing"].push_back(
            {{"what", m.what}, {"name", m.name}, {"place", m.place.empty() ? json() : json(m.place)}, {"fatal", m.fatal}, {"consequence", m.consequence}});
    return out;
}

void print(const std::string &path, const std::string &kernel, const Fit &fit) {
    std::cout << path << (fit.loads() ? " will load" : " will not load") << " on " << kernel << "\n";
    for (const Missing &m : fit.missing)
        std::cout << (m.fatal ? "needs   " : "without ") << m.what << " " << m.name << (m.place.empty() ? "" : " (" + m.place + ")") << ": " << m.consequence
                  << "\n";
    for (const ChosenFunction &f : fit.chosen) {
        std::cout << "kfunc   " << f.name;
        if (!f.operation.empty())
            std::cout << ": " << f.operation;
        for (size_t i = 0; i < f.lacking.size(); ++i)
            std::cout << (i ? ", " : "; this kernel has no ") << f.lacking[i];
        std::cout << "\n";
    }
}

} // namespace

int runCheck(const CheckOptions &options) {
    try {
        libbpf_set_print(nullptr); // what it would say is said in one line here
        ObjectFile file = readFile(options.path);
        std::optional<ObjectInfo> info;
        std::map<std::string, int64_t> values;
        if (isPolicy(file)) {
            Policy policy = readPolicy(file, splitSettings(options.sets, "--set "));
            info = policy.info;
            values = policy.values;
        } else if (!options.sets.empty())
            throw std::runtime_error("`" + options.path + "` has no parameters; it is not of scxc");
        std::vector<std::string> kernels = options.kernels;
        if (kernels.empty())
            kernels.emplace_back();
        bool loads = true;
        json all = {{"object", options.path}, {"policy", info ? json(info->policy) : json()}, {"kernels", json::array()}};
        for (const std::string &path : kernels) {
            BtfPointer types = readKernelBtf(path);
            Fit fit = fitTo(file, info, values, types.get());
            std::string kernel = path.empty() ? "this kernel" : path;
            loads = loads && fit.loads();
            if (options.json)
                all["kernels"].push_back(document(kernel, fit));
            else
                print(options.path, kernel, fit);
        }
        if (options.json)
            printDocument(all);
        return loads ? 0 : 3;
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
