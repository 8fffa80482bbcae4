import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const used = () => process.memoryUsage().heapUsed / 2 ** 20

/** The heap in MiB around a piece of work: `start` and `end` without garbage, `peak` with what was not collected yet. */
export interface Heap {
  readonly start: number
  readonly peak: number
  readonly end: number
}

/** Runs a piece of work and reads the heap around it. */
export async function heapAround(work: () => Promise<unknown>): Promise<Heap> {
  collect()
  const start = used()
  let peak = start
  const timer = setInterval(() => {
    peak = Math.max(peak, used())
  }, 20)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  collect()
  return { start, peak, end: used() }
}
