/* Plans to look at, as terraform show -json would write them. */

const leaf = value => value !== null && typeof value === "object" && !Array.isArray(value);

/* One change; what is not in `after` but in `unknown` is known after apply. */
export function change(address, actions, before, after, { unknown = {}, sensitive = {}, more = {} } = {}) {
	const path = address.replace(/\["[^"]*"\]|\[\d+\]/g, "").split(".");
	const module = address.match(/^(module\.[^.[]+(\["[^"]*"\]|\[\d+\])?\.)+/)?.[0].slice(0, -1);
	const [type, name] = path.slice(-2);
	return {
		address, ...(module ? { module_address: module } : {}), mode: "managed", type, name,
		provider_name: "registry.terraform.io/hashicorp/aws",
		...(more.previous_address ? { previous_address: more.previous_address } : {}),
		...(more.deposed ? { deposed: more.deposed } : {}),
		...(more.action_reason ? { action_reason: more.action_reason } : {}),
		change: {
			actions, before, after, after_unknown: unknown,
			before_sensitive: leaf(before) ? sensitive : false, after_sensitive: leaf(after) ? sensitive : false,
			...(more.replace_paths ? { replace_paths: more.replace_paths } : {}),
			...(more.importing ? { importing: more.importing } : {}),
		},
	};
}

export function plan(resource_changes, more = {}) {
	return { format_version: "1.2", terraform_version: "1.11.4", applyable: true, complete: true, errored: false,
		resource_changes, output_changes: {}, ...more };
}

const policy = statements => JSON.stringify({ Version: "2012-10-17", Statement: statements });

export function typical() {
	const tags = version => ({ Name: "web", environment: "prod", version });
	const rows = [
		change("module.db.aws_db_instance.main", ["delete", "create"],
			{ identifier: "orders", engine: "postgres", engine_version: "14.9", instance_class: "db.r6g.large", storage_encrypted: false, password: "hunter2hunter2", arn: "arn:aws:rds:eu-west-1:111122223333:db:orders" },
			{ identifier: "orders", engine: "postgres", engine_version: "15.4", instance_class: "db.r6g.large", storage_encrypted: true, password: "hunter3hunter3" },
			{ unknown: { arn: true }, sensitive: { password: true },
				more: { action_reason: "replace_because_cannot_update", replace_paths: [["storage_encrypted"]] } }),
		change("module.network.aws_subnet.private[\"eu-west-1a\"]", ["delete"],
			{ cidr_block: "10.0.1.0/24", availability_zone: "eu-west-1a", vpc_id: "vpc-0a1b2c" }, null,
			{ more: { action_reason: "delete_because_each_key" } }),
		change("module.network.aws_security_group.web", ["update"],
			{ name: "web", description: "web", ingress: [
				{ from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/8"], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false, description: "internal" }], egress: [] },
			{ name: "web", description: "web", ingress: [
				{ from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["0.0.0.0/0"], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false, description: "public" },
				{ from_port: 22, to_port: 22, protocol: "tcp", cidr_blocks: ["0.0.0.0/0"], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false, description: "ssh" }], egress: [] }),
		change("aws_iam_policy.deploy", ["update"],
			{ name: "deploy", policy: policy([{ Sid: "Read", Effect: "Allow", Action: ["s3:GetObject", "s3:ListBucket"], Resource: "arn:aws:s3:::artifacts/*" }]) },
			{ name: "deploy", policy: policy([{ Sid: "Read", Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::artifacts/*" }]) }),
		change("aws_instance.bastion", ["update"],
			{ ami: "ami-0abc0000000000001", instance_type: "t3.micro", user_data: "#!/bin/sh\nset -e\napt-get update\napt-get install -y nginx\nsystemctl enable nginx\nsystemctl start nginx\n", tags: tags("1.41.0") },
			{ ami: "ami-0abc0000000000001", instance_type: "t3.small", user_data: "#!/bin/sh\nset -eu\napt-get update\napt-get install -y nginx certbot\nsystemctl enable nginx\nsystemctl start nginx\n", tags: tags("1.42.0") }),
		change("aws_s3_bucket.logs", ["create"], null,
			{ bucket: "acme-logs", force_destroy: false, tags: { environment: "prod" }, timeouts: null, grant: [] },
			{ unknown: { arn: true, id: true, tags: {} } }),
		change("module.cdn.module.edge[\"eu\"].aws_cloudfront_distribution.this", ["update"],
			{ enabled: true, price_class: "PriceClass_100", aliases: ["a.example", "b.example"] },
			{ enabled: true, price_class: "PriceClass_All", aliases: ["a.example", "c.example"] }),
		change("module.cdn.aws_route53_record.www", ["no-op"], { name: "www" }, { name: "www" },
			{ more: { previous_address: "module.cdn.aws_route53_record.site" } }),
		change("aws_kms_key.old", ["forget"], { description: "old" }, null),
		change("aws_ecr_repository.app", ["no-op"], { name: "app" }, { name: "app" }, { more: { importing: { id: "app" } } }),
	];
	for (let i = 0; i < 24; i++)
		rows.push(change(`module.fleet.aws_instance.web[${i}]`, ["update"],
			{ instance_type: "t3.large", tags: tags("1.41.0") }, { instance_type: "t3.large", tags: tags("1.42.0") }));
	return plan(rows, {
		output_changes: { endpoint: { actions: ["update"], before: "https://a.example", after: "https://c.example", after_unknown: false, before_sensitive: false, after_sensitive: false } },
		resource_drift: [change("aws_instance.bastion", ["update"], { monitoring: false }, { monitoring: true })],
		checks: [
			{ address: { kind: "check", to_display: "check.health" }, status: "fail", instances: [{ address: { to_display: "check.health" }, status: "fail", problems: [{ message: "the site answers 503" }] }] },
			{ address: { kind: "check", to_display: "check.tls" }, status: "pass", instances: [] },
		],
	});
}

/* Each of them would show itself if it took effect anywhere. */
export const hostile_texts = [
	"<script>alert(1)</script>", "</script><script>alert(2)</script>", "<img src=x onerror=alert(3)>",
	"\"><svg onload=alert(4)>", "' onmouseover='alert(5)", "javascript:alert(6)", "</noscript><img src=x onerror=alert(7)>",
	"--><script>alert(8)</script><!--", "</details></section></main><h1>gone</h1>", "<a href=\"https://evil.example/\">x</a>",
	"</title></style><script>alert(9)</script>", "<iframe srcdoc='<script>alert(10)</script>'></iframe>",
	"<link rel=stylesheet href=//evil.example/x.css>", "<base href=//evil.example/>", "<template><script>alert(11)</script></template>",
	"&lt;script&gt;alert(12)&lt;/script&gt;", "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(13)&gt;'>",
	"nul\u0000byte \u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007", "\u202eright to left\u202c \u2066isolate\u2069",
	"line\rbreak\r\nnext\u2028and\u2029on", "```\n~~~\n| a | b |\n@acme/team #1", "{{constructor.constructor('alert(14)')()}}", "${alert(15)}",
	"<!channel> <https://evil.example|x>", "<plaintext>", "<meta http-equiv=refresh content='0;url=https://evil.example'>",
	"\ud800 lone", "<form action=https://evil.example><button autofocus>", "<style>*{background:url(https://evil.example/x)}</style>",
];

export function hostile() {
	const rows = [];
	hostile_texts.forEach((text, i) => {
		const key = text.replace(/"/g, "\\\"");
		const next = hostile_texts[(i + 1) % hostile_texts.length];
		const row = change(`module.m["x"].aws_x.y[${i}]`, [["update"], ["delete"], ["create"], ["delete", "create"], [text]][i % 5],
			{ [text]: text, list: [text], lines: `a\n${text}\nb`, json: JSON.stringify({ [text]: text }) },
			{ [text]: next, list: [next], lines: `a\n${next}\nb`, json: JSON.stringify({ [text]: next }) },
			{ more: { action_reason: text, previous_address: text, replace_paths: [[text]] } });
		rows.push({ ...row, address: `module.m["${key}"].${text}.y["${key}"]`, module_address: `module.m["${key}"]`,
			type: text, name: text, provider_name: text, index: text, ...(i % 3 ? {} : { deposed: text }) });
	});
	return plan(rows, {
		terraform_version: hostile_texts[0],
		output_changes: Object.fromEntries(hostile_texts.map(text => [text, { actions: ["update"], before: text, after: text + "!", after_unknown: false, before_sensitive: false, after_sensitive: false }])),
		resource_drift: rows.slice(0, 5),
		checks: hostile_texts.map(text => ({ address: { kind: "check", to_display: text }, status: "fail", instances: [{ address: { to_display: text }, status: "fail", problems: [{ message: text }] }] })),
	});
}

/* `count` changed resources in modules, a few of each action. */
export function large(count) {
	const actions = [["update"], ["update"], ["create"], ["update"], ["delete"], ["update"], ["delete", "create"]];
	return plan(Array.from({ length: count }, (_, i) => {
		const kind = actions[i % 40 < 5 ? 4 + i % 3 : i % 4];
		const before = { name: `web-${i}`, instance_type: "t3.large", subnet_id: `subnet-${i % 17}`, tags: { version: "1.41.0", team: "core" } };
		const after = { ...before, instance_type: "t3.xlarge", tags: { version: "1.42.0", team: "core" }, note: `10.${i >> 8 & 255}.${i & 255}.0/24` };
		return change(`module.tenant["t${i % 50}"].module.fleet.aws_instance.web[${i}]`, kind,
			kind[0] === "create" ? null : before, kind.length === 1 && kind[0] === "delete" ? null : after);
	}));
}
