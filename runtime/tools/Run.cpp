// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Run.h"

#include "object/Document.h"
#include "tools/Answers.h"
#include "tools/Figures.h"
#include "tools/List.h"
#include "tools/Metrics.h"
#include "tools/MetricsServer.h"
#include "tools/Runner.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace scx {
namespace {

using nlohmann::json;
using Clock = Runner::Clock;

volatile std::sig_atomic_t stopped = 0;

/// The first signal ends the policy in order; a second one ends scxrun itself, and with it the link.
void onSignals() {
    struct sigaction action = {};
    action.sa_handler = [](int) { stopped = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

/// Nobody can read what does not fit on a disk; that is told once, for the policy matters more.
void afterPrinting() {
    static bool told = false;
    if (fflush(stdout) == 0 && std::cout.flush())
        return;
    std::string why = std::strerror(errno);
    clearerr(stdout);
    std::cout.clear();
    if (!std::exchange(told, true))
        std::cerr << "scxrun: what is printed cannot be written (" << why << "); the policy goes on\n";
}

enum class Ended { InOrder, InError, ByHotplug, Replaced };

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

/// The policy's last word: figures, and why it ended.
ExitInfo close(const RunOptions &options, Scheduler &scheduler, const ObjectInfo &info, double lived, bool started) {
    scheduler.detach();
    ExitInfo end = scheduler.exitInfo();
    for (int i = 0; i < 100 && end.kind == 0; ++i, end = scheduler.exitInfo())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (options.json) {
        std::string dump = end.error() ? scheduler.dump() : "";
        json document = options.load.statistics ? figures(scheduler, info) : json{{"policy", info.policy}};
        document["seconds"] = lived;
        document["exit"] = {{"kind", end.kind},       {"code", end.code},     {"reason", end.reason},
                            {"message", end.message}, {"error", end.error()}, {"restart", end.restart()}};
        if (!dump.empty())
            document["exit"]["dump"] = dump;
        printDocument(document);
    } else if (options.load.statistics && started)
        printTable(figures(scheduler, info));
    afterPrinting();
    return end;
}

std::string reason(const ExitInfo &end) { return end.reason + (end.message.empty() ? "" : " (" + end.message + ")"); }

void printFigures(const RunOptions &options, const Runner &runner, Clock::duration lived) {
    json document = figures(runner.scheduler(), runner.policy().info);
    document["seconds"] = seconds(lived);
    if (options.json)
        printDocument(document);
    else {
        printf("after %.1f s\n", seconds(lived));
        printTable(document);
        printf("\n");
    }
    afterPrinting();
}

/// One life of the policy, from when it was attached to its end. `limit`: when `--for` is over.
Ended live(const RunOptions &options, Runner &runner, const std::vector<std::shared_ptr<Attended>> &askers, std::optional<Clock::time_point> limit) {
    Scheduler &scheduler = runner.scheduler();
    const ObjectInfo info = runner.policy().info;
    bool started = scheduler.exitInfo().kind == 0;
    if (started)
        std::cerr << "scxrun: " << info.policy << " schedules this machine, " << sysconf(_SC_NPROCESSORS_ONLN) << " CPUs\n";
    std::vector<std::shared_ptr<Attended>> attended = scheduler.tellers();
    attended.insert(attended.end(), askers.begin(), askers.end());
    Clock::time_point shown = runner.since(), now = shown;
    while (!stopped && scheduler.exitInfo().kind == 0 && !(limit && now >= *limit)) {
        attend(attended, std::chrono::milliseconds(50));
        now = Clock::now();
        runner.judge();
        if (runner.prepared()) {
            Clock::time_point since = runner.since();
            std::unique_ptr<Scheduler> old = runner.follow();
            close(options, *old, info, seconds(now - since), started);
            return Ended::Replaced;
        }
        if (options.every > 0 && seconds(now - shown) >= options.every) {
            shown = now;
            printFigures(options, runner, now - runner.since());
        }
    }
    bool itself = scheduler.exitInfo().kind != 0; // the kernel ended it, not we
    ExitInfo end = close(options, scheduler, info, seconds(now - runner.since()), started);
    if (!itself && !end.error())
        return Ended::InOrder;
    std::cerr << "scxrun: " << (started ? "the kernel ended " + info.policy : info.policy + " did not start") << ": " << reason(end)
              << (end.stall() && !options.load.dump ? "; --dump shows every CPU and waiting task of that moment" : "") << "\n";
    if (end.error() && options.load.dump && !options.json) {
        std::string dump = scheduler.dump();
        std::cerr << (dump.empty() ? "scxrun: the object keeps no dump; compile the policy again, or look at the trace event sched_ext_dump\n" : dump + "\n");
    }
    return end.error() ? Ended::InError : end.restart() ? Ended::ByHotplug : Ended::InOrder;
}

/// Who asks; null, and a line, if nobody can: the policy matters more.
std::shared_ptr<Control> openControl(Answers &answers) {
    try {
        auto control = std::make_shared<std::weak_ptr<Control>>();
        auto answer = [&answers, control](const json &request, int file, const Peer &peer, int client) {
            return answers.answer(request, file, peer, client, [control, client](const json &line) {
                if (auto still = control->lock())
                    still->say(client, line);
            });
        };
        auto made = std::make_shared<Control>(answer, [&answers](int client) { answers.gone(client); });
        *control = made;
        return made;
    } catch (const std::runtime_error &error) {
        std::cerr << "scxrun: " << error.what() << "; nobody can ask or change anything\n";
        return nullptr;
    }
}

} // namespace

int runPolicy(RunOptions options) {
    try {
        Policy policy = readPolicy(readFile(options.path), splitSettings(options.sets, "--set "));
        if (options.list) {
            json list = description(policy.info, policy.values);
            options.json ? printDocument(list) : printDescription(list);
            return 0;
        }
        checkKernel();
        onSignals();
        mlockall(MCL_CURRENT | MCL_FUTURE); // its own policy must not make it wait for memory
        Runner runner(std::move(policy), options.load);
        Answers answers(runner, options.load.statistics); // longer than those who ask
        std::vector<std::shared_ptr<Attended>> askers;
        if (!options.metrics.empty())
            askers.push_back(std::make_shared<MetricsServer>(options.metrics, [&] { return metricsText(runner, options.load.statistics); }));
        if (std::shared_ptr<Control> control = openControl(answers))
            askers.push_back(control);
        runner.begin();
        for (const std::string &line : runner.scheduler().lostHooks())
            std::cerr << "scxrun: " << line << "\n";
        std::optional<Clock::time_point> limit;
        if (options.limit.count())
            limit = runner.since() + options.limit;
        while (true) {
            Ended how = live(options, runner, askers, limit);
            answers.policyEnded();
            switch (how) {
            case Ended::InOrder: return 0;
            case Ended::Replaced: continue;
            case Ended::InError:
                if (!runner.onTrial())
                    return 3;
                runner.putBack(reason(runner.scheduler().exitInfo()));
                continue;
            case Ended::ByHotplug: break;
            }
            if (stopped || (limit && Clock::now() >= *limit))
                return 0;
            std::cerr << "scxrun: CPUs changed, loading again\n";
            runner.begin();
        }
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
