import { startDatabaseInMemory } from '#infra/local/dynamodb/dynamodb.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { simulate } from './simulation.ts'

/** `npm run simulate -- --seeds N --from S`: plays seeds until one fails, and names it; `TRACE=1` prints every call. */
async function main(): Promise<number> {
  const { seeds: count, from } = numbersOf({ seeds: 100, from: 1 })
  const isTraced = process.env.TRACE !== undefined
  const given = process.env.DYNAMODB_ENDPOINT
  const database = given ? { endpoint: given, stop: async () => undefined } : await startDatabaseInMemory()
  try {
    let longest = 0
    for (let seed = from; seed < from + count; seed++) {
      const { problems, turns, milliseconds, fingerprint, trace } = await simulate(database.endpoint, seed)
      longest = Math.max(longest, milliseconds)
      if (problems.length === 0) {
        progress(`seed ${seed}: ${turns} calls, ${milliseconds} ms (longest ${longest} ms), ${fingerprint}`)
        if (isTraced) console.log(trace.join('\n'))
        continue
      }
      if (isTraced) console.log(trace.join('\n'))
      console.log(`\nFAILED with seed ${seed} (${turns} calls, ${fingerprint}): npm run simulate -- --seeds 1 --from ${seed}`)
      for (const problem of problems) console.log(`- ${problem}`)
      return 1
    }
    console.log(
      `\n${count === 1 ? `Seed ${from}` : `${count} seeds from ${from} on`}: every invariant holds; the longest took ${longest} ms`,
    )
    return 0
  } finally {
    await database.stop()
  }
}

/** On a terminal, one line that is rewritten; elsewhere, one line per seed. */
const progress = (line: string) => process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${line}` : `${line}\n`)

process.exit(await main())
