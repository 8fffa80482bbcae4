import { lists } from '#infra/aws/lists.ts'
import { addressKey, newInvitationId } from '#shared/domain/ids.ts'
import { newInvitationToken } from '#shared/domain/secrets.ts'
import * as keys from '#shared/table/design/keys.ts'
import { httpEvent } from '#test/support/event.ts'
import { signUp, type World } from '#test/support/world.ts'

const record = (body: object) => ({ Records: [{ messageId: '1', body: JSON.stringify(body) }] })

/**
 * An event for every function, by name, that makes it read from the table once: operations are called with an API key, which is read
 * before anything else is looked at (those for people then refuse it); workers find nothing to do. The bare clients make the same read.
 */
export async function firstCalls(world: World): Promise<ReadonlyMap<string, object>> {
  const { token, workspaceId } = await signUp(world, 'ann@example.com')
  const made = await world.call('createApiKey', { as: token, path: { workspaceId }, body: { name: 'Bench' } })
  const { secret, apiKey } = made.body
  const key = keys.apiKey({ workspaceId, apiKeyId: apiKey.id })
  // It counts as just used, so that its use is not written down by the call.
  await world.services.table.change(key, { set: { lastUsedAt: '2999-01-01T00:00:00.000Z' } })

  const place = { workspaceId, addressKey: addressKey(workspaceId, 'bob@example.com') }
  const path = { workspaceId, accountId: 'acc', projectId: 'prj', apiKeyId: 'key', invitationId: 'inv', invoiceId: 'in', deletionId: 'del' }
  const eventOf = (operation: (typeof lists.operations)[number]) =>
    operation.name === 'lookUpInvitation'
      ? httpEvent(operation, { body: { token: newInvitationToken(place) } })
      : httpEvent(operation, { as: secret, path, ...(operation.body && { body: {} }) })
  const id = newInvitationId(place)
  const tags = { invitation: [id], send: ['1'] }
  const others: Record<string, object> = {
    notFound: { requestContext: { requestId: 'bench' } },
    sendMail: record({ kind: 'invitation', invitationId: id, sendCount: 1 }),
    runDeletion: record({ deletionId: `del_${'0'.repeat(26)}` }),
    updateMembers: record({ accountId: `acc_${'0'.repeat(26)}` }),
    recordDelivery: record({ eventType: 'Bounce', bounce: { bounceType: 'Permanent' }, mail: { messageId: 'bench', tags } }),
    cleanUp: {},
    preTokenGeneration: { region: 'eu', userPoolId: 'eu_1', request: { userAttributes: { sub: 'ann', email: 'ann@example.com' } } },
    bare: {
      call: [
        'BatchGetCommand',
        { RequestItems: { [world.services.table.name]: { Keys: [key, keys.workspace(workspaceId)], ConsistentRead: true } } },
      ],
    },
  }
  return new Map<string, object>([
    ...lists.operations.map((operation): [string, object] => [operation.name, eventOf(operation)]),
    ...Object.entries(others),
  ])
}
