// SPDX-License-Identifier: GPL-2.0-only
// What do programs, helpers and maps share while they run? One for each object; translated code knows its address.
#pragma once

#include "sim/bpf/Arena.h"
#include "sim/bpf/Host.h"
#include "sim/bpf/Image.h"
#include "sim/bpf/Profile.h"
#include "sim/bpf/ValueFields.h"

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct btf;

namespace scx::sim {

class Map;

/// A function as machine code: the five registers of arguments, and the end of its frame (r10).
using Native = uint64_t (*)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

class Execution {
  public:
    // Translated code reads and writes these by their offset.
    uint64_t frame = 0; // r10 of the function that called last
    int64_t budget = 0; // instructions that loops may still take
    uint32_t site = 0;  // of the call
    int32_t cpu = 0;

    static constexpr unsigned kFrame = 512, kFrameStride = kFrame + 16, kFrames = 8, kLevels = 16, kArguments = 12;
    static constexpr int64_t kBudget = 400'000'000;          // about a second of the machine
    static constexpr int64_t kLoops = 8 * 1024 * 1024;       // BPF_MAX_LOOPS
    static constexpr uint64_t kCallbacks = 0x1f00'0000'0000; // where functions seem to be for programs

    Execution(Host &host, Arena &arena, Profile profile);
    ~Execution();

    Host &host;
    Arena &arena;
    Profile profile;
    Image image;
    std::shared_ptr<btf> types;  // of the object
    std::vector<Native> natives; // of Image::functions

    // ---- running
    /// A callback of the kernel's: its arguments lie in memory, r1 points to them.
    uint64_t enter(uint32_t function, std::initializer_list<uint64_t> arguments);
    /// A callback that a helper makes; `callback` is the value a program gave for a function.
    uint64_t callback(uint64_t callback, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0, uint64_t e = 0);
    /// The function of such a value; a fault if it is of none.
    Native functionOf(uint64_t callback) const;
    /// As enter, of a timer.
    uint64_t enterCallback(uint64_t callback, uint64_t a, uint64_t b, uint64_t c);
    /// The execution whose program runs, null if none.
    static Execution *running();

    // ---- checks
    [[noreturn]] void fault(const std::string &what) const;
    [[noreturn]] void fault(uint32_t at, const std::string &what) const;
    /// Memory that a program gave; `what` it is for the text of the fault, `the key`.
    void *memory(uint64_t address, size_t bytes, Access access, const char *what) const;
    template <typename T> T *memory(uint64_t address, Access access, const char *what) const {
        return static_cast<T *>(memory(address, sizeof(T), access, what));
    }
    /// A text with its zero.
    std::string text(uint64_t address, size_t most, const char *what) const;
    Map &map(uint64_t handle) const;

    // ---- memory
    Map &addMap(std::unique_ptr<Map> map); // gives it a handle
    /// Memory of this object's, taken back when it ends.
    void *own(size_t bytes, Access access, const std::string &what);
    /// Taken back when no program runs any more: until then programs may look at what was deleted, as under RCU.
    void releaseLater(void *memory) { later.push_back(memory); }
    void releaseNow(void *memory) { arena.release(memory); }

    // ---- what values hold beside plain bytes
    /// Lets go what the value has: timers are cancelled, kept pointers dropped, trees and lists emptied.
    void clear(const ValueFields &fields, char *value);
    /// Drops what a kept pointer pointed to.
    void dropKept(const ValueField &field, uint64_t pointer);
    const ValueFields &fieldsOf(uint32_t type); // a struct of the object's types

    struct Timer {
        uint64_t map = 0, key = 0, value = 0, callback = 0;
        bool active = false;
    };
    std::unordered_map<uint64_t, Timer> timers; // by their address
    void fire(void *timer);

    /// The nodes of trees and lists, by the address of their root or head, in their order.
    std::unordered_map<uint64_t, std::deque<uint64_t>> collections;
    struct Allocated {
        uint32_t type; // of the object's types
        uint32_t references;
    };
    std::unordered_map<uint64_t, Allocated> objects; // of bpf_obj_new, by their address
    void dropObject(uint64_t object);
    std::unordered_map<uint64_t, uint32_t> masks; // references to masks of bpf_cpumask_create, by address
    void dropMask(uint64_t mask);
    std::unordered_map<uint64_t, std::string> perCpuVariables; // names by the address on CPU 0
    std::vector<int32_t> lastDistributed;                      // of each CPU, for bpf_cpumask_any_distribute
    std::unordered_map<uint64_t, Map *> records;               // that were reserved in rings
    void finishRecord(uint64_t record, bool discard, uint64_t flags);
    uint64_t ringbufDropped = 0;

    // ---- storage of tasks and cgroups
    struct Storage {
        void *owner = nullptr;
        std::vector<char *> values; // by the slot of the map
    };
    uint32_t storageSlots = 0;
    void forget(void **storage);
    std::unordered_map<void *, std::unique_ptr<Storage>> storages; // by where their owner keeps them

    std::vector<std::unique_ptr<Map>> maps;
    CallTracer tracer = nullptr;
    void *tracerSelf = nullptr;

  private:
    struct Level; // one entry into programs
    void leave();
    std::unordered_map<uint32_t, ValueFields> fieldsByType;
    std::vector<void *> owned, later;
    uint64_t *handles = nullptr; // where maps seem to be for programs
    char *levels = nullptr;
    unsigned depth = 0;
    static Execution *current;
};

} // namespace scx::sim
