// SPDX-License-Identifier: GPL-2.0-only
// `scxrun top` on a screen: what is drawn where, and what do keys do?
#pragma once

#include "tools/TopText.h"

#include <string>

namespace scx {

class TopScreen {
  public:
    /// Takes the terminal. Throws std::runtime_error with one line if it cannot be drawn on.
    TopScreen();
    ~TopScreen();
    TopScreen(const TopScreen &) = delete;
    TopScreen &operator=(const TopScreen &) = delete;

    /// Until somebody wants no more; looks every so often.
    void run(TopModel &model, std::chrono::nanoseconds every);

  private:
    enum class Mode { Tables, Search, Filter, Help, Explained };
    bool utf8, color;
    Mode mode = Mode::Tables;
    bool over = false, frozen = false;
    std::string focus;                           // the title of the table that keys are for
    std::map<std::string, TopChoice> choices;    // by the title of the table
    std::map<std::string, std::string> selected; // the key of a row, likewise
    std::map<std::string, size_t> scrolled;
    std::set<std::string> tagged;
    std::string typed, searched, trouble; // trouble: why nothing new is seen
    std::vector<std::string> page;        // of Help and Explained
    size_t pageTop = 0;
    size_t pageHeight = 1; // rows of the focused table that are seen

    void draw(const TopModel &model, const std::vector<TopTable> &tables);
    void drawTables(const std::vector<TopTable> &tables, int top, int height, int width);
    void drawTable(const TopTable &table, int top, int height, int width);
    void drawPage(int top, int height, int width);
    void put(int y, const std::string &text, int width, int attributes);
    void key(int key, const std::vector<TopTable> &tables);
    void typedKey(int key, const std::vector<TopTable> &tables);
    void pageKey(int key);
    const TopTable *focused(const std::vector<TopTable> &tables) const;
    void turn(const std::vector<TopTable> &tables, int by);
    void move(const TopTable &table, long by);
    void search(const TopTable &table, bool further);
    void sortBy(const TopTable &table, int by);
    void explain(const TopTable &table);
};

} // namespace scx
