import { expect, test } from 'vitest'
import { entriesOf } from '#infra/aws/bundle/entries.ts'
import { lists } from '#infra/aws/lists.ts'

const readying = new Map(entriesOf(lists).map(({ name, source }) => [name, /await ready\((.*)\)/.exec(source)?.[1]]))

test.for([
  ['createProject', 'services, { connections: 1, needsKeys: true }'],
  ['reportUsage', 'services, { connections: 1, needsKeys: false }'],
  ['lookUpInvitation', 'services, { connections: 1, needsKeys: false }'],
  ['preTokenGeneration', 'tools, { connections: 1, needsKeys: false }'],
  ['health', undefined],
  ['notFound', undefined],
  ['sendMail', undefined],
])('%s makes ready what its first answer waits for: %s', ([name, expected]) => {
  expect(readying.get(name ?? '')).toBe(expected)
})

test('functions that read while they authorize start with two connections', () => {
  const two = [...readying].filter(([, text]) => text?.includes('connections: 2')).map(([name]) => name)

  expect(two).toEqual(lists.operations.filter(({ load, access }) => load && access.kind !== 'open').map(({ name }) => name))
  expect(two.length).toBeGreaterThan(3)
})
