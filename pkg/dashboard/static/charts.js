// Draws a site's charts with uPlot from the points of the JSON interface, and keeps the tables behind them the same as what is drawn.
"use strict";
(() => {
  const root = document.querySelector(".charts[data-series]");
  if (!root || typeof uPlot === "undefined") return;

  // Figures in the words that the server's pages use.
  const count = (n) => Math.round(n).toLocaleString("en-US");
  function scaled(v) {
    const units = ["", "k", "M", "G", "T", "P"];
    let i = 0;
    for (; Math.abs(v) >= 999.5 && i < units.length - 1; i++) v /= 1000;
    const digits = Math.abs(v) >= 99.95 ? 0 : Math.abs(v) >= 9.995 ? 1 : 2;
    return [String(+v.toFixed(digits)), units[i]];
  }
  const short = (v) => scaled(v).join("");
  const bytes = (n) => { const [v, u] = scaled(n); return `${v} ${u}B`; };
  const bits = (v) => { const [n, u] = scaled(v); return `${n} ${u}bit/s`; };
  const share = (v) => v === 0 ? "0 %" : v >= 1 ? "100 %" : v < 0.0005 ? "<0.1 %" : v >= 0.9995 ? ">99.9 %" : (100 * v).toFixed(1) + " %";
  const seconds = (s) => s < 0.00995 ? +(1000 * s).toPrecision(2) + " ms" : s < 0.9995 ? Math.round(1000 * s) + " ms" : +s.toPrecision(2) + " s";
  const rate = (v) => v === 0 ? "0" : v < 9.95 ? String(+v.toPrecision(2)) : short(Math.round(v));
  const or = (v, words) => v === null || v === undefined ? "not logged" : words(v);
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (n) => String(n).padStart(2, "0");
  function slotName(t, step, long) {
    const d = new Date(1000 * t), day = `${d.getUTCDate()} ${names[d.getUTCMonth()]}`;
    if (step === "day") return `${["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][d.getUTCDay()]} ${day} ${d.getUTCFullYear()}`;
    return (long ? day + " " : "") + `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  }
  const iso = (t) => new Date(1000 * t).toISOString().slice(0, 19) + "Z";

  const classOf = (...keys) => (p) => p.status_class && keys.reduce((sum, k) => sum + (p.status_class[k] || 0), 0);
  const perSecond = (get) => (p) => { const v = get(p); return v === null || v === undefined ? null : v / p.seconds; };
  const line = (label, color, get, more) => ({ label, color, get, ...more });

  // What each chart shows: its lines, and the cells of its table. The server's tables have the same ones (charts.go).
  const plans = {
    requests: {
      stacked: true, format: (v) => rate(v) + "/s",
      lines: [line("2xx", "ok", perSecond(classOf("2xx"))), line("3xx", "moved", perSecond(classOf("3xx"))), line("4xx", "refused", perSecond(classOf("4xx"))),
        line("5xx", "failed", perSecond(classOf("5xx"))), line("other", "other", perSecond(classOf("1xx", "none", "other")), { rare: true })],
      otherwise: [line("requests", "ok", perSecond((p) => p.requests))],
      cells: (p, step) => [count(p.requests), rate(p.requests / step), ...[["2xx"], ["3xx"], ["4xx"], ["5xx"], ["1xx", "none", "other"]].map((k) => or(classOf(...k)(p), count))],
    },
    bandwidth: {
      format: bits, fill: true, lines: [line("sent", "sent", perSecond((p) => p.response_bytes === null ? null : 8 * p.response_bytes))],
      cells: (p, step) => [or(p.response_bytes, bytes), or(p.response_bytes, (n) => bits(8 * n / step))],
    },
    cache: {
      format: share, tick: (v) => Math.round(100 * v) + " %", top: 1,
      lines: [line("of requests", "ok", (p) => p.cache_hits === null || !p.requests ? null : p.cache_hits / p.requests),
        line("of bytes", "second", (p) => p.cache_hit_bytes === null || !p.response_bytes ? null : p.cache_hit_bytes / p.response_bytes, { dash: [6, 4] })],
      cells: (p) => [or(p.cache_hits, (n) => p.requests ? share(n / p.requests) : "-"),
        or(p.response_bytes === null ? null : p.cache_hit_bytes, (n) => p.response_bytes ? share(n / p.response_bytes) : "-")],
    },
    latency: {
      format: seconds,
      lines: [line("50 %", "ok", (p) => p.p50), line("95 %", "refused", (p) => p.p95, { dash: [8, 4] }), line("99 %", "failed", (p) => p.p99, { dash: [2, 3] })],
      cells: (p) => [or(p.p50, seconds), or(p.p95, seconds), or(p.p99, seconds)],
    },
    visitors: {
      format: short, fill: true, lines: [line("visitors", "second", (p) => p.visitors)],
      cells: (p) => [p.visitors === null && p.provisional ? "counted at its end" : or(p.visitors, count)],
    },
  };

  // Store holds the points of one level that the page shows, by the second in which their slot begins.
  class Store {
    constructor(url) {
      this.url = new URL(url, location.href);
      this.moves = this.url.searchParams.has("range");
      this.points = new Map();
      this.span = 0;
      this.whole = 0; // when all was asked for last: late lines change old slots, too
    }
    async load() {
      const url = new URL(this.url);
      const delta = this.span > 0 && Date.now() - this.whole < 300000;
      if (delta) {
        if (!this.moves) return [];
        url.searchParams.delete("range");
        url.searchParams.set("from", iso(this.closed()));
      }
      const response = await fetch(url, { redirect: "manual" });
      if (!response.ok) throw new Error("no points");
      const answer = await response.json();
      if (!delta) {
        this.points.clear();
        this.whole = Date.now();
        this.span = (Date.parse(answer.to) - Date.parse(answer.from)) / 1000;
      }
      return this.take(answer);
    }
    take(answer) {
      this.step = answer.step_seconds;
      this.level = answer.step;
      this.to = Date.parse(answer.to) / 1000;
      this.from = this.to - this.span;
      this.known = Date.parse(answer.known_to || 0) / 1000;
      this.dataTo = Date.parse(answer.data_to || 0) / 1000;
      for (const p of answer.points) {
        p.t = Date.parse(p.start) / 1000;
        p.seconds = this.step;
        // Of a slot that runs, only a part is counted so far.
        if (p.provisional && this.dataTo > p.t && this.dataTo < p.t + this.step) p.seconds = Math.max(this.dataTo - p.t, 1);
        this.points.set(p.t, p);
      }
      for (const t of this.points.keys()) if (t < this.from) this.points.delete(t);
      return answer.points;
    }
    // closed is the latest slot that will not change any more, or where the points begin.
    closed() {
      let latest = this.from;
      for (const p of this.points.values()) if (!p.provisional && p.t > latest) latest = p.t;
      for (const p of this.points.values()) if (p.provisional && p.t < latest) latest = p.t;
      return latest;
    }
    // grid is every slot: one without a point had no requests where that is known, and is a gap where it is not.
    grid() {
      const grid = [];
      const first = Math.min(...this.points.keys());
      for (let t = this.from; t < this.to; t += this.step) {
        const p = this.points.get(t);
        if (p) grid.push(p);
        else if (t > first && t + this.step <= this.known) grid.push({ t, requests: 0, seconds: this.step, empty: true });
        else grid.push({ t, unknown: true });
      }
      return grid;
    }
  }

  const valueIn = (line, p, counts) => {
    if (p.unknown) return null;
    if (p.empty) return counts ? 0 : null;
    const v = line.get(p);
    return v === undefined ? null : v;
  };

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  function hatch(color) {
    const tile = document.createElement("canvas"), size = 8 * devicePixelRatio;
    tile.width = tile.height = size;
    const c = tile.getContext("2d");
    c.strokeStyle = color;
    c.lineWidth = 1.2 * devicePixelRatio;
    for (const offset of [-size, 0, size]) {
      c.beginPath();
      c.moveTo(offset, size);
      c.lineTo(offset + size, 0);
      c.stroke();
    }
    return c.createPattern(tile, "repeat");
  }

  // Chart is one chart: a box in the page and the plot in it.
  class Chart {
    constructor(box, store) {
      this.box = box;
      this.plan = plans[box.dataset.chart];
      this.place = box.querySelector(".plot");
      this.store = store;
      if (!this.place) return;
      new ResizeObserver(() => { if (this.plot) { this.plot.setSize(this.size()); this.latest(); } }).observe(this.place);
      this.place.addEventListener("keydown", (event) => this.key(event));
    }
    size() { return { width: Math.max(this.place.clientWidth, 200), height: this.plan.stacked ? 240 : 180 }; }

    data() {
      this.slots = this.store.grid();
      const lines = this.lines();
      this.raw = lines.map((line) => this.slots.map((p) => valueIn(line, p, this.plan.stacked || this.plan.fill)));
      const drawn = this.raw.map((values) => [...values]);
      if (this.plan.stacked) {
        for (let i = 1; i < drawn.length; i++) drawn[i] = drawn[i].map((v, at) => v === null ? null : v + (drawn[i - 1][at] || 0));
      }
      return [this.slots.map((p) => p.t), ...drawn];
    }
    // lines leaves out what never happened in a stack, where a line of nothing would lie on the one below.
    lines() {
      const happened = (line) => !line.rare || this.slots.some((p) => valueIn(line, p, false) > 0);
      const logged = this.slots.some((p) => this.plan.lines.some((line) => valueIn(line, p, false) !== null));
      return logged || !this.plan.otherwise ? this.plan.lines.filter(happened) : this.plan.otherwise;
    }

    update() {
      if (!this.place) return;
      const data = this.data();
      if (this.plot && this.plot.series.length !== data.length) {
        this.plot.destroy();
        this.plot = null;
      }
      if (!this.plot) this.draw(data);
      else this.plot.setData(data);
      this.latest();
    }
    // latest shows the newest full slot's values in the legend while nobody points at another one.
    latest() {
      if (this.plot.cursor.idx !== null && this.plot.cursor.idx !== undefined && this.plot.cursor.left >= 0) return;
      let idx = this.slots.length - 1;
      while (idx > 0 && (this.slots[idx].unknown || this.slots[idx].provisional)) idx--;
      this.plot.setLegend({ idx });
    }
    redraw() {
      if (!this.plot) return;
      this.plot.destroy();
      this.plot = null;
      this.update();
    }

    draw(data) {
      this.place.replaceChildren();
      this.hatch = hatch(css("hatch"));
      this.warn = hatch(css("failed"));
      const lines = this.lines();
      this.plot = new uPlot({
        ...this.size(),
        tzDate: (t) => uPlot.tzDate(new Date(1000 * t), "Etc/UTC"),
        cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
        scales: { x: { time: true, range: () => [this.store.from, this.store.to - this.store.step / 2] }, y: { range: (u, low, high) => [0, this.plan.top || (high > 0 ? high * 1.08 : 1)] } },
        axes: this.axes(),
        series: [{ label: "Begins", value: (u, t) => t === null ? "" : slotName(t, this.store.level, true) + (this.slots.find((p) => p.t === t && p.provisional) ? " (counting)" : "") },
          ...lines.map((line, i) => this.series(line, i))],
        bands: this.plan.stacked ? lines.slice(1).map((_, i) => ({ series: [i + 2, i + 1] })) : [],
        hooks: { drawClear: [(u) => this.cases(u), (u) => this.marks(u)], setSelect: [(u) => this.zoom(u)] },
      }, data, this.place);
    }
    axes() {
      const common = { stroke: css("dim"), grid: { stroke: css("grid"), width: 1 }, ticks: { stroke: css("grid"), width: 1, size: 4 }, font: "12px system-ui, sans-serif" };
      const day = 86400;
      return [{ ...common, space: 64, values: [
        [365 * day, "{YYYY}", null, null, null, null, null, null, 1],
        [28 * day, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
        [day, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
        [3600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
        [60, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
        [1, "{HH}:{mm}:{ss}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1]] },
      { ...common, size: 74, space: 36, values: (u, ticks) => ticks.map((v) => v === 0 ? "0" : (this.plan.tick || this.plan.format)(v)) }];
    }
    series(line, i) {
      const color = css(line.color);
      const dense = this.slots.length > 400;
      // A stack has no edges: the one of a layer of nothing would colour the layer below.
      return { label: line.label, stroke: color, width: this.plan.stacked ? 0 : dense ? 1 : 1.6, dash: line.dash, spanGaps: false,
        fill: this.plan.stacked || this.plan.fill ? color + (this.plan.stacked ? "d0" : "2e") : undefined,
        points: { show: this.slots.length <= 20 && !this.plan.stacked, size: 5 },
        value: (u, v, s, at) => at === null || this.raw[i][at] === null || this.raw[i][at] === undefined ? "–" : this.plan.format(this.raw[i][at]) };
    }
    // cases puts a band behind the minutes of each case, and a bar below those of a grave one, so that colour is not all that tells them apart.
    cases(u) {
      if (!this.plan.stacked) return;
      const { ctx, bbox } = u, at = (t) => Math.min(Math.max(u.valToPos(t - this.store.step / 2, "x", true), bbox.left), bbox.left + bbox.width);
      ctx.save();
      for (const [from, to, , grave] of cases) {
        const left = at(from), width = Math.max(at(to) - left, 3 * devicePixelRatio), bar = 5 * devicePixelRatio;
        if (to < this.store.from || from > this.store.to) continue;
        ctx.fillStyle = css(grave ? "failed" : "hatch");
        ctx.globalAlpha = grave ? 0.18 : 0.3;
        ctx.fillRect(left, bbox.top, width, bbox.height);
        ctx.globalAlpha = 1;
        if (grave) ctx.fillRect(left, bbox.top, width, bar);
      }
      ctx.restore();
    }
    // marks hatches slots that are still being counted, and in another colour those that are known to lack lines.
    marks(u) {
      const { ctx, bbox } = u;
      ctx.save();
      for (const p of this.slots) {
        if (!p.provisional && !p.incomplete) continue;
        const left = Math.max(u.valToPos(p.t - this.store.step / 2, "x", true), bbox.left);
        const right = Math.min(u.valToPos(p.t + this.store.step / 2, "x", true), bbox.left + bbox.width);
        ctx.fillStyle = p.incomplete ? this.warn : this.hatch;
        ctx.fillRect(left, bbox.top, Math.max(right - left, 2), bbox.height);
      }
      ctx.restore();
    }
    // zoom opens the stretch that was drawn over: a page of its own, which can be sent to somebody.
    zoom(u) {
      if (u.select.width < 8) return;
      const edge = (left) => Math.round(u.posToVal(left, "x") / 60) * 60;
      const from = edge(u.select.left), to = edge(u.select.left + u.select.width);
      u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      if (to - from >= 120) location.search = `?from=${iso(from).slice(0, 16)}&to=${iso(to).slice(0, 16)}`;
    }
    key(event) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || !this.plot) return;
      event.preventDefault();
      const from = this.plot.legend.idx ?? this.slots.length - 1;
      const at = Math.min(Math.max(from + by, 0), this.slots.length - 1);
      this.plot.setCursor({ left: this.plot.valToPos(this.slots[at].t, "x"), top: 10 });
      const p = this.slots[at], words = this.lines().map((line, i) => `${line.label} ${this.raw[i][at] === null ? "unknown" : this.plan.format(this.raw[i][at])}`);
      document.getElementById("summary").textContent = `${slotName(p.t, this.store.level, false)}: ${words.join(", ")}`;
    }
  }

  // cases are those of the period, as the moving part of the page names them: beginning, end, words, and 1 for a grave one.
  let cases = [], named = "";
  function readCases() {
    const text = document.getElementById("marks")?.dataset.marks || "[]", changed = text !== named;
    if (changed) cases = JSON.parse(named = text);
    return changed;
  }
  const caseOf = (t, step) => cases.filter(([from, to]) => from < t + step && to > t).sort((a, b) => b[3] - a[3])[0];

  function state(p, marked) {
    return [p.provisional && "still counting", p.incomplete && "incomplete", p.late_lines > 0 && count(p.late_lines) + " late", marked && marked[2]].filter(Boolean).join(", ");
  }

  // fill puts points into the table behind a chart: a row for each slot, the newest first.
  function fill(box, store, points) {
    const body = box.querySelector("table.slots tbody");
    if (!body) return;
    const long = store.level !== "minute" || store.span > 86400;
    for (const p of points) {
      const key = iso(p.t), row = document.createElement("tr"), marked = caseOf(p.t, store.step), words = state(p, marked);
      row.dataset.t = key;
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = slotName(p.t, store.level, long);
      row.append(head, ...[...plans[box.dataset.chart].cells(p, store.step), words].map((text) => {
        const cell = document.createElement("td");
        cell.textContent = text;
        return cell;
      }));
      if (marked) row.className = marked[3] ? "marked grave" : "marked";
      else if (words) row.className = "special";
      const old = body.querySelector(`tr[data-t="${key}"]`);
      if (old) old.replaceWith(row);
      else body.insertBefore(row, [...body.rows].find((r) => r.dataset.t < key) || null);
    }
    while (body.rows.length && Date.parse(body.rows[body.rows.length - 1].dataset.t) / 1000 < store.from) body.deleteRow(-1);
  }

  const store = new Store(root.dataset.series);
  const table = root.dataset.table ? new Store(root.dataset.table) : store;
  const boxes = [...root.querySelectorAll("[data-chart]")];
  const charts = boxes.map((box) => new Chart(box, store));
  let busy = false, again = false;

  async function load() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const points = await store.load();
      for (const chart of charts) chart.update();
      const rows = table === store ? points : await table.load();
      for (const box of boxes) fill(box, table, rows);
      root.dataset.drawn = String(Number(root.dataset.drawn || 0) + 1);
    } catch { /* the next commit asks again; what was drawn stays */ }
    busy = false;
    if (again) { again = false; load(); }
  }

  document.addEventListener("news", load);
  document.addEventListener("parts", () => {
    if (!readCases()) return;
    for (const chart of charts) if (chart.plot) { chart.plot.redraw(); chart.latest(); }
    for (const box of boxes) fill(box, table, [...table.points.values()]);
  });
  readCases();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((chart) => chart.redraw()));
  load();
})();
