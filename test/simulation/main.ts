import { parseArgs } from 'node:util'
import { startDatabaseInMemory } from '#infra/local/dynamodb.ts'
import { simulate } from './simulation.ts'

/** `npm run simulate -- --seeds N --from S [--trace]`: plays seeds until one fails, and names that. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
    },
  })
  const [count, from] = [Number(values.seeds), Number(values.from)]
  const given = process.env.DYNAMODB_ENDPOINT
  const database = given ? { endpoint: given, stop: async () => undefined } : await startDatabaseInMemory()
  try {
    let longest = 0
    for (let seed = from; seed < from + count; seed++) {
      const { problems, turns, milliseconds, fingerprint, trace } = await simulate(database.endpoint, seed)
      longest = Math.max(longest, milliseconds)
      if (problems.length === 0) {
        progress(`seed ${seed}: ${turns} calls, ${milliseconds} ms (longest ${longest} ms), ${fingerprint}`)
        if (values.trace) console.log(trace.join('\n'))
        continue
      }
      if (values.trace) console.log(trace.join('\n'))
      console.log(`\nFAILED with seed ${seed} (${turns} calls, ${fingerprint}): npm run simulate -- --seeds 1 --from ${seed}`)
      for (const problem of problems) console.log(`- ${problem}`)
      return 1
    }
    console.log(`\n${count} seeds from ${from} on: every invariant holds; the longest took ${longest} ms`)
    return 0
  } finally {
    await database.stop()
  }
}

/** One line that is written anew on a terminal, and one a seed elsewhere. */
const progress = (line: string) => process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${line}` : `${line}\n`)

process.exit(await main())
