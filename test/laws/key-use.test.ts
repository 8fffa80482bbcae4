import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { takesApiKeys } from '#shared/http/operation.ts'
import { departure } from '#test/support/departure.ts'

/** Calls an operation with a key that has not been used for a minute, and tells whether that was noted. */
async function isNoted(name: string): Promise<boolean> {
  const d = await departure()
  const path = { workspaceId: d.workspaceId, projectId: 'prj_none', accountId: 'acc_none', apiKeyId: 'key_none', invitationId: 'inv_none' }
  d.world.passSeconds(61)
  await d.world.call(name, { as: d.secret, path })
  return (await d.here('listApiKeys')).body.data[0].lastUsedAt !== null
}

test.for(operations.filter(({ access }) => takesApiKeys(access)))('$name notes that the API key was used', async ({ name }) => {
  expect(await isNoted(name)).toBe(true)
})

test.for(operations.filter(({ access }) => access.kind !== 'open' && !takesApiKeys(access)))(
  '$name, which no API key can call, notes nothing',
  async ({ name }) => {
    expect(await isNoted(name)).toBe(false)
  },
)
