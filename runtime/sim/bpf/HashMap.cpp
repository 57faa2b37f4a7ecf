// SPDX-License-Identifier: GPL-2.0-only
// Hashes and tries (kernel/bpf/hashtab.c, lpm_trie.c). Elements are linked in the order in which they came, or were used.
#include "sim/bpf/Execution.h"
#include "sim/bpf/Map.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace scx::sim {
namespace {

constexpr uint64_t kNoExist = 1, kExist = 2, kLock = 4; // BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK

/// FNV-1a; keys are short.
uint64_t hashOf(const char *key, size_t bytes) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes; ++i)
        hash = (hash ^ static_cast<unsigned char>(key[i])) * 0x100000001b3;
    return hash ^ hash >> 32;
}

class HashMap : public Map {
  public:
    HashMap(Execution &execution, MapShape given, bool perCpu, bool evicts)
        : Map(execution, std::move(given)), cpus(perCpu ? execution.host.cpuCount() : 1), evicts(evicts), buckets(16) {
        if (shape.keySize == 0 || shape.valueSize == 0 || shape.maxEntries == 0)
            throw std::runtime_error("hash `" + shape.name + "` needs keys, values and room; the kernel refuses it too");
        stride = (shape.valueSize + 7) / 8 * 8 + 8;
        keyRoom = (shape.keySize + 7) / 8 * 8 + 8;
        what = execution.arena.name("an element of map " + shape.name);
        order.before = order.after = &order;
    }
    ~HashMap() override {
        while (order.after != &order)
            remove(static_cast<Element *>(order.after), true);
    }

    char *find(const char *key, bool use) override {
        Element *element = look(key);
        if (element && use && evicts) {
            unlink(element);
            append(element);
        }
        return element ? valueOn(element, execution.cpu) : nullptr;
    }
    char *findOn(const char *key, int cpu) override {
        Element *element = look(key);
        return element && cpu >= 0 && cpu < execution.host.cpuCount() ? valueOn(element, cpu) : nullptr;
    }
    int64_t update(const char *key, const char *value, uint64_t flags) override {
        if ((flags & ~kLock) > kExist)
            return -EINVAL;
        Element *element = look(key);
        if (element && (flags & kNoExist))
            return -EEXIST;
        if (!element && (flags & kExist))
            return -ENOENT;
        if (element && evicts) {
            unlink(element);
            append(element);
        }
        if (!element && count == shape.maxEntries) {
            if (!evicts)
                return -E2BIG;
            remove(static_cast<Element *>(order.after), false);
        }
        if (!element)
            element = insert(key);
        else if (!(flags & kLock) && cpus == 1)
            execution.clear(shape.fields, valueOn(element, 0)); // the kernel puts a new element in the place of the old
        copyPlain(shape.fields, valueOn(element, execution.cpu), value, shape.valueSize);
        return 0;
    }
    int64_t erase(const char *key) override {
        Element *element = look(key);
        if (!element)
            return -ENOENT;
        remove(element, false);
        return 0;
    }
    int64_t each(const std::function<bool(char *, char *)> &visit) override {
        int64_t seen = 0;
        std::vector<std::string> keys; // what is visited may delete and insert
        for (Links *at = order.after; at != &order; at = at->after)
            keys.emplace_back(static_cast<Element *>(at)->key, shape.keySize);
        for (const std::string &key : keys)
            if (Element *element = look(key.data())) {
                ++seen;
                if (visit(element->key, valueOn(element, execution.cpu)))
                    break;
            }
        return seen;
    }
    char *keyOf(char *value) override { return value - keyRoom; }

  private:
    struct Links {
        Links *before = nullptr, *after = nullptr;
    };
    struct Element : Links {
        Element *next = nullptr; // in its bucket
        uint64_t hash = 0;
        char *key = nullptr; // and behind it the values
    };

    char *valueOn(Element *element, int cpu) const { return element->key + keyRoom + (cpus > 1 ? static_cast<uint64_t>(cpu) * stride : 0); }
    static void unlink(Element *element) {
        element->before->after = element->after;
        element->after->before = element->before;
    }
    void append(Element *element) {
        element->before = order.before;
        element->after = &order;
        order.before->after = element;
        order.before = element;
    }
    Element *look(const char *key) const {
        uint64_t hash = hashOf(key, shape.keySize);
        for (Element *at = buckets[hash & (buckets.size() - 1)]; at; at = at->next)
            if (at->hash == hash && std::memcmp(at->key, key, shape.keySize) == 0)
                return at;
        return nullptr;
    }
    Element *insert(const char *key) {
        if (++count > buckets.size())
            grow();
        auto *element = new Element;
        element->hash = hashOf(key, shape.keySize);
        element->key = static_cast<char *>(execution.arena.allocate(keyRoom + stride * static_cast<uint64_t>(cpus), Access::None, what));
        std::memcpy(element->key, key, shape.keySize);
        execution.arena.allow(element->key, shape.keySize, Access::Read);
        for (int cpu = 0; cpu < cpus; ++cpu)
            execution.arena.allow(valueOn(element, cpu), shape.valueSize, Access::Write);
        Element *&bucket = buckets[element->hash & (buckets.size() - 1)];
        element->next = bucket;
        bucket = element;
        append(element);
        return element;
    }
    void remove(Element *element, bool now) {
        Element **at = &buckets[element->hash & (buckets.size() - 1)];
        while (*at != element)
            at = &(*at)->next;
        *at = element->next;
        unlink(element);
        --count;
        for (int cpu = 0; cpu < cpus; ++cpu)
            execution.clear(shape.fields, valueOn(element, cpu));
        if (now)
            execution.releaseNow(element->key);
        else
            execution.releaseLater(element->key);
        delete element;
    }
    void grow() {
        std::vector<Element *> wider(buckets.size() * 2);
        for (Element *at : buckets)
            while (at) {
                Element *next = at->next;
                Element *&bucket = wider[at->hash & (wider.size() - 1)];
                at->next = bucket;
                bucket = at;
                at = next;
            }
        buckets.swap(wider);
    }

    int cpus;
    bool evicts;
    uint64_t stride = 0, keyRoom = 0;
    const char *what = nullptr;
    uint32_t count = 0;
    std::vector<Element *> buckets; // a power of two
    Links order;
};

/// Keys are a length in bits and that many bits of a prefix; the longest prefix that fits is found.
class TrieMap : public Map {
  public:
    TrieMap(Execution &execution, MapShape given) : Map(execution, std::move(given)), exact(execution, shape, false, false), bits((shape.keySize - 4) * 8) {
        if (shape.keySize < 5)
            throw std::runtime_error("trie `" + shape.name + "` needs keys of a length and at least a byte; the kernel refuses it too");
    }

    char *find(const char *key, bool) override {
        for (uint32_t length = std::min(lengthOf(key), bits) + 1; length-- > 0;)
            if (char *value = exact.find(masked(key, length).data(), false))
                return value;
        return nullptr;
    }
    int64_t update(const char *key, const char *value, uint64_t flags) override {
        return lengthOf(key) > bits ? -EINVAL : exact.update(masked(key, lengthOf(key)).data(), value, flags);
    }
    int64_t erase(const char *key) override { return lengthOf(key) > bits ? -EINVAL : exact.erase(masked(key, lengthOf(key)).data()); }

  private:
    static uint32_t lengthOf(const char *key) {
        uint32_t length = 0;
        std::memcpy(&length, key, 4);
        return length;
    }
    std::string masked(const char *key, uint32_t length) const {
        std::string copy(key, shape.keySize);
        std::memcpy(copy.data(), &length, 4);
        for (uint32_t bit = length; bit < bits; ++bit)
            copy[4 + bit / 8] = static_cast<char>(copy[4 + bit / 8] & ~(0x80 >> bit % 8));
        return copy;
    }

    HashMap exact;
    uint32_t bits;
};

} // namespace

std::unique_ptr<Map> makeHash(Execution &execution, MapShape shape) { return std::make_unique<HashMap>(execution, std::move(shape), false, false); }
std::unique_ptr<Map> makePerCpuHash(Execution &execution, MapShape shape) { return std::make_unique<HashMap>(execution, std::move(shape), true, false); }
std::unique_ptr<Map> makeLruHash(Execution &execution, MapShape shape) { return std::make_unique<HashMap>(execution, std::move(shape), false, true); }
std::unique_ptr<Map> makeLruPerCpuHash(Execution &execution, MapShape shape) { return std::make_unique<HashMap>(execution, std::move(shape), true, true); }
std::unique_ptr<Map> makeTrie(Execution &execution, MapShape shape) { return std::make_unique<TrieMap>(execution, std::move(shape)); }

} // namespace scx::sim
