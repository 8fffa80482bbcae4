import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { lists } from '#infra/aws/lists.ts'
import { memoryMb, operationClass, workerClass } from '#infra/aws/memory.ts'
import { at, chosenMb, type Work } from '#infra/cost/memory.ts'
import { type Synthesized, synthesized } from './synthesized.ts'

let prod: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
})

test('every function has the memory of its class', () => {
  const found = new Map(
    prod.of('AWS::Lambda::Function').map(({ properties }) => [String(properties.Description).split(':')[0], properties.MemorySize]),
  )

  for (const operation of lists.operations)
    expect([operation.name, found.get(operation.name)]).toEqual([operation.name, memoryMb[operationClass(operation)]])
  for (const worker of lists.workers) expect([worker.name, found.get(worker.name)]).toEqual([worker.name, memoryMb[workerClass(worker)]])
  for (const { name } of lists.triggers) expect(found.get(name)).toBe(memoryMb.trigger)
})

test('docs/scale.md shows the chosen sizes', () => {
  const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8')
  const [, table = ''] = /<!-- bench:memory -->\n([\s\S]*?)\n<!-- end -->/.exec(page) ?? []
  const [heads = [], , ...rows] = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const shown = rows.map((cells) => [cells[1]?.split(' ')[0], heads[cells.findIndex((cell) => cell.startsWith('**'))]])

  expect(shown).toEqual(Object.entries(memoryMb).map(([kind, mb]) => [kind, `${mb.toLocaleString('en')} MB`]))
})

const work: Work = { initCpu: 60, firstCpu: 10, warmCpu: 4, initWait: 40, wait: 16 }

test('an event gets the share of a processor that its memory buys, init a whole one', () => {
  const half = at(1_769 / 2, work)

  expect(half.cold).toBeCloseTo(60 + 40 + 2 * 10 + 16)
  expect(half.warm).toBeCloseTo(2 * 4 + 16)
  // 99 calls of 24 ms and one of 136, at 0.0000133334 USD a GB and second, and 0.20 USD for the requests.
  expect(half.usdPerMillion).toBeCloseTo(25.12 * 1_000 * (1_769 / 2 / 1_024) * 0.0000133334 + 0.2)
})

test('more than one processor makes a call more expensive, but no faster', () => {
  expect(at(3_538, work).mean).toBe(at(1_769, work).mean)
  expect(at(3_538, work).usdPerMillion).toBeGreaterThan(at(1_769, work).usdPerMillion)
})

test('functions that wait more than they compute get less memory', () => {
  expect(chosenMb({ ...work, wait: 900 }, 5)).toBe(512)
  expect(chosenMb({ ...work, wait: 0 }, 5)).toBe(1_769)
})
