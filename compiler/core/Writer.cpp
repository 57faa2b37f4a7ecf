// SPDX-License-Identifier: GPL-2.0-only
#include "core/Writer.h"

#include "bpf/Tables.h"
#include "sema/Checker.h"

#include <algorithm>

namespace scx {

const Option *CoreWriter::option(const QueueDecl &q, const char *name) const {
    for (const Option &o : q.options)
        if (o.name == name)
            return &o;
    if (q.discipline)
        for (const Option &o : q.discipline->options)
            if (o.name == name)
                return &o;
    return nullptr;
}

const HookDecl *CoreWriter::disciplineHook(const QueueDecl &q, const std::string &event) const {
    if (q.discipline && !userSpaceTime(q)) // whose hooks run in user space
        for (const auto &h : q.discipline->hooks)
            if (h->name == event)
                return h.get();
    return nullptr;
}

const HookDecl *CoreWriter::userHook(const std::string &event) const {
    const HookDecl *found = nullptr; // the one that decides, if there are several
    for (const auto &h : surface.hooks)
        if (h->name == event && (!found || decides(h.get())))
            found = h.get();
    return found;
}

std::string CoreWriter::instanceText(const QueueDecl &q, const std::string &cpu, const std::string &cgroup) const {
    switch (q.domain) {
    case Domain::Cpu: return cpu + ".id";
    case Domain::Core: return cpu + ".core";
    case Domain::Llc: return cpu + ".llc";
    case Domain::Node: return cpu + ".node";
    case Domain::Cgroup: return cgroup + ".number__";
    default: return "0";
    }
}

std::string CoreWriter::ifQueue(const QueueDecl &q, const std::string &task) const {
    return tracksQueue ? "if " + task + ".queue__ == " + std::to_string(q.index) : "if true";
}

// ---------------------------------------------------------------- expressions of queues

/// `forever` is the largest slice the kernel knows, all bits set.
std::string CoreWriter::sliceValue(const Expr &value, const QueueDecl *of) {
    return value.kind == ExprKind::Name && value.name == "forever" && value.ref.kind == RefKind::None
               ? "-1ns"
               : text(value, of, of ? "p." + of->name + "__inst - 1" : "");
}

/// Does a rule give another slice than its queue?
bool CoreWriter::rulesSetSlice(const QueueDecl &q) const {
    for (const Target &t : targets)
        if (t.queue == &q && t.rule)
            for (const Option &o : t.rule->options)
                if (o.name == "slice")
                    return true;
    return false;
}

/// Of the queue, else of the policy; null: nobody says.
const Option *CoreWriter::sliceOption(const QueueDecl &q) const {
    if (const Option *o = option(q, "slice"))
        return o;
    for (const Option &o : surface.settings)
        if (o.name == "slice")
            return &o;
    return nullptr;
}

/// Where no rule says otherwise.
std::string CoreWriter::queueSlice(const QueueDecl &q) {
    const Option *o = sliceOption(q);
    return o ? sliceValue(*o->value, &q) : "20ms";
}

std::string CoreWriter::sliceText(const QueueDecl &q) { return rulesSetSlice(q) ? q.name + "__slice(p)" : queueSlice(q); }

std::string CoreWriter::keyText(const QueueDecl &q, const std::string &task) {
    const auto &keys = q.discipline ? q.discipline->keys : q.keys;
    std::vector<std::string> texts;
    for (const ExprPtr &k : keys) {
        ExprPtr made = rewrite(*k, &q, task + "." + q.name + "__inst - 1", {});
        if (task != "p")
            made = clone(*made, [&](const Expr &e) -> ExprPtr {
                if (e.kind != ExprKind::Name || e.name != "p")
                    return nullptr;
                auto name = std::make_unique<Expr>();
                name->kind = ExprKind::Name;
                name->name = task;
                return name;
            });
        texts.push_back(printSum(*made));
    }
    if (texts.size() < 2)
        return texts.empty() ? "" : texts[0];
    return "pack_keys__(" + texts[0] + ", " + texts[1] + ")";
}

// ---------------------------------------------------------------- declarations and hooks

/// Whether the policy counts by rule: then a task knows the rule of its last match, from 1.
bool CoreWriter::keepsRule() const {
    return std::any_of(surface.stats.begin(), surface.stats.end(), [](const auto &s) { return s->per == "rule"; });
}

/// `q`: of whose discipline it is, or null.
void CoreWriter::function(const FnDecl &f, const std::string &name, const QueueDecl *q) {
    bool instances = q && hasInstances(*q);
    std::string head = "fn " + name + "(" + (instances ? "at__: int" : "");
    for (const auto &p : f.parameters)
        head += (p == f.parameters.front() && !instances ? "" : ", ") + p->local.name + ": " + typeName(p->typeName.name, p->local.type) +
                (p->value ? " = " + text(*p->value, q) : "");
    origin = f.nameSpan;
    open(head + ")" + (f.resultName ? " -> " + typeName(f.resultName->name, f.result) : ""));
    body(f.body, q, "at__", {});
    close();
}

void CoreWriter::declarations() {
    for (const auto &e : surface.enums) {
        std::string values;
        for (const std::string &v : e->values)
            values += (values.empty() ? "" : ", ") + v;
        line("enum " + e->name + " { " + values + " }");
    }
    auto constant = [&](const ConstDecl &c, const std::string &name) {
        if (c.type.kind == TypeKind::Time)
            line("const " + name + ": time = " + std::to_string(c.evaluated) + "ns;");
    };
    for (const auto &c : surface.consts)
        constant(*c, c->name);
    for (const auto &d : surface.disciplines)
        for (const auto &c : d->consts)
            constant(*c, constName(*c));
    for (const auto &p : surface.params) {
        origin = p->nameSpan;
        line(std::string(p->live ? "live " : "") + "param " + p->name + ": " + typeName(p->typeName.name, p->type) + " = " + text(*p->value) +
             (p->range ? " in " + text(*p->range->args[0]) + ".." + text(*p->range->args[1]) : "") + ";");
    }
    line("param stats__: bool = false;");
    auto field = [&](const std::string &name, const Field &f, bool perInstance = false) {
        int64_t length = (perInstance ? kMaxCpus : 1) * std::max<int64_t>(f.type.length, perInstance ? 1 : 0);
        line(name + ": " + typeName(f.typeName.name, f.type) + (length ? "[" + std::to_string(length) + "]" : "") +
             (f.value && !perInstance ? " = " + text(*f.value) : "") + ";");
    };
    std::vector<std::function<void()>> task, cpu, cgroup, global;
    for (const StateDecl &s : surface.states)
        for (const auto &f : s.fields)
            (s.kind == StateKind::Task     ? task
             : s.kind == StateKind::Cpu    ? cpu
             : s.kind == StateKind::Cgroup ? cgroup
                                           : global)
                .push_back([&, f = f.get()] { field(f->name, *f); });
    for (const auto &q : surface.queues) {
        if (!q->discipline || userSpaceTime(*q))
            continue;
        bool state = false;
        for (const StateDecl &s : q->discipline->states)
            for (const auto &f : s.fields) {
                state |= s.kind == StateKind::Queue;
                (s.kind == StateKind::Task ? task : global)
                    .push_back([&, f = f.get(), q = q.get(), perInstance = s.kind == StateKind::Queue && q->domain != Domain::None] {
                    field(q->name + "__" + f->name, *f, perInstance);
                });
            }
        if (q->domain != Domain::None && (state || disciplineHook(*q, "join")))
            task.push_back([&, q = q.get()] { line(q->name + "__inst: int;"); });
        else if (disciplineHook(*q, "join") && surface.queues.size() > 1)
            task.push_back([&, q = q.get()] { line(q->name + "__joined: bool;"); });
    }
    if (tracksQueue)
        task.push_back([&] { line("queue__: int;"); });
    if (keepsRule())
        task.push_back([&] { line("rule__: int;"); });
    if (std::any_of(surface.queues.begin(), surface.queues.end(),
                    [&](const auto &q) { return option(*q, "backing") && option(*q, "backing")->value->kind == ExprKind::Call && !userSpaceTime(*q); }))
        task.push_back([&] { line("ring__: int;"); });
    std::vector<std::string> userTask;
    userFields(userTask, cpuFields);
    for (const std::string &f : userTask)
        task.push_back([&] { line(f + ";"); });
    bool targetKept = false;
    for (const auto &q : surface.queues)
        targetKept |= rulesSetSlice(*q);
    if (targetKept)
        task.push_back([&] { line("target__: int;"); });
    if (hasBodies("sleep"))
        task.push_back([&] { line("slept_at__: duration;"); });
    task.push_back([&] { line("waits_since__: time;"); });
    for (const std::string &f : madeFields())
        task.push_back([&, f] { line(f + ";"); });
    for (const std::string &f : cpuFields)
        cpu.push_back([&, f] { line(f + ";"); });
    for (const std::string &f : cgroupFields)
        cgroup.push_back([&, f] { line(f + ";"); });
    for (const std::string &f : globalFields)
        global.push_back([&, f] { line(f + ";"); });
    if (readsUtilisation) {
        cpu.push_back([&] { line("idle_since__: time; idled__: duration; idled_before__: duration;"); });
        global.push_back([&] { line("utilisation__: ratio; utilisation_at__: time;"); });
    }
    auto section = [&](const char *name, const auto &fields) {
        if (fields.empty())
            return;
        open(name);
        for (const auto &f : fields)
            f();
        close();
    };
    section("task", task);
    section("cpu", cpu);
    section("cgroup", cgroup);
    section("global", global);
    for (const auto &c : surface.cpuSets)
        line("cpus " + c->name + " = " + text(*c->value) + ";");
    static const char *const domains[] = {"", " per cpu", " per core", " per llc", " per node", " per cgroup"};
    for (const auto &q : surface.queues) {
        origin = q->nameSpan;
        std::string key = userSpaceTime(*q) ? "" : keyText(*q, "p");
        std::string head = "queue " + q->name + ": " +
                           (!key.empty()                                               ? "order by " + key
                            : userSpaceTime(*q) && (q->discipline || !q->keys.empty()) ? q->name + "__order"
                            : q->ordering == Ordering::Lifo                            ? "lifo"
                                                                                       : "fifo");
        head += domains[static_cast<int>(q->domain)];
        if (std::string set = servers(*q); !set.empty())
            head += " on " + set;
        std::string options;
        if (option(*q, "slice") || rulesSetSlice(*q))
            options += " slice: " + sliceText(*q) + ";";
        // A discipline's, for queues that have instances by CPU.
        if (const Option *steal = option(*q, "steal"); steal && q->domain != Domain::None && q->domain != Domain::Cgroup)
            options += " steal: " + steal->value->name + ";";
        if (const Option *backing = option(*q, "backing"); backing && backing->value->kind == ExprKind::Call)
            options += userSpaceTime(*q) ? " backing: userspace(" + std::to_string(*Checker::evaluate(*backing->value->args[1])) + "ns);"
                                         : " backing: ring(" + std::to_string(*Checker::evaluate(*backing->value->args[1])) + ");";
        line(head + (options.empty() ? ";" : " {" + options + " }"));
        for (const char *figure : {"tasks", "direct", "ran"})
            line("counter " + q->name + "__" + figure + ";");
        line("histogram " + q->name + "__wait;");
        if (userSpaceTime(*q))
            for (const char *figure : {"to_kernel", "to_process", "spilled"})
                line("counter " + q->name + "__" + figure + ";");
    }
    serversQueue();
    auto parts = [](const StatDecl &s) { return s.several() ? "[" + std::to_string(s.parts) + "]" : ""; };
    for (const auto &s : surface.stats)
        if (s->kind == StatKind::Counter)
            line("counter " + s->name + parts(*s) + ";");
        else
            line("histogram " + s->name + parts(*s) +
                 (s->width ? ": linear(" + text(*s->shapeArguments[0]) + ", " + std::to_string(s->buckets - 1) + ")" : "") + ";");
    if (surface.match)
        for (size_t i = 0; i < surface.match->rules.size(); ++i)
            line("counter rule__" + std::to_string(i) + ";");
    for (const auto &f : surface.fns)
        function(*f, f->name, nullptr);
    for (const auto &q : surface.queues)
        if (userSpaceTime(*q))
            userDiscipline(*q);
        else if (q->discipline) {
            for (const auto &f : q->discipline->fns)
                function(*f, q->name + "__" + f->name, q.get());
            for (const auto &h : q->discipline->hooks)
                if (h->name == "join" && containsReturn(h->body)) {
                    origin = h->nameSpan;
                    std::map<const Local *, std::string> names;
                    if (!h->arguments.empty())
                        names[h->arguments[0].get()] = "p";
                    if (h->arguments.size() > 1 && q->domain != Domain::None)
                        names[h->arguments[1].get()] = "from__";
                    open("fn " + q->name + "__on_join(p: task, at__: int, from__: int)");
                    body(h->body, q.get(), "at__", names);
                    close();
                } else if (containsReturn(h->body) && h->name != "dispatch") {
                    origin = h->nameSpan;
                    open("fn " + q->name + "__on_" + h->name + "(" + parameters(*h) + ")");
                    body(h->body, q.get(), "p." + q->name + "__inst - 1", argumentNames(*h, "p"));
                    close();
                }
        }
    std::map<std::string, int> numbers;
    for (const auto &h : surface.hooks) {
        int number = ++numbers[h->name];
        const HookRow *row = findHook(h->name);
        if (!containsReturn(h->body) || decides(h.get()) || (row->result.known() && h->name != "select_cpu"))
            continue;
        origin = h->nameSpan;
        open("fn on_" + h->name + "__" + std::to_string(number) + "(" + parameters(*h) + ")");
        body(h->body, nullptr, "", argumentNames(*h, "p"));
        close();
    }
    for (const auto &q : surface.queues)
        if (rulesSetSlice(*q)) {
            open("fn " + q->name + "__slice(p: task) -> duration");
            for (size_t i = 0; i < targets.size(); ++i)
                if (targets[i].queue == q.get() && targets[i].rule)
                    for (const Option &o : targets[i].rule->options)
                        if (o.name == "slice")
                            line("if p.target__ == " + std::to_string(i) + " { return " + sliceValue(*o.value, nullptr) + "; }");
            line("return " + queueSlice(*q) + ";");
            close();
        }
}

bool CoreWriter::decides(const HookDecl *hook) const {
    if (!hook)
        return false;
    // The checks have refused a deciding hook beside its block. A select_cpu that inserts places its task by hand as well.
    std::set<const FnDecl *> seen;
    return decidesEnqueue(*hook) || decidesDispatch(*hook) || decidesPlace(*hook) ||
           (hook->name == "select_cpu" &&
            anyExprCalled(hook->body, [](const Expr &e) { return isOperation(e, Operation::QueueInsert) || isOperation(e, Operation::LocalInsert); }, seen));
}

void CoreWriter::hooks() {
    static const std::set<std::string> merged = {"select_cpu", "enqueue", "dispatch", "running", "stopping", "enable", "quiescent", "sleep", "runnable"};
    // running
    open("on running(p)");
    if (std::find(cpuFields.begin(), cpuFields.end(), "serving__: int") != cpuFields.end())
        line(std::string("p.cpu.serving__ = ") + (tracksQueue ? "p.queue__ + 1" : "1") + ";");
    for (const auto &q : surface.queues)
        for (const std::string &f : cpuFields)
            if (f.rfind(q->name + "__key:", 0) == 0)
                line((tracksQueue ? ifQueue(*q, "p") + " { " : "") + "p.cpu." + q->name + "__key = " + keyText(*q, "p") + (tracksQueue ? "; }" : ";"));
    auto waited = [&](const std::string &into) { line("if p.waits_since__ != 0 { " + into + " = now - p.waits_since__; p.waits_since__ = 0; }"); };
    serversRun();
    limitSlice();
    runAlone();
    pace();
    if (reads(Read::Waited)) {
        line("p.waited__ = 0ns;");
        waited("p.waited__");
    }
    open("if stats__");
    line(reads(Read::Waited) ? "let waited = p.waited__;" : "var waited = 0ns;");
    if (!reads(Read::Waited))
        waited("waited");
    for (const auto &q : surface.queues)
        line(ifQueue(*q, "p") + " { " + q->name + "__tasks += 1; if waited > 0ns { " + q->name + "__wait.add(waited); } }");
    close();
    madeUpkeep("running");
    userBodies("running", "p");
    disciplineBodies("running", "p");
    close();
    // stopping
    open("fn stopping__(p: task, ran: duration, runnable: bool)");
    if (std::find(cpuFields.begin(), cpuFields.end(), "serving__: int") != cpuFields.end())
        line("p.cpu.serving__ = 0;");
    for (const auto &[queue, charge] : charges)
        for (const auto &q : surface.queues)
            if (q->name == queue)
                line(ifQueue(*q, "p") + " { " + charge + " }");
    open("if stats__");
    for (const auto &q : surface.queues)
        line(ifQueue(*q, "p") + " { " + q->name + "__ran += ran / 1ns; }");
    close();
    userStopping();
    madeUpkeep("stopping");
    userBodies("stopping", "p");
    disciplineBodies("stopping", "p");
    close();
    line("on stopping(p, ran, runnable) { stopping__(p, ran, runnable); }");
    // enable: joins of a single queue, the start of the first burst
    bool enables = hasBodies("enable") || hasBodies("sleep");
    const QueueDecl *only = surface.queues.size() == 1 ? surface.queues[0].get() : nullptr;
    bool joins = only && only->domain == Domain::None && disciplineHook(*only, "join");
    if (enables || joins) {
        open("on enable(p)");
        if (hasBodies("sleep"))
            line("p.slept_at__ = p.runtime;");
        if (joins) {
            const HookDecl *h = disciplineHook(*only, "join");
            joinBody(*only, *h, "p", "0", "");
        }
        userBodies("enable", "p");
        disciplineBodies("enable", "p");
        close();
    }
    if (hasBodies("runnable") || madeAt("runnable")) {
        open("on runnable(p)");
        madeUpkeep("runnable");
        userBodies("runnable", "p");
        disciplineBodies("runnable", "p");
        close();
    }
    if (hasBodies("sleep") || hasBodies("quiescent") || madeAt("quiescent") || ordersInUserSpace()) {
        open("on quiescent(p)");
        userSleep();
        madeUpkeep("quiescent");
        userBodies("quiescent", "p");
        disciplineBodies("quiescent", "p");
        if (hasBodies("sleep")) {
            open("if p.sleeping__");
            line("let used = p.runtime - p.slept_at__;");
            line("p.slept_at__ = p.runtime;");
            userBodies("sleep", "p");
            disciplineBodies("sleep", "p");
            close();
        }
        close();
    }
    for (const HookRow &row : hookRows()) {
        std::string event(row.event);
        bool forks = event == "init_task" && hasBodies("fork"), idles = event == "cpu_idle" && readsUtilisation,
             forgets = event == "exit_task" && ordersInUserSpace();
        if (merged.contains(event) || (!hasBodies(event) && !forks && !idles && !forgets) || event == "fork")
            continue;
        std::string task = row.arguments.empty() ? "" : std::string(row.arguments[0].name);
        std::string arguments;
        for (const HookArgument &a : row.arguments)
            arguments += (arguments.empty() ? "" : ", ") + std::string(a.name);
        const HookDecl *h = userHook(event);
        if (h)
            origin = h->nameSpan;
        open("on " + event + (arguments.empty() ? "" : "(" + arguments + ")"));
        if (idles)
            utilisationEvent();
        if (forgets)
            userExit();
        if (h && row.result.known())
            body(h->body, nullptr, "", argumentNames(*h, task));
        else
            userBodies(event, task);
        disciplineBodies(event, task);
        if (forks) {
            open("if p.forked__");
            userBodies("fork", "p");
            close();
        }
        close();
    }
    for (const auto &e : surface.everys) {
        origin = e->nameSpan;
        open("every " + printSum(*rewrite(*e->period, nullptr, "", {})));
        body(e->body, nullptr, "", {});
        close();
    }
    nextWindow();
    lookForTurns();
    userWatch();
    if (readsUtilisation)
        utilisationTimer();
    for (const StmtPtr &a : surface.asserts)
        line("assert " + text(*a->value) + ";");
}

std::vector<PrintedLine> CoreWriter::write() {
    findTargets();
    findServices();
    findMade();
    tracksQueue = surface.queues.size() > 1 || ordersInUserSpace();
    std::string settings;
    for (const Option &o : surface.settings)
        settings += " " + o.name + (o.value ? ": " + text(*o.value) : "") + ";";
    // The walk over the queues decides which CPU state is needed, so hooks are written first and put behind the declarations.
    expires = true;
    limits();
    aloneFunctions();
    match();
    admission();
    if (!decides(userHook("enqueue")))
        overflow();
    selectCpu();
    enqueue();
    dispatch();
    hooks();
    explain();
    std::vector<PrintedLine> code = std::move(lines);
    lines.clear();
    origin = surface.policy.nameSpan;
    line("policy " + surface.policy.name + (settings.empty() ? ";" : " {" + settings + " }"));
    declarations();
    for (PrintedLine &l : code)
        lines.push_back(std::move(l));
    madeFunctions();
    return std::move(lines);
}

} // namespace scx
