import costs from '../../docs/costs.json' with { type: 'json' }
import { type Case, sizes, workspaceMonth } from '../cost/assumptions.ts'
import { amountsOf, millisecondsOf, monthOf, totalOf, usdOf } from '../cost/model.ts'
import { type PriceName, prices } from '../cost/prices.ts'
import { command } from './command.ts'

const help = `
npm run cost -- [--prices]

Prints what a million calls of each operation cost in USD, and the monthly bill for three sizes. It uses the measured rounds and capacity
(docs/costs.json), list prices (infra/cost/prices.ts) and assumptions (infra/cost/assumptions.ts), and was never compared with an AWS bill.

  --prices  print the list prices, with their sources
`

const row = (name: string, ...cells: readonly (string | number)[]): string =>
  `${name.padEnd(46)}${cells.map((cell) => String(cell).padStart(12)).join('')}`

const usd = (amount: number, digits = 2): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** The parts of the price of a million calls, and their total. */
function callRow(name: Case): string {
  const parts = usdOf(amountsOf(name))
  const of = (...names: readonly PriceName[]) => usd(names.reduce((sum, each) => sum + (parts[each] ?? 0), 0) * 1_000_000)
  const { wcu, rru } = costs[name]
  const lambda = of('lambdaRequest', 'lambdaGbSecond')
  const rest = of('sqsRequest', 'snsRequest', 'email', 'logByte', 'outByte')
  return row(
    name,
    wcu,
    rru,
    Math.ceil(millisecondsOf(name)),
    of('httpRequest'),
    lambda,
    of('wcu', 'rru'),
    rest,
    usd(totalOf(amountsOf(name)) * 1_000_000),
  )
}

function printCalls(): void {
  console.log('USD per million calls, at list prices to be checked (npm run cost -- --prices)\n')
  console.log(row('', 'WCU', 'RRU', 'ms', 'API', 'Lambda', 'DynamoDB', 'other', 'USD'))
  for (const name of Object.keys(costs) as Case[]) console.log(callRow(name))
}

function printBills(): void {
  const bills = sizes.map((size) => monthOf(size))
  const parts = bills.map(usdOf)
  console.log('\nUSD a month by number of workspaces\n')
  console.log(row('', ...sizes.map((size) => size.toLocaleString('en-US'))))
  for (const name of Object.keys(prices) as PriceName[])
    console.log(row(prices[name].unit, ...parts.map((part) => usd(part[name] ?? 0, 0))))
  console.log(row('in all', ...bills.map((bill) => usd(totalOf(bill), 0))))
  console.log(row('for a workspace', ...bills.map((bill, i) => usd(totalOf(bill) / (sizes[i] ?? 1), 4))))
  const { calls, activeUsers } = workspaceMonth
  const all = Object.values(calls).reduce((sum, count) => sum + count, 0)
  console.log(
    `\nA workspace makes ${Math.round(all)} calls a month, ${calls.reportUsage} of them reports of 100 events, and has ${activeUsers} active users.`,
  )
}

await command(help, { prices: { type: 'boolean' } }, async ({ options }) => {
  if (options.prices)
    for (const { usd: price, per, unit, source } of Object.values(prices))
      console.log(`${price} USD per ${per === 1 ? '' : `${per.toLocaleString('en-US')} × `}${unit}: ${source}`)
  else {
    printCalls()
    printBills()
  }
})
