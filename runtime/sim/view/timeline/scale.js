// Which stretch of time is shown, and where is a moment on the screen?
class Scale {
  constructor(end) {
    this.end = Math.max(end, 1);
    this.left = 0;
    this.width = 1;
    this.all();
  }
  all() { this.from = 0; this.to = this.end; }
  get span() { return this.to - this.from; }
  x(time) { return this.left + (time - this.from) / this.span * this.width; }
  time(x) { return this.from + (x - this.left) / this.width * this.span; }
  // As much time, from another moment on; it stays within what was recorded.
  moveTo(from) {
    const span = this.span;
    this.from = Math.min(Math.max(from, 0), this.end - span);
    this.to = this.from + span;
  }
  move(by) { this.moveTo(this.from + by); }
  // `factor` above 1 shows less time; the moment `around` stays where it is.
  zoom(factor, around) {
    const span = Math.min(Math.max(this.span / factor, Math.min(100, this.end)), this.end), part = (around - this.from) / this.span;
    this.from = around - part * span;
    this.to = this.from + span;
    this.moveTo(this.from);
  }
  show(from, to) {
    if (to - from > this.span) this.zoom(this.span / (to - from) / 1.2, (from + to) / 2);
    if (from < this.from || to > this.to) this.moveTo((from + to) / 2 - this.span / 2);
  }
  // Round moments, some 110 pixels apart, and how they are written.
  ticks() {
    const rough = this.span * 110 / this.width, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 5, 10].find(f => power * f >= rough) || 10), times = [];
    for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step) times.push(t);
    const [size, unit] = unitOf(this.to), digits = Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
    return times.map(time => ({ time, text: (time / size).toFixed(digits) + " " + unit }));
  }
}

function unitOf(ns) { return ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : ns >= 1e3 ? [1e3, "us"] : [1, "ns"]; }

// Exact, as in --trace.
function durationText(ns) {
  if (ns < 0) return "forever";
  const [size, unit] = unitOf(ns);
  return parseFloat((ns / size).toFixed(Math.log10(size))) + " " + unit;
}

// For a moment or a stretch of which four digits are enough.
function roughText(ns) {
  const [size, unit] = unitOf(ns);
  return parseFloat((ns / size).toPrecision(4)) + " " + unit;
}
