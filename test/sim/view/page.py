#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does the page of a timeline work for those who look, point, type and listen? page.py TWO-WEIGHTS.html BUSY.html [FOLDER for pictures]

The first one is of inputs/two-weights.events: one CPU, 16 ms, light and heavy take turns of 4 ms. The second one has 8 CPUs and 100,000 runs."""
import base64
import pathlib
import sys
import time

from browser import Browser

small, big = sys.argv[1:3]
pictures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
MS = 1_000_000


def expect(what, got, wanted):
    if not (wanted(got) if callable(wanted) else got == wanted):
        sys.exit("%s: %r" % (what, got))


def channels(text):
    return [int(text.lstrip("#")[i:i + 2], 16) for i in (0, 2, 4)]


def contrast(a, b):
    """WCAG 2.2: relative luminance."""
    def luminance(colour):
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(colour)))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Page:
    def __init__(self, browser, path):
        self.b = browser
        browser.open(path)
        browser.frame()
        expect("messages of the browser", browser.log(), [])
        expect("what it asked for", browser.script("return performance.getEntriesByType('resource').map(e => e.name).filter(name => !name.startsWith('data:'))"), [])
        self.left = browser.script("return parseFloat(document.getElementById('plot').dataset.left)")

    def shown(self):
        return self.b.script("const d = document.getElementById('plot').dataset; return [Number(d.from), Number(d.to)]")

    def place(self, ns, row=0):
        box = self.b.script("const r = document.getElementById('plot').getBoundingClientRect(); return [r.left, r.top, r.width]")
        height = self.b.script("return Number(document.getElementById('plot').dataset.rowHeight)")
        start, end = self.shown()
        return box[0] + self.left + (ns - start) / (end - start) * (box[2] - self.left), box[1] + 4 + row * (height + 2) + height / 2

    def text(self, name):
        return self.b.script("const e = document.getElementById(arguments[0]); return e.hidden ? null : e.innerText", name)

    def tip(self):
        return self.text("tip")

    def pixel(self, ns, row=0, up=8):
        """The colour that is drawn there, near the row's upper edge, where no name stands."""
        x, y = self.place(ns, row)
        return "#%02x%02x%02x" % tuple(self.b.script("""
            const plot = document.getElementById('plot'), box = plot.getBoundingClientRect(), copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            copy.drawImage(plot, box.left - arguments[0], box.top - arguments[1]);
            return Array.from(copy.getImageData(0, 0, 1, 1).data.slice(0, 3))""", x, y - up))

    def colour(self, name):
        return self.b.script("return getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0]).trim()", name)

    def picture(self, name):
        if pictures:
            pictures.joinpath(name).write_bytes(base64.b64decode(self.b.ask("GET", "/screenshot")))


def pointing(page):
    expect("the tip before", page.tip(), None)
    page.b.pointer(page.place(2 * MS))
    expect("light's tip", page.tip(), lambda t: all(part in t for part in ("light", "pid 1001", "CPU 0, 0 ns to 4 ms", "4 ms, slice 4 ms", "all", "0 ns, woken", "its slice ended")) and "rule" not in t)
    page.b.pointer(page.place(6 * MS))
    expect("heavy's tip", page.tip(), lambda t: all(part in t for part in ("heavy", "pid 1003", "nice < 0 -> all", "4 ms, woken by light (1001)", "it was preempted")))
    page.picture("tip.png")
    page.b.pointer(page.place(13.5 * MS))
    expect("the tip of a kept one", page.tip(), lambda t: "kept its CPU, came from all" in t)
    x, y = page.place(6 * MS)
    page.b.pointer((x, y + 40))
    expect("the queue's tip", page.tip(), lambda t: "queue all" in t and "waiting\n1" in t)
    page.b.pointer((5, 5))
    expect("the tip after", page.tip(), None)


def zooming(page):
    x, y = page.place(6 * MS)
    page.b.wheel(x, y, -400)
    start, end = page.shown()
    expect("zoomed in", end - start, lambda span: 4 * MS < span < 10 * MS)
    expect("what is under the pointer stays", abs(page.place(6 * MS)[0] - x), lambda d: d < 1.5)
    page.b.pointer((x, y), "down", (x - 150, y), "up")
    expect("dragged", page.shown(), lambda s: s[0] > start and abs((s[1] - s[0]) - (end - start)) < 2)
    page.b.wheel(x, y, 5000)
    expect("zoomed out", page.shown(), [0, 16 * MS])


def typing(page):
    page.b.script("document.getElementById('plot').focus()")
    page.b.keys("+")
    start, end = page.shown()
    expect("+", end - start, lambda span: 10 * MS < span < 11 * MS)
    page.b.keys("ArrowRight")
    expect("right", page.shown()[0], lambda s: s > start)
    page.b.keys("ArrowLeft")
    expect("left", abs(page.shown()[0] - start), lambda d: d <= 2)
    page.b.keys("-")
    expect("-", page.shown(), [0, 16 * MS])
    page.b.keys("+", "+", "0")
    expect("0", page.shown(), [0, 16 * MS])
    page.b.keys(".")
    expect("first run", page.text("spoken"), lambda t: t.startswith("light (1001): on CPU 0, 0 ns to 4 ms"))
    page.b.keys(".")
    expect("second run", page.text("spoken"), lambda t: t.startswith("heavy (1003)"))
    expect("its tip", page.tip(), lambda t: "pid 1003" in t)
    page.b.keys("Enter")
    expect("the others are pale", page.pixel(2 * MS) != page.colour("c0") and page.pixel(6 * MS) == page.colour("c1"), True)
    page.picture("held.png")
    page.b.keys("Escape")
    expect("nobody is pale", [page.pixel(2 * MS), page.pixel(6 * MS)], [page.colour("c0"), page.colour("c1")])


def finding(page):
    page.b.keys("/")
    expect("/ goes to the field", page.b.script("return document.activeElement.id"), "find")
    page.b.keys(*"heav")
    expect("found", page.text("found"), "1 task, 4 runs")
    expect("the other is pale", page.pixel(2 * MS) != page.colour("c0") and page.pixel(6 * MS) == page.colour("c1"), True)
    page.b.keys("Enter")
    expect("the first of them", page.text("spoken"), lambda t: "4 ms to 8 ms" in t)
    page.b.keys("Enter")
    expect("the next of them", page.text("spoken"), lambda t: "12 ms to 13 ms" in t)
    page.b.keys("Escape")
    page.b.keys(*"1001")
    expect("found by pid", page.text("found"), "1 task, 2 runs")
    page.b.keys("Escape", *"nobody")
    expect("not found", page.text("found"), "no such task")
    page.b.keys("Escape")
    page.b.script("document.querySelector('#legend button').click()")
    page.b.frame()
    expect("the legend highlights", [page.pixel(2 * MS) == page.colour("c0"), page.pixel(6 * MS) == page.colour("c1")], [True, False])
    expect("and says so", page.b.script("return document.querySelector('#legend button').getAttribute('aria-pressed')"), "true")
    page.b.script("document.querySelector('#legend button').click()")
    page.b.frame()


def reading(page):
    expect("a name for those who do not see", page.b.script("return document.getElementById('plot').getAttribute('aria-label')"), lambda t: "1 CPU, 16 ms, 6 runs of 2 tasks" in t and "busy 100.0%" in t)
    expect("all controls have names", page.b.script("return [...document.querySelectorAll('button, input, select')].filter(e => !(e.ariaLabel || e.innerText || e.labels?.length)).length"), 0)
    page.b.script("document.getElementById('words').open = true")
    expect("a row for each CPU", page.b.script("return document.querySelectorAll('#cpus tr').length"), 1)
    expect("figures", page.text("words"), lambda t: "200.0%" in t and "66.7%" in t)
    page.picture("words.png")


def contrasts(page, scheme):
    page.b.scheme(scheme)
    names = ["ground", "panel", "row", "text", "faint", "focus", "alarm", "on-bar"] + ["c%d" % i for i in range(10)]
    colours = {name: page.colour(name) for name in names}
    for ground in ("ground", "panel", "row"):
        for text in ("text", "faint", "alarm", "focus"):
            expect("%s: %s on %s" % (scheme, text, ground), contrast(colours[text], colours[ground]), lambda c: c >= 4.5)
        for bar in names[8:]:
            expect("%s: %s on %s" % (scheme, bar, ground), contrast(colours[bar], colours[ground]), lambda c: c >= 3)
    for bar in names[8:]:
        expect("%s: names on %s" % (scheme, bar), contrast(colours["on-bar"], colours[bar]), lambda c: c >= 4.5)
    expect("%s: what is drawn" % scheme, [page.pixel(2 * MS), page.pixel(6 * MS)], [colours["c0"], colours["c1"]])
    ground = page.b.script("return getComputedStyle(document.documentElement).backgroundColor")
    expect("%s: the ground" % scheme, ground, "rgb(%d, %d, %d)" % tuple(channels(colours["ground"])))
    return colours["ground"]


def large(browser):
    began = time.monotonic()
    page = Page(browser, big)
    loaded = time.monotonic() - began
    expect("rows", browser.script("return document.getElementById('plot').dataset.rows"), "8")
    expect("runs", page.text("size"), lambda t: t.startswith("8 CPUs, ") and "10000" in t)
    page.picture("big.png")
    # From a key to the picture of the whole; the best of several, since others may be busy.
    fastest = browser.waits("""
        const plot = document.getElementById('plot');
        let fastest = Infinity, left = 6;
        const next = () => {
          if (!left--) return done(fastest);
          const began = performance.now(), drawn = plot.dataset.drawn;
          plot.dispatchEvent(new KeyboardEvent('keydown', { key: '0' }));
          const look = () => { if (plot.dataset.drawn === drawn) return setTimeout(look, 0); fastest = Math.min(fastest, performance.now() - began); next(); };
          look();
        };
        next();""")
    print("100,000 runs: loaded in %.1f s, drawn in %.0f ms" % (loaded, fastest))
    expect("ms to draw 100,000 runs", fastest, lambda ms: ms < 1000)
    expect("messages of the browser", browser.log(), [])


with Browser(1400, 800) as browser:
    page = Page(browser, small)
    expect("rows", browser.script("return document.getElementById('plot').dataset.rows"), "1")
    pointing(page)
    zooming(page)
    typing(page)
    finding(page)
    expect("two grounds", contrasts(page, "light") != contrasts(page, "dark"), True)
    page.picture("dark.png")
    browser.scheme("light")
    reading(page)
    expect("messages of the browser", browser.log(), [])
    large(browser)
