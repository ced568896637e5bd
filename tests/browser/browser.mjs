/*
 * One headless Chromium, driven over its DevTools pipe (file descriptors 3 and 4, messages end in NUL):
 * nothing to install beside the browser and node.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const TIMEOUT = 15000;

export class Browser {
	#child; #profile; #next = 1; #waiting = new Map(); #listeners = []; #rest = "";

	constructor(program) {
		this.#profile = mkdtempSync(join(tmpdir(), "tfherald-browser-"));
		this.#child = spawn(program, [
			"--headless=new", "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`,
			"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync",
			"--disable-extensions", "--mute-audio", "--hide-scrollbars", "--force-color-profile=srgb",
			"--window-size=1280,900", "about:blank",
		], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		this.#child.stdio[4].setEncoding("utf8");
		this.#child.stdio[4].on("data", text => this.#read(text));
		this.#child.on("exit", () => {
			for (const { reject } of this.#waiting.values()) reject(new Error("the browser ended"));
		});
	}

	#read(text) {
		const parts = (this.#rest + text).split("\0");
		this.#rest = parts.pop();
		for (const part of parts) {
			const message = JSON.parse(part);
			const waiting = this.#waiting.get(message.id);
			if (waiting) {
				this.#waiting.delete(message.id);
				clearTimeout(waiting.timer);
				message.error ? waiting.reject(new Error(message.error.message)) : waiting.resolve(message.result);
			} else if (message.method) {
				for (const listener of this.#listeners) listener(message);
			}
		}
	}

	send(method, params = {}, sessionId = undefined) {
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${method}: no answer`)), TIMEOUT);
			this.#waiting.set(id, { resolve, reject, timer });
			this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
		});
	}

	listen(listener) { this.#listeners.push(listener); }

	async page() {
		const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
		const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
		const page = new Page(this, targetId, sessionId);
		await page.begin();
		return page;
	}

	async close() {
		const ended = new Promise(resolve => this.#child.once("exit", resolve));
		await this.send("Browser.close").catch(() => this.#child.kill());
		await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 3000))]);
		this.#child.kill("SIGKILL");
		rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
	}
}

/* What a page did that it must not do stands in requests, dialogs and complaints. */
export class Page {
	constructor(browser, target, session) {
		Object.assign(this, { browser, target, session, requests: [], dialogs: [], complaints: [], loaded: null });
	}

	send(method, params) { return this.browser.send(method, params, this.session); }

	async begin() {
		this.browser.listen(({ method, params, sessionId }) => {
			if (sessionId !== this.session) return;
			if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
			if (method === "Network.webSocketCreated") this.requests.push(params.url);
			if (method === "Log.entryAdded") this.complaints.push(params.entry.text);
			if (method === "Runtime.exceptionThrown")
				this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
			if (method === "Runtime.consoleAPICalled") this.complaints.push(`console.${params.type}`);
			if (method === "Page.javascriptDialogOpening") {
				this.dialogs.push(params.message);
				this.send("Page.handleJavaScriptDialog", { accept: false });
			}
			if (method === "Page.loadEventFired" && this.loaded) this.loaded();
		});
		for (const domain of ["Page", "Network", "Log", "Runtime"]) await this.send(`${domain}.enable`);
		await this.send("Page.addScriptToEvaluateOnNewDocument", { source:
			"window.violations = []; document.addEventListener('securitypolicyviolation', " +
			"event => window.violations.push(event.violatedDirective + ' ' + event.sample));" });
	}

	async open(url) {
		const loaded = new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${url}: not loaded`)), TIMEOUT);
			this.loaded = () => { clearTimeout(timer); resolve(); };
		});
		this.requests.length = this.dialogs.length = this.complaints.length = 0;
		const begin = performance.now();
		await this.send("Page.navigate", { url });
		await loaded;
		return performance.now() - begin;
	}

	/* Runs code of the test in the page: the page's own policy does not hold for it. */
	async evaluate(code, ...values) {
		const expression = `(${code})(...${JSON.stringify(values)})`;
		const { result, exceptionDetails } = await this.send("Runtime.evaluate",
			{ expression, returnByValue: true, awaitPromise: true });
		if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		return result.value;
	}

	async until(code, ...values) {
		const end = performance.now() + 5000;
		while (!(await this.evaluate(code, ...values))) {
			if (performance.now() > end) throw new Error(`never true: ${code} ${JSON.stringify(values)}`);
			await new Promise(resolve => setTimeout(resolve, 15));
		}
	}

	async press(key) {
		const codes = { Enter: 13, Escape: 27 };
		const text = key === "Enter" ? "\r" : key.length === 1 ? key : "";
		const event = { key, text, windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0) };
		await this.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...event });
		await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: "" });
	}

	async type(text) { await this.send("Input.insertText", { text }); }

	async click(selector) {
		const { x, y } = await this.evaluate(async selector => {
			const node = document.querySelector(selector);
			node.scrollIntoView({ block: "center" });
			/* what came into view gets its real height in the next frame */
			for (let i = 0; i < 2; i++) await new Promise(resolve => requestAnimationFrame(resolve));
			node.scrollIntoView({ block: "center" });
			const box = node.getBoundingClientRect();
			return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
		}, selector);
		for (const type of ["mousePressed", "mouseReleased"])
			await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
	}

	scheme(name) {
		return this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: name }] });
	}

	/* "print", or "" for what it is by itself */
	media(name) { return this.send("Emulation.setEmulatedMedia", { media: name }); }

	size(width, height) {
		return this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
	}

	async screenshot(path) {
		const { data } = await this.send("Page.captureScreenshot", { format: "png" });
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, Buffer.from(data, "base64"));
	}
}
