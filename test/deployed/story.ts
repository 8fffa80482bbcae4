import { randomUUID } from 'node:crypto'
import type { Cloud, EarlyReply, Request } from './cloud.ts'
import type { Mailed } from './mail.ts'

/** A signed-in person of the story. */
interface Person {
  readonly email: string
  readonly token: string
}

/** What the story needs from the deployment. */
interface Telling {
  readonly cloud: Cloud
  /** Sends a request and returns the body. Throws if the status is unexpected, with the function's log and what it was refused. */
  readonly ask: (status: number, method: string, target: string, request?: Request) => Promise<EarlyReply['body']>
}

/** An answer differs from the one that the story needs to continue. */
const unexpected = (what: string, { functionName, status, body }: EarlyReply, cloud: Cloud): Error =>
  new Error(
    [
      `${what} (${functionName}) answered ${status} ${JSON.stringify(body)}`,
      ...cloud.refusals,
      ...(cloud.logs().get(functionName) ?? '').split('\n').filter((line) => line.includes('"ERROR"')),
    ].join('\n'),
  )

const teller = (cloud: Cloud): Telling => ({
  cloud,
  ask: async (status, method, target, request) => {
    const answer = await cloud.ask(method, target, request)
    if (answer.status !== status) throw unexpected(`expected ${status}: ${method} ${target}`, answer, cloud)
    return answer.body
  },
})

function mustBe(what: string, is: unknown, wanted: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(wanted))
    throw new Error(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(is)}`)
}

const signIn = async ({ cloud }: Telling, name: string): Promise<Person> => {
  const email = `${name.toLowerCase()}@example.com`
  return { email, token: await cloud.signIn({ sub: randomUUID(), email, name }) }
}

/** The newest e-mail to an address; throws where there is none. */
function mailTo({ mailed }: Cloud, email: string): Mailed {
  const found = mailed.findLast(({ recipients }) => recipients.includes(email))
  if (!found) throw new Error(`No e-mail went to ${email}`)
  return found
}

const linkTokenIn = ({ text }: Mailed): string => /#token=([\w-]+)/.exec(text ?? '')?.[1] ?? ''

/**
 * Walks through the whole story on a deployment, from the first sign-in to a deletion's receipt: every operation and worker has a step,
 * with a permitted caller. Add a new one's step where it belongs; a test names those that have none.
 */
export async function walkThrough(cloud: Cloud): Promise<void> {
  const telling = teller(cloud)
  await look(telling)
  const ann = await foundAccount(telling)
  const bob = await signIn(telling, 'Bob')
  const { id } = await telling.ask(201, 'POST', '/v1/workspaces', { as: ann.token, body: { name: 'Blue' } })
  const at = `/v1/workspaces/${id}`
  await telling.ask(200, 'PATCH', at, { as: ann.token, body: { name: 'Blue Team' } })
  await telling.ask(200, 'GET', '/v1/workspaces', { as: ann.token })
  await invite(telling, at, ann, bob)
  await meet(telling, at, ann, bob)
  await move(telling)
  await build(telling, at, ann)
  await loseAndFind(telling, at, ann)
  await part(telling, at, ann)
  await payLater(telling, ann)
}

/** What anyone may read. */
async function look({ ask }: Telling): Promise<void> {
  await ask(200, 'GET', '/v1/health')
  await ask(200, 'GET', '/v1/config')
  await ask(200, 'GET', '/v1/openapi.json')
  await ask(200, 'GET', '/invitations')
  await ask(404, 'GET', '/v1/nothing')
}

/** The trigger created the account; the API recognizes it by the token that followed. */
async function foundAccount(telling: Telling): Promise<Person> {
  const ann = await signIn(telling, 'Ann')
  const { account } = await telling.ask(200, 'POST', '/v1/accounts', { as: ann.token, body: {} })
  mustBe('who has the account', [account.email, account.name], [ann.email, 'Ann'])
  mustBe('who asks', (await telling.ask(200, 'GET', '/v1/whoami', { as: ann.token })).account.id, account.id)
  await telling.ask(200, 'GET', '/v1/me', { as: ann.token })
  return ann
}

/** Invitations go out: one bounces, one is resent, one is revoked, one is declined, one is accepted. */
async function invite(telling: Telling, at: string, ann: Person, bob: Person): Promise<void> {
  const { cloud, ask } = telling
  const dan = await signIn(telling, 'Dan')
  const emails = [bob.email, dan.email, 'eve@example.com', 'fay@example.com']
  const { results } = await ask(200, 'POST', `${at}/invitations`, { as: ann.token, body: { emails, role: 'developer' } })
  await cloud.deliver()
  cloud.report('Bounce', mailTo(cloud, 'eve@example.com'))
  await cloud.deliver()
  const { data } = await ask(200, 'GET', `${at}/invitations`, { as: ann.token })
  const deliveries = Object.fromEntries(data.map(({ email, delivery }: { email: string; delivery: string }) => [email, delivery]))
  mustBe('deliveries', [deliveries['eve@example.com'], deliveries[bob.email]], ['bounced', 'sent'])

  cloud.passSeconds(61)
  const fay = results[3].invitation.id
  await ask(200, 'POST', `${at}/invitations/${fay}/resend`, { as: ann.token })
  await cloud.deliver()
  await ask(204, 'DELETE', `${at}/invitations/${fay}`, { as: ann.token })

  const { workspaceName } = await ask(200, 'POST', '/v1/invitations/lookup', { body: { token: linkTokenIn(mailTo(cloud, bob.email)) } })
  mustBe('where the link leads', workspaceName, 'Blue Team')
  await ask(204, 'POST', '/v1/invitations/decline', { as: dan.token, body: { token: linkTokenIn(mailTo(cloud, dan.email)) } })
  mustBe('invitations of Bob', (await ask(200, 'GET', '/v1/me/invitations', { as: bob.token })).data.length, 1)
  await ask(200, 'POST', '/v1/invitations/accept', { as: bob.token, body: { token: linkTokenIn(mailTo(cloud, bob.email)) } })
}

/** Members join, change roles, leave, and are removed. */
async function meet({ cloud, ask }: Telling, at: string, ann: Person, bob: Person): Promise<void> {
  const { data } = await ask(200, 'GET', `${at}/members`, { as: bob.token })
  const { accountId } = data.find(({ email }: { email: string }) => email === bob.email)
  await ask(200, 'PATCH', `${at}/members/${accountId}`, { as: ann.token, body: { role: 'member' } })
  await ask(204, 'DELETE', `${at}/members/me`, { as: bob.token })
  await ask(404, 'GET', at, { as: bob.token })
  const { results } = await ask(200, 'POST', `${at}/invitations`, { as: ann.token, body: { emails: [bob.email] } })
  await cloud.deliver()
  await ask(200, 'POST', '/v1/invitations/accept', { as: bob.token, body: { invitationId: results[0].invitation.id } })
  await ask(204, 'DELETE', `${at}/members/${accountId}`, { as: ann.token })
}

/** A person's address changes: from their next sign-in on, every workspace shows the new one. */
async function move({ cloud, ask }: Telling): Promise<void> {
  const hal = { sub: randomUUID(), name: 'Hal' }
  const before = await cloud.signIn({ ...hal, email: 'hal@example.com' })
  const { defaultWorkspace } = await ask(200, 'POST', '/v1/accounts', { as: before, body: {} })
  cloud.passSeconds(1)
  const as = await cloud.signIn({ ...hal, email: 'hal@new.example' })
  await cloud.deliver()
  const { data } = await ask(200, 'GET', `/v1/workspaces/${defaultWorkspace.id}/members`, { as })
  mustBe('who is listed', [data[0].email, data[0].emailVerified], ['hal@new.example', true])
}

/** Projects, API keys and usage, by Ann and by a machine. */
async function build({ ask }: Telling, at: string, ann: Person): Promise<void> {
  const scopes = ['workspace:read', 'projects:read', 'projects:write', 'usage:read', 'usage:write']
  const made = await ask(201, 'POST', `${at}/api-keys`, { as: ann.token, body: { name: 'Machine', scopes } })
  const { secret } = await ask(201, 'POST', `${at}/api-keys/${made.apiKey.id}/rotate`, { as: ann.token, body: { graceSeconds: 60 } })
  const other = await ask(201, 'POST', `${at}/api-keys`, { as: ann.token, body: { name: 'Other' } })
  await ask(204, 'DELETE', `${at}/api-keys/${other.apiKey.id}`, { as: ann.token })
  await ask(200, 'GET', `${at}/api-keys`, { as: ann.token })
  await ask(200, 'GET', '/v1/whoami', { as: secret })

  for (const as of [ann.token, secret]) {
    const project = await ask(201, 'POST', `${at}/projects`, { as, body: { name: 'Rocket' } })
    await ask(200, 'GET', `${at}/projects/${project.id}`, { as })
    await ask(200, 'PATCH', `${at}/projects/${project.id}`, { as, body: { name: 'Comet' } })
    await ask(200, 'GET', `${at}/projects`, { as })
    await ask(204, 'DELETE', `${at}/projects/${project.id}`, { as })
    for (const target of [at, `${at}/members`, `${at}/invitations`, '/v1/meters']) await ask(200, 'GET', target, { as })
  }

  const events = [{ id: 'e1', meter: 'storage', quantity: '100' }]
  mustBe('what is counted', (await ask(200, 'POST', '/v1/usage-events', { as: secret, body: { events } })).accepted, 1)
  for (const as of [ann.token, secret]) mustBe('usage', (await ask(200, 'GET', `${at}/usage`, { as })).total, 700)
  await ask(200, 'PUT', `${at}/payment-method`, { as: ann.token, body: { paymentMethodId: 'pm_card_visa' } })
  mustBe('what a deletion would charge', (await ask(200, 'GET', `${at}/invoices/upcoming`, { as: ann.token })).total, 700)
  await ask(200, 'GET', `${at}/invoices`, { as: ann.token })
}

/** A message is lost; the schedule finds its work. */
async function loseAndFind({ cloud, ask }: Telling, at: string, ann: Person): Promise<void> {
  await ask(200, 'POST', `${at}/invitations`, { as: ann.token, body: { emails: ['gil@example.com'] } })
  cloud.lose()
  cloud.passSeconds(120)
  await cloud.runSchedules()
  await cloud.deliver()
  mailTo(cloud, 'gil@example.com')
}

/** Deletes a workspace and returns its receipt once everything is done. */
async function remove({ cloud, ask }: Telling, at: string, name: string, by: Person) {
  const { id } = await ask(202, 'DELETE', `${at}?confirm=${encodeURIComponent(name)}`, { as: by.token })
  await cloud.deliver()
  const receipt = await ask(200, 'GET', `/v1/deletions/${id}`, { as: by.token })
  mustBe('the deletion', receipt.status, 'completed')
  return receipt
}

/** The workspace is deleted: the invoice is right, charged and mailed. */
async function part(telling: Telling, at: string, ann: Person): Promise<void> {
  const { cloud, ask } = telling
  const { invoiceId, workspaceId } = await remove(telling, at, 'Blue Team', ann)
  mustBe('the invoice', (await ask(200, 'GET', `/v1/invoices/${invoiceId}`, { as: ann.token })).status, 'paid')
  mustBe(
    'the charges',
    cloud.charges(workspaceId).map(({ amount, status }) => [amount, status]),
    [[700, 'succeeded']],
  )
  mustBe('my invoices', (await ask(200, 'GET', '/v1/me/invoices', { as: ann.token })).data.length, 1)
  if (!/7\.00/.test(mailTo(cloud, ann.email).text ?? '')) throw new Error('The invoice did not come by e-mail')
}

/** A second workspace is deleted without a payment method; its invoice is paid afterwards. */
async function payLater(telling: Telling, ann: Person): Promise<void> {
  const { ask } = telling
  const { id } = await ask(201, 'POST', '/v1/workspaces', { as: ann.token, body: { name: 'Red' } })
  const { secret } = await ask(201, 'POST', `/v1/workspaces/${id}/api-keys`, { as: ann.token, body: { name: 'Machine' } })
  await ask(200, 'POST', '/v1/usage-events', { as: secret, body: { events: [{ id: 'e1', meter: 'storage', quantity: '100' }] } })
  const { invoiceId } = await remove(telling, `/v1/workspaces/${id}`, 'Red', ann)
  const paid = await ask(200, 'POST', `/v1/invoices/${invoiceId}/pay`, { as: ann.token, body: { paymentMethodId: 'pm_card_visa' } })
  mustBe('the invoice', [paid.status, paid.total], ['paid', 700])
}
