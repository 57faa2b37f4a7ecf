// What was recorded, unfolded: times in ns from the beginning, runs by number in the order of their ends.
function readData(raw) {
  const count = raw.runs.start.length, start = new Float64Array(count), end = new Float64Array(count), queue = new Int32Array(count);
  const column = {};
  for (const name of ["cpuTime", "wait", "slice"]) column[name] = Float64Array.from(raw.runs[name]);
  for (const name of ["task", "waker", "dsq", "cpu", "rule", "why", "woken"]) column[name] = Int32Array.from(raw.runs[name]);
  const byCpu = Array.from({ length: raw.cpus }, () => []), byTask = raw.tasks.map(() => []);
  // A kept task still has the queue it came from; instances of a queue are one queue here.
  const queueOf = raw.dsqs.map(name => raw.queues.findIndex(q => name === q || name.startsWith(q + "[") || name.startsWith(q + " ")));
  const lastQueue = new Int32Array(raw.tasks.length).fill(-1);
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += raw.runs.start[i];
    start[i] = at;
    end[i] = at + raw.runs.length[i];
    column.cpuTime[i] = raw.runs.length[i] - column.cpuTime[i];
    byCpu[column.cpu[i]].push(i);
    byTask[column.task[i]].push(i);
    if (column.dsq[i]) lastQueue[column.task[i]] = queueOf[column.dsq[i]];
    queue[i] = lastQueue[column.task[i]];
  }
  const lanes = raw.lengths.map((lane, i) => {
    const time = new Float64Array(lane.time.length);
    let sum = 0;
    lane.time.forEach((step, k) => { time[k] = sum += step; });
    return { name: raw.queues[i], queue: i, time, length: Uint32Array.from(lane.length), max: lane.length.reduce((a, b) => Math.max(a, b), 0) };
  }).filter(lane => lane.max > 0);
  const tasks = raw.tasks.map(([pid, name, group], i) => ({ pid, name, group, runs: Int32Array.from(byTask[i]) }));
  return { ...raw, tasks, lanes, byCpu: byCpu.map(list => Int32Array.from(list)), runs: { ...column, start, end, queue, count },
    missed: raw.missed.map(([time, late, task, cpu]) => ({ time, late, task, cpu })), offline: raw.offline.map(([from, to, cpu]) => ({ from, to, cpu })) };
}

// The first place in `list` (whose values, seen through `value`, rise) that is above `limit`.
function firstAbove(list, limit, value) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(list[middle], middle) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

function busyPart(data, cpu) {
  let sum = 0;
  for (const run of data.byCpu[cpu]) sum += data.runs.end[run] - data.runs.start[run];
  return data.end ? sum / data.end : 0;
}
