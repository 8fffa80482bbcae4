import { isDeepStrictEqual } from 'node:util'
import type { Ask } from './api-client.ts'
import { Trouble } from './command.ts'

/** What the story needs: an API, and the access tokens of one or two people. */
export interface Walk {
  readonly ask: Ask
  readonly token: string
  readonly second?: string | undefined
  /** Who gets the invitation if there is no second person. */
  readonly mailbox: string
  /** Called after every successful step. */
  readonly said: (step: string) => void
  /** How long e-mail and deletion may take, in seconds. */
  readonly timeoutSeconds: number
}

const name = 'Smoke test'

/** Asserts a condition, described in words; throws a `Trouble` if it does not hold. */
function expected(what: string, got: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(got, wanted)) throw new Trouble(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`)
}

/** Polls until the answer is as expected. */
async function until<T>(
  { timeoutSeconds }: Walk,
  what: string,
  { look, good }: { look: () => Promise<T>; good: (seen: T) => boolean },
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1_000
  for (;;) {
    const seen = await look()
    if (good(seen)) return seen
    if (Date.now() > deadline) throw new Trouble(`${what} within ${timeoutSeconds} s: last seen ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** The e-mail address in an access token. */
const emailIn = (token: string): string => {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}').email ?? ''
}

/**
 * Walks through the product's story and deletes the workspace that it created, even if a step fails. What stays is what stays of every
 * workspace: the deletion's receipt, an invoice over zero, the accounts.
 */
export async function walkStory(walk: Walk): Promise<void> {
  const { ask, said, token: as } = walk
  await ask('GET', '/health', { expect: 200 })
  const { issuer } = await ask('GET', '/config', { expect: 200 })
  said(`the API answers; people sign in at ${issuer}`)
  const { account } = await ask('POST', '/accounts', { as, body: {}, expect: [200, 201] })
  said(`account ${account.id}`)

  const workspace = await ask('POST', '/workspaces', { as, body: { name }, expect: 201 })
  said(`workspace ${workspace.id}`)
  const at = `/workspaces/${workspace.id}`
  try {
    await meet(walk, at)
    const { key, preview } = await measure(walk, at)
    await part(walk, at, { key, preview })
  } catch (error) {
    await ask('DELETE', `${at}?confirm=${encodeURIComponent(name)}`, { as, expect: 202 }).catch((left: Error) => {
      throw new Trouble(`${(error as Error).message}; and the workspace is left behind: ${left.message}`)
    })
    throw error
  }
}

/** Invites someone who, if there is a second person, joins, works and leaves. */
async function meet(walk: Walk, at: string): Promise<void> {
  const { ask, said, token: as, second } = walk
  const email = second ? emailIn(second) : walk.mailbox
  const { results } = await ask('POST', `${at}/invitations`, { as, body: { emails: [email], role: 'developer' }, expect: 200 })
  expected('The outcome of the invitation', results[0].outcome, 'invited')
  const invitation = await until(walk, 'The invitation is not sent', {
    look: async () => (await ask('GET', `${at}/invitations`, { as, expect: 200 })).data[0],
    good: (seen) => ['sent', 'suppressed'].includes(seen?.delivery),
  })
  said(`invitation ${invitation.delivery}`)
  if (!second) return said('nobody joins: there is no second token')

  const { accountCreated } = await ask('POST', '/invitations/accept', { as: second, body: { invitationId: invitation.id }, expect: 200 })
  const members = await ask('GET', `${at}/members`, { as: second, expect: 200 })
  expected(
    'The roles of the members',
    members.data.map(({ role }: { role: string }) => role),
    ['admin', 'developer'],
  )
  said(`the second person joins${accountCreated ? ', with a new account' : ''}`)
  await ask('POST', `${at}/projects`, { as: second, body: { name: 'Rocket' }, expect: 201 })
  await ask('DELETE', `${at}/members/me`, { as: second, expect: 204 })
  await ask('GET', at, { as: second, expect: 404 })
  said('makes a project, leaves, and is out')
}

/** A machine reports usage, which is counted once. */
async function measure({ ask, said, token: as }: Walk, at: string) {
  const { secret: key } = await ask('POST', `${at}/api-keys`, { as, body: { name: 'meter' }, expect: 201 })
  const { data } = await ask('GET', '/meters', { as, expect: 200 })
  const body = { events: [{ id: 'e1', meter: data[0].id, quantity: '1' }] }
  expected('The first report', await ask('POST', '/usage-events', { as: key, body, expect: 200 }), { accepted: 1, duplicates: 0 })
  expected('The same report again', await ask('POST', '/usage-events', { as: key, body, expect: 200 }), { accepted: 0, duplicates: 1 })
  const preview = await ask('GET', `${at}/invoices/upcoming`, { as, expect: 200 })
  expected('The quantity on the upcoming invoice', preview.lines[0]?.quantity, '1')
  said(`an API key reports usage, counted once: ${preview.total} ${preview.currency}`)
  return { key: key as string, preview }
}

/** Deletes the workspace: everyone is out at once, the invoice is right, the data goes. */
async function part(walk: Walk, at: string, { key, preview }: { key: string; preview: { total: number; lines: unknown } }): Promise<void> {
  const { ask, said, token: as } = walk
  const { id } = await ask('DELETE', `${at}?confirm=${encodeURIComponent(name)}`, { as, expect: 202 })
  await ask('GET', at, { as, expect: 404 })
  await ask('GET', '/whoami', { as: key, expect: 401 })
  said('the workspace is deleted: everybody is out, the key is dead')
  const deletion = await until(walk, 'The deletion is not completed', {
    look: () => ask('GET', `/deletions/${id}`, { as, expect: 200 }),
    good: ({ status }) => status === 'completed',
  })
  const invoice = await ask('GET', `/invoices/${deletion.invoiceId}`, { as, expect: 200 })
  expected('The final invoice', { lines: invoice.lines, total: invoice.total }, { lines: preview.lines, total: preview.total })
  said(`invoice ${invoice.number} ${invoice.status}, ${deletion.purgedItems} items erased`)
}
