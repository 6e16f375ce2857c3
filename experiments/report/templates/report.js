// The script of a report: sorting and filtering, what lies behind a point, a method through all figures, curves.
"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const draw = (name, attributes = {}) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  // A number to three digits: null has no value as its trials diverged, and "" as the problem has no such metric.
  const digits = value => value === "" ? "" : value === null || value === undefined ? "diverged" : String(Number(value.toPrecision(3)));

  // Light and dark.
  const root = document.documentElement;
  const button = $("#theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const setTheme = theme => {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to the ${theme === "dark" ? "light" : "dark"} theme`);
  };
  setTheme(dark.matches ? "dark" : "light");
  button.hidden = false;
  button.onclick = () => setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  dark.onchange = event => setTheme(event.matches ? "dark" : "light");
  addEventListener("beforeprint", () => { root.dataset.printed = root.dataset.theme; setTheme("light"); });
  addEventListener("afterprint", () => setTheme(root.dataset.printed || "light"));

  // What is said at the pointer, and by screen readers.
  const tip = $("#tip");
  const say = (text, x, y) => {
    tip.textContent = text;
    if (!text || x === undefined) return void tip.removeAttribute("style");
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(x + 14, innerWidth - width - 6), below = y + 16 + height < innerHeight;
    tip.style.cssText = `left:${Math.max(6, left)}px;top:${below ? y + 16 : Math.max(6, y - height - 10)}px;bottom:auto`;
  };

  // A method through all figures and tables: the pinned one, or else the one that is pointed at.
  const figures = [], rows = [];
  let pinned = "", shown = "";
  const follow = method => {
    const next = method || pinned;
    if (next === shown) return;
    shown = next;
    for (const figure of figures) figure.follow(next);
    for (const [row, own] of rows) row.classList.toggle("followed", next !== "" && own === next);
  };
  const pin = method => {
    pinned = pinned === method ? "" : method;
    for (const chip of $$("#methods button")) chip.setAttribute("aria-pressed", String(chip.textContent === pinned));
    follow("");
  };

  // Tables that sort: numbers by size, empty cells last, names by letters.
  const value = cell => {
    const text = cell.dataset.value ?? cell.textContent.trim();
    const number = text === "inf" ? Infinity : text === "" ? NaN : Number(text.replace(/ %$/, ""));
    return Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  };
  const heads = (table, sort) => $$("thead th", table).forEach((head, column) => {
    const label = head.textContent;
    const press = make("button", { type: "button" }, label);
    head.replaceChildren(press);
    press.onclick = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      $$("thead th", table).forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort(column, down ? -1 : 1);
    };
  });
  const filter = (label, change) => {
    const input = make("input", { type: "search", "aria-label": label, placeholder: "Filter, e.g. adam 0.01" });
    const count = make("span", { role: "status" });
    input.oninput = () => { count.textContent = change(input.value.toLowerCase().split(/\s+/).filter(Boolean)); };
    return make("div", { class: "filter" }, input, count);
  };
  for (const holder of $$(".table")) {
    const table = $("table", holder), body = $("tbody", table), all = [...body.rows];
    const names = $$("thead th", table).map(head => head.textContent);
    const method = names.indexOf("method");
    for (const row of all) if (method >= 0) rows.push([row, row.cells[method].textContent]);
    // Of a long table the first rows are enough, until more are asked for, or a filter finds others.
    const most = all.length > 40 ? 25 : Infinity;
    let words = [], isWhole = false;
    const more = make("button", { type: "button" }, `Show all ${all.length} rows`);
    const show = () => {
      let left = 0, seen = 0;
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        const isFound = words.every(word => text.includes(word));
        left += isFound;
        row.classList.toggle("beyond", isFound && !isWhole && seen >= most);
        row.hidden = !isFound;
        seen += isFound;
      }
      more.hidden = isWhole || left <= most;
      return `${left} of ${all.length} rows`;
    };
    more.onclick = () => { isWhole = true; show(); };
    heads(table, (column, sign) => {
      const keyed = [...body.rows].map(row => [value(row.cells[column]), row]);
      const empty = key => key === "";
      keyed.sort(([a], [b]) => empty(a) || empty(b) ? compare(a, b) : sign * compare(a, b));
      body.append(...keyed.map(([, row]) => row));
      show();
    });
    holder.tabIndex = 0;
    holder.setAttribute("role", "region");
    holder.setAttribute("aria-label", $("caption", table).textContent);
    if (all.length > 4) {
      holder.prepend(filter(`Filter the rows of: ${$("caption", table).textContent}`, own => { words = own; return show(); }));
      table.after(more);
      show();
    }
  }

  // A study: its data, its figures and the list of its settings.
  const study = article => {
    const data = JSON.parse($(".data", article).textContent);
    if (!data) return;
    const name = at => {
      const own = data.configurations[at];
      const settings = own.settings.map((text, i) => text && `${data.columns[i]} = ${text}`).filter(Boolean).join(", ");
      return [data.methods[own.method], settings, data.problems[own.problem]];
    };
    const describe = (at, metric, key) => {
      const own = data.configurations[at], [method, settings, problem] = name(at);
      const lines = [`${method}${settings ? `, ${settings}` : ""}`];
      if (data.problems.length > 1) lines[0] += ` on ${problem}`;
      for (const i of new Set([metric ?? data.shown, data.shown])) lines.push(`median ${data.metrics[i]} ${digits(own.medians[i])}`);
      lines.push(`${own.trials} ${own.trials === 1 ? "trial" : "trials"}, ${own.diverged} diverged`);
      const named = key || own.keys[0]?.[0];
      if (named) lines.push(`${key || own.trials === 1 ? "trial" : "median trial"} ${named}`, data.command + named);
      return lines.join("\n");
    };
    // What stands for several configurations: the first ones, and how many there are.
    const describeAll = (all, metric) => {
      const own = all.filter(at => at >= 0), first = own.slice(0, 3);
      const trials = own.reduce((sum, at) => sum + data.configurations[at].trials, 0);
      const more = own.length > first.length ? [`and ${own.length - first.length} more`] : [];
      const hasMethods = new Set(own.map(at => data.configurations[at].method)).size > 1;
      const line = at => {
        const [method, settings, problem] = name(at), { keys, medians } = data.configurations[at];
        const parts = [hasMethods && method, settings, data.problems.length > 1 && `on ${problem}`].filter(Boolean);
        return `${parts.join(", ")}: median ${digits(medians[metric ?? data.shown])}, median trial ${keys[0]?.[0]}`;
      };
      return [`${own.length} settings, ${trials} trials`, ...first.map(line), ...more].join("\n");
    };
    const open = (at, group = []) => detail(data, at, name, group);
    $(".hint", article).hidden = false;
    $$("figure", article).forEach((figure, at) => figures.push(interactive(figure, data.figures[at], data, { one: describe, all: describeAll }, open)));
    settings(article, data, open);
    return data.methods;
  };

  // A figure: the script draws over it, and finds what is nearest.
  const interactive = (figure, targets, data, describe, open) => {
    const holder = $(".drawing", figure), title = holder.dataset.title;
    const over = draw("svg", { class: "over", viewBox: `0 0 ${targets.width} ${targets.height}`, "aria-hidden": "true" });
    holder.append(over);
    const points = targets.lines.flatMap((line, l) => line.points.map(([x, y, c], p) => ({ x, y, c, l, p, line, key: line.keys?.[p] })));
    const hasTargets = points.length > 0 || targets.grids.length > 0;
    let here = null, followed = "";
    // A mark stands for no configuration (-1), for one, or for a group of them (from -2 down).
    const groupOf = target => target.c < -1 ? targets.groups[-2 - target.c] : [];
    const methodOf = target => !target ? "" : target.c >= 0 ? data.methods[data.configurations[target.c].method] : target.line?.method || "";
    const paint = () => {
      over.replaceChildren();
      const lines = followed ? targets.lines.filter(line => line.method === followed) : [];
      holder.classList.toggle("faded", lines.length > 0);
      for (const line of lines) {
        if (line.joined) over.append(draw("path", { d: line.points.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("") }));
        if (line.points.length <= 40 || !line.joined) for (const [cx, cy] of line.points) over.append(draw("circle", { cx, cy, r: 3.4 }));
      }
      if (here?.line) over.append(draw("circle", { class: "here", cx: here.x, cy: here.y, r: 7 }));
      if (here?.box) over.append(draw("rect", { class: "here", ...here.box }));
    };
    const cell = (x, y) => {
      for (const grid of targets.grids) {
        const column = grid.x.findIndex((left, i) => i + 1 < grid.x.length && left <= x && x <= grid.x[i + 1]);
        const row = grid.y.findIndex((bottom, i) => i + 1 < grid.y.length && grid.y[i + 1] <= y && y <= bottom);
        if (column >= 0 && row >= 0) return at(grid, column, row);
      }
      return null;
    };
    const at = (grid, column, row) => {
      const [x, y] = [grid.x[column], grid.y[row + 1]];
      const box = { x, y, width: grid.x[column + 1] - x, height: grid.y[row] - y };
      const cell = row * (grid.x.length - 1) + column;
      return { c: grid.cells[cell], key: grid.keys?.[cell], box, grid, column, row };
    };
    const nearest = (x, y) => {
      let best = null, least = 26 * 26;
      for (const point of points) {
        const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
        if (distance < least) [best, least] = [point, distance];
      }
      return best || cell(x, y);
    };
    const text = target => {
      const near = target.grid?.coarse ? "near here: " : "";
      if (target.c >= 0) return near + describe.one(target.c, targets.metric, target.key);
      const label = target.line?.label || target.line?.method;
      const group = groupOf(target);
      if (group.length) return (label ? `${label}: ` : "") + describe.all(group, targets.metric);
      return label || (target.key ? `${near}trial ${target.key}\n${data.command}${target.key}` : "no trials");
    };
    const visit = (target, x, y) => {
      here = target;
      follow(methodOf(target));
      paint();
      say(target ? text(target) : "", x, y);
    };
    const locate = event => {
      const box = holder.getBoundingClientRect(), scale = targets.width / box.width;
      return nearest((event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
    };
    const leave = () => visit(null);
    // A group opens its first configuration; what has none pins its method.
    const enter = target => {
      const own = [target.c, ...groupOf(target)].find(at => at >= 0);
      if (own !== undefined) open(own, groupOf(target)); else if (methodOf(target)) pin(methodOf(target));
    };
    const move = (dx, dy) => {
      if (here?.grid) {
        const columns = here.grid.x.length - 1, count = here.grid.y.length - 1;
        return at(here.grid, Math.max(0, Math.min(columns - 1, here.column + dx)), Math.max(0, Math.min(count - 1, here.row - dy)));
      }
      if (!here) return points[0] || (targets.grids.length ? at(targets.grids[0], 0, 0) : null);
      const l = (here.l + dy + targets.lines.length) % targets.lines.length;
      const own = points.filter(point => point.l === l);
      return own[Math.max(0, Math.min(own.length - 1, (dy ? here.p : here.p + dx)))] || here;
    };
    if (hasTargets) {
      holder.tabIndex = 0;
      holder.setAttribute("role", "application");
      holder.setAttribute("aria-roledescription", "interactive figure");
      holder.setAttribute("aria-label", `${title}. Arrow keys move between points, Enter opens a point.`);
      holder.onpointermove = event => { if (event.pointerType !== "touch") visit(locate(event), event.clientX, event.clientY); };
      holder.onpointerleave = leave;
      holder.onblur = leave;
      holder.onclick = event => {
        const target = locate(event);
        visit(target, event.clientX, event.clientY);
        if (target) enter(target);
      };
      holder.onkeydown = event => {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (step) {
          event.preventDefault();
          const target = move(...step), box = holder.getBoundingClientRect(), scale = box.width / targets.width;
          if (!target) return;
          const [x, y] = target.box ? [target.box.x + target.box.width, target.box.y] : [target.x, target.y];
          visit(target, box.left + x * scale, box.top + y * scale);
        } else if (event.key === "Enter" && here) {
          enter(here);
        } else if (event.key === "Escape") {
          leave();
        }
      };
    }
    return { follow: method => { followed = method; paint(); } };
  };

  // The list of all settings: made of data, a hundred rows at a time.
  const settings = (article, data, open) => {
    const section = $(".settings", article);
    // The shown one comes first.
    const metrics = [data.shown, ...data.metrics.keys().filter(i => i !== data.shown)];
    const names = [...(data.problems.length > 1 ? ["problem"] : []), "method", ...data.columns, ...metrics.map(i => `median ${data.metrics[i]}`), "diverged"];
    const cells = data.configurations.map((own, at) => ({
      at,
      method: data.methods[own.method],
      cells: [...(data.problems.length > 1 ? [data.problems[own.problem]] : []), data.methods[own.method], ...own.settings, ...metrics.map(i => own.medians[i] ?? "inf"), own.diverged / own.trials],
    }));
    const first = names.length - 1 - data.metrics.length, shownAt = first;
    const key = cell => cell === "inf" ? (data.lower_is_better ? Infinity : -Infinity) : cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell);
    let list = cells, count = 20, words = [];
    const methodAt = names.indexOf("method");
    const table = make("table"), body = make("tbody"), more = make("button", { type: "button" });
    const head = make("tr", {}, ...names.map((name, i) => make("th", { scope: "col", ...(i >= first ? { class: "number" } : {}) }, name)));
    table.append(make("caption", {}, `${cells.length} settings; the name of a method opens its trials`), make("thead", {}, head), body);
    const show = () => {
      const left = list.filter(row => words.every(word => row.cells.join(" ").toLowerCase().includes(word)));
      body.replaceChildren(...left.slice(0, count).map(row => {
        const line = make("tr", {}, ...row.cells.map((cell, i) => {
          const text = i === names.length - 1 ? `${Math.round(1000 * cell) / 10} %` : typeof cell === "number" ? digits(cell) : cell;
          if (i !== methodAt) return make("td", i >= first ? { class: "number" } : {}, text);
          const press = make("button", { type: "button", class: "link", "aria-label": `Trials of ${row.cells.slice(0, first).filter(Boolean).join(", ")}` }, text);
          press.onclick = () => open(row.at);
          return make("td", {}, press);
        }));
        line.classList.toggle("followed", shown !== "" && row.method === shown);
        line.onpointerenter = () => follow(row.method);
        line.onpointerleave = () => follow("");
        return line;
      }));
      more.hidden = left.length <= count;
      more.textContent = `Show ${Math.min(100, left.length - count)} more of ${left.length}`;
      return `${left.length} of ${cells.length} settings`;
    };
    const sort = (column, sign) => {
      const keyed = list.map(row => [key(row.cells[column]), row]);
      keyed.sort(([a], [b]) => a === "" || b === "" ? compare(a, b) : sign * compare(a, b));
      list = keyed.map(([, row]) => row);
      show();
    };
    more.onclick = () => { count += 100; show(); };
    heads(table, sort);
    const holder = make("div", { class: "table", tabindex: "0", role: "region", "aria-label": "All settings" }, table);
    $(".list", section).append(filter("Filter all settings", own => { words = own; count = 20; return show(); }), holder, more);
    $$("th", head)[shownAt].setAttribute("aria-sort", data.lower_is_better ? "ascending" : "descending");
    sort(shownAt, data.lower_is_better ? 1 : -1);
    section.hidden = false;
  };

  // The trials of a configuration, with their curves and the commands that run them again.
  const dialog = $("#detail");
  const detail = (data, at, name, group) => {
    const own = data.configurations[at], [method, settings, problem] = name(at);
    say("");
    // The others that a mark stands for.
    const others = make("p", { class: "others" });
    for (const other of group.filter(other => other >= 0 && group.length > 1)) {
      const [method, settings, problem] = name(other);
      const press = make("button", { type: "button", "aria-pressed": String(other === at) }, data.problems.length > 1 ? problem : `${method}, ${settings}`);
      press.onclick = () => { dialog.close(); detail(data, other, name, group); };
      others.append(press, " ");
    }
    const close = make("button", { type: "button", class: "close" }, "Close");
    close.onclick = () => dialog.close();
    const list = make("dl", { class: "facts" }, ...own.medians.flatMap((median, i) => median === "" ? [] :
      [make("div", {}, make("dt", {}, `median ${data.metrics[i]}`), make("dd", {}, digits(median)))]));
    const chart = make("div", { class: "curve" });
    const body = make("tbody");
    const paint = chosen => chart.replaceChildren(...curve(data, own.keys.map(([key]) => key), chosen));
    for (const [key, outcome] of own.keys) {
      const run = make("code", {}, data.command + key);
      const row = make("tr", {}, make("td", {}, make("code", {}, key)), make("td", { class: "number" }, digits(outcome)), make("td", {}, run));
      row.onpointerenter = () => paint(key);
      row.onpointerleave = () => paint("");
      body.append(row);
    }
    const head = make("tr", {}, ...["trial", data.metrics[data.shown], "runs it again"].map(name => make("th", { scope: "col" }, name)));
    const table = make("table", {}, make("thead", {}, head), body);
    dialog.replaceChildren(
      make("h2", { id: "detail-title" }, `${method}${settings ? `, ${settings}` : ""}`),
      others,
      make("p", {}, `On ${problem}: ${own.trials} ${own.trials === 1 ? "trial" : "trials, the median one first"}, ${own.diverged} diverged.`),
      list,
      chart,
      make("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Trials" }, table),
      close,
    );
    paint("");
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  dialog.onclick = event => { if (event.target === dialog) dialog.close(); };

  // Losses by step, on a log axis where all are positive.
  const curve = (data, keys, chosen) => {
    const own = keys.filter(key => data.curves[key]);
    if (!own.length) return [make("p", {}, "The page holds no curve of these trials; the command above a trial's row, or thalweg look, shows it.")];
    const all = own.flatMap(key => [...data.curves[key][1], ...data.curves[key][2]]).filter(loss => loss !== null);
    if (!all.length) return [make("p", {}, "All losses were infinite.")];
    const log = all.every(loss => loss > 0), scale = loss => log ? Math.log10(loss) : loss;
    let low = Math.min(...all.map(scale)), high = Math.max(...all.map(scale));
    if (low === high) [low, high] = [low - 1, high + 1];
    const last = Math.max(1, ...own.flatMap(key => data.curves[key][0]));
    const x = step => 56 + 570 * step / last, y = loss => 210 - 190 * (scale(loss) - low) / (high - low);
    const svg = draw("svg", { viewBox: "0 0 640 250", role: "img", "aria-label": `Losses by step of ${own.length} trials` });
    svg.append(draw("path", { class: "axis", fill: "none", d: "M56 14V210H630" }));
    const write = (text, x, y, anchor) => { const label = draw("text", { x, y, "text-anchor": anchor }); label.textContent = text; svg.append(label); };
    for (const share of [0, .5, 1]) {
      const level = low + share * (high - low);
      write(digits(log ? 10 ** level : level), 50, 214 - 190 * share, "end");
      write(Math.round(share * last), 56 + 570 * share, 228, "middle");
    }
    write("step", 341, 246, "middle");
    for (const key of [...own.filter(key => key !== chosen), ...own.filter(key => key === chosen)]) {
      const [steps, train, validation] = data.curves[key];
      for (const [losses, name] of [[train, "train"], [validation, "validation"]]) {
        let d = "", pen = "M";
        losses.forEach((loss, i) => { if (loss === null) pen = "M"; else { d += `${pen}${x(steps[i]).toFixed(1)} ${y(loss).toFixed(1)}`; pen = "L"; } });
        if (d) svg.append(draw("path", { class: `${name}${key === chosen ? " chosen" : ""}`, d }));
      }
    }
    return [svg, make("p", {}, "Training loss (solid) and validation loss (dashed) of each trial.")];
  };

  const methods = new Set($$("article").flatMap(article => study(article) || []));
  if (methods.size > 1) {
    const bar = $("#methods");
    bar.append(...[...methods].map(method => {
      const chip = make("button", { type: "button", "aria-pressed": "false" }, method);
      chip.onclick = () => pin(method);
      chip.onpointerenter = () => follow(method);
      chip.onpointerleave = () => follow("");
      return chip;
    }));
    bar.hidden = false;
  }
})();
