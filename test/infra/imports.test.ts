import { beforeAll, describe, expect, test } from 'vitest'
import { stageOf } from '#infra/aws/stages.ts'
import { type Synthesized, synthesized } from './synthesized.ts'

/** Every name that a resource of the service imports. */
const importedBy = ({ resources }: Synthesized): Set<string> =>
  new Set([...JSON.stringify(resources).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name = '']) => name))

describe.for(['dev', 'prod'])('in the stage %s', (name) => {
  let made: Synthesized
  beforeAll(async () => {
    made = await synthesized(name)
  })

  test('the service imports what the stack of the data exports', () => {
    const imported = importedBy(made)

    expect(imported.size).toBeGreaterThan(10)
    for (const each of imported) expect(made.exports).toContain(each)
  })

  test('the sender’s domain is not among it, for an export that is imported could not become another', () => {
    expect([...importedBy(made)].filter((each) => /MailIdentity/.test(each))).toEqual([])
  })

  test('nothing is asked of another stack once a use, which CloudFormation throttles and plans replacements for', () => {
    expect(JSON.stringify(made.resources)).not.toContain('Fn::GetStackOutput')
  })
})

test('while a stage changes over to a restored table, what the service imports of its own stays exported', async () => {
  const before = await synthesized('prod')
  const after = await synthesized({ ...stageOf('prod'), restoredTable: 'restored' })

  for (const each of importedBy(before)) expect(after.exports).toContain(each)
  expect([...importedBy(after)].filter((each) => /Table/.test(each))).toEqual([])
})
