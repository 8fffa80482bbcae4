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

  test('the service imports what the data stack exports', () => {
    const imported = importedBy(made)

    expect(imported.size).toBeGreaterThan(10)
    for (const each of imported) expect(made.exports).toContain(each)
  })

  test('the sender’s domain is not imported, because an export in use could not change', () => {
    expect([...importedBy(made)].filter((each) => /MailIdentity/.test(each))).toEqual([])
  })

  test('nothing uses Fn::GetStackOutput, which CloudFormation throttles and plans replacements for', () => {
    expect(JSON.stringify(made.resources)).not.toContain('Fn::GetStackOutput')
  })
})

test('while a stage switches to a restored table, the exports of its own table stay', async () => {
  const before = await synthesized('prod')
  const after = await synthesized({ ...stageOf('prod'), restoredTable: 'restored' })

  for (const each of importedBy(before)) expect(after.exports).toContain(each)
  expect([...importedBy(after)].filter((each) => /Table/.test(each))).toEqual([])
})
