// Runs the conformance cases of the expression language that need neither protobuf messages nor
// results of type checking through one `tfherald policy eval --batch --typed`, and compares.
//
//   node run.mjs PROGRAM PACKAGES [--update] [--show N]
//
// PACKAGES: a directory with node_modules/@bufbuild/cel-spec. Beside this file stand skipped.tsv (every
// case that is not run, with its reason) and passed.txt (how many passed; it may only rise); --update
// writes both. --show: the first N cases that do not pass.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [program, packages] = process.argv.slice(2);
const update = process.argv.includes("--update");
const showAt = process.argv.indexOf("--show");
const show = showAt > 0 ? Number(process.argv[showAt + 1]) : 20;

// --- which cases ---

const CHECK_ONLY = "only the type that a checker finds is asked for";
const MESSAGES = "needs messages or enums of protocol buffers";
const WELL_KNOWN = "needs wrapper or struct messages of protocol buffers";

function reasonToSkip(test) {
	const text = JSON.stringify({ ...test, name: "", description: "" });
	if (test.checkOnly) return CHECK_ONLY;
	if (/TestAllTypes|GlobalEnum|NestedEnum|proto[23]|enumValue/.test(text)) return MESSAGES;
	/* as bindings they are read as the scalars, lists and maps that they wrap */
	const written = JSON.stringify({ ...test, description: "", bindings: {}, typeEnv: [] });
	if (/google\.protobuf\.(?!Timestamp|Duration)|"container":"google\.protobuf"/.test(written))
		return WELL_KNOWN;
	if (/google\.protobuf\.Any\b/.test(text)) return WELL_KNOWN;
	return null;
}

function collect(suite, path, into) {
	for (const inner of suite.suites ?? [])
		collect(inner, path ? `${path}/${inner.name}` : inner.name, into);
	for (const { original } of suite.tests ?? [])
		into.push({ name: `${path}/${original.name}`, test: original });
	return into;
}

// --- what they expect ---

function expectation(test) {
	if (test.evalError || test.anyEvalErrors) return { error: true };
	if (test.unknown || test.anyUnknowns) return { unknown: true };
	return { value: test.value ?? test.typedResult?.result ?? { boolValue: true } };
}

function question(id, { test }, traced) {
	const bindings = {};
	for (const [name, binding] of Object.entries(test.bindings ?? {}))
		bindings[name] = binding.value ?? { unknown: [name] };
	const { expr, container } = test;
	return JSON.stringify({ id, expr, container: container ?? "", bindings, traced });
}

// --- comparing ---

function canonical(value) {
	const [kind, inner] = Object.entries(value)[0];
	if (kind === "listValue") return `[${(inner.values ?? []).map(canonical).join(", ")}]`;
	if (kind === "mapValue") {
		const entries = (inner.entries ?? []).map((e) => `${canonical(e.key)}: ${canonical(e.value)}`);
		return `{${entries.sort().join(", ")}}`;
	}
	if (kind === "doubleValue") return `double ${Object.is(Number(inner), -0) ? "-0" : Number(inner)}`;
	if (kind === "nullValue") return "null";
	if (kind === "objectValue") return `${inner["@type"]} ${inner.value}`;
	return `${kind} ${String(inner)}`;
}

function difference(expected, answer) {
	if (answer === undefined) return "no answer";
	const got = answer.typed ? canonical(answer.typed) : JSON.stringify({ ...answer, id: undefined });
	if (expected.error) return answer.error !== undefined ? null : `expected an error, got ${got}`;
	if (expected.unknown) return answer.unknown !== undefined ? null : `expected unknown, got ${got}`;
	const want = canonical(expected.value);
	return want === got ? null : `expected ${want}, got ${got}`;
}

function ask(cases, traced) {
	const input = cases.map((one, id) => question(id, one, traced)).join("\n") + "\n";
	const run = spawnSync(program, ["policy", "eval", "--batch", "--typed"], {
		input,
		maxBuffer: 1 << 30,
		encoding: "utf8",
	});
	process.stderr.write(run.stderr);
	if (run.status !== 0) console.error(`${program}: status ${run.status}, signal ${run.signal}`);
	const answers = [];
	for (const line of run.stdout.split("\n").filter((text) => text)) {
		const answer = JSON.parse(line);
		answers[answer.id] = answer;
	}
	return { answers, ok: run.status === 0 };
}

// --- the run ---

const require = createRequire(pathToFileURL(join(resolve(packages), "package.json")));
const { tests } = require("@bufbuild/cel-spec/testdata/conformance.js");
const all = collect(tests, "", []);
const skipped = all.filter((one) => reasonToSkip(one.test));
const cases = all.filter((one) => !reasonToSkip(one.test));
const suites = new Map();
const count = (name, what) => {
	const suite = name.split("/")[0];
	if (!suites.has(suite)) suites.set(suite, { passed: 0, failed: 0, skipped: 0 });
	suites.get(suite)[what]++;
};

const fast = ask(cases, false);
const traced = ask(cases, true);
let passed = 0;
let shown = 0;
skipped.forEach((one) => count(one.name, "skipped"));
cases.forEach((one, id) => {
	const expected = expectation(one.test);
	const why =
		difference(expected, fast.answers[id]) ??
		difference(expected, traced.answers[id])?.replace(/^/, "traced: ");
	count(one.name, why ? "failed" : "passed");
	if (!why) passed++;
	else if (shown++ < show) console.log(`not passed: ${one.name}: ${one.test.expr.trim()}\n\t${why}`);
});

console.log("suite                passed failed skipped");
for (const [name, { passed: p, failed: f, skipped: s }] of [...suites].sort())
	console.log(`${name.padEnd(20)} ${String(p).padStart(6)} ${String(f).padStart(6)} ${String(s).padStart(7)}`);
const reasons = new Map();
for (const one of skipped) {
	const reason = reasonToSkip(one.test);
	reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}
console.log(`${all.length} cases, ${cases.length} selected, ${skipped.length} skipped`);
for (const [reason, number] of reasons) console.log(`  ${number} skipped: ${reason}`);

let problems = cases.length - passed;
const problem = (text) => {
	console.error(`conformance: ${text}`);
	problems++;
};
const list = skipped.map((one) => `${one.name}\t${reasonToSkip(one.test)}\n`).join("");
const listPath = join(here, "skipped.tsv");
const numberPath = join(here, "passed.txt");
if (update) {
	writeFileSync(listPath, list);
	writeFileSync(numberPath, `${passed}\n`);
}
if (readFileSync(listPath, "utf8") !== list)
	problem("skipped.tsv is not what is skipped; look why, then run with --update");
const before = Number(readFileSync(numberPath, "utf8"));
if (passed < before) problem(`${before} cases passed before, ${passed} now`);
if (passed > before) problem(`${passed} cases pass, passed.txt says ${before}; run with --update`);
if (!fast.ok || !traced.ok) problem("the program did not come to a good end");
console.log(`${passed} passed, ${problems} failed`);
process.exit(problems > 0 ? 1 : 0);
