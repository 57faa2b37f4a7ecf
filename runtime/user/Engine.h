// SPDX-License-Identifier: GPL-2.0-only
// How does the process keep up with the kernel side: what it hears of tasks, whom it hands out, and when?
#pragma once

#include "user/Messages.h"
#include "user/libscx.h"

#include <memory>
#include <vector>

namespace scx::user {

/// Both directions, as the engine sees them. In scxrun they are rings in memory that is shared with the kernel (MappedLink.h), in a simulator whatever it likes.
class Link {
  public:
    virtual ~Link() = default;
    /// The next record, or null if there is none now. Valid until the next call. Of the right size.
    virtual const Record *receive() = 0;
    /// Whether one more answer fits.
    virtual bool room() const = 0;
    /// Puts an answer behind those before it; not to be seen by the kernel side before `submit`.
    virtual void answer(const Answer &answer) = 0;
    /// Shows what was answered; tells how many answers that were.
    virtual uint64_t submit() = 0;
};

/// One queue. All memory is taken when it is made.
class Engine {
  public:
    /// `attributes`: how many words of them each record has. `waitLimit`, ns: who has waited so long comes next, whatever the policy says; 0: none does. All have to outlive it.
    Engine(Link &link, Shared &shared, UserPolicy &policy, size_t attributes, uint64_t waitLimit);
    ~Engine();
    /// Takes in all records that have come, and hands out as many tasks as are asked for. `now`, ns. Tells whether there was anything to do; if not, it may sleep
    /// until the kernel side wakes it.
    bool turn(uint64_t now);

    /// Tasks that wait here.
    size_t waiting() const { return count; }

  private:
    struct Entry;
    Link &link;
    Shared &shared;
    UserPolicy &policy;
    const size_t attributes;
    const uint64_t waitLimit;
    std::vector<Entry> entries; // by task number; the last one is the head of those who wait, in the order of arrival
    std::vector<int64_t> words; // attributes
    size_t count = 0;
    uint64_t epoch = 1, given = 0; // `given`: in this turn

    void take(const Record &record);
    void hear(Entry &entry, const Record &record);
    void leave(Entry &entry);
    void enter(Entry &entry);
    void dropAll();
    void handOut(uint64_t hungry, uint64_t wanted, uint64_t now);
    Entry &handOutOne(uint64_t cpus, uint64_t now);
    Entry &choose(uint64_t cpus, uint64_t now);
    bool anyFor(uint64_t cpus);
    Entry &oldest();
    bool follows();
};

} // namespace scx::user
