// The pictures. `view` is what the reader chose: scale, colours, the run under the pointer, the one held, which ones are highlighted.
const kFont = "12px system-ui, 'DejaVu Sans', sans-serif", kGap = 2, kLane = 46, kTaskLane = 24, kColours = 10;

function readPalette() {
  const style = getComputedStyle(document.documentElement), palette = {};
  for (const name of ["ground", "panel", "row", "line", "text", "faint", "focus", "alarm", "on-bar"]) palette[name] = style.getPropertyValue("--" + name).trim();
  palette.bars = Array.from({ length: kColours }, (_, i) => style.getPropertyValue("--c" + i).trim());
  return palette;
}

// As wide as the longest name beside the picture, within reason.
function gutter(data) {
  const g = document.createElement("canvas").getContext("2d");
  g.font = kFont;
  return Math.ceil(Math.min(Math.max(60, ...["CPU 999", ...data.lanes.map(lane => lane.name), ...data.tasks.slice(0, 500).map(task => task.name)].map(name => textWidth(g, name) + 14)), 150));
}

// Where everything stands, from top to bottom.
function layout(data, view) {
  const rowHeight = data.cpus <= 12 ? 26 : data.cpus <= 32 ? 18 : data.cpus <= 96 ? 12 : 8;
  const rows = Array.from({ length: data.cpus }, (_, cpu) => ({ cpu, y: 4 + cpu * (rowHeight + kGap), height: rowHeight }));
  let y = 4 + data.cpus * (rowHeight + kGap) + 10;
  const own = view.task >= 0 ? { y, height: kTaskLane } : null;
  if (own) y += kTaskLane + 10;
  const lanes = data.lanes.map((lane, i) => ({ lane, y: y + i * (kLane + 4), height: kLane }));
  return { rows, own, lanes, height: y + lanes.length * (kLane + 4) + 2 };
}

function colourIndex(data, view, run) {
  const by = view.colourBy, task = data.runs.task[run];
  return by === "task" ? task : by === "queue" ? Math.max(data.runs.queue[run], 0) : data.tasks[task].group;
}
function colourOf(data, view, run) { return view.palette.bars[colourIndex(data, view, run) % kColours]; }

// A canvas at the resolution of the screen, cleared.
function prepare(canvas, height) {
  const width = canvas.clientWidth, ratio = window.devicePixelRatio || 1;
  if (height) canvas.style.height = height + "px";
  const tall = height || canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, tall);
  g.font = kFont;
  g.textBaseline = "middle";
  return g;
}

const widths = new Map();
function textWidth(g, text) {
  const key = g.font + text;
  if (!widths.has(key)) widths.set(key, g.measureText(text).width);
  return widths.get(key);
}
function fitted(g, text, width) {
  if (textWidth(g, text) <= width) return text;
  const letters = Math.floor(width / textWidth(g, text) * text.length) - 1;
  return letters > 1 ? text.slice(0, letters) + "…" : "";
}

function drawRow(g, data, view, row) {
  const { scale, palette, marked } = view, { start, end, why } = data.runs, list = data.byCpu[row.cpu], right = scale.left + scale.width;
  // Runs narrower than two pixels share a column, whose strength tells how much of it they fill.
  let column = -1, covered = 0, longest = 0, main = -1;
  const flush = () => {
    if (main >= 0) {
      g.globalAlpha = Math.max(0.35, Math.min(1, covered)) * (marked && !marked[main] ? 0.2 : 1);
      g.fillStyle = colourOf(data, view, main);
      g.fillRect(column, row.y, 1, row.height);
    }
    main = -1;
    covered = longest = 0;
  };
  for (let i = firstAbove(list, scale.from, run => end[run]); i < list.length; i++) {
    const run = list[i];
    if (start[run] >= scale.to) break;
    const x0 = Math.max(scale.x(start[run]), scale.left), x1 = Math.min(scale.x(end[run]), right), width = x1 - x0;
    if (width < 2) {
      if (Math.floor(x0) !== column) flush();
      column = Math.floor(x0);
      covered += width;
      if (main < 0 || width > longest || (marked && marked[run] && !marked[main])) {
        longest = width;
        main = run;
      }
      continue;
    }
    flush();
    column = -1;
    g.globalAlpha = marked && !marked[run] ? 0.2 : 1;
    g.fillStyle = colourOf(data, view, run);
    g.fillRect(x0, row.y, width > 4 ? width - 1 : width, row.height);
    if (width > 12 && row.height >= 12 && why[run] === 2) { // preempted: its end is cut off
      g.fillStyle = palette.row;
      g.beginPath();
      g.moveTo(x1 - 8, row.y + row.height);
      g.lineTo(x1, row.y + row.height);
      g.lineTo(x1, row.y + row.height - 8);
      g.fill();
    }
    if (width > 26 && row.height >= 16) {
      g.fillStyle = palette["on-bar"];
      g.fillText(fitted(g, data.tasks[data.runs.task[run]].name, width - 14), x0 + 5, row.y + row.height / 2 + 0.5);
    }
  }
  flush();
  g.globalAlpha = 1;
}

function drawOffline(g, data, view, row) {
  for (const gone of data.offline) {
    if (gone.cpu !== row.cpu) continue;
    const x0 = Math.max(view.scale.x(gone.from), view.scale.left), x1 = Math.min(view.scale.x(gone.to), view.scale.left + view.scale.width);
    if (x1 <= x0) continue;
    g.save();
    g.beginPath();
    g.rect(x0, row.y, x1 - x0, row.height);
    g.clip();
    g.strokeStyle = view.palette.faint;
    g.beginPath();
    for (let x = x0 - row.height; x < x1; x += 7) {
      g.moveTo(x, row.y + row.height);
      g.lineTo(x + row.height, row.y);
    }
    g.stroke();
    g.restore();
  }
}

function drawMissed(g, data, view, rows) {
  g.fillStyle = view.palette.alarm;
  g.strokeStyle = view.palette.ground;
  const shown = data.missed.filter(miss => miss.cpu >= 0 && miss.time >= view.scale.from && miss.time <= view.scale.to);
  const crowded = shown.length > rows.length * view.scale.width / 40;
  for (const miss of shown) {
    const x = view.scale.x(miss.time), y = rows[miss.cpu].y + 1;
    if (crowded) {
      g.fillRect(Math.floor(x), y - 3, 1, 5);
      continue;
    }
    g.beginPath();
    g.moveTo(x, y - 5);
    g.lineTo(x + 5, y);
    g.lineTo(x, y + 5);
    g.lineTo(x - 5, y);
    g.closePath();
    g.fill();
    g.stroke();
  }
}

// How the held task came to run: a line while it waited, on the CPU where it ran then.
function drawWait(g, data, view, rows, run) {
  const { start, wait, cpu } = data.runs, row = rows[cpu[run]], y = row.y + row.height / 2;
  const x0 = Math.max(view.scale.x(start[run] - wait[run]), view.scale.left), x1 = Math.min(view.scale.x(start[run]), view.scale.left + view.scale.width);
  if (x1 <= x0) return;
  g.strokeStyle = view.palette.text;
  g.lineWidth = 1.5;
  g.setLineDash([3, 3]);
  g.beginPath();
  g.moveTo(x0, y);
  g.lineTo(x1, y);
  g.stroke();
  g.setLineDash([]);
  g.beginPath();
  g.moveTo(x0, row.y + 3);
  g.lineTo(x0, row.y + row.height - 3);
  g.stroke();
  g.lineWidth = 1;
}

function drawOwn(g, data, view, own) {
  const { scale, palette } = view, { start, end, wait, cpu } = data.runs, task = data.tasks[view.task], right = scale.left + scale.width;
  g.textAlign = "right";
  g.fillStyle = palette.focus;
  g.fillText(fitted(g, task.name, scale.left - 12), scale.left - 8, own.y + own.height / 2);
  g.textAlign = "left";
  for (let i = firstAbove(task.runs, scale.from, run => end[run]); i < task.runs.length; i++) {
    const run = task.runs[i];
    if (start[run] - wait[run] >= scale.to) break;
    const ready = Math.max(scale.x(start[run] - wait[run]), scale.left), x0 = Math.min(Math.max(scale.x(start[run]), scale.left), right), x1 = Math.min(scale.x(end[run]), right);
    g.fillStyle = palette.faint;
    g.globalAlpha = 0.45;
    g.fillRect(ready, own.y + own.height / 2 - 3, x0 - ready, 6);
    g.globalAlpha = 1;
    g.fillStyle = colourOf(data, view, run);
    g.fillRect(x0, own.y, Math.max(x1 - x0 - (x1 - x0 > 4 ? 1 : 0), 1), own.height);
    if (x1 - x0 > 44) {
      g.fillStyle = palette["on-bar"];
      g.fillText("CPU " + cpu[run], x0 + 5, own.y + own.height / 2 + 0.5);
    }
  }
}

function drawLane(g, data, view, { lane, y, height }) {
  const { scale, palette } = view, colour = view.colourBy === "queue" ? palette.bars[lane.queue % kColours] : palette.faint, right = scale.left + scale.width;
  const level = length => y + height - 1 - length / lane.max * (height - 8);
  g.beginPath();
  g.moveTo(scale.left, y + height);
  let i = Math.max(firstAbove(lane.time, scale.from, time => time) - 1, 0), column = -1, highest = 0, last = lane.time[i] <= scale.from ? lane.length[i] : 0;
  g.lineTo(scale.left, level(last));
  const flush = () => {
    if (column < 0) return;
    g.lineTo(column, level(highest));
    if (last !== highest) {
      g.lineTo(column + 1, level(highest));
      g.lineTo(column + 1, level(last));
    }
  };
  let before = last;
  for (; i < lane.time.length && lane.time[i] < scale.to; i++) {
    const x = Math.max(scale.x(lane.time[i]), scale.left);
    if (Math.floor(x) !== Math.floor(column)) {
      flush();
      before = last;
      column = x;
      g.lineTo(x, level(before));
      highest = 0;
    }
    highest = Math.max(highest, lane.length[i]);
    last = lane.length[i];
  }
  flush();
  g.lineTo(right, level(last));
  g.lineTo(right, y + height);
  g.closePath();
  g.globalAlpha = 0.3;
  g.fillStyle = colour;
  g.fill();
  g.globalAlpha = 1;
  g.strokeStyle = colour;
  g.stroke();
  g.textAlign = "right";
  g.fillStyle = palette.text;
  g.fillText(fitted(g, lane.name, scale.left - 12), scale.left - 8, y + 14);
  g.fillStyle = palette.faint;
  g.fillText("max " + lane.max, scale.left - 8, y + 31);
  g.textAlign = "left";
}

function drawPlot(canvas, data, view) {
  const place = layout(data, view), g = prepare(canvas, place.height), { scale, palette } = view;
  g.fillStyle = palette.row;
  for (const band of [...place.rows, ...(place.own ? [place.own] : []), ...place.lanes]) g.fillRect(scale.left, band.y, scale.width, band.height);
  g.fillStyle = palette.line;
  for (const tick of scale.ticks()) g.fillRect(Math.round(scale.x(tick.time)), 0, 1, place.height);
  for (const row of place.rows) {
    drawRow(g, data, view, row);
    drawOffline(g, data, view, row);
    const chosen = view.focused && view.row === row.cpu;
    if (row.height >= 12 || row.cpu % 4 === 0 || chosen) {
      g.textAlign = "right";
      g.fillStyle = chosen ? palette.focus : palette.text;
      g.fillText("CPU " + row.cpu, scale.left - 8, row.y + row.height / 2 + 0.5);
      g.textAlign = "left";
    }
  }
  if (place.own) drawOwn(g, data, view, place.own);
  for (const lane of place.lanes) drawLane(g, data, view, lane);
  drawMissed(g, data, view, place.rows);
  for (const run of new Set([view.held, view.hovered])) {
    if (run < 0) continue;
    drawWait(g, data, view, place.rows, run);
    const row = place.rows[data.runs.cpu[run]], x0 = Math.max(scale.x(data.runs.start[run]), scale.left), x1 = Math.min(scale.x(data.runs.end[run]), scale.left + scale.width);
    if (x1 < scale.left || x0 > scale.left + scale.width) continue;
    g.strokeStyle = run === view.held ? palette.focus : palette.text;
    g.lineWidth = 2;
    g.strokeRect(x0, row.y, Math.max(x1 - x0, 2), row.height);
    g.lineWidth = 1;
  }
  if (view.focused) {
    const row = place.rows[view.row];
    g.strokeStyle = palette.focus;
    g.strokeRect(scale.left - 0.5, row.y - 0.5, scale.width, row.height + 1);
  }
  return place;
}

function drawAxis(canvas, view) {
  const g = prepare(canvas), { scale, palette } = view;
  g.textAlign = "center";
  for (const tick of scale.ticks()) {
    const x = scale.x(tick.time), half = textWidth(g, tick.text) / 2;
    g.fillStyle = palette.faint;
    g.fillRect(Math.round(x), 20, 1, 6);
    g.fillText(tick.text, Math.min(Math.max(x, scale.left + half), scale.left + scale.width - half), 11);
  }
}

// How busy all CPUs were together, from the beginning to the end, and which part of that is shown below.
function busyProfile(data, width) {
  const sums = new Float64Array(width), per = data.end / width;
  for (let i = 0; i < data.runs.count; i++) {
    const start = data.runs.start[i], end = data.runs.end[i];
    for (let c = Math.floor(start / per); c < width && c * per < end; c++) sums[c] += Math.min(end, (c + 1) * per) - Math.max(start, c * per);
  }
  return sums.map(sum => sum / per / data.cpus);
}

function drawOverview(canvas, data, view) {
  const g = prepare(canvas), { scale, palette } = view, height = canvas.clientHeight, width = Math.max(Math.floor(scale.width), 1);
  if (!view.profile || view.profile.length !== width) view.profile = busyProfile(data, width);
  g.fillStyle = palette.row;
  g.fillRect(scale.left, 0, scale.width, height);
  g.fillStyle = palette.faint;
  for (let c = 0; c < width; c++) {
    const tall = view.profile[c] * (height - 4);
    g.fillRect(scale.left + c, height - tall, 1, tall);
  }
  g.textAlign = "right";
  g.fillStyle = palette.text;
  g.fillText("busy", scale.left - 8, height / 2);
  const x0 = scale.left + scale.from / scale.end * scale.width, x1 = scale.left + scale.to / scale.end * scale.width;
  g.fillStyle = palette.ground;
  g.globalAlpha = 0.6;
  g.fillRect(scale.left, 0, x0 - scale.left, height);
  g.fillRect(x1, 0, scale.left + scale.width - x1, height);
  g.globalAlpha = 1;
  g.strokeStyle = palette.focus;
  g.lineWidth = 2;
  g.strokeRect(x0 + 1, 1, Math.max(x1 - x0 - 2, 2), height - 2);
  g.lineWidth = 1;
}
