// SPDX-License-Identifier: GPL-2.0-only
#include "tools/Top.h"

#include "tools/TopScreen.h"

#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace scx {
namespace {

constexpr size_t kTasks = 20, kWidth = 100; // of the plain text

/// Two looks, for most is what happened between them.
void printOnce(std::chrono::nanoseconds every) {
    TopModel model;
    while (!model.complete()) {
        model.look();
        if (!model.complete())
            std::this_thread::sleep_for(every);
    }
    std::cout << model.heading() << "\n";
    for (const TopTable &table : model.tables()) {
        auto print = [&](const TopRow *row) {
            std::string line = lineOf(table, row, kWidth, 0, {}, true);
            std::cout << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
        };
        std::cout << "\n" << table.title << "\n";
        print(nullptr);
        std::vector<TopRow> rows = arranged(table, {});
        for (size_t i = 0; i < rows.size() && (i < kTasks || table.title != "Tasks"); ++i)
            print(&rows[i]);
    }
}

} // namespace

int runTop(const TopOptions &options) {
    try {
        if (options.once) {
            printOnce(options.every);
            std::cout.flush();
            return 0;
        }
        if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
            throw std::runtime_error("there is no terminal to draw on; scxrun top --once prints all as text");
        TopModel model;
        model.look(); // whoever finds nobody at the start is told so at once
        TopScreen screen;
        screen.run(model, options.every);
        return 0;
    } catch (const std::exception &error) {
        std::cerr << "scxrun: " << error.what() << "\n";
        return 1;
    }
}

} // namespace scx
