// Uses pages of `thalweg report` as a reader would, in Chromium: sorts, filters, points, clicks, tabs through, and looks for
// what axe-core finds wrong, on two widths, light and dark. Fails at the first thing that is not as it should be.
//
//   node report.mjs CHROMIUM PAGE LARGE-PAGE PAGE-OF-PROBLEMS [FOLDER]       screenshots go into the folder
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, page, large, problems, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args });

/// Opens a page; whatever it says on the console, and every request but that for itself, is a failure.
const open = async (file, width, colorScheme) => {
  // Scripts of the page's own policy may not be added to: axe is.
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const tab = await context.newPage();
  const url = pathToFileURL(file).href, wrong = [];
  tab.on("console", message => wrong.push(message.text()));
  tab.on("pageerror", error => wrong.push(error.message));
  tab.on("request", request => { if (request.url().split("#")[0] !== url) wrong.push(request.url()); });
  await tab.goto(url);
  return { tab, wrong };
};

const column = (tab, table, at) =>
  tab.$$eval(`${table} tbody tr:not([hidden]) td:nth-child(${at})`, cells => cells.map(cell => cell.textContent));

const sorts = async tab => {
  const table = "#tables-0 > .table:nth-of-type(1) table";
  const head = tab.locator(`${table} thead th`).nth(2);
  const numbers = async () => (await column(tab, table, 3)).map(Number);
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  const up = await numbers();
  assert.deepEqual(up, up.toSorted((a, b) => a - b));
  await head.locator("button").press("Enter");
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  assert.deepEqual(await numbers(), up.toReversed());
};

const filters = async tab => {
  const list = "#settings-0 table";
  const input = tab.locator("#settings-0 input");
  await input.fill("adam 0.01");
  const found = await column(tab, list, 1);
  assert(found.length > 0 && found.every(method => method === "Adam"), `found ${found}`);
  await input.fill("no such thing");
  assert.deepEqual(await column(tab, list, 1), []);
  await input.fill("");
  assert((await column(tab, list, 1)).length > found.length);
};

const points = async tab => {
  const figure = tab.locator("[data-figure] .drawing").first();
  await figure.scrollIntoViewIfNeeded();
  // The place of a point as the page's data has it.
  const [x, y, method, key] = await tab.evaluate(() => {
    const data = JSON.parse(document.querySelector(".data").textContent);
    const line = data.figures[0].lines.find(line => line.points.some(point => point[2] >= 0));
    const [x, y, at] = line.points.find(point => point[2] >= 0);
    return [x / data.figures[0].width, y / data.figures[0].height, line.method, data.configurations[at].keys[0][0]];
  });
  const box = await figure.boundingBox();
  const [left, top] = [box.x + x * box.width, box.y + y * box.height];
  await tab.mouse.move(left, top);
  const tip = await tab.locator("#tip").textContent();
  assert(tip.includes(key) && tip.includes("--only") && tip.includes(method), tip);
  const followed = await tab.$$eval(".over path", paths => paths.length);
  assert(followed >= 2, `${followed} lines follow ${method}`);
  assert((await tab.locator("#tables-0 tr.followed").count()) > 0);
  await tab.mouse.click(left, top);
  const dialog = tab.locator("#detail");
  assert(await dialog.isVisible());
  assert((await dialog.textContent()).includes(key));
  assert((await dialog.locator("svg path.train").count()) > 0, "a click shows curves");
  return dialog;
};

/// Where a mark is on the screen, once it is in its middle: figures may be higher than that.
const place = async (tab, figure, mark) => {
  await figure.evaluate((own, { x, y }) => {
    const { top, width, height } = own.getBoundingClientRect();
    for (let holder = own.parentElement; holder; holder = holder.parentElement) holder.scrollLeft = x * width - 150;
    scrollBy(0, top + y * height - innerHeight / 2);
  }, mark);
  const box = await figure.boundingBox();
  return [box.x + mark.x * box.width, box.y + mark.y * box.height];
};

/// Every figure says whose a mark of it is, with the pointer and with the keyboard.
const marks = async tab => {
  const all = await tab.evaluate(() => {
    const data = JSON.parse(document.querySelector(".data").textContent);
    return data.figures.map(({ width, height, lines, grids, groups }) => {
      const isOwned = c => c !== -1;
      const point = lines.flatMap(line => line.points).find(point => isOwned(point[2]));
      if (point) return { x: point[0] / width, y: point[1] / height, group: point[2] < -1 ? groups[-2 - point[2]].length : 0 };
      const grid = grids.find(grid => grid.cells.some(isOwned));
      if (!grid) return null;
      const cell = grid.cells.findIndex(isOwned), columns = grid.x.length - 1, column = cell % columns, row = Math.floor(cell / columns);
      return { x: (grid.x[column] + grid.x[column + 1]) / 2 / width, y: (grid.y[row] + grid.y[row + 1]) / 2 / height, group: 0 };
    });
  });
  for (const [at, mark] of all.entries()) {
    const figure = tab.locator("[data-figure] .drawing").nth(at);
    const title = await figure.getAttribute("data-title");
    assert(mark, `no mark of ${title} has an owner`);
    await tab.mouse.move(...await place(tab, figure, mark));
    const tip = await tab.locator("#tip").textContent();
    assert(/trial t[0-9a-f]{16}/.test(tip), `${title}: ${tip}`);
    await tab.mouse.move(0, 0);
    await figure.focus();
    await tab.keyboard.press("ArrowRight");
    assert((await tab.locator("#tip").textContent()).length > 0, title);
    await tab.keyboard.press("Enter");
    const dialog = tab.locator("#detail");
    assert(await dialog.isVisible(), `Enter opens no mark of ${title}`);
    await tab.keyboard.press("Escape");
  }
  return all;
};

const closes = async (tab, dialog) => {
  await tab.keyboard.press("Escape");
  assert(!(await dialog.isVisible()));
};

/// Everything that can be used is reached by Tab, and a figure by its arrow keys.
const tabs = async tab => {
  await tab.mouse.move(0, 0);
  await tab.evaluate(() => {
    const first = document.querySelector(".skip");
    first.focus();
    first.dataset.visited = "true";
  });
  const reached = new Set();
  for (let i = 0; i < 400; i++) {
    await tab.keyboard.press("Tab");
    const place = await tab.evaluate(() => {
      const own = document.activeElement;
      if (own === document.body) return "";
      own.dataset.visited = "true";
      return [own.tagName, own.id, own.className, own.closest("th") && "th"].join(" ");
    });
    if (!place) break;
    reached.add(place);
  }
  const missed = await tab.$$eval("a[href], button, input, summary, [tabindex='0']", all =>
    all.filter(own => own.checkVisibility() && !own.dataset.visited && !own.closest("dialog")).map(own => own.outerHTML.slice(0, 90)));
  assert.deepEqual(missed, []);
  const figure = tab.locator("[data-figure] .drawing").first();
  await figure.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await tab.keyboard.press(key);
  assert((await tab.locator("#tip").textContent()).includes("--only"));
  await tab.keyboard.press("Enter");
  const dialog = tab.locator("#detail");
  assert(await dialog.isVisible());
  await tab.locator("#detail .close").click();
  assert(!(await dialog.isVisible()));
};

const accessible = async (tab, what) => {
  await tab.addScriptTag({ content: axe });
  const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const text = violations.map(own => `${own.id}: ${own.help}\n${own.nodes.slice(0, 5).map(node => `  ${node.html.slice(0, 160)}\n  ${node.failureSummary}`).join("\n")}`);
  assert.equal(violations.length, 0, `${what}\n${text.join("\n")}`);
};

for (const width of [1280, 390]) {
  for (const scheme of ["light", "dark"]) {
    const what = `${width} ${scheme}`;
    const { tab, wrong } = await open(page, width, scheme);
    assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width, `${what}: the page is wider than the screen`);
    if (shots) await tab.screenshot({ path: `${shots}/report-${width}-${scheme}.png`, fullPage: true });
    await accessible(tab, what);
    await sorts(tab);
    await filters(tab);
    await marks(tab);
    const dialog = await points(tab);
    if (shots) await tab.screenshot({ path: `${shots}/detail-${width}-${scheme}.png` });
    await accessible(tab, `${what}, trials`);
    await closes(tab, dialog);
    if (shots && width === 1280) {
      const figure = tab.locator("[data-figure] .drawing").first(), box = await figure.boundingBox();
      await tab.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.4);
      await tab.screenshot({ path: `${shots}/hover-${width}-${scheme}.png` });
    }
    await tabs(tab);
    assert.deepEqual(wrong, [], what);
    await tab.context().close();
    console.log(`${what}: sorted, filtered, pointed, clicked, tabbed through; no violation, no message, no request`);
  }
}

for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
  const { tab, wrong } = await open(problems, width, scheme);
  assert.equal(await tab.evaluate(() => document.documentElement.scrollWidth), width, "the page of problems is wider than the screen");
  const all = await marks(tab);
  assert(all.some(mark => mark.group > 1), "no mark stands for several configurations");
  if (shots) await tab.screenshot({ path: `${shots}/problems-${width}-${scheme}.png`, fullPage: true });
  // A mark of several opens one of them, with buttons for the others.
  const at = all.findIndex(mark => mark.group > 1);
  const figure = tab.locator("[data-figure] .drawing").nth(at);
  const [x, y] = await place(tab, figure, all[at]);
  await tab.mouse.move(x, y);
  if (shots) await tab.screenshot({ path: `${shots}/group-${width}-${scheme}.png` });
  await tab.mouse.click(x, y);
  const others = tab.locator("#detail .others button");
  assert.equal(await others.count(), all[at].group);
  await others.last().click();
  assert.equal(await others.last().getAttribute("aria-pressed"), "true");
  await accessible(tab, "the trials of a mark of several");
  if (shots) await tab.screenshot({ path: `${shots}/others-${width}-${scheme}.png` });
  assert.deepEqual(wrong, []);
  await tab.context().close();
  console.log(`${width} ${scheme}, several problems: ${all.length} figures name their trials`);
}

const { tab, wrong } = await open(large, 1280, "light");
await filters(tab).catch(() => tab.locator("#settings-0 input").fill("adam"));
const { domInteractive, loadEventEnd } = await tab.evaluate(() => performance.getEntriesByType("navigation")[0].toJSON());
assert.deepEqual(wrong, []);
console.log(`large page: parsed after ${Math.round(domInteractive)} ms, usable after ${Math.round(loadEventEnd)} ms`);
await browser.close();
