// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/UserOrder.h"

#include "user/Discipline.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scx {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100}, kLongestPause{10000}; // before it is started again
constexpr std::chrono::seconds kTellEvery{1};                               // at most, of one queue
constexpr ino_t kMachinesPids = 0xEFFFFFFC;                                 // PROC_PID_INIT_INO

uint64_t nowNs() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

char *mapped(int fd, size_t offset, size_t size, int protection) {
    void *memory = mmap(nullptr, size, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (memory == MAP_FAILED)
        throw std::runtime_error(std::string("cannot map the rings of a queue in user space: ") + std::strerror(errno));
    return static_cast<char *>(memory);
}

/// The kernel shows a ring as a page with the reader's position, one with the writer's, and the data twice.
user::MappedRing ringOf(bpf_object *object, const std::string &name, bool mayWrite) {
    bpf_map *map = bpf_object__find_map_by_name(object, name.c_str());
    if (!map)
        throw std::runtime_error("the object has no map `" + name + "` although it describes one; compile the policy again");
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    user::MappedRing ring;
    ring.size = bpf_map__max_entries(map);
    int fd = bpf_map__fd(map);
    ring.consumed = reinterpret_cast<uint64_t *>(mapped(fd, 0, page, mayWrite ? PROT_READ : PROT_READ | PROT_WRITE));
    char *written = mapped(fd, page, page + 2 * ring.size, mayWrite ? PROT_READ | PROT_WRITE : PROT_READ);
    ring.produced = reinterpret_cast<uint64_t *>(written);
    ring.data = written + page;
    return ring;
}

void unmap(const user::MappedRing &ring) {
    size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    if (ring.consumed)
        munmap(ring.consumed, page);
    if (ring.produced)
        munmap(ring.produced, page + 2 * ring.size);
}

/// Its tgid is what the kernel side knows the process by, and that is a number of the machine's.
void demandMachinesPids() {
    struct stat own;
    if (stat("/proc/self/ns/pid", &own) == 0 && own.st_ino != kMachinesPids)
        throw std::runtime_error(
            "a queue that is ordered in user space needs the machine's own process numbers; run the container in the host's pid namespace (hostPID)");
}

} // namespace

UserOrder::UserOrder(bpf_object *object, const ObjectFile &file, const ObjectInfo &described, const std::string &plugin, Source source)
    : info(described), plugin(plugin), source(std::move(source)) {
    demandMachinesPids();
    if (plugin.empty())
        code = user::codeOf(file, info);
    for (const QueueInfo &q : info.queues) {
        if (!q.user)
            continue;
        Queue &queue = queues.emplace_back();
        queue.info = &q;
        Variable shared = this->source.variable(".data.user__", q.user->shared);
        queue.shared = reinterpret_cast<user::Shared *>(const_cast<char *>(shared.address));
        for (const std::string &name : q.user->code.parameters) {
            const Parameter &p = parameterOf(info, name);
            queue.parameters.push_back(this->source.variable(p.section, p.symbol));
        }
        queue.recordsFd = bpf_object__find_map_fd_by_name(object, q.user->records.c_str());
        queue.records = ringOf(object, q.user->records, false);
        queue.answers = ringOf(object, q.user->answers, true);
    }
    if (std::string why = start(); !why.empty())
        throw std::runtime_error(why);
}

UserOrder::~UserOrder() {
    if (process) {
        kill(process, SIGKILL);
        waitpid(process, nullptr, 0);
    }
    if (child >= 0)
        close(child);
    for (const Queue &queue : queues) {
        unmap(queue.records);
        unmap(queue.answers);
    }
}

/// Empty, or why it did not start.
std::string UserOrder::start() {
    int ready[2];
    if (pipe(ready) != 0)
        return std::string("cannot start the process that orders queues: ") + std::strerror(errno);
    pid_t parent = getpid();
    process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) // it died before
            _exit(1);
        close(ready[0]);
        serve(ready[1]);
    }
    int error = errno;
    close(ready[1]);
    std::string why;
    if (process < 0) {
        process = 0;
        why = std::string("cannot start the process that orders queues: ") + std::strerror(error);
    } else {
        child = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
        char text[1024];
        ssize_t length = 0;
        pollfd news{ready[0], POLLIN, 0};
        if (poll(&news, 1, 10'000) == 1) // a plug-in may have much to prepare
            length = read(ready[0], text, sizeof text);
        if (length <= 0)
            why = "the process that orders queues did not get ready";
        else if (text[0] != '+')
            why.assign(text, static_cast<size_t>(length));
        if (!why.empty()) {
            kill(process, SIGKILL);
            waitpid(process, nullptr, 0);
            ended();
        }
    }
    close(ready[0]);
    return why;
}

void UserOrder::ended() {
    for (Queue &queue : queues)
        __atomic_store_n(&queue.shared->process, 0, __ATOMIC_RELEASE);
    process = 0;
    if (child >= 0)
        close(child);
    child = -1;
    pause = std::clamp(pause * 2, kFirstPause, kLongestPause);
    startAgain = Clock::now() + pause;
}

void UserOrder::update() {
    int status = 0;
    if (process && waitpid(process, &status, WNOHANG) == process) {
        std::string how = WIFSIGNALED(status) ? std::string("killed by ") + strsignal(WTERMSIG(status)) : "exit code " + std::to_string(WEXITSTATUS(status));
        ended();
        std::cerr << "scxrun: the process that orders queues in user space has died (" << how << "); the kernel orders them, it starts again in "
                  << pause.count() << " ms\n";
    }
    if (!process && Clock::now() >= startAgain) {
        if (std::string why = start(); !why.empty())
            std::cerr << "scxrun: " << why << "; the kernel orders its queues, it is tried again in " << pause.count() << " ms\n";
    }
    tell(false);
}

/// Who orders which queue now, where that has changed.
void UserOrder::tell(bool all) {
    if (!all && Clock::now() - toldAt < kTellEvery)
        return;
    for (Queue &queue : queues) {
        const UserInfo &user = *queue.info->user;
        uint64_t toKernel = source.counter(user.toKernel), toProcess = source.counter(user.toProcess);
        if (toKernel == queue.toKernel && toProcess == queue.toProcess)
            continue;
        bool kernels = __atomic_load_n(&queue.shared->epoch, __ATOMIC_ACQUIRE) % 2;
        std::cerr << "scxrun: `" << queue.info->name << "` is ordered by " << (kernels ? "the kernel" : "the process in user space") << " now; " << toKernel
                  << " times so far the process was behind or gone\n";
        queue.toKernel = toKernel;
        queue.toProcess = toProcess;
        toldAt = Clock::now();
    }
}

/// The child. Nobody but the kernel ends it, and its parent.
void UserOrder::serve(int ready) {
    auto give = [&](const std::string &text) { return write(ready, text.data(), text.size()) == static_cast<ssize_t>(text.size()); };
    prctl(PR_SET_NAME, "scx-order");
    for (int number : {SIGINT, SIGTERM, SIGHUP})
        signal(number, SIG_IGN); // of the terminal: scxrun hears them, and ends it
    try {
        std::vector<int> kept = {0, 1, 2, ready};
        for (const Queue &queue : queues)
            kept.push_back(queue.recordsFd);
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        unsigned next = 0;
        for (int fd : kept) { // the link to the policy, above all, is the parent's alone
            if (static_cast<unsigned>(fd) > next)
                syscall(SYS_close_range, next, static_cast<unsigned>(fd) - 1, 0);
            next = static_cast<unsigned>(fd) + 1;
        }
        syscall(SYS_close_range, next, ~0u, 0);

        struct Served {
            std::unique_ptr<user::MappedLink> link;
            std::vector<int64_t> parameters;
            user::Orderer order;
        };
        std::vector<Served> served;
        served.reserve(queues.size());
        std::vector<pollfd> news;
        int64_t shortest = 1'000'000'000;
        for (Queue &queue : queues) {
            const UserInfo &user = *queue.info->user;
            Served &one = served.emplace_back();
            one.link = std::make_unique<user::MappedLink>(queue.records, queue.answers, user.attributes.size());
            one.parameters.resize(queue.parameters.size() + 1);
            one.order = user::ordererOf(*queue.info, code.get(), plugin, *one.link, *queue.shared, one.parameters.data());
            // A process before this one may have died between its answers and their count.
            __atomic_store_n(&queue.shared->submitted, __atomic_load_n(&queue.shared->drained, __ATOMIC_ACQUIRE) + one.link->unread(), __ATOMIC_RELEASE);
            news.push_back({queue.recordsFd, POLLIN, 0});
            shortest = std::min(shortest, user.time);
        }
        mlockall(MCL_CURRENT | MCL_FUTURE); // it must not wait for memory under the policy that it serves
        for (Queue &queue : queues)
            __atomic_store_n(&queue.shared->process, static_cast<uint64_t>(getpid()), __ATOMIC_RELEASE);
        if (!give("+"))
            _exit(1);
        close(ready);
        while (true) {
            bool did = false;
            for (size_t i = 0; i < served.size(); ++i) {
                for (size_t p = 0; p < queues[i].parameters.size(); ++p) {
                    const Variable &v = queues[i].parameters[p];
                    served[i].parameters[p] = v.size == 1 ? __atomic_load_n(v.address, __ATOMIC_RELAXED)
                                                          : __atomic_load_n(reinterpret_cast<const int64_t *>(v.address), __ATOMIC_RELAXED);
                }
                did |= served[i].order.engine->turn(nowNs());
            }
            if (!did)
                poll(news.data(), news.size(), static_cast<int>(std::max<int64_t>(1, shortest / 2'000'000)));
        }
    } catch (const std::exception &error) {
        give(error.what());
        _exit(1);
    }
}

} // namespace scx
