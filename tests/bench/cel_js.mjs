// The expressions of bench_cel.c in @marcbachmann/cel-js, the fastest engine in JavaScript, for a ratio in
// the same run: "NAME<TAB>ns", best of five.   node cel_js.mjs NODE_MODULES
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.argv[2] + '/')
const { Environment } = await import(pathToFileURL(require.resolve('@marcbachmann/cel-js')).href)

class Cidr {
  constructor (text) {
    const [address, length] = text.split('/')
    if (!/^[0-9a-fA-F.:]+$/.test(address) || !/^[0-9]+$/.test(length)) throw new Error('not a CIDR')
    this.length = BigInt(length)
  }
}

const env = new Environment({ unlistedVariablesAreDyn: true })
  .registerType('Cidr', { ctor: Cidr, fields: {} })
  .registerFunction('as_list(dyn): list', p => p === null || p === undefined ? [] : Array.isArray(p) ? p : [p])
  .registerFunction('cidr(string): Cidr', text => new Cidr(text))
  .registerFunction('Cidr.prefixLength(): int', cidr => cidr.length)

const open = '(as_list(resource.after.cidr_blocks).exists(c, cidr(c).prefixLength() == 0) || ' +
  'as_list(resource.after.ipv6_cidr_blocks).exists(c, cidr(c).prefixLength() == 0)) && ' +
  'resource.after.from_port <= 22 && 22 <= resource.after.to_port'
const ten = ['10.0.0.0/8', '192.168.1.0/24', '10.1.0.0/16']
const cases = [
  ['hit', open, ['10.0.0.0/8', '192.168.1.0/24', '0.0.0.0/0'], 20n, 30n, true],
  ['miss, other ports', open, ['10.0.0.0/8', '192.168.1.0/24', '0.0.0.0/0'], 443n, 443n, false],
  ['miss, no open range', open, ten, 20n, 30n, false],
  ['first conjunct false', 'resource.type == "x" && ' + open, ten, 20n, 30n, false]
]

for (const [name, expression, cidrs, from, to, expected] of cases) {
  const program = env.parse(expression)
  const context = {
    resource: {
      type: 'aws_security_group_rule',
      after: { cidr_blocks: cidrs, ipv6_cidr_blocks: ['fd00::/8'], from_port: from, to_port: to, protocol: 'tcp' }
    }
  }
  if (program(context) !== expected) throw new Error(name + ': not ' + expected)
  const rounds = 200000
  let best = Infinity
  for (let i = 0; i < 5; i++) {
    const start = process.hrtime.bigint()
    for (let k = 0; k < rounds; k++) program(context)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / rounds)
  }
  console.log(name + '\t' + best.toFixed(1))
}
