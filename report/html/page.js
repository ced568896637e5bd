/* The HTML report: search, filters, folding, keys. All of it works on what is in the page already. */
(() => {
"use strict";
const root = document.documentElement;
const $ = (selector, node = document) => node.querySelector(selector);
const $$ = (selector, node = document) => Array.from(node.querySelectorAll(selector));
root.classList.add("js");

/* What <noscript> holds was escaped when the page was written, as everything else on it. */
const parser = window.trustedTypes
	? window.trustedTypes.createPolicy("tfherald", { createHTML: text => text })
	: { createHTML: text => text };

const fill = row => {
	const waiting = $(":scope > noscript", row);
	if (!waiting) return;
	const box = document.createElement("div");
	box.innerHTML = parser.createHTML(waiting.textContent);
	waiting.replaceWith(...box.childNodes);
};
document.addEventListener("toggle", event => {
	if (event.target.open && event.target.matches("details.c")) fill(event.target);
}, true);

/* --- search and filter --- */

const rows = $$("details.c[data-g]");
const search = $("#search"), count = $(".count");
const chips = $$(".chip");
const number = new Intl.NumberFormat("en");
const named = { lt: "<", gt: ">", amp: "&", quot: "\"", "#39": "'" };
let texts = null;

/* Everything a row says, also what is not unfolded yet; made when somebody first searches. */
const textOf = row => {
	const waiting = $(":scope > noscript", row);
	const inside = waiting
		? waiting.textContent.replace(/<\/?mark>/g, "").replace(/<[^>]*>/g, "\n")
			.replace(/&(lt|gt|amp|quot|#39);/g, (all, name) => named[name])
		: "";
	return (waiting ? $("summary", row).textContent + "\n" + inside : row.textContent).toLowerCase();
};
const filters = () => chips.filter(chip => chip.getAttribute("aria-pressed") === "true")
	.map(chip => chip.dataset.filter);
const passes = (row, wanted) => wanted.some(name => name === "denied"
	? row.hasAttribute("data-denied") : row.dataset.g === name);

let folded = null; /* modules as they were before the filter opened them */
const modules = $$("details.mod, details.run, details.dir");

const showModules = (active, visible) => {
	if (active && !folded) folded = modules.map(module => module.open);
	const kept = new Set();
	for (const row of visible)
		for (let up = row.parentElement; up && !kept.has(up); up = up.parentElement) kept.add(up);
	modules.forEach((module, i) => {
		module.hidden = active && !kept.has(module) && !module.matches(".dir");
		if (active && kept.has(module)) module.open = true;
		if (!active && folded) module.open = folded[i];
	});
	if (!active) folded = null;
};

const apply = () => {
	const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
	const wanted = filters();
	if (words.length && !texts) texts = rows.map(textOf);
	const visible = rows.filter((row, i) => {
		const shown = (!wanted.length || passes(row, wanted)) && words.every(word => texts[i].includes(word));
		row.hidden = !shown;
		return shown;
	});
	const active = words.length + wanted.length > 0;
	showModules(active, visible);
	for (const none of $$(".none")) none.hidden = visible.length > 0 || !rows.length;
	count.textContent = active ? `${number.format(visible.length)} of ${number.format(rows.length)}` : "";
};

let timer = 0;
search.addEventListener("input", () => {
	clearTimeout(timer);
	timer = setTimeout(apply, rows.length > 1000 ? 120 : 20);
});
for (const chip of chips)
	chip.addEventListener("click", () => {
		chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
		apply();
	});
const clear = () => {
	search.value = "";
	for (const chip of chips) chip.setAttribute("aria-pressed", "false");
	apply();
};

/* --- folding --- */

let unfolding = 0;
const unfold = () => {
	const waiting = rows.filter(row => !row.hidden && !row.open);
	const turn = ++unfolding;
	for (const module of modules) if (!module.hidden) module.open = true;
	const some = () => {
		for (const row of waiting.splice(0, 200)) {
			fill(row);
			row.open = true;
		}
		if (waiting.length && turn === unfolding) setTimeout(some);
	};
	some();
};
const fold = () => {
	unfolding++;
	for (const run of $$("details.run[open]")) run.open = false;
	for (const row of $$("details.c[open]")) row.open = false;
};
$("#unfold").addEventListener("click", unfold);
$("#fold").addEventListener("click", fold);

/* --- #c12: a change that a finding or another person points at --- */

const reveal = () => {
	const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (!target || !target.matches("details")) return;
	if (target.hidden || target.closest("[hidden]")) clear();
	for (let up = target; up; up = up.parentElement) if (up.matches("details")) up.open = true;
	if (target.matches(".c")) fill(target);
	$("summary", target).focus({ preventScroll: true });
	target.scrollIntoView({ block: "start" });
};
addEventListener("hashchange", reveal);
/* the same link once more */
document.addEventListener("click", event => {
	const link = event.target.closest("a[href^='#']");
	if (link && link.getAttribute("href") === location.hash) reveal();
});

/* --- theme --- */

const themes = ["", "dark", "light"];
const theme = $("#theme");
const setTheme = name => {
	if (name) root.dataset.theme = name;
	else delete root.dataset.theme;
	theme.setAttribute("aria-label", "Theme: " + (name || "as the system says"));
	theme.title = "Theme: " + (name || "as the system says");
};
const remembered = {
	get() { try { return localStorage.getItem("tfherald-theme") || ""; } catch (error) { return ""; } },
	set(name) { try { localStorage.setItem("tfherald-theme", name); } catch (error) { /* a file may not */ } },
};
setTheme(themes.includes(remembered.get()) ? remembered.get() : "");
theme.addEventListener("click", () => {
	const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
	const now = root.dataset.theme || "";
	/* the first press always changes something */
	const next = now === "" ? (isDark ? "light" : "dark") : now === (isDark ? "light" : "dark") ? (isDark ? "dark" : "light") : "";
	setTheme(next);
	remembered.set(next);
});

/* --- keys --- */

const help = $("#help");
$("#keys").addEventListener("click", () => help.showModal());

const summaries = $$("details.c > summary, details.mod > summary, details.run > summary");
const isShown = summary => {
	if (summary.closest("[hidden]")) return false;
	for (let up = summary.parentElement.parentElement; up; up = up.parentElement)
		if (up.localName === "details" && !up.open) return false;
	return true;
};
const step = direction => {
	const here = document.activeElement && document.activeElement.closest("summary");
	let at = here ? summaries.indexOf(here) : direction > 0 ? -1 : summaries.length;
	for (at += direction; at >= 0 && at < summaries.length; at += direction) {
		if (!isShown(summaries[at])) continue;
		summaries[at].focus({ preventScroll: true });
		summaries[at].scrollIntoView({ block: "nearest" });
		return;
	}
};
const escape = () => {
	const here = document.activeElement && document.activeElement.closest("details.c, details.run");
	if (here && here.open) {
		here.open = false;
		$("summary", here).focus();
	} else {
		clear();
	}
};
const keys = {
	"/": () => { search.focus(); search.select(); },
	j: () => step(1), k: () => step(-1),
	e: unfold, f: fold, Escape: escape,
	"?": () => help.showModal(),
};
document.addEventListener("keydown", event => {
	if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
	if (event.target === search) {
		if (event.key === "Escape") {
			clear();
			search.blur();
		} else if (event.key === "Enter") {
			event.preventDefault(); /* or the row that gets the focus would get the key as well */
			clearTimeout(timer);
			apply();
			search.blur();
			const first = rows.find(row => !row.hidden);
			if (first) $("summary", first).focus();
		}
		return;
	}
	if (!Object.hasOwn(keys, event.key)) return;
	event.preventDefault();
	keys[event.key]();
});

/* a row that came open (a browser may remember), or that the address names */
for (const row of $$("details.c[open]")) fill(row);
reveal();
})();
