// SPDX-License-Identifier: GPL-2.0-only
#include "sim/user/UserOrder.h"

#include "user/Discipline.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace scx::sim {
namespace {

constexpr uint64_t kFirstPause = 100'000'000, kLongestPause = 10'000'000'000; // ns before it is started again, as scxrun has them

/// Both rings of a queue. A turn takes in no more records than were there when it began: what comes later is not paid for yet.
class SimulatedLink : public user::Link {
  public:
    SimulatedLink(RecordRing &records, AnswerRing &answers, size_t recordBytes) : records(records), answers(answers), buffer(recordBytes / sizeof(uint64_t)) {}

    const user::Record *receive() override {
        while (const std::string *next = budget ? records.front() : nullptr) {
            --budget;
            bool fits = next->size() == buffer.size() * sizeof(uint64_t);
            if (fits)
                std::memcpy(buffer.data(), next->data(), next->size());
            records.pop();
            if (fits)
                return reinterpret_cast<const user::Record *>(buffer.data());
        }
        return nullptr;
    }
    bool room() const override { return answers.room(sizeof(user::Answer)); }
    void answer(const user::Answer &answer) override {
        answers.write({reinterpret_cast<const char *>(&answer), sizeof answer});
        ++hidden;
    }
    uint64_t submit() override {
        answers.show();
        handed += hidden;
        return std::exchange(hidden, 0);
    }

    size_t budget = 0, handed = 0; // records that it may take in, tasks that it handed out

  private:
    RecordRing &records;
    AnswerRing &answers;
    std::vector<uint64_t> buffer; // the record at hand
    uint64_t hidden = 0;
};

} // namespace

struct UserOrder::Queue {
    const QueueInfo *info;
    user::Shared *shared;
    RecordRing *records;
    AnswerRing *answers;
    std::vector<Object::Variable> parameters;
    std::vector<int64_t> values; // of the parameters, for the discipline
    uint64_t epoch = 1;          // that was last told

    // The process's.
    std::unique_ptr<SimulatedLink> link;
    user::Orderer order;
};

struct UserOrder::Inside {
    std::unique_ptr<user::HostCode> code; // null: no discipline has any
    std::vector<Queue> queues;            // of the policy that is served
    TaskId process = 0;                   // 0: there is none
    bool served = false;                  // a process is there, or is to be
    uint64_t pause = 0;
    std::vector<uint64_t> toKernel; // by queue: how often the kernel took it over
};

/// Waits until it is woken or half a TIME is over, takes in what has come, hands out what is asked for: the loop of scxrun's process.
class UserOrder::Process : public Behaviour {
  public:
    explicit Process(UserOrder &owner) : owner(owner) {}

    Step next(World &world) override {
        Inside &inside = *owner.inside;
        if (!begun) {
            begun = true;
            inside.process = world.self();
            owner.attach();
        }
        if (std::exchange(paid, false)) {
            size_t handed = 0;
            for (Queue &queue : inside.queues) {
                for (size_t i = 0; i < queue.parameters.size(); ++i)
                    queue.values[i] = queue.parameters[i].size == 1 ? *queue.parameters[i].address : *reinterpret_cast<int64_t *>(queue.parameters[i].address);
                queue.order.engine->turn(world.now());
                handed += std::exchange(queue.link->handed, 0);
            }
            if (handed)
                return {Step::Run, handed * owner.setup.cost};
        }
        size_t come = 0;
        bool asked = false;
        uint64_t shortest = kLongestPause;
        for (Queue &queue : inside.queues) {
            come += queue.link->budget = queue.records->size();
            asked |= queue.shared->asks != queue.shared->answered || queue.shared->hungry;
            shortest = std::min(shortest, static_cast<uint64_t>(queue.info->user->time));
        }
        paid = come || asked;
        if (paid)
            return {Step::Run, std::max<size_t>(come, 1) * owner.setup.cost};
        return {Step::Block, world.now() + shortest / 2};
    }
    void ended(World &) override { owner.ended(); }

  private:
    UserOrder &owner;
    bool begun = false, paid = false;
};

UserOrder::UserOrder(const ObjectInfo &described, const scx::ObjectFile &file, const UserOrderSetup &how, Kernel &simulated)
    : info(described), setup(how), kernel(simulated), inside(std::make_unique<Inside>()) {
    if (setup.plugin.empty())
        inside->code = user::codeOf(file, info);
}

UserOrder::~UserOrder() = default;

void UserOrder::serve(Object &object) {
    inside->queues.clear();
    for (const QueueInfo &q : info.queues) {
        if (!q.user)
            continue;
        Queue &queue = inside->queues.emplace_back();
        queue.info = &q;
        queue.shared = reinterpret_cast<user::Shared *>(object.variable(q.user->shared).address);
        queue.records = object.records(q.user->records);
        queue.answers = object.answers(q.user->answers);
        if (!queue.shared || !queue.records || !queue.answers)
            throw std::runtime_error("the object has no rings of `" + q.name + "` although it describes them; compile the policy again");
        for (const std::string &name : q.user->code.parameters)
            queue.parameters.push_back(object.variable(parameterOf(info, name).symbol));
        queue.values.resize(queue.parameters.size() + 1);
        queue.records->read([this] {
            if (inside->process)
                kernel.wakeSoon(inside->process);
        });
    }
    inside->toKernel.resize(inside->queues.size());
    kernel.afterTimer = [this] { look(); };
    if (inside->process)
        attach();
    else if (!std::exchange(inside->served, true))
        start(kernel.now());
}

/// What a process does that begins.
void UserOrder::attach() {
    for (Queue &queue : inside->queues) {
        const UserInfo &user = *queue.info->user;
        queue.link = std::make_unique<SimulatedLink>(*queue.records, *queue.answers, sizeof(user::Record) + user.attributes.size() * sizeof(int64_t));
        queue.order = user::ordererOf(*queue.info, inside->code.get(), setup.plugin, *queue.link, *queue.shared, queue.values.data());
        queue.shared->submitted = queue.shared->drained + queue.answers->unread();
        queue.shared->process = inside->process;
    }
}

void UserOrder::start(uint64_t at) {
    TaskSpec spec;
    spec.comm = kOrderingProcess;
    spec.exe = "/usr/bin/scxrun";
    spec.uid = spec.gid = 0;
    kernel.add({at, spec, [this] { return std::make_unique<Process>(*this); }});
}

/// It was killed: as scxrun does, it is started again after a while, a longer one each time.
void UserOrder::ended() {
    inside->process = 0;
    for (Queue &queue : inside->queues)
        queue.shared->process = 0;
    inside->pause = std::clamp(inside->pause * 2, kFirstPause, kLongestPause);
    start(kernel.now() + inside->pause);
}

/// Who orders which queue now, where that has changed; only timers change it.
void UserOrder::look() {
    for (size_t i = 0; i < inside->queues.size(); ++i) {
        Queue &queue = inside->queues[i];
        if (queue.shared->epoch == queue.epoch)
            continue;
        bool kernels = queue.shared->epoch % 2;
        inside->toKernel[i] += kernels;
        queue.epoch = queue.shared->epoch;
        kernel.print("`" + queue.info->name + "` is ordered by " + (kernels ? "the kernel" : "the process in user space") + " now");
    }
}

std::vector<std::string> UserOrder::report() const {
    std::vector<std::string> lines;
    for (size_t i = 0; i < inside->queues.size(); ++i)
        if (uint64_t times = inside->toKernel[i])
            lines.push_back("the kernel took `" + inside->queues[i].info->name + "` over " + (times == 1 ? "once" : std::to_string(times) + " times") +
                            ", the process that orders it being behind or gone");
    return lines;
}

} // namespace scx::sim
