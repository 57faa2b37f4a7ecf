// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Ask.h"

#include "object/Document.h"
#include "tools/Conversation.h"
#include "tools/Figures.h"
#include "tools/List.h"
#include "tools/Runner.h"

#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

namespace scx {
namespace {

using nlohmann::json;

json values(const std::vector<std::string> &sets) {
    json all = json::object();
    for (const auto &[name, text] : splitSettings(sets, ""))
        all[name] = text;
    return all;
}

template <typename Talk> int talk(Talk with) {
    try {
        Conversation conversation;
        return with(conversation);
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace

int askList(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "list"}});
        if (options.json)
            printDocument(answer);
        else
            printDescription(answer);
        return 0;
    });
}

int askStats(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "stats"}});
        if (options.json)
            printDocument(answer);
        else {
            printf("%s, after %.1f s\n", answer.at("policy").get<std::string>().c_str(), answer.at("seconds").get<double>());
            printTable(answer);
        }
        return 0;
    });
}

int askSet(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        json answer = scxrun.ask({{"ask", "set"}, {"values", values(options.sets)}});
        for (const json &change : answer.at("changes"))
            std::cout << change.at("name").get<std::string>() << ": " << change.at("from").get<std::string>() << " -> " << change.at("to").get<std::string>()
                      << "\n";
        return 0;
    });
}

int askReplace(const AskOptions &options) {
    return talk([&](Conversation &scxrun) {
        int file = open(options.path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0)
            throw std::runtime_error("cannot read `" + options.path + "`; check the name");
        scxrun.wait(120); // the verifier has to look at it
        json request = {{"ask", "replace"}, {"path", options.path}, {"values", values(options.sets)}};
        if (!options.grace.empty())
            request["grace"] = options.grace;
        json answer = scxrun.ask(request, file);
        close(file);
        auto putBack = [&] {
            std::cerr << "scxrun: " << answer.value("why", "") << "\n";
            return 3;
        };
        if (answer.contains("kept")) // it could not even be attached
            return putBack();
        std::cout << answer.at("policy").get<std::string>() << " follows " << answer.at("before").get<std::string>() << "; "
                  << answer.at("gap_ms").get<double>() << " ms without a policy" << std::endl;
        if (!options.wait)
            return 0;
        scxrun.wait(120 + answer.at("grace_s").get<int>());
        answer = scxrun.hear();
        if (!answer.value("kept", false))
            return putBack();
        std::cout << "it holds\n";
        return 0;
    });
}

} // namespace scx
