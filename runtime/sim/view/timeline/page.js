// Reader and page.
const data = readData(JSON.parse(document.getElementById("data").textContent));
const byId = id => document.getElementById(id), plot = byId("plot"), tip = byId("tip"), find = byId("find");
const view = { scale: new Scale(data.end), palette: readPalette(), colourBy: data.groups.length > 1 ? "group" : "task", hovered: -1, held: -1, task: -1, row: 0, focused: false, marked: null, legend: -1 };
view.scale.left = gutter(data);
let place = null, pending = false;

function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    view.scale.width = Math.max(plot.clientWidth - view.scale.left, 1);
    place = drawPlot(plot, data, view);
    drawAxis(byId("axis"), view);
    drawOverview(byId("overview"), data, view);
    byId("range").textContent = `${roughText(view.scale.from)} to ${roughText(view.scale.to)}, ${roughText(view.scale.span)}`;
    Object.assign(plot.dataset, { from: Math.round(view.scale.from), to: Math.round(view.scale.to), rows: place.rows.length, lanes: place.lanes.length, rowHeight: place.rows[0].height, left: view.scale.left, drawn: Number(plot.dataset.drawn || 0) + 1 });
  });
}

// ---- what is under a point

function runAt(cpu, time, slack) {
  const list = data.byCpu[cpu], { start, end } = data.runs;
  const i = firstAbove(list, time, run => end[run]);
  if (i < list.length && start[list[i]] <= time) return list[i];
  // Narrow ones are hit from beside.
  const near = [list[i - 1], list[i]].filter(run => run !== undefined && Math.max(start[run] - time, time - end[run]) <= slack);
  return near.length ? near[0] : -1;
}

function under(event) {
  const box = plot.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const time = view.scale.time(x), inside = x >= view.scale.left, slack = 2 * view.scale.span / view.scale.width;
  const row = place && place.rows.find(r => y >= r.y && y < r.y + r.height + kGap);
  const lane = place && place.lanes.find(l => y >= l.y && y < l.y + l.height);
  const own = place && place.own && y >= place.own.y && y < place.own.y + place.own.height;
  let run = inside && row ? runAt(row.cpu, time, slack) : -1;
  if (inside && own) {
    const list = data.tasks[view.task].runs, i = firstAbove(list, time, r => data.runs.end[r]);
    run = i < list.length && data.runs.start[list[i]] - data.runs.wait[list[i]] <= time ? list[i] : -1;
  }
  return { x, time, inside, row, lane: inside && lane ? lane.lane : null, run };
}

// ---- the tooltip

function showTip(content, x, y) {
  tip.replaceChildren(...content);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
  tip.style.top = (y + 18 + box.height > innerHeight ? Math.max(4, y - box.height - 12) : y + 18) + "px";
}

function tipAtRun(run) {
  const box = plot.getBoundingClientRect(), row = place.rows[data.runs.cpu[run]];
  const middle = (Math.max(data.runs.start[run], view.scale.from) + Math.min(data.runs.end[run], view.scale.to)) / 2;
  showTip(runTip(data, view, run), box.left + view.scale.x(middle), box.top + row.y + row.height - 10);
}

function hover(event) {
  const hit = under(event);
  plot.classList.toggle("hits", hit.run >= 0);
  if (hit.run !== view.hovered) {
    view.hovered = hit.run;
    redraw();
  }
  if (hit.run >= 0) showTip(runTip(data, view, hit.run), event.clientX, event.clientY);
  else if (hit.lane) showTip(laneTip(view, hit.lane, hit.time), event.clientX, event.clientY);
  else tip.hidden = true;
}

// ---- what is chosen

function hold(run) {
  view.held = run;
  view.task = run < 0 ? -1 : data.runs.task[run];
  if (run >= 0) {
    view.row = data.runs.cpu[run];
    mark(r => data.runs.task[r] === view.task);
    byId("spoken").textContent = spokenRun(data, run);
  }
  redraw();
}

function mark(chosen) {
  view.marked = null;
  if (!chosen) return 0;
  view.marked = new Uint8Array(data.runs.count);
  let count = 0;
  for (let run = 0; run < data.runs.count; run++) count += view.marked[run] = chosen(run) ? 1 : 0;
  return count;
}

function letGo() {
  find.value = "";
  byId("found").textContent = "";
  view.legend = -1;
  view.hovered = -1;
  tip.hidden = true;
  mark(null);
  hold(-1);
  fillLegend();
}

function matching(text) {
  const wanted = text.trim().toLowerCase();
  return new Set(wanted ? data.tasks.flatMap((t, i) => String(t.pid) === wanted || t.name.toLowerCase().includes(wanted) || data.groups[t.group].toLowerCase().includes(wanted) ? [i] : []) : []);
}

function search() {
  const tasks = matching(find.value);
  view.legend = -1;
  fillLegend();
  if (!find.value.trim()) {
    mark(null);
    byId("found").textContent = "";
  } else {
    const runs = mark(run => tasks.has(data.runs.task[run]));
    byId("found").textContent = tasks.size ? `${tasks.size} task${tasks.size === 1 ? "" : "s"}, ${runs} run${runs === 1 ? "" : "s"}` : "no such task";
  }
  redraw();
}

// The next run, in order of time, of those who were found.
function nextFound(backwards) {
  const tasks = matching(find.value), { start } = data.runs;
  let best = -1;
  const now = view.held >= 0 ? start[view.held] : backwards ? Infinity : -1;
  for (let run = 0; run < data.runs.count; run++)
    if (tasks.has(data.runs.task[run]) && (backwards ? start[run] < now && (best < 0 || start[run] > start[best]) : start[run] > now && (best < 0 || start[run] < start[best]))) best = run;
  if (best < 0) return;
  view.held = best;
  view.task = data.runs.task[best];
  view.row = data.runs.cpu[best];
  view.scale.show(start[best], data.runs.end[best]);
  byId("spoken").textContent = spokenRun(data, best);
  redraw();
  requestAnimationFrame(() => tipAtRun(best));
}

// ---- the legend

function fillLegend() {
  const names = view.colourBy === "group" ? data.groups : view.colourBy === "task" ? data.tasks.map(taskText) : data.queues, most = 60;
  byId("legend").replaceChildren(...names.slice(0, most).map((name, i) => {
    const button = element("button", undefined, { type: "button" }), swatch = element("i");
    swatch.style.background = `var(--c${i % kColours})`;
    button.append(swatch, name);
    button.setAttribute("aria-pressed", String(view.legend === i));
    button.addEventListener("click", () => {
      const again = view.legend === i;
      letGo();
      if (again) return;
      view.legend = i;
      mark(run => colourIndex(data, view, run) === i);
      fillLegend();
      byId("legend").children[i].focus();
      redraw();
    });
    return button;
  }), ...(names.length > most ? [element("span", `and ${names.length - most} more`)] : []));
}

// ---- pointer, wheel and keys

let drag = null;
plot.addEventListener("pointerdown", event => {
  if (event.button) return;
  const hit = under(event);
  drag = { x: event.clientX, from: view.scale.from, moved: false, run: hit.run };
  if (hit.row) view.row = hit.row.cpu;
  plot.setPointerCapture(event.pointerId);
});
plot.addEventListener("pointermove", event => {
  if (!drag) return hover(event);
  const by = event.clientX - drag.x;
  drag.moved = drag.moved || Math.abs(by) > 3;
  if (!drag.moved) return;
  plot.classList.add("moves");
  tip.hidden = true;
  view.scale.moveTo(drag.from - by / view.scale.width * view.scale.span);
  redraw();
});
plot.addEventListener("pointerup", event => {
  if (drag && !drag.moved) drag.run >= 0 ? hold(drag.run) : letGo();
  drag = null;
  plot.classList.remove("moves");
  hover(event);
});
plot.addEventListener("pointercancel", () => { drag = null; });
plot.addEventListener("pointerleave", () => {
  if (drag) return;
  view.hovered = -1;
  tip.hidden = true;
  redraw();
});
plot.addEventListener("wheel", event => {
  const hit = under(event);
  if (!hit.inside) return; // beside the picture the page scrolls
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.scale.move((event.deltaX || event.deltaY) * lines / view.scale.width * view.scale.span);
  else view.scale.zoom(Math.exp(-event.deltaY * lines * 0.002), hit.time);
  redraw();
}, { passive: false });
plot.addEventListener("focus", () => { view.focused = plot.matches(":focus-visible"); redraw(); });
plot.addEventListener("blur", () => { view.focused = false; redraw(); });

const overview = byId("overview");
function lookAt(event) {
  const part = (event.clientX - overview.getBoundingClientRect().left - view.scale.left) / view.scale.width;
  view.scale.moveTo(part * view.scale.end - view.scale.span / 2);
  redraw();
}
overview.addEventListener("pointerdown", event => { overview.setPointerCapture(event.pointerId); lookAt(event); });
overview.addEventListener("pointermove", event => { if (overview.hasPointerCapture(event.pointerId)) lookAt(event); });

function step(by) {
  const list = data.byCpu[view.row], { start, end } = data.runs, current = view.held >= 0 && data.runs.cpu[view.held] === view.row ? list.indexOf(view.held) : -1;
  const i = current >= 0 ? current + by : by > 0 ? firstAbove(list, view.scale.from, run => end[run]) : firstAbove(list, view.scale.to, run => start[run]) - 1;
  if (i < 0 || i >= list.length) return;
  view.held = list[i];
  view.scale.show(start[view.held], end[view.held]);
  byId("spoken").textContent = spokenRun(data, view.held);
  redraw();
  requestAnimationFrame(() => tipAtRun(view.held));
}

const keys = {
  ArrowLeft: event => view.scale.move(-view.scale.span * (event.shiftKey ? 0.5 : 0.1)), ArrowRight: event => view.scale.move(view.scale.span * (event.shiftKey ? 0.5 : 0.1)),
  ArrowUp: () => chooseRow(view.row - 1), ArrowDown: () => chooseRow(view.row + 1),
  "+": () => view.scale.zoom(1.5, (view.scale.from + view.scale.to) / 2), "=": () => view.scale.zoom(1.5, (view.scale.from + view.scale.to) / 2), "-": () => view.scale.zoom(1 / 1.5, (view.scale.from + view.scale.to) / 2),
  0: () => view.scale.all(), Home: () => view.scale.moveTo(0), End: () => view.scale.moveTo(view.scale.end),
  ",": () => step(-1), ".": () => step(1), Enter: () => { if (view.held >= 0) hold(view.held); }, Escape: letGo,
};
function chooseRow(row) {
  view.row = Math.min(Math.max(row, 0), data.cpus - 1);
  byId("spoken").textContent = `CPU ${view.row}, busy ${(busyPart(data, view.row) * 100).toFixed(1)}%`;
}
plot.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  view.focused = true;
  tip.hidden = true;
  keys[event.key](event);
  redraw();
});
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== find) {
    event.preventDefault();
    find.focus();
  }
});
find.addEventListener("input", search);
find.addEventListener("keydown", event => {
  if (event.key === "Enter") nextFound(event.shiftKey);
  if (event.key === "Escape") letGo();
});
byId("in").addEventListener("click", () => { keys["+"](); redraw(); });
byId("out").addEventListener("click", () => { keys["-"](); redraw(); });
byId("all").addEventListener("click", () => { keys[0](); redraw(); });
byId("colour").value = view.colourBy;
byId("colour").addEventListener("change", event => { view.colourBy = event.target.value; letGo(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { view.palette = readPalette(); redraw(); });
new ResizeObserver(redraw).observe(plot);

fillPage(data);
fillLegend();
plot.setAttribute("aria-label", toldText(data));
redraw();
