// SPDX-License-Identifier: GPL-2.0-only
#include "sim/workload/Builtin.h"
#include "sim/workload/Random.h"
#include "sim/workload/Script.h"

namespace scx::sim {
namespace {

constexpr uint64_t kPatience = 50 * kMillisecond; // an answer after that counts as late

struct Request {
    uint64_t arrival, work, query; // query: ns of work for the database, 0 for none
};

/// Requests in the order in which they arrive, whoever takes them: two policies see the same ones.
struct Requests {
    Random random;
    uint64_t meanGap; // ns
    uint64_t arrival = 0;

    Request next() {
        arrival += random.exponential(meanGap);
        const uint64_t work = random.logNormal(800 * kMicrosecond, 8);
        return {arrival, work, random.below(10) < 3 ? random.logNormal(1'200 * kMicrosecond, 6) : 0};
    }
};

struct Query {
    uint64_t work;
    WaitList answered;
};

struct Database {
    std::deque<Query *> queries;
    WaitList idle;
};

Script worker(std::shared_ptr<Requests> requests, std::shared_ptr<Database> database) {
    World &world = co_await theWorld;
    for (;;) {
        const Request request = requests->next();
        co_yield sleepUntil(request.arrival); // in the past if all workers were busy
        co_yield run(request.work);
        if (request.query) {
            Query query{request.query, {}};
            database->queries.push_back(&query);
            database->idle.release(world, true);
            co_yield waitIn(query.answered);
            co_yield run(request.work / 4);
        }
        world.periodEnded(request.arrival, static_cast<int64_t>(world.now() - request.arrival - kPatience));
    }
}

Script databaseThread(std::shared_ptr<Database> database) {
    World &world = co_await theWorld;
    for (;;) {
        while (database->queries.empty())
            co_yield waitIn(database->idle);
        Query *query = database->queries.front();
        database->queries.pop_front();
        co_yield run(query->work);
        query->answered.release(world);
    }
}

Script logWriter() {
    World &world = co_await theWorld;
    for (;;) {
        co_yield run(2 * kMillisecond);
        co_yield sleepUntil(world.now() + 98 * kMillisecond);
    }
}

Script nightlyJob() {
    World &world = co_await theWorld;
    for (;;) {
        co_yield run(40 * kMillisecond);
        co_yield sleepUntil(world.now() + 2 * kMillisecond);
    }
}

} // namespace

Workload webWorkload(const Machine &machine, uint64_t seed) {
    const size_t cpus = machine.cpus.size();
    // Some 1.6 ms of work a request, so that serving them takes some 60 % of all CPUs.
    auto requests = std::make_shared<Requests>(Requests{Random(seed, "web"), 2'700 * kMicrosecond / cpus});
    auto database = std::make_shared<Database>();
    Workload workload;
    workload.duration = 10 * kSecond;
    for (size_t i = 0; i < 4 * cpus; ++i)
        workload.tasks.push_back({0, {.comm = "worker", .uid = 33, .gid = 33}, [=] { return perform(worker(requests, database)); }});
    for (size_t i = 0; i < cpus; ++i)
        workload.tasks.push_back({0, {.comm = "database", .uid = 34, .gid = 34}, [=] { return perform(databaseThread(database)); }});
    workload.tasks.push_back({0, {.comm = "logwriter", .nice = 5, .uid = 0, .gid = 0}, [] { return perform(logWriter()); }});
    for (size_t i = 0; i < (cpus + 3) / 4; ++i)
        workload.tasks.push_back({0, {.comm = "nightly", .nice = 19, .policy = "batch", .uid = 0, .gid = 0}, [] { return perform(nightlyJob()); }});
    return workload;
}

} // namespace scx::sim
