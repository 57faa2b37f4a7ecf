// SPDX-License-Identifier: GPL-2.0-only
// Queues and stacks (kernel/bpf/queue_stack_maps.c).
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace scx::sim {
namespace {

class QueueMap : public Map {
  public:
    QueueMap(Execution &execution, MapShape given, bool stack) : Map(execution, std::move(given)), stack(stack) {
        if (shape.keySize != 0 || shape.valueSize == 0 || shape.maxEntries == 0)
            throw std::runtime_error("queue `" + shape.name + "` needs values, room and no keys; the kernel refuses it too");
    }

    int64_t push(const char *value, uint64_t flags) override {
        constexpr uint64_t kExist = 2; // takes the place of the oldest
        if (flags > kExist || flags == 1)
            return -EINVAL;
        if (elements.size() == shape.maxEntries) {
            if (flags != kExist)
                return -E2BIG;
            elements.pop_front();
        }
        elements.emplace_back(value, shape.valueSize);
        return 0;
    }
    int64_t peek(char *value) override {
        if (elements.empty()) {
            std::memset(value, 0, shape.valueSize);
            return -ENOENT;
        }
        std::memcpy(value, (stack ? elements.back() : elements.front()).data(), shape.valueSize);
        return 0;
    }
    int64_t pop(char *value) override {
        int64_t result = peek(value);
        if (result == 0 && stack)
            elements.pop_back();
        else if (result == 0)
            elements.pop_front();
        return result;
    }

  private:
    bool stack;
    std::deque<std::string> elements;
};

} // namespace

std::unique_ptr<Map> makeQueue(Execution &execution, MapShape shape) { return std::make_unique<QueueMap>(execution, std::move(shape), false); }
std::unique_ptr<Map> makeStack(Execution &execution, MapShape shape) { return std::make_unique<QueueMap>(execution, std::move(shape), true); }

} // namespace scx::sim
