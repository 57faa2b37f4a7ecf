// SPDX-License-Identifier: GPL-2.0-only
// backing: userspace(TIME), the kernel side (docs/internals/userspace.md). A task of the queue is held under its number: a word says who it is and which of its waits
// this is. Whoever makes the word zero puts the task into the queue's DSQ, a FIFO, and nobody else does: dispatch, for an answer of the process or because
// the kernel orders the queue now, or enqueue itself, where the process could not be told.
#include "lower/UserSpace.h"
#include "lower/Lowering.h"
#include "sema/Check.h"
#include "sema/Checker.h"
#include "syntax/Visit.h"
#include "user/Messages.h"

#include <algorithm>
#include <cstddef>

namespace scx {
namespace {

using namespace user; // what passes between both sides

constexpr size_t kRecordWords = sizeof(Record) / 8, kSharedWords = sizeof(Shared) / 8, kAnswerWords = sizeof(Answer) / 8;
constexpr int64_t kAnswerRing = 512 << 10; // bytes: each task that can wait has room for its answer
constexpr unsigned kEpoch = offsetof(Shared, epoch) / 8, kAsks = offsetof(Shared, asks) / 8, kIdleAt = offsetof(Shared, idleAt) / 8,
                   kWanted = offsetof(Shared, wanted) / 8, kDrained = offsetof(Shared, drained) / 8, kHeld = offsetof(Shared, held) / 8,
                   kCursor = offsetof(Shared, cursor) / 8, kOwner = offsetof(Shared, owner) / 8, kHungry = offsetof(Shared, hungry) / 8,
                   kNobody = offsetof(Shared, nobody) / 8, kProcess = offsetof(Shared, process) / 8, kAnswered = offsetof(Shared, answered) / 8,
                   kSubmitted = offsetof(Shared, submitted) / 8;

constexpr int64_t kUntilAnswered = 1'000'000; // ns: for so long goes on who has nobody to make room for yet

} // namespace

// ---------------------------------------------------------------- what the order reads

size_t UserReads::taskIndex(const void *decl) const {
    return static_cast<size_t>(std::find_if(task.begin(), task.end(), [&](const Expr *e) { return e->ref.decl == decl; }) - task.begin());
}

size_t UserReads::parameterIndex(const void *decl) const {
    return static_cast<size_t>(std::find(parameters.begin(), parameters.end(), decl) - parameters.begin());
}

bool isUserState(const DisciplineDecl &d, const void *field, StateKind kind) {
    return std::any_of(d.states.begin(), d.states.end(), [&](const StateDecl &s) {
        return s.kind == kind && std::any_of(s.fields.begin(), s.fields.end(), [&](const auto &f) { return f.get() == field; });
    });
}

size_t userStateOffset(const DisciplineDecl &d, StateKind kind, const Field *field) {
    size_t offset = 0;
    for (const StateDecl &s : d.states)
        for (const auto &f : s.fields) {
            if (s.kind != kind)
                continue;
            if (f.get() == field)
                return offset;
            size_t bytes = (f->type.kind == TypeKind::Bool ? 1 : 8) * static_cast<size_t>(std::max<int64_t>(1, f->type.length));
            offset += (bytes + 7) / 8 * 8;
        }
    return offset;
}

UserReads userReads(const QueueDecl &q) {
    UserReads reads;
    if (!q.discipline)
        return reads;
    std::set<const FnDecl *> called;
    auto note = [&](const Expr &e) {
        bool ofPolicy = e.ref.kind == RefKind::TaskField && !isUserState(*q.discipline, e.ref.decl, StateKind::Task);
        if ((e.ref.kind == RefKind::Attribute || ofPolicy) && reads.taskIndex(e.ref.decl) == reads.task.size())
            reads.task.push_back(&e);
        if (e.ref.kind == RefKind::Param && reads.parameterIndex(e.ref.decl) == reads.parameters.size())
            reads.parameters.push_back(static_cast<const ParamDecl *>(e.ref.decl));
        return false;
    };
    auto expression = [&](const Expr &e) { // and what is called in it
        anyExpr(e, [&](const Expr &inner) {
            note(inner);
            if (inner.kind == ExprKind::Call && inner.args[0]->ref.kind == RefKind::Function)
                if (auto *fn = static_cast<const FnDecl *>(inner.args[0]->ref.decl); called.insert(fn).second)
                    anyExprCalled(fn->body, note, called);
            return false;
        });
    };
    for (const ExprPtr &key : q.discipline->keys)
        expression(*key);
    for (const auto &h : q.discipline->hooks)
        anyExprCalled(h->body, note, called);
    return reads;
}

// ---------------------------------------------------------------- what there is of a queue

Lowering::User &Lowering::userOf(const QueueDecl &q) {
    User &user = users[&q];
    if (user.shared)
        return user;
    user.reads = userReads(q);
    auto words = [&](const std::string &name, uint64_t count, const char *section, unsigned align = 8) {
        return m.global(name, llvm::ArrayType::get(m.i64(), count), m.diArray(m.diInt(64, false), count), section, nullptr, align);
    };
    user.shared = words(q.name + "__user", kSharedWords, ".data.user__", 64); // alone in its section, for the process to map
    uint64_t begin[kSharedWords] = {};
    begin[kEpoch] = 1; // the kernel orders it, and nobody is held
    begin[kCursor] = kMostTasks;
    user.shared->setInitializer(llvm::ConstantDataArray::get(m.context, llvm::ArrayRef<uint64_t>(begin)));
    user.words = words(q.name + "__held", kMostTasks, ".bss");
    user.slices = words(q.name + "__slices", kMostTasks, ".bss");
    user.next = m.global(q.name + "__next", m.i64(), m.diInt(64, false), ".bss");
    user.since = m.global(q.name + "__since", m.i64(), m.diInt(64, false), ".bss");
    user.hungry = m.global(q.name + "__hungry", m.i64(), m.diInt(64, false), ".bss");
    user.free = m.map(q.name + "__free", mapType::Queue, kMostTasks, 0, nullptr, m.diInt(64, false));
    int64_t ring = 4096; // half as much again as a record of each task takes
    while (ring < int64_t{kMostTasks} * 3 / 2 * static_cast<int64_t>(8 * (kRecordWords + 1 + user.reads.task.size())))
        ring *= 2;
    user.records = m.map(q.name + "__records", mapType::Ring, static_cast<int>(ring), 0, nullptr, nullptr);
    user.answers = m.map(q.name + "__answers", mapType::UserRing, static_cast<int>(kAnswerRing), 0, nullptr, nullptr);
    for (const StateDecl &s : core.states)
        for (const auto &f : s.fields)
            if (s.kind == StateKind::Task)
                for (auto [name, field] : {std::pair{"__number", &user.number},
                                           {"__sequence", &user.sequence},
                                           {"__told", &user.told},
                                           {"__unheard", &user.unheard},
                                           {"__sleeps", &user.sleeps}})
                    if (f->name == q.name + name)
                        *field = f.get();
    return user;
}

llvm::Value *Lowering::sharedWord(const User &user, unsigned word) { return b.CreateConstInBoundsGEP1_64(m.i64(), user.shared, word); }

llvm::Value *Lowering::readShared(const User &user, unsigned word) {
    llvm::LoadInst *read = b.CreateLoad(m.i64(), sharedWord(user, word));
    read->setVolatile(true); // another CPU, or the process, may have written it since
    return read;
}

void Lowering::addShared(const User &user, unsigned word, llvm::Value *by) { m.atomicAdd(sharedWord(user, word), by); }

/// i1: the word at `address` was `from` and is `to` from now on.
llvm::Value *Lowering::replaceWord(llvm::Value *address, llvm::Value *from, llvm::Value *to) {
    constexpr auto order = llvm::AtomicOrdering::SequentiallyConsistent;
    return b.CreateExtractValue(b.CreateAtomicCmpXchg(address, from, to, llvm::MaybeAlign(8), order, order), 1);
}

llvm::Value *Lowering::userField(llvm::Value *task, const Field *field) { return b.CreateStructGEP(taskType, taskState(task), taskIndex.at(field)); }

llvm::Value *Lowering::userSlot(llvm::GlobalVariable *table, llvm::Value *number) {
    return b.CreateGEP(m.i64(), table, b.CreateAnd(m.opaque(number), m.num(kMostTasks - 1)));
}

llvm::Value *Lowering::userLength(const QueueDecl &q) { return readShared(userOf(q), kHeld); }

llvm::Value *Lowering::unreadAnswers(const User &user) {
    return b.CreateICmpSGT(b.CreateSub(readShared(user, kSubmitted), readShared(user, kDrained)), m.num(0));
}

/// i1: the kernel orders the queue.
llvm::Value *Lowering::kernelOrders(llvm::Value *epoch) { return b.CreateICmpNE(b.CreateAnd(epoch, m.num(1)), m.num(0)); }

// ---------------------------------------------------------------- enqueue

/// The task is told of, and held. Its record is complete, or the task is not held.
void Lowering::userPut(const QueueDecl &q, llvm::Value *task, llvm::Value *slice, llvm::Value *may, const std::function<void()> &spill) {
    User &user = userOf(q);
    llvm::Value *epoch = readShared(user, kEpoch), *zero = m.num(0);
    llvm::AllocaInst *put = m.local(m.i1(), "put");
    b.CreateStore(b.getFalse(), put);
    llvm::Value *stays =
        b.CreateICmpEQ(b.CreateAnd(m.loadField(task, "task_struct", "flags"), m.num(kPfExiting)), zero); // else its pid may be gone before it runs
    if (may)
        stays = b.CreateAnd(stays, may);
    m.ifThen(b.CreateXor(kernelOrders(epoch), b.getTrue()), [&] {
        m.ifThen(stays, [&] {
            llvm::Value *number = b.CreateCall(numberFunction(q), {b.CreatePtrToInt(task, m.i64())});
            m.ifThen(b.CreateICmpNE(number, zero), [&] {
                number = b.CreateSub(number, m.num(1));
                llvm::Value *field = userField(task, user.sequence),
                            *sequence = b.CreateAnd(b.CreateAdd(b.CreateLoad(m.i64(), field), m.num(1)), m.num(0xffffffff));
                b.CreateStore(sequence, field);
                llvm::Value *pid = m.loadField(task, "task_struct", "pid"), *slot = userSlot(user.words, number);
                llvm::Value *word = b.CreateOr(b.CreateShl(pid, m.num(32)), sequence);
                b.CreateStore(slice, userSlot(user.slices, number));
                llvm::Value *before = b.CreateAtomicRMW(llvm::AtomicRMWInst::Xchg, slot, word, llvm::MaybeAlign(8), llvm::AtomicOrdering::Monotonic);
                m.ifThen(b.CreateICmpEQ(before, zero), [&] { addShared(user, kHeld, m.num(1)); }); // else it had left without an answer
                // Who lets all go has changed the epoch before he looked at the word; or he finds it.
                m.ifThen(b.CreateICmpEQ(readShared(user, kEpoch), epoch), [&] {
                    llvm::Value *told = userField(task, user.told), *unheard = userField(task, user.unheard), *sleeps = userField(task, user.sleeps);
                    llvm::Value *first = b.CreateICmpEQ(b.CreateLoad(m.i8(), told), b.getInt8(0));
                    llvm::Value *flags = b.CreateSelect(first, m.num(kWaits | kNew), m.num(kWaits));
                    llvm::Value *record =
                        m.helper(helper::RingReserve, m.ptr(), {user.records, m.num(static_cast<int64_t>(8 * (kRecordWords + user.reads.task.size()))), zero});
                    m.ifThen(b.CreateICmpNE(record, llvm::ConstantPointerNull::get(m.ptr())), [&] {
                        llvm::Value *cpus = b.CreateCall(mayRunWord(), {b.CreatePtrToInt(task, m.i64())});
                        fillRecord(user, record, task,
                                   {b.CreateOr(number, b.CreateShl(sequence, m.num(32))), flags, epoch, b.CreateLoad(m.i64(), unheard),
                                    b.CreateLoad(m.i64(), sleeps), cpus});
                        m.helper(helper::RingSubmit, m.i64(), {record, m.num(kNoWakeup)});
                        // The process has said `nobody` before it looked at the records for the last time; or it finds this one.
                        m.ifThen(b.CreateICmpNE(b.CreateAnd(readShared(user, kNobody), cpus), zero), [&] {
                            b.CreateAtomicRMW(llvm::AtomicRMWInst::And, sharedWord(user, kNobody), b.CreateNot(cpus), llvm::MaybeAlign(8),
                                              llvm::AtomicOrdering::SequentiallyConsistent);
                        });
                        b.CreateStore(b.getInt8(1), told);
                        b.CreateStore(zero, unheard);
                        b.CreateStore(zero, sleeps);
                        b.CreateStore(b.getTrue(), put);
                    });
                });
                m.ifThen(b.CreateLoad(m.i1(), put), [&] { b.CreateCall(askFunction(q), {zero}); }, [&] {
                    llvm::Value *back = replaceWord(slot, word, zero);
                    m.ifThen(back, [&] { addShared(user, kHeld, m.num(-1)); });
                    b.CreateStore(b.CreateXor(back, b.getTrue()), put); // else somebody has put it into the queue meanwhile
                });
            });
        });
        m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), put), b.getTrue()), [&] { countUser(q, "__spilled"); });
    });
    m.ifThen(b.CreateXor(b.CreateLoad(m.i1(), put), b.getTrue()), spill);
}

void Lowering::fillRecord(const User &user, llvm::Value *record, llvm::Value *task, const RecordParts &parts) {
    auto field = [&](const char *name) { return m.loadField(task, "task_struct", name); };
    unsigned at = 0;
    auto put = [&](llvm::Value *word) { b.CreateStore(word, b.CreateConstInBoundsGEP1_64(m.i64(), record, at++)); };
    auto twoWords = [&](llvm::Value *low, llvm::Value *high) { return b.CreateOr(b.CreateAnd(low, m.num(0xffffffff)), b.CreateShl(high, m.num(32))); };
    put(parts.which);
    put(twoWords(field("pid"), field("tgid")));
    put(twoWords(parts.flags, field("scx.weight")));
    put(parts.epoch);
    put(m.helper(helper::KtimeNs, m.i64(), {}));
    put(parts.ran);
    put(parts.sleeps);
    put(parts.cpus);
    Expr base;
    base.kind = ExprKind::Name;
    base.ref = {RefKind::Local, &implicitTask};
    base.type = implicitTask.type;
    for (const Expr *e : user.reads.task) {
        llvm::Value *v = nullptr;
        if (e->ref.kind == RefKind::Attribute)
            v = about(task, [&] { return attribute(base, *static_cast<const AttributeRow *>(e->ref.decl)).value; });
        else {
            auto *own = static_cast<const Field *>(e->ref.decl);
            v = load({own == keyField ? nullptr : userField(task, own), task, nullptr, own->type});
        }
        put(b.CreateZExt(v, m.i64()));
    }
}

/// A record's `cpus`.
llvm::Function *Lowering::mayRunWord() {
    return apart("may_run_word__", {"p"}, [&](const auto &given) {
        llvm::Value *task = asPointer(given[0]), *words = b.CreateUDiv(b.CreateAdd(cpuCount(), m.num(kCpuBits - 1)), m.num(kCpuBits));
        llvm::AllocaInst *bits = m.local(m.i64(), "bits");
        b.CreateStore(m.num(-1), bits);
        m.ifThen(b.CreateICmpSLT(m.loadField(task, "task_struct", "nr_cpus_allowed"), cpuCount()), [&] {
            llvm::Value *mask = peek(task, "task_struct", "cpus_ptr"); // to the verifier a number, which may be added to
            b.CreateStore(m.num(0), bits);
            iterate(m.num(0), words, [&](llvm::Value *i) {
                llvm::Value *part = b.CreatePtrToInt(peekPointer(b.CreateGEP(m.i64(), mask, i)), m.i64());
                b.CreateStore(b.CreateOr(b.CreateLoad(m.i64(), bits), part), bits);
            });
        });
        return m.unbounded(b.CreateLoad(m.i64(), bits));
    });
}

/// The task's number and one, 0 if none is left.
llvm::Function *Lowering::numberFunction(const QueueDecl &q) {
    return apart(q.name + "__number_of__", {"p"}, [&](const auto &given) {
        User &user = userOf(q);
        llvm::Value *field = userField(asPointer(given[0]), user.number), *zero = m.num(0);
        m.ifThen(b.CreateICmpEQ(b.CreateLoad(m.i64(), field), zero), [&] {
            Module::Scratch used(m, 1);
            m.ifThen(b.CreateICmpNE(m.helper(helper::MapPop, m.i64(), {user.free, used}), zero), [&] {
                llvm::Value *fresh = b.CreateLoad(m.i64(), user.next);
                m.ifThen(b.CreateICmpULT(fresh, m.num(kMostTasks)), [&] { b.CreateStore(m.atomicAdd(user.next, m.num(1)), used); },
                         [&] { b.CreateStore(fresh, used); });
            });
            llvm::Value *number = b.CreateLoad(m.i64(), used);
            m.ifThen(b.CreateICmpULT(number, m.num(kMostTasks)), [&] {
                b.CreateStore(b.CreateAdd(number, m.num(1)), field);
                b.CreateStore(b.getInt8(0), userField(asPointer(given[0]), user.told));
            });
        });
        return m.unbounded(b.CreateLoad(m.i64(), field));
    });
}

/// The task is gone: its number is free, which the process is told if there is room to.
void Lowering::forget(const QueueDecl &q, llvm::Value *task) {
    User &user = userOf(q);
    llvm::Value *field = userField(task, user.number), *number = b.CreateLoad(m.i64(), field), *zero = m.num(0);
    m.ifThen(b.CreateICmpNE(number, zero), [&] {
        number = b.CreateSub(number, m.num(1));
        b.CreateStore(zero, field);
        llvm::Value *left =
            b.CreateAtomicRMW(llvm::AtomicRMWInst::Xchg, userSlot(user.words, number), zero, llvm::MaybeAlign(8), llvm::AtomicOrdering::Monotonic);
        m.ifThen(b.CreateICmpNE(left, zero), [&] { addShared(user, kHeld, m.num(-1)); });
        llvm::Value *record =
            m.helper(helper::RingReserve, m.ptr(), {user.records, m.num(static_cast<int64_t>(8 * (kRecordWords + user.reads.task.size()))), zero});
        m.ifThen(b.CreateICmpNE(record, llvm::ConstantPointerNull::get(m.ptr())), [&] {
            fillRecord(user, record, task, {number, m.num(kGone), readShared(user, kEpoch), zero, zero, zero});
            m.helper(helper::RingSubmit, m.i64(), {record, m.num(kNoWakeup)});
        });
        Module::Scratch free(m, 1);
        b.CreateStore(number, free);
        m.helper(helper::MapPush, m.i64(), {user.free, free, zero});
    });
}

void Lowering::countUser(const QueueDecl &q, const char *figure) {
    for (const auto &s : core.stats)
        if (s->name == q.name + figure) {
            llvm::Value *slot = cpuState(thisCpu(), cpuIndex.at(s.get()));
            b.CreateStore(b.CreateAdd(b.CreateLoad(m.i64(), slot), m.num(1)), slot);
        }
}

// ---------------------------------------------------------------- dispatch

/// Wakes the process: nobody waits for it but by this.
void Lowering::wakeProcess(const User &user) {
    Module::Scratch word(m, 1);
    b.CreateStore(m.num(0), word); // no record is as short
    m.helper(helper::RingOutput, m.i64(), {user.records, word, m.num(8), m.num(kForceWakeup)});
}

/// i64: this CPU's bit among those for which the process has nobody.
llvm::Value *Lowering::nobodyHere(const User &user) { return b.CreateAnd(readShared(user, kNobody), cpuBit()); }

llvm::Value *Lowering::cpuBit() { return b.CreateShl(m.num(1), b.CreateAnd(thisCpu(), m.num(kCpuBits - 1))); }

/// Asks for tasks, if some are held, the queue runs low, and no other ask is on its way. `hungry`: this CPU has found none that may run here; the process looks for one
/// that may, and this CPU is woken when it has answered.
llvm::Function *Lowering::askFunction(const QueueDecl &q) {
    return apart(q.name + "__ask__", {"hungry"}, [&](const auto &given) {
        User &user = userOf(q);
        llvm::Value *zero = m.num(0), *hungry = b.CreateAnd(b.CreateICmpNE(given[0], zero), b.CreateICmpEQ(nobodyHere(user), zero));
        llvm::Value *some = b.CreateICmpSGT(readShared(user, kHeld), zero);
        m.ifThen(b.CreateAnd(some, hungry), [&] {
            b.CreateStore(b.CreateAdd(thisCpu(), m.num(1)), user.hungry);
            m.ifThen(unreadAnswers(user), [&] { kick(thisCpu(), kKickIdle); }); // the process did not know of this CPU yet when it stopped
            m.ifThen(b.CreateICmpEQ(readShared(user, kIdleAt), zero),
                     [&] { b.CreateStore(m.helper(helper::KtimeNs, m.i64(), {}), sharedWord(user, kIdleAt)); });
            // In full order before the look at the answers: the process looks for hungry CPUs once it has answered.
            b.CreateAtomicRMW(llvm::AtomicRMWInst::Or, sharedWord(user, kHungry), cpuBit(), llvm::MaybeAlign(8), llvm::AtomicOrdering::SequentiallyConsistent);
        });
        llvm::Value *asks = readShared(user, kAsks);
        m.ifThen(b.CreateAnd(some, b.CreateICmpEQ(asks, readShared(user, kAnswered))), [&] {
            // Half as many as there are CPUs: whoever is handed out waits in a FIFO, so each more would be one less in order. Asked is when half of those are taken, so that the
            // process is woken for a batch; with fewer than four CPUs there is none that would leave an order.
            llvm::Value *most = b.CreateLShr(cpuCount(), m.num(1)), *half = b.CreateLShr(cpuCount(), m.num(2));
            llvm::Value *few = b.CreateSelect(b.CreateICmpEQ(half, zero), most, half);
            llvm::Value *unread = b.CreateSub(readShared(user, kSubmitted), readShared(user, kDrained));
            unread = b.CreateSelect(b.CreateICmpSGT(unread, zero), unread, zero);
            llvm::Value *ready = b.CreateAdd(m.call("scx_bpf_dsq_nr_queued", {dsqId(q, zero)}), unread);
            m.ifThen(b.CreateOr(hungry, b.CreateICmpSLT(ready, few)), [&] {
                llvm::Value *missing = b.CreateSub(most, ready);
                b.CreateStore(b.CreateSelect(b.CreateICmpSLT(missing, zero), zero, missing), sharedWord(user, kWanted));
                m.ifThen(replaceWord(sharedWord(user, kAsks), asks, b.CreateAdd(asks, m.num(1))), [&] { wakeProcess(user); });
            });
        });
        return m.unbounded(zero);
    });
}

/// A thread of the process has stopped. Its answers are looked at by the CPU that last found nobody, for the one that the process ran on may have others to serve than
/// this queue.
void Lowering::answered(const QueueDecl &q) {
    User &user = userOf(q);
    llvm::Value *hungry = b.CreateLoad(m.i64(), user.hungry);
    m.ifThen(b.CreateAnd(unreadAnswers(user), b.CreateICmpNE(hungry, m.num(0))), [&] { kick(b.CreateSub(hungry, m.num(1)), kKickIdle); });
}

/// A held task of this number goes into the queue, if its word is still `word`: i64, 0 if it was another's to do. A CPU is woken for it, unless it is the first that this
/// one, `cpu`, may take by itself; `wants`: there was none before.
llvm::Function *Lowering::releaseFunction(const QueueDecl &q) {
    return apart(q.name + "__release__", {"number", "word", "slice", "cpu", "wants"}, [&](const auto &given) {
        User &user = userOf(q);
        llvm::Value *null = llvm::ConstantPointerNull::get(m.ptr());
        llvm::AllocaInst *result = m.local(m.i64(), "result");
        b.CreateStore(m.num(0), result);
        m.ifThen(replaceWord(userSlot(user.words, given[0]), given[1], m.num(0)), [&] {
            addShared(user, kHeld, m.num(-1));
            llvm::Value *task = m.call("bpf_task_from_pid", {b.CreateLShr(given[1], m.num(32))});
            m.ifThen(b.CreateICmpNE(task, null), [&] {
                llvm::Value *own = b.CreateLoad(m.i64(), userSlot(user.slices, given[0]));
                llvm::Value *slice = b.CreateSelect(b.CreateICmpNE(given[2], m.num(0)), given[2], own);
                m.callEither("scx_bpf_dsq_insert", "scx_bpf_dispatch", {task, dsqId(q, m.num(0)), slice, m.num(0)});
                llvm::Value *here = mayRun(task, given[3]);
                b.CreateStore(m.num(1), result);
                m.ifThen(b.CreateXor(here, b.getTrue()), [&] { kick(taskCpu(task), kKickIdle); });
                m.ifThen(b.CreateAnd(here, b.CreateICmpNE(given[4], m.num(0))), [] {}, [&] { wakeServer(q, task, taskCpu(task)); });
                m.call("bpf_task_release", {task});
            });
        });
        return m.unbounded(b.CreateLoad(m.i64(), result));
    });
}

/// One answer. `context`: the CPU; how many inserts are left; whether a held task was among them.
llvm::Function *Lowering::answerCallback(const QueueDecl &q) {
    User &user = userOf(q);
    if (user.answer)
        return user.answer;
    auto saved = b.saveIP();
    auto location = b.getCurrentDebugLocation();
    llvm::Function *release = releaseFunction(q);
    Frame outer = std::exchange(frame, Frame());
    user.answer = m.beginCallback(q.name + "__answer__", {{"sample", m.diPointer(m.diInt(8, false))}, {"context", m.diPointer(m.diInt(64, true))}}, q.nameSpan);
    llvm::Value *context = user.answer->getArg(1);
    auto word = [&](unsigned i) { return b.CreateConstInBoundsGEP1_64(m.i64(), context, i); };
    Module::Scratch answer(m, kAnswerWords);
    llvm::Value *failed = m.helper(helper::DynptrRead, m.i64(), {answer, m.num32(8 * kAnswerWords), user.answer->getArg(0), m.num32(0), m.num(0)});
    m.ifThen(b.CreateICmpEQ(failed, m.num(0)), [&] {
        llvm::Value *which = b.CreateLoad(m.i64(), answer), *slice = b.CreateLoad(m.i64(), b.CreateConstInBoundsGEP1_64(m.i64(), answer, 1));
        llvm::Value *number = b.CreateAnd(which, m.num(0xffffffff)), *sequence = b.CreateLShr(which, m.num(32));
        llvm::Value *held = b.CreateLoad(m.i64(), userSlot(user.words, number));
        llvm::Value *live = b.CreateAnd(b.CreateICmpNE(held, m.num(0)), b.CreateICmpEQ(b.CreateAnd(held, m.num(0xffffffff)), sequence));
        m.ifThen(b.CreateAnd(live, b.CreateICmpULT(number, m.num(kMostTasks))), [&] {
            llvm::Value *done = b.CreateCall(release, {number, held, slice, b.CreateLoad(m.i64(), word(0)),
                                                       b.CreateZExt(b.CreateICmpEQ(b.CreateLoad(m.i64(), word(2)), m.num(0)), m.i64())});
            m.ifThen(b.CreateICmpNE(done, m.num(0)), [&] {
                b.CreateStore(m.unbounded(b.CreateSub(b.CreateLoad(m.i64(), word(1)), m.num(1))), word(1));
                b.CreateStore(m.unbounded(m.num(1)), word(2));
            });
        });
    });
    llvm::Value *enough = b.CreateICmpSLE(b.CreateLoad(m.i64(), word(1)), m.num(0));
    b.CreateRet(b.CreateZExt(enough, m.i32()));
    frame = std::move(outer);
    m.resume(saved, location);
    return user.answer;
}

/// In dispatch, before the queue is consumed: answers of the process become tasks in the DSQ; or, where the kernel orders it, those who are held do.
llvm::Function *Lowering::serveFunction(const QueueDecl &q) {
    llvm::Function *callback = answerCallback(q), *letGo = letGoFunction(q);
    return apart(q.name + "__serve__", {"cpu"}, [&](const auto &given) {
        User &user = userOf(q);
        llvm::Value *zero = m.num(0);
        m.ifThen(kernelOrders(readShared(user, kEpoch)),
                 [&] { m.ifThen(b.CreateICmpSLT(readShared(user, kCursor), m.num(kMostTasks)), [&] { b.CreateCall(letGo, {given[0]}); }); }, [&] {
            m.ifThen(b.CreateICmpNE(readShared(user, kSubmitted), readShared(user, kDrained)), [&] {
                Module::Scratch context(m, 3);
                auto word = [&](unsigned i) { return b.CreateConstInBoundsGEP1_64(m.i64(), context, i); };
                b.CreateStore(given[0], word(0));
                b.CreateStore(m.unbounded(m.num(kMoves)), word(1));
                b.CreateStore(m.unbounded(zero), word(2));
                llvm::Value *count = m.helper(helper::UserRingDrain, m.i64(), {user.answers, callback, context, m.num(kNoWakeup)});
                // Another CPU is at it: this one looks again once it is idle, for what that one puts in may not be there yet.
                m.ifThen(b.CreateICmpSLT(count, zero), [&] { kick(given[0], kKickIdle); }, [&] { addShared(user, kDrained, count); });
                m.ifThen(b.CreateICmpNE(b.CreateLoad(m.i64(), word(2)), zero), [&] { b.CreateStore(zero, sharedWord(user, kIdleAt)); }); // `watch` begins anew
            });
        });
        return m.unbounded(zero);
    });
}

/// All who are held are let go, a batch at a time: CPUs take turns at the numbers.
llvm::Function *Lowering::letGoFunction(const QueueDecl &q) {
    llvm::Function *release = releaseFunction(q);
    return apart(q.name + "__let_go__", {"cpu"}, [&](const auto &given) {
        User &user = userOf(q);
        llvm::AllocaInst *some = m.local(m.i64(), "some");
        b.CreateStore(m.unbounded(m.num(0)), some);
        counted(m.num(1), m.num(kMostTasks / kMoves), [&](llvm::Value *) {
            llvm::BasicBlock *leave = loopStack.back().leave, *more = m.block("more"), *out = m.block("out");
            size_t outer = loopCleanups.back();
            llvm::Value *first = m.atomicAdd(sharedWord(user, kCursor), m.num(kMoves));
            llvm::Value *used = b.CreateLoad(m.i64(), user.next);
            m.ifThen(b.CreateICmpUGE(first, used), [&] { b.CreateStore(m.num(kMostTasks), sharedWord(user, kCursor)); });
            b.CreateCondBr(b.CreateOr(b.CreateICmpUGE(first, used), b.CreateICmpNE(b.CreateLoad(m.i64(), some), m.num(0))), out, more);
            b.SetInsertPoint(out);
            leaveTo(leave, outer);
            b.SetInsertPoint(more);
            counted(m.num(0), m.num(kMoves - 1), [&](llvm::Value *i) {
                llvm::Value *number = b.CreateAdd(first, i), *held = b.CreateLoad(m.i64(), userSlot(user.words, number));
                m.ifThen(b.CreateICmpNE(held, m.num(0)), [&] {
                    llvm::Value *done = b.CreateCall(release, {b.CreateAnd(number, m.num(kMostTasks - 1)), held, m.num(0), given[0],
                                                               b.CreateZExt(b.CreateICmpEQ(b.CreateLoad(m.i64(), some), m.num(0)), m.i64())});
                    b.CreateStore(m.unbounded(b.CreateOr(b.CreateLoad(m.i64(), some), done)), some);
                });
            });
        });
        return m.unbounded(m.num(0));
    });
}

// ---------------------------------------------------------------- the timer

/// Is the process there, and does it keep up?
llvm::Value *Lowering::watch(const QueueDecl &q) {
    User &user = userOf(q);
    llvm::Value *zero = m.num(0), *time = m.num(Checker::evaluate(*userSpaceTime(q)).value_or(0)), *now = m.helper(helper::KtimeNs, m.i64(), {});
    llvm::AllocaInst *news = m.local(m.i64(), "news");
    b.CreateStore(zero, news);
    auto wakeAll = [&] { forCpus([&](llvm::Value *cpu) { kick(cpu, kKickIdle); }); };
    auto begin = [&](int64_t what) { // the next epoch
        b.CreateStore(now, user.since);
        b.CreateStore(zero, sharedWord(user, kIdleAt));
        addShared(user, kEpoch, m.num(1));
        b.CreateStore(m.num(what), news);
    };
    llvm::Value *epoch = readShared(user, kEpoch), *process = readShared(user, kProcess), *asks = readShared(user, kAsks),
                *answered = readShared(user, kAnswered);
    m.ifThen(kernelOrders(epoch), [&] {
        llvm::Value *free = b.CreateICmpSGE(readShared(user, kCursor), m.num(kMostTasks));
        llvm::Value *rested = b.CreateICmpSGT(b.CreateSub(now, b.CreateLoad(m.i64(), user.since)), time);
        llvm::Value *ready = b.CreateAnd(b.CreateAnd(b.CreateICmpNE(process, zero), b.CreateICmpEQ(asks, answered)), b.CreateAnd(free, rested));
        m.ifThen(ready, [&] {
            b.CreateStore(process, sharedWord(user, kOwner));
            begin(2);
        }, [&] { m.ifThen(b.CreateXor(free, b.getTrue()), wakeAll); });
    }, [&] {
        // A CPU waits that has found nobody: for the process to answer, or for an answer that is of use to somebody. Answers that nobody has read yet, or tasks that nobody has
        // taken, are there because CPUs have others to run.
        llvm::Value *idle = readShared(user, kIdleAt), *held = readShared(user, kHeld), *open = b.CreateICmpNE(asks, answered);
        llvm::Value *none =
            b.CreateAnd(b.CreateXor(unreadAnswers(user), b.getTrue()), b.CreateICmpSLE(m.call("scx_bpf_dsq_nr_queued", {dsqId(q, zero)}), zero));
        llvm::Value *waits = b.CreateAnd(b.CreateAnd(b.CreateICmpSGT(held, zero), b.CreateICmpNE(idle, zero)), b.CreateOr(open, none));
        llvm::Value *late = b.CreateAnd(waits, b.CreateICmpSGT(b.CreateSub(now, idle), time));
        m.ifThen(b.CreateOr(late, b.CreateICmpNE(process, readShared(user, kOwner))), [&] {
            b.CreateStore(zero, sharedWord(user, kCursor)); // before the epoch
            begin(1);
            // It has caught up when it has answered this.
            m.ifThen(b.CreateICmpEQ(asks, answered), [&] {
                b.CreateStore(b.CreateAdd(asks, m.num(1)), sharedWord(user, kAsks));
                wakeProcess(user);
            });
            wakeAll();
        }, [&] {
            m.ifThen(b.CreateXor(waits, b.getTrue()), [&] { b.CreateStore(zero, sharedWord(user, kIdleAt)); });
            m.ifThen(b.CreateICmpSGT(held, zero), wakeAll);
        });
    });
    return b.CreateLoad(m.i64(), news);
}

/// i1: the task is a thread of the process that orders queues.
llvm::Value *Lowering::serves(llvm::Value *task) {
    llvm::Value *tgid = m.loadField(task, "task_struct", "tgid");
    std::vector<const QueueDecl *> ordered;
    for (const auto &q : core.queues)
        if (userSpaceTime(*q))
            ordered.push_back(q.get());
    return anyOf(ordered.size(), [&](size_t i) { return b.CreateICmpEQ(tgid, readShared(userOf(*ordered[i]), kProcess)); });
}

/// Who was kept because nobody else is there yet, though some are held, makes room soon; unless the process has nobody for this CPU.
llvm::Value *Lowering::untilAnswered(const QueueDecl &q, llvm::Value *slice) {
    User &user = userOf(q);
    llvm::Value *waits = b.CreateAnd(b.CreateICmpSGT(readShared(user, kHeld), m.num(0)), b.CreateICmpEQ(nobodyHere(user), m.num(0)));
    return b.CreateSelect(b.CreateAnd(waits, b.CreateICmpUGT(slice, m.num(kUntilAnswered))), m.num(kUntilAnswered), slice);
}

} // namespace scx
