// SPDX-License-Identifier: GPL-2.0-only
#include "tools/TopScreen.h"

#include "tools/Conversation.h"
#include "tools/Explain.h"

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#define NCURSES_NOMACROS // `move` and the like are our names, too
#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace scx {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kEscape = 27, kSpark = 14, kSparkFrom = 60; // a sparkline's columns; narrower screens have none
enum Pair : short { kTitle = 1, kFocus, kHigh, kTrouble };

volatile std::sig_atomic_t stopped = 0;

const char *const kHelp[] = {
    "keys",
    "",
    "  F1 h ?            this page",
    "  Tab  Shift-Tab    the next table, the one before",
    "  Up Down PgUp PgDn Home End   another row of it",
    "  F3 /              search in it; F3 or n again: further",
    "  F4 \\              show only rows that contain a text; an empty one shows all",
    "  F6 >  <           sort by the next column, the one before",
    "  I                 the other way round",
    "  Space             tag a row: it stays at the top; U takes all tags off",
    "  Enter             of a task: which rule it matches, and why none before it",
    "  Z                 freeze, and go on",
    "  F10 q             quit",
    "",
    "what is seen",
    "",
    "  length            tasks that wait, those in a CPU's own queue included",
    "  runs/s, direct    how often tasks of the queue begin to run, and which part of them found an idle CPU at once",
    "  share             of the CPU time of all queues",
    "  wait p50, p99     half of those who waited, 99 of 100 of them, waited less",
    "  hits              tasks that the rule took",
    "  busy              of the CPU's time; then what runs there at this moment, and from which queue",
    "  bars              of the last looks: runs/s, hits/s, busy, cpu%, value",
    "",
    "All is of the time between the last two looks, but for hits and cpu time.",
};

size_t rowOf(const std::vector<TopRow> &rows, const std::string &key) {
    auto it = std::find_if(rows.begin(), rows.end(), [&](const TopRow &row) { return row.key == key; });
    return it == rows.end() ? 0 : static_cast<size_t>(it - rows.begin());
}

} // namespace

TopScreen::TopScreen() {
    setlocale(LC_ALL, "");
    utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    const char *type = std::getenv("TERM");
    auto useless = [&] {
        return std::runtime_error("the terminal" + (type ? " `" + std::string(type) + "`" : std::string()) +
                                  " cannot be drawn on; scxrun top --once prints all as text");
    };
    if (!type || !newterm(nullptr, stdout, stdin))
        throw useless();
    if (const char *cursor = tigetstr("cup"); !cursor || cursor == reinterpret_cast<char *>(-1)) { // it cannot even place its cursor
        endwin();
        throw useless();
    }
    const char *none = std::getenv("NO_COLOR");
    color = !(none && *none) && has_colors();
    if (color) {
        start_color();
        use_default_colors();
        init_pair(kTitle, COLOR_CYAN, -1);
        init_pair(kFocus, COLOR_BLACK, COLOR_CYAN);
        init_pair(kHigh, COLOR_YELLOW, -1);
        init_pair(kTrouble, COLOR_WHITE, COLOR_RED);
    }
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    struct sigaction action = {};
    action.sa_handler = [](int) { stopped = 1; };
    for (int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaction(signal, &action, nullptr);
}

TopScreen::~TopScreen() { endwin(); }

void TopScreen::run(TopModel &model, std::chrono::nanoseconds every) {
    std::vector<TopTable> tables;
    Clock::time_point next = Clock::now();
    while (!over && !stopped) {
        if (Clock::now() >= next) {
            if (!frozen) {
                try {
                    model.look();
                    trouble.clear();
                    if (model.complete())
                        tables = model.tables();
                } catch (const std::runtime_error &error) { trouble = error.what(); }
            }
            next = Clock::now() + every;
        }
        draw(model, tables);
        auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
        pollfd keyboard{STDIN_FILENO, POLLIN, 0};
        poll(&keyboard, 1, static_cast<int>(std::clamp<long>(left, 1, 1000)));
        if (keyboard.revents & (POLLHUP | POLLERR | POLLNVAL))
            return; // nobody sees us any more
        for (int pressed; (pressed = getch()) != ERR && !over;)
            key(pressed, tables);
    }
}

// ---------------------------------------------------------------- what is drawn

void TopScreen::put(int y, const std::string &text, int width, int attributes) {
    attrset(attributes);
    mvaddstr(y, 0, fitted(text, static_cast<size_t>(std::max(0, width)), false, utf8).c_str());
    attrset(A_NORMAL);
}

void TopScreen::draw(const TopModel &model, const std::vector<TopTable> &tables) {
    int height, width;
    getmaxyx(stdscr, height, width);
    erase();
    std::string head = model.complete() ? model.heading() : trouble.empty() ? "looking" : "";
    put(0, trouble.empty() ? head + (frozen ? " (frozen)" : "") : trouble, width,
        trouble.empty() ? A_REVERSE
        : color         ? COLOR_PAIR(kTrouble)
                        : A_REVERSE | A_BOLD);
    int foot = height >= 4 ? 1 : 0;
    if (mode == Mode::Help || mode == Mode::Explained)
        drawPage(1, height - 1 - foot, width);
    else
        drawTables(tables, 1, height - 1 - foot, width);
    if (foot) {
        std::string keys = mode == Mode::Search   ? "Search: " + typed + "_"
                           : mode == Mode::Filter ? "Filter: " + typed + "_"
                           : mode == Mode::Tables ? "F1 help  Tab table  F3 search  F4 filter  F6 sort  Space tag  Enter explain  F10 quit"
                                                  : "q back";
        put(height - 1, keys, width, A_REVERSE);
    }
    refresh();
}

const TopTable *TopScreen::focused(const std::vector<TopTable> &tables) const {
    auto it = std::find_if(tables.begin(), tables.end(), [&](const TopTable &table) { return table.title == focus; });
    return it != tables.end() ? &*it : tables.empty() ? nullptr : &tables.front();
}

/// The focused table has what it wants first, then the others in their order, as long as a row of each is seen.
void TopScreen::drawTables(const std::vector<TopTable> &tables, int top, int height, int width) {
    const TopTable *first = focused(tables);
    if (!first)
        return;
    std::vector<int> heights(tables.size(), 0);
    int left = height;
    auto give = [&](size_t i, int most) {
        int wanted = 1 + static_cast<int>(arranged(tables[i], choices[tables[i].title]).size());
        heights[i] = std::min({wanted, most, left});
        left -= heights[i];
    };
    auto focusAt = static_cast<size_t>(first - tables.data());
    int others = 0; // what the others would like, a few rows each, before the focused one takes all
    for (size_t i = 0; i < tables.size(); ++i)
        if (i != focusAt)
            others += std::min<int>(1 + static_cast<int>(tables[i].rows.size()), 5);
    give(focusAt, std::max({height - others, height / 2, 2}));
    for (size_t i = 0; i < tables.size(); ++i)
        if (i != focusAt && left >= 2)
            give(i, std::max(left - 2 * static_cast<int>(tables.size() - i - 1), 2));
    heights[focusAt] += std::min(left, static_cast<int>(first->rows.size()) + 1 - heights[focusAt]);
    for (size_t i = 0; i < tables.size(); ++i) {
        if (heights[i] > 0)
            drawTable(tables[i], top, heights[i], width);
        top += heights[i];
    }
}

void TopScreen::drawTable(const TopTable &table, int top, int height, int width) {
    const TopChoice &choice = choices[table.title];
    bool own = table.title == focus;
    std::vector<TopRow> rows = arranged(table, choice, tagged);
    auto columns = static_cast<size_t>(width);
    size_t spark = width >= kSparkFrom ? kSpark : 0, seen = static_cast<size_t>(height - 1), at = rowOf(rows, selected[table.title]);
    if (own)
        pageHeight = std::max<size_t>(1, seen);
    size_t &from = scrolled[table.title];
    from = std::min(from, rows.size() - std::min(rows.size(), seen));
    if (own && seen)
        from = std::clamp(from, at + 1 - std::min(at + 1, seen), at);
    std::string titles = lineOf(table, nullptr, columns, spark, choice, utf8);
    if (!choice.filter.empty() && spark) { // in the place of the bars
        std::string told = "only " + choice.filter;
        titles = fitted(titles, columns - kSpark, false, utf8) + fitted(told, kSpark, false, utf8);
    }
    put(top, titles, width, (own ? A_BOLD | A_UNDERLINE : A_UNDERLINE) | (color ? COLOR_PAIR(kTitle) : 0));
    for (size_t i = 0; i < seen && from + i < rows.size(); ++i) {
        const TopRow &row = rows[from + i];
        bool here = own && from + i == at, found = !searched.empty() && contains(plainText(row), searched);
        int look = here                                ? (color ? COLOR_PAIR(kFocus) : A_REVERSE)
                   : tagged.contains(row.key) || found ? (color ? COLOR_PAIR(kHigh) | A_BOLD : A_BOLD)
                                                       : A_NORMAL;
        put(top + 1 + static_cast<int>(i), lineOf(table, &row, columns, spark, choice, utf8), width, look);
    }
}

void TopScreen::drawPage(int top, int height, int width) {
    pageHeight = static_cast<size_t>(std::max(1, height));
    pageTop = std::min(pageTop, page.size() - std::min(page.size(), pageHeight));
    for (size_t i = 0; static_cast<int>(i) < height && pageTop + i < page.size(); ++i)
        put(top + static_cast<int>(i), page[pageTop + i], width, A_NORMAL);
}

// ---------------------------------------------------------------- keys

void TopScreen::key(int key, const std::vector<TopTable> &tables) {
    if (key == KEY_RESIZE)
        return; // all is drawn anew anyway
    if (mode == Mode::Search || mode == Mode::Filter)
        return typedKey(key, tables);
    if (mode == Mode::Help || mode == Mode::Explained)
        return pageKey(key);
    switch (key) {
    case 'q':
    case KEY_F(10): over = true; return;
    case KEY_F(1):
    case 'h':
    case '?':
        mode = Mode::Help;
        page.assign(std::begin(kHelp), std::end(kHelp));
        pageTop = 0;
        return;
    case 'Z': frozen = !frozen; return;
    case 'U': tagged.clear(); return;
    default: break;
    }
    const TopTable *table = focused(tables);
    if (!table)
        return;
    focus = table->title;
    TopChoice &choice = choices[focus];
    switch (key) {
    case '\t': turn(tables, 1); break;
    case KEY_BTAB: turn(tables, -1); break;
    case KEY_UP:
    case 'k': move(*table, -1); break;
    case KEY_DOWN:
    case 'j': move(*table, 1); break;
    case KEY_PPAGE: move(*table, -static_cast<long>(pageHeight)); break;
    case KEY_NPAGE: move(*table, static_cast<long>(pageHeight)); break;
    case KEY_HOME: move(*table, -1'000'000); break;
    case KEY_END: move(*table, 1'000'000); break;
    case KEY_F(3):
        if (!searched.empty()) {
            search(*table, true);
            break;
        }
        [[fallthrough]];
    case '/':
        mode = Mode::Search;
        typed.clear();
        break;
    case 'n': search(*table, true); break;
    case KEY_F(4):
    case '\\':
        mode = Mode::Filter;
        typed = choice.filter;
        break;
    case KEY_F(6):
    case '>': sortBy(*table, 1); break;
    case '<': sortBy(*table, -1); break;
    case 'I':
        if (!choice.chosen)
            choice = {table->sortedBy, table->descending, true, choice.filter};
        choice.descending = !choice.descending;
        break;
    case ' ': {
        std::vector<TopRow> rows = arranged(*table, choice, tagged);
        if (rows.empty())
            break;
        const std::string row = rows[rowOf(rows, selected[focus])].key;
        move(*table, 1);
        if (!tagged.erase(row))
            tagged.insert(row);
        break;
    }
    case '\n':
    case '\r':
    case KEY_ENTER: explain(*table); break;
    default: break;
    }
}

/// A line that is typed: with each letter the search, or the filter, is done anew.
void TopScreen::typedKey(int key, const std::vector<TopTable> &tables) {
    const TopTable *table = focused(tables);
    bool filters = mode == Mode::Filter;
    if (key == '\n' || key == '\r' || key == KEY_ENTER)
        mode = Mode::Tables;
    else if (key == kEscape) {
        mode = Mode::Tables;
        typed.clear();
    } else if ((key == KEY_BACKSPACE || key == 127 || key == '\b') && !typed.empty())
        typed.pop_back();
    else if (key >= ' ' && key < 127)
        typed += static_cast<char>(key);
    if (!table)
        return;
    focus = table->title;
    if (filters)
        choices[focus].filter = typed;
    else {
        searched = typed;
        search(*table, false);
    }
}

void TopScreen::pageKey(int key) {
    switch (key) {
    case KEY_UP:
    case 'k': pageTop -= std::min<size_t>(pageTop, 1); break;
    case KEY_DOWN:
    case 'j': ++pageTop; break;
    case KEY_PPAGE: pageTop -= std::min(pageTop, pageHeight); break;
    case KEY_NPAGE:
    case ' ': pageTop += pageHeight; break;
    default: mode = Mode::Tables; break;
    }
}

void TopScreen::turn(const std::vector<TopTable> &tables, int by) {
    auto at = focused(tables) - tables.data(), count = static_cast<std::ptrdiff_t>(tables.size());
    focus = tables[static_cast<size_t>((at + by + count) % count)].title;
}

void TopScreen::move(const TopTable &table, long by) {
    std::vector<TopRow> rows = arranged(table, choices[table.title], tagged);
    if (!rows.empty())
        selected[table.title] =
            rows[static_cast<size_t>(std::clamp<long>(static_cast<long>(rowOf(rows, selected[table.title])) + by, 0, static_cast<long>(rows.size()) - 1))].key;
}

/// The next row that contains what is searched, this one included unless `further`.
void TopScreen::search(const TopTable &table, bool further) {
    std::vector<TopRow> rows = arranged(table, choices[table.title], tagged);
    if (searched.empty())
        return;
    size_t from = rowOf(rows, selected[table.title]) + further;
    for (size_t i = 0; i < rows.size(); ++i)
        if (const TopRow &row = rows[(from + i) % rows.size()]; contains(plainText(row), searched)) {
            selected[table.title] = row.key;
            return;
        }
}

/// Beside the columns there is the order as it is given.
void TopScreen::sortBy(const TopTable &table, int by) {
    TopChoice &choice = choices[table.title];
    size_t count = table.columns.size() + 1, at = choice.chosen ? choice.sortedBy : table.sortedBy;
    at = (std::min(at, count - 1) + count + static_cast<size_t>(by)) % count;
    bool given = at + 1 == count;
    choice = {given ? TopTable::kAsGiven : at, !given && table.columns[at].isNumber, true, choice.filter};
}

void TopScreen::explain(const TopTable &table) {
    std::vector<TopRow> rows = arranged(table, choices[table.title], tagged);
    if (rows.empty())
        return;
    const std::string &key = rows[rowOf(rows, selected[table.title])].key;
    if (key[0] != 't') // of a task
        return;
    std::string text;
    try {
        Conversation scxrun;
        text = explanationText(askExplanation(scxrun, std::atoi(key.c_str() + 1)));
    } catch (const std::runtime_error &error) { text = error.what(); }
    page.clear();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        page.push_back(line);
    pageTop = 0;
    mode = Mode::Explained;
}

} // namespace scx
