// SPDX-License-Identifier: GPL-2.0-only
#include "tools/CommandLine.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace scx {
namespace {

using Verb = Command::Verb;

void declareRun(CLI::App &app, RunOptions &into) {
    app.add_option("object", into.path, "policy.bpf.o, as scxc writes it")->type_name("FILE");
    app.add_option("--set", into.sets, "a parameter")->type_name("NAME=VALUE")->allow_extra_args(false);
    app.add_option_function<std::string>("--for",
                                         [&](const std::string &text) {
        into.limit = std::chrono::nanoseconds(parseDuration(text));
        if (into.limit.count() <= 0)
            throw std::runtime_error("`--for " + text + "` is no time to run");
    }, "end after this time (5s, 500ms)")
        ->type_name("TIME");
    app.add_option_function<double>("--stats",
                                    [&](double seconds) {
        if (!(seconds > 0))
            throw std::runtime_error("`--stats` takes a number of seconds above 0");
        into.every = seconds;
    }, "print the table every so many seconds")
        ->type_name("SECONDS");
    app.add_option("--user-policy", into.load.userPolicy, "a plug-in that orders the queues with `backing: userspace`, in place of their disciplines")
        ->type_name("LIB.so");
    app.add_option("--metrics", into.metrics, "serve OpenMetrics there over HTTP, like 127.0.0.1:9273")->type_name("ADDRESS");
    app.add_flag("--list", into.list, "show parameters, queues and rules, and load nothing");
    app.add_flag("--json", into.json, "one JSON document a line instead of tables");
    app.add_flag_callback("--no-stats", [&] { into.load.statistics = false; }, "keep no statistics; costs nothing then");
    app.add_flag("--dump", into.load.dump, "print the kernel's dump if it ends the policy with an error");
    app.add_option("--verifier-log", into.load.verifierLog, "where all of the log goes if the kernel refuses the policy")->type_name("FILE");
    app.add_flag("--verbose", into.load.verbose, "show what libbpf and the verifier say");
}

void declareCheck(CLI::App &app, CheckOptions &into) {
    app.add_option("object", into.path, "policy.bpf.o, or a scheduler of another compiler")->type_name("FILE")->required();
    app.add_option("--set", into.sets, "a parameter, as it is to be run with")->type_name("NAME=VALUE")->allow_extra_args(false);
    app.add_option("--kernel", into.kernels, "a kernel's BTF, or a vmlinux (default: this kernel); may be given several times")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_flag("--json", into.json, "one JSON document");
}

void declareReplace(CLI::App &app, AskOptions &into) {
    app.add_option("object", into.path, "policy.bpf.o that is to run from now on")->type_name("FILE")->required();
    app.add_option("--set", into.sets, "a parameter of it")->type_name("NAME=VALUE")->allow_extra_args(false);
    app.add_option("--grace", into.grace, "how long the old one is put back if the new one is ended (default: 10s)")->type_name("TIME");
    app.add_flag_callback("--no-wait", [&] { into.wait = false; }, "do not wait until the time of grace is over");
}

std::chrono::nanoseconds readTime(const std::string &option, const std::string &text) {
    std::chrono::nanoseconds time(parseDuration(text));
    if (time.count() <= 0)
        throw std::runtime_error("`" + option + " " + text + "` is no time");
    return time;
}

void declareTop(CLI::App &app, TopOptions &into) {
    app.add_flag("--once", into.once, "print all as text, once");
    app.add_option_function<std::string>("--every", [&](const std::string &text) { into.every = readTime("--every", text); }, "how often to look (default: 1s)")
        ->type_name("TIME");
}

void declareTrace(CLI::App &app, TraceOptions &into) {
    app.add_option("--pid", into.pid, "only threads of this process")->type_name("PID")->check(CLI::PositiveNumber);
    app.add_option("--tid", into.tid, "only this thread")->type_name("TID")->check(CLI::PositiveNumber);
    app.add_option("--comm", into.comm, "only threads of this name; with * at its end, whose names begin so")->type_name("NAME");
    app.add_option("--queue", into.queue, "only tasks of this queue")->type_name("QUEUE");
    app.add_option_function<std::string>("--for", [&](const std::string &text) { into.limit = readTime("--for", text); }, "end after this time (5s, 500ms)")
        ->type_name("TIME");
    app.add_option("--count", into.count, "end after so many decisions")->type_name("NUMBER");
    app.add_flag("--json", into.json, "one JSON document a line");
    app.add_option("--perfetto", into.perfetto, "a file for ui.perfetto.dev instead of lines")->type_name("FILE");
}

void declareExplain(CLI::App &app, ExplainOptions &into) {
    app.add_option("pid", into.tid, "a process, that is its first thread, or any thread")->type_name("PID")->required()->check(CLI::PositiveNumber);
    app.add_option_function<std::string>("--for", [&](const std::string &text) { into.watch = readTime("--for", text); },
                                         "how long its waits are watched (default: 1s)")
        ->type_name("TIME");
    app.add_flag("--json", into.json, "one JSON document");
}

void declareHint(CLI::App &app, HintOptions &into) {
    app.add_option("value", into.value, "a whole number that the policy's rules read as `hint`")->type_name("NUMBER")->required();
    app.add_option("--pid", into.process, "tell it of every thread of this process")->type_name("PID");
    app.add_option("--tid", into.thread, "tell it of this thread")->type_name("TID");
    app.add_option("command", into.command, "tell it of this command and run it; write -- before it")->type_name("WORD");
}

} // namespace

std::unique_ptr<CLI::App> commandLine(Command &into) {
    auto app = std::make_unique<CLI::App>("Makes a compiled policy the system's scheduler, until it is interrupted", "scxrun");
    app->set_version_flag("--version", std::string("scxrun " SCX_VERSION));
    app->require_subcommand(0, 1);
    declareRun(*app, into.run);
    auto verb = [&](const char *name, Verb which, const char *text) {
        CLI::App *sub = app->add_subcommand(name, text);
        sub->final_callback([&into, which] { into.verb = which; });
        return sub;
    };
    declareCheck(*verb("check", Verb::Check, "tell, without loading it, whether an object will load on a kernel, and what it does without there"), into.check);
    verb("list", Verb::List, "show parameters, queues and rules of the policy that runs")->add_flag("--json", into.ask.json, "one JSON document");
    verb("stats", Verb::Stats, "show what its queues and rules did so far")->add_flag("--json", into.ask.json, "one JSON document");
    declareTop(*verb("top", Verb::Top, "show queues, rules, CPUs, tasks and live parameters in a terminal; F1 tells the keys"), into.top);
    declareTrace(*verb("trace", Verb::Trace, "show each decision as it happens: task, queue, rule, CPU, wait"), into.trace);
    declareExplain(*verb("explain", Verb::Explain, "tell which rule a task matches, and why none before it"), into.explain);
    verb("set", Verb::Set, "change live parameters while it runs, all of them or none")
        ->add_option("values", into.ask.sets, "live parameters")
        ->type_name("NAME=VALUE")
        ->required();
    declareReplace(*verb("replace", Verb::Replace, "let another policy follow, and put the old one back if it fails"), into.ask);
    declareHint(*verb("hint", Verb::Hint, "tell the running policy something about a task"), into.hint);
    return app;
}

std::optional<int> readCommand(int argc, char **argv, Command &into) {
    std::unique_ptr<CLI::App> app = commandLine(into);
    try {
        app->parse(argc, argv);
        if (into.verb == Verb::Run && into.run.path.empty())
            throw std::runtime_error("no object is named");
        for (const CLI::Option *option : app->get_options())
            if (into.verb != Verb::Run && option->count())
                throw std::runtime_error("`" + option->get_name() + "` stands before `" + app->get_subcommands().at(0)->get_name() +
                                         "`, which does not know it");
        if (into.verb == Verb::Hint && (!into.hint.process.empty()) + (!into.hint.thread.empty()) + (!into.hint.command.empty()) != 1)
            throw std::runtime_error("a hint is about one of --pid PID, --tid TID and -- COMMAND");
        return {};
    } catch (const CLI::ParseError &error) {
        if (error.get_exit_code() == 0)
            return app->exit(error);
        std::cerr << "scxrun: " << error.what() << "; see scxrun --help\n";
    } catch (const std::runtime_error &error) { std::cerr << "scxrun: " << error.what() << "; see scxrun --help\n"; }
    return 2;
}

} // namespace scx
