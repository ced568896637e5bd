/* Run by html.sh: PROGRAM BROWSER WORK PICTURES. One browser, one page, one row a promise. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Browser } from "./browser.mjs";
import { hostile, hostile_texts, large, plan, typical } from "./plans.mjs";

const [program, chromium, work, pictures] = process.argv.slice(2);
const repository = join(work, "repository");
const env = { PATH: process.env.PATH, HOME: work, TMPDIR: work, LC_ALL: "C.UTF-8", CI: "" };

/* Rules that find something in both plans; their own texts are hostile too. */
const rules = `version: 1
rules:
  - id: sg-admin-port
    title: "Admin ports are closed <script>alert(21)</script>"
    description: "A description --></details><img src=x onerror=alert(22)>"
    level: deny
    match: {types: [aws_security_group]}
    forbid: "true"
    message: "open: </noscript><script>alert(23)</script>"
    url: "javascript:alert(24)"
  - id: seen
    title: "x"
    level: warn
    forbid: resource.address.startsWith("module.m[")
    message: "seen <svg onload=alert(25)>"
    url: "https://rules.example/x?a=1&b=2"
`;

function write(name, content) {
	const path = join(work, `${name}.json`), page = join(work, `${name}.html`);
	writeFileSync(path, JSON.stringify(content));
	/* denials end with 3 */
	const { status, stderr } = spawnSync(program, ["plan", "--plan", path, "--html", page], { cwd: repository, env });
	assert.ok(status === 0 || status === 3, `${name}: status ${status}: ${stderr}`);
	return page;
}

mkdirSync(repository);
execFileSync("git", ["init", "-q", "-b", "main", repository]);
mkdirSync(join(repository, "envs", "prod"), { recursive: true });
writeFileSync(join(repository, "envs", "prod", "main.tf"), "");
writeFileSync(join(repository, "main.tf"), "");
writeFileSync(join(repository, "tfherald.yaml"), rules);

const pages = { typical: write("typical", typical()), hostile: write("hostile", hostile()),
	large: write("large", large(5000)), empty: write("empty", plan([], { applyable: false })) };
pages.both = (() => {
	const page = join(work, "both.html");
	const { status, stderr } = spawnSync(program, ["check", "--format", "html", "--output", page, `.=${join(work, "typical.json")}`,
		`envs/prod=${join(work, "hostile.json")}`], { cwd: repository, env });
	assert.ok(status === 0 || status === 3, `both: status ${status}: ${stderr}`);
	return page;
})();
const browser = new Browser(chromium);
const page = await browser.page();
const open = async name => page.open(`file://${pages[name]}`);
const picture = name => page.screenshot(join(pictures, `${name}.png`));

/* What was asked for, and nothing else; no code but ours ran. */
async function inert(name) {
	assert.deepEqual(page.requests, [`file://${pages[name]}`], "requests");
	assert.deepEqual(page.dialogs, [], "dialogs");
	assert.deepEqual(page.complaints, [], "console and log");
	assert.deepEqual(await page.evaluate(() => window.violations), [], "violations of the policy");
}
const shown = () => page.evaluate(() => Array.from(document.querySelectorAll("details.c[data-g]"))
	.filter(row => row.checkVisibility({ contentVisibilityAuto: false })).length);
const focused = () => page.evaluate(() => document.activeElement.parentElement.id);

const rows = {
	async "a page loads and shows what matters"() {
		await page.size(1280, 1000);
		await page.scheme("light");
		await open("typical");
		const text = await page.evaluate(() => document.body.innerText);
		for (const part of ["28 to change", "2 to destroy", "sg-admin-port", "module.network", "root module"])
			assert.ok(text.includes(part), part);
		assert.equal(await shown(), 10);
		const order = await page.evaluate(() => Array.from(document.querySelectorAll("section")).map(s => s.className));
		assert.equal(order[0], "findings deny", "denials come first");
		await picture("light");
		await inert("typical");
	},

	async "the picture has words and numbers"() {
		const labels = await page.evaluate(() => Array.from(document.querySelectorAll("svg.bar"))
			.map(bar => `${bar.getAttribute("role")} ${bar.getAttribute("aria-label")}`));
		assert.ok(labels[0].startsWith("img 1 destroy, 1 replace, 1 forget, 28 update"), labels[0]);
		assert.ok(labels.every(label => /^img \d/.test(label)));
		const widths = await page.evaluate(() => Array.from(document.querySelector("svg.bar").children)
			.map(piece => Number(piece.getAttribute("width"))));
		assert.ok(widths.reduce((a, b) => a + b) <= 1000 && Math.min(...widths) >= 6);
	},

	async "details are made when a row is unfolded"() {
		const before = await page.evaluate(() => document.querySelectorAll("table.a").length);
		assert.equal(before, 0);
		await page.click("#c0 summary");
		await page.until(() => document.querySelector("#c0 .d"));
		const text = await page.evaluate(() => document.querySelector("#c0").innerText);
		assert.ok(text.includes("forces replacement") || text.includes("cidr_block"), text);
		assert.ok(!JSON.stringify(await page.evaluate(() => document.documentElement.outerHTML)).includes("hunter2"));
	},

	async "search finds addresses and values that are folded"() {
		await page.press("/");
		await page.type("t3.small");
		await page.until(() => document.querySelector(".count").textContent === "1 of 34");
		assert.equal(await shown(), 1);
		await picture("search");
		await page.press("Escape");
		await page.until(() => document.querySelector(".count").textContent === "");
		assert.equal(await shown(), 10);
		await page.press("/");
		await page.type("MODULE.nothing such");
		await page.until(() => document.querySelector(".count").textContent === "0 of 34");
		assert.ok(await page.evaluate(() => document.querySelector(".none").checkVisibility()));
		await page.press("Escape");
		await page.until(() => document.querySelector(".count").textContent === "");
	},

	async "filters by action, also by several and by denied"() {
		await page.click(".chip.destroy");
		assert.equal(await shown(), 1);
		await page.click(".chip.replace");
		assert.equal(await shown(), 2);
		assert.equal(await page.evaluate(() => document.querySelector(".chip.replace").getAttribute("aria-pressed")), "true");
		await page.click(".chip.destroy");
		await page.click(".chip.replace");
		assert.equal(await shown(), 10);
		await page.click(".chip.denied");
		assert.equal(await shown(), 1);
		await page.click(".chip.denied");
	},

	async "updates that say the same are one row"() {
		const text = await page.evaluate(() => document.querySelector("details.run > summary").innerText.replace(/\s+/g, " "));
		assert.match(text, /24 resources aws_instance\.web only tags\.version, the same in all/);
		await page.click("details.run > summary");
		await page.until(() => document.querySelector("details.run").open);
		assert.equal(await shown(), 34);
	},

	async "modules fold"() {
		const id = await page.evaluate(() => Array.from(document.querySelectorAll("details.mod"))
			.find(module => module.textContent.includes("module.fleet")).id);
		await page.click(`#${id} > summary`);
		await page.until(id => !document.getElementById(id).open, id);
		assert.equal(await shown(), 10);
		await page.click(".chip.update");
		assert.equal(await shown(), 28, "a filter opens what it finds");
		await page.click(".chip.update");
		assert.equal(await shown(), 10, "and leaves it as it was");
		await page.click(`#${id} > summary`);
	},

	async "keys"() {
		await open("typical");
		await page.press("j");
		await page.press("j");
		assert.match(await focused(), /^c\d+$/);
		const id = await focused();
		await page.press("Enter");
		await page.until(id => document.getElementById(id).open, id);
		await page.press("Escape");
		assert.equal(await page.evaluate(id => document.getElementById(id).open, id), false);
		await page.press("k");
		assert.match(await focused(), /^m\d+$/);
		const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
		assert.notEqual(outline, "none", "the focus is seen");
		await page.press("?");
		assert.ok(await page.evaluate(() => document.querySelector("#help").open));
		await picture("keys");
		await page.press("Escape");
		await page.until(() => !document.querySelector("#help").open);
		await page.press("e");
		await page.until(() => document.querySelectorAll("details.c[data-g][open]").length === 34);
		await page.press("f");
		assert.equal(await page.evaluate(() => document.querySelectorAll("details.c[open]").length), 0);
	},

	async "a finding leads to its change"() {
		await page.click("section.findings a.go");
		await page.until(() => document.querySelector("details.c[data-denied][open] .d"));
		assert.equal(await focused(), await page.evaluate(() => document.querySelector("[data-denied]").id));
	},

	async "dark and light"() {
		const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const light = await paper();
		await page.scheme("dark");
		const dark = await paper();
		assert.notEqual(light, dark);
		for (const selector of ["#c1", "#c2", "#c4", "#c5"]) await page.click(`${selector} > summary`);
		await page.evaluate(() => document.querySelector(".changes").scrollIntoView());
		await picture("dark");
		await page.click("#theme");
		assert.equal(await paper(), light, "the button wins over the system");
		await page.click("#theme");
		assert.equal(await paper(), dark);
		await page.click("#theme");
		await page.scheme("light");
		assert.equal(await paper(), light);
	},

	async "directories fold"() {
		const isOpen = id => page.evaluate(id => document.getElementById(id).open, id);
		const seen = id => page.evaluate(id => Array.from(document.querySelectorAll(`#${id} details.c[data-g]`))
			.filter(row => row.checkVisibility({ contentVisibilityAuto: false })).length, id);
		await open("both");
		assert.deepEqual(await page.evaluate(() => Array.from(document.querySelectorAll("details.dir"))
			.map(dir => `${dir.id} ${dir.open}`)), ["d1-top true", "d2-top true"]);
		assert.equal(new Set(await page.evaluate(() => Array.from(document.querySelectorAll("[id]")).map(node => node.id))).size,
			await page.evaluate(() => document.querySelectorAll("[id]").length), "every id is there once");
		const other = await seen("d2-top");
		await page.click("#d1-top > summary");
		await page.until(() => !document.getElementById("d1-top").open);
		assert.equal(await seen("d1-top"), 0);
		assert.equal(await seen("d2-top"), other, "the other one stays");
		const headline = await page.evaluate(() => document.querySelector("#d1-top > summary").innerText);
		assert.match(headline, /28 to change/, "what is folded says what it does");
		await picture("directories");
		await page.press("/");
		await page.type("t3.small");
		await page.until(() => document.querySelector(".count").textContent.startsWith("1 of "));
		assert.equal(await isOpen("d1-top"), true, "a search opens what it finds");
		assert.equal(await seen("d1-top"), 1);
		await page.press("Escape");
		await page.until(() => document.querySelector(".count").textContent === "");
		assert.equal(await isOpen("d1-top"), false, "and leaves it as it was");
		await page.click("#d1-top > summary");
		await page.until(() => document.getElementById("d1-top").open);
		await inert("both");
	},

	async "a page to print"() {
		const size = () => page.evaluate(() => document.body.getBoundingClientRect().width);
		await open("typical");
		await page.click("#c0 > summary");
		await page.until(() => document.querySelector("#c0 .d"));
		assert.equal(await page.evaluate(() => document.querySelector(".tools").checkVisibility()), true);
		await page.media("print");
		assert.deepEqual(await page.evaluate(() => Array.from(document.querySelectorAll(".tools, .skip, .go, dialog"))
			.filter(node => node.checkVisibility()).map(node => node.className || node.tagName)), [], "nothing to click");
		assert.equal(await shown(), 10);
		assert.ok(await page.evaluate(() => document.querySelector("#c0 .d").checkVisibility()), "what is unfolded is printed");
		assert.deepEqual(await page.evaluate(() => Array.from(document.querySelectorAll("details.c"))
			.filter(row => getComputedStyle(row).contentVisibility !== "visible").length), 0, "nothing is left out");
		assert.ok(await size() <= 1280);
		await picture("print");
		const { data } = await page.send("Page.printToPDF", { printBackground: false });
		assert.equal(Buffer.from(data, "base64").subarray(0, 5).toString(), "%PDF-");
		await page.media("");
		assert.equal(await page.evaluate(() => document.querySelector(".tools").checkVisibility()), true);
		await inert("typical");
	},

	async "a narrow window"() {
		await page.size(420, 900);
		await open("typical");
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
		await picture("narrow");
		await page.size(1280, 1000);
	},

	async "without a script it is all there to read"() {
		await page.send("Emulation.setScriptExecutionDisabled", { value: true });
		await open("typical");
		await page.send("Emulation.setScriptExecutionDisabled", { value: false });
		const seen = await page.evaluate(() => ({ tables: document.querySelectorAll("table.a").length,
			tools: document.querySelector(".tools").checkVisibility(), text: document.body.textContent }));
		assert.ok(seen.tables >= 30 && !seen.tools && seen.text.includes("t3.small"));
		await picture("no-script");
	},

	async "nothing to do"() {
		await open("empty");
		assert.ok((await page.evaluate(() => document.body.innerText)).includes("No changes"));
		await inert("empty");
	},

	async "hostile content stays inert"() {
		await open("hostile");
		await page.press("e");
		await page.until(count => document.querySelectorAll("details.c[data-g][open] .d").length === count, hostile_texts.length);
		await page.evaluate(() => { for (const node of document.querySelectorAll("details")) node.open = true; });
		await page.press("/");
		await page.type("<script>");
		await page.until(() => /^[1-9]\d* of/.test(document.querySelector(".count").textContent));
		await page.press("Escape");
		await new Promise(resolve => setTimeout(resolve, 200));
		await picture("hostile");
		const found = await page.evaluate(() => {
			const own = "A ARTICLE B BODY BR BUTTON CODE DD DEL DETAILS DIALOG DIV DL DT EM FOOTER FORM H1 H2 H3 HEAD HEADER HTML I INPUT INS KBD LI MAIN MARK META NOSCRIPT P PRE RECT SCRIPT SECTION SMALL SPAN STYLE SUMMARY SVG TABLE TBODY TD TH THEAD TITLE TR UL".split(" ");
			const all = Array.from(document.querySelectorAll("*"));
			return {
				strange: all.filter(node => !own.includes(node.tagName.toUpperCase())).map(node => node.outerHTML.slice(0, 100)),
				scripts: document.scripts.length, sections: document.querySelectorAll("main > section").length,
				handlers: all.filter(node => node.getAttributeNames().some(name => /^on|^style$|^src$|^srcdoc$/.test(name))).length,
				links: all.filter(node => node.hasAttribute("href")).map(node => node.getAttribute("href"))
					.filter(href => !href.startsWith("#") && !href.startsWith("https://rules.example/")),
				controls: /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent),
				text: document.body.textContent.includes("<script>alert(1)</script>"),
			};
		});
		assert.deepEqual(found.strange, []);
		assert.deepEqual(found.links, []);
		assert.equal(found.scripts, 1);
		assert.equal(found.handlers, 0);
		assert.equal(found.controls, false);
		assert.ok(found.text && found.sections >= 4);
		await inert("hostile");
	},

	async "hostile content stays inert without a script too"() {
		await page.send("Emulation.setScriptExecutionDisabled", { value: true });
		await open("hostile");
		await page.send("Emulation.setScriptExecutionDisabled", { value: false });
		assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img, main iframe, main svg:not(.bar)").length), 0);
		assert.deepEqual(page.requests, [`file://${pages.hostile}`]);
		assert.deepEqual(page.dialogs, []);
	},

	async "the policy stops what is not ours"() {
		await open("empty");
		await page.evaluate(() => {
			const script = document.createElement("script");
			try { script.text = "window.ran = true"; } catch (error) { /* trusted types */ }
			document.body.append(script);
			document.body.setAttribute("style", "color: red");
			try { document.body.insertAdjacentHTML("beforeend", "<img src=https://evil.example/x>"); } catch (error) { /* likewise */ }
		});
		await page.until(() => window.violations.length > 0);
		assert.equal(await page.evaluate(() => window.ran), undefined);
		assert.deepEqual(page.requests, [`file://${pages.empty}`]);
	},

	async "5,000 changed resources"() {
		const loaded = await open("large");
		assert.ok(statSync(pages.large).size > 1e6);
		assert.equal(await page.evaluate(() => document.querySelectorAll("details.c[data-g]").length), 5000);
		assert.equal(await page.evaluate(() => document.querySelectorAll("table.a").length), 0, "nothing is made before it is asked for");
		const begin = performance.now();
		await page.press("/");
		await page.type("10.7.33.0/24");
		await page.until(() => document.querySelector(".count").textContent === "1 of 5,000");
		const searched = performance.now() - begin;
		await picture("large");
		await page.press("Enter");
		await page.press("Enter");
		await page.until(() => document.querySelector("details.c[open] .d"));
		await inert("large");
		console.log(`        loaded in ${loaded.toFixed(0)} ms, searched in ${searched.toFixed(0)} ms`);
		assert.ok(loaded < 10000 && searched < 5000);
	},
};

let passed = 0, failed = 0;
for (const [name, row] of Object.entries(rows)) {
	try {
		await row();
		passed++;
		console.log(`ok      ${name}`);
	} catch (error) {
		failed++;
		console.log(`NOT OK  ${name}\n${error.stack ?? error}`);
	}
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
