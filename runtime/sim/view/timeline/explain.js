// The same in words: what stands beside the pointer, what is read aloud, what the whole shows.
const kReasons = ["it slept", "its slice ended", "it was preempted", "it yielded", "it exited", "it was changed", "it still ran at the end"];

function element(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, attributes);
}

function taskText(task) { return `${task.name} (${task.pid})`; }

// [what, text] pairs of a run.
function runFacts(data, run) {
  const r = data.runs, task = data.tasks[r.task[run]], facts = [];
  facts.push(["on", `CPU ${r.cpu[run]}, ${durationText(r.start[run])} to ${durationText(r.end[run])}`]);
  const cost = r.end[run] - r.start[run] - r.cpuTime[run];
  facts.push(["ran", durationText(r.cpuTime[run]) + (cost > 0 ? `, after ${durationText(cost)} of switching` : "") + `, slice ${durationText(r.slice[run])}`]);
  facts.push(["from", r.dsq[run] ? data.dsqs[r.dsq[run]] : "kept its CPU" + (r.queue[run] >= 0 ? `, came from ${data.queues[r.queue[run]]}` : "")]);
  if (r.rule[run] >= 0 && data.rules[r.rule[run]]) facts.push(["rule", data.rules[r.rule[run]]]);
  const waker = r.woken[run] && r.waker[run] ? ` by ${taskText(data.tasks[r.waker[run] - 1])}` : "";
  facts.push(["waited", durationText(r.wait[run]) + (r.woken[run] ? `, woken${waker}` : "")]);
  facts.push(["stopped", kReasons[r.why[run]]]);
  return { task, facts };
}

function runTip(data, view, run) {
  const { task, facts } = runFacts(data, run), title = element("h2"), list = element("dl");
  const swatch = element("i");
  swatch.style.background = `var(--c${colourIndex(data, view, run) % kColours})`;
  title.append(swatch, task.name, element("span", `pid ${task.pid}` + (data.groups[task.group] !== task.name ? `, ${data.groups[task.group]}` : "")));
  for (const [what, text] of facts) {
    const value = element("dd");
    value.append(what === "rule" ? element("code", text) : text);
    list.append(element("dt", what), value);
  }
  return [title, list];
}

function laneTip(view, lane, time) {
  const at = firstAbove(lane.time, time, t => t) - 1, list = element("dl"), title = element("h2", "queue " + lane.name);
  list.append(element("dt", "at"), element("dd", roughText(time)), element("dt", "waiting"), element("dd", String(at < 0 ? 0 : lane.length[at])));
  return [title, list];
}

function spokenRun(data, run) {
  const { task, facts } = runFacts(data, run);
  return `${taskText(task)}: ` + facts.map(([what, text]) => `${what} ${text}`).join("; ");
}

function sizeText(data) {
  const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `${counted(data.cpus, "CPU")}, ${durationText(data.end)}, ${counted(data.runs.count, "run")} of ${counted(data.tasks.length, "task")}`;
}

function toldText(data) {
  const busy = data.byCpu.map((_, cpu) => busyPart(data, cpu)), mean = busy.reduce((a, b) => a + b, 0) / busy.length;
  let text = `The policy ${data.policy}${data.workload ? ` under the workload ${data.workload}` : ""}: ${sizeText(data)}. The CPUs were busy ${(mean * 100).toFixed(1)}% of the time.`;
  for (const lane of data.lanes) text += ` At most ${lane.max} waited in ${lane.name}.`;
  if (data.missed.length) text += ` ${data.missed.length} periods ended too late.`;
  return text;
}

function fillPage(data) {
  document.getElementById("size").textContent = sizeText(data);
  document.getElementById("told").textContent = toldText(data);
  for (const [what, text] of data.headline) {
    const pair = element("div");
    pair.append(element("dt", what), element("dd", text));
    document.getElementById("headline").append(pair);
  }
  const warnings = [];
  if (data.cut) warnings.push(`The recording was full at ${durationText(data.end)}; the simulation went on.`);
  if (data.exit) warnings.push(`The scheduler was ended at ${durationText(data.exit.time)}: ${data.exit.reason}${data.exit.message ? ` (${data.exit.message})` : ""}.`);
  document.getElementById("warning").textContent = warnings.join(" ");
  document.getElementById("warning").hidden = !warnings.length;
  const rows = document.getElementById("cpus");
  data.byCpu.forEach((list, cpu) => {
    const row = element("tr");
    row.append(element("th", String(cpu), { scope: "row" }), element("td", (busyPart(data, cpu) * 100).toFixed(1) + "%"), element("td", String(list.length)),
      element("td", String(new Set(Array.from(list, run => data.runs.task[run])).size)));
    rows.append(row);
  });
  const names = new Set(data.groups);
  data.tasks.slice(0, 500).forEach(task => names.add(task.name));
  for (const name of names) document.getElementById("names").append(element("option", undefined, { value: name }));
  const sign = (path, text, alarm) => `<span><svg viewBox="0 0 18 12"><path d="${path}" fill="${alarm ? "var(--alarm)" : "var(--faint)"}"/></svg>${text}</span>`;
  document.getElementById("signs").innerHTML = sign("M0 0H18V5L11 12H0z", "preempted") + sign("M0 3H1V5H4V7H1V9H0zM6 5H9V7H6zM11 5H14V7H11zM16 0H18V12H16z", "waits, then runs") +
    (data.missed.length ? sign("M9 0L15 6L9 12L3 6z", "period ended too late", true) : "") + (data.offline.length ? sign("M0 12L12 0H14L2 12zM6 12L18 0V3L9 12z", "offline") : "");
}
