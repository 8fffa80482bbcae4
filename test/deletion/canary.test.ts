import { expect, test } from 'vitest'
import { departure, finish } from '../support/departure.ts'
import { allRows, kindOf, type Row } from '../support/invariants.ts'
import { type Answer, signUp, tokenOf, type World } from '../support/world.ts'

/** A text that occurs nowhere else, fit for any field. */
const canary = (field: string) => `canary-${field}-7f3a9c`

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Set ? [...value] : value)
const textOf = (part: unknown): string => JSON.stringify(part, plain).toLowerCase()

/** Notes every message that goes to a queue, those included that fail until they are in the dead-letter queue. */
function watchQueues({ services }: World): object[] {
  const seen: object[] = []
  const { queue } = services
  Object.assign(services, {
    queue: {
      enqueue: (...sent: Parameters<typeof queue.enqueue>) => {
        seen.push(...sent[1])
        return queue.enqueue(...sent)
      },
    },
  })
  return seen
}

/** Puts a text of its own into every field of a workspace that a person or a key can fill. Answers each, with the kinds of rows that may keep it. */
async function fillEverything() {
  const d = await departure()
  const { world, path } = d
  const queued = watchQueues(world)
  const admin = await signUp(world, `${canary('admin')}@example.com`, canary('admin-name'))
  const at = (name: string, body: object, rest: object = {}) => d.here(name, { as: admin.token, body, ...rest })
  const headers = (field: string) => ({ headers: { 'idempotency-key': canary(field) } })
  const made = await world.call('createWorkspace', { as: admin.token, body: { name: canary('first-name') }, ...headers('create') })
  path.workspaceId = made.body.id

  await at('updateWorkspace', { name: canary('name') })
  const guest = `${canary('guest')}@example.com`
  const member = `${canary('member')}@example.com`
  await at('createInvitations', { emails: [guest, member] }, headers('invite'))
  world.mailError = new Error(`Refused: ${guest} ${canary('name')}`)
  await world.run('sendMail', queued.splice(0, 1))
  world.mailError = undefined
  await d.mail()
  const links = [guest, member].map((email) => world.linkToken(email))
  await world.call('acceptInvitation', { as: tokenOf(member, { name: canary('member-name') }), body: { token: links[1] } })
  const project = await at('createProject', { name: canary('first-project') }, headers('project'))
  await at('updateProject', { name: canary('project') }, { path: { projectId: project.body.id } })
  await at('updateProject', { name: canary('project'), nonsense: canary('field') }, { path: { projectId: canary('id') } })
  const key = await at('createApiKey', { name: canary('key'), scopes: ['usage:write'] }, headers('key'))
  const next = await at('rotateApiKey', { graceSeconds: 60 }, { path: { apiKeyId: key.body.apiKey.id } })
  const event = { id: canary('event'), meter: 'storage', quantity: 10 }
  const report = (events: object[]) => world.call('reportUsage', { as: next.body.secret, body: { events } })
  const reported = [await report([event]), await report([{ ...event, id: canary('bad-event'), meter: canary('meter') }])]
  await at('setPaymentMethod', { paymentMethodId: canary('no-card') })
  const card = await at('setPaymentMethod', { paymentMethodId: 'pm_card_visa' })
  expect(statusesOf([made, project, key, next, ...reported, card])).toEqual([201, 201, 201, 201, 200, 400, 200])

  const fields = [
    'first-name',
    'create',
    'invite',
    'guest',
    'first-project',
    'project',
    'field',
    'id',
    'key',
    'event',
    'bad-event',
    'meter',
  ]
  const nowhere = [...fields.map(canary), canary('no-card'), key.body.secret, next.body.secret, ...links] as string[]
  const people = ['admin', 'admin-name', 'member', 'member-name'].map(canary)
  const erase = () => d.here('deleteWorkspace', { as: admin.token, query: { confirm: canary('name') } })
  return { ...d, queued, nowhere, people, name: canary('name'), eraseIt: erase }
}

const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status)

const kindsWith = (rows: readonly Row[], text: string) => [
  ...new Set(rows.flatMap((row) => (textOf(row).includes(text.toLowerCase()) ? [kindOf(row)] : []))),
]

test('nothing typed into a workspace is left once it is deleted: not in the table, a queue, a dead-letter queue or a log', async () => {
  const { world, path, nowhere, people, name, queued, eraseIt } = await fillEverything()
  /** All rows but those of the default workspaces, which are none of this. */
  const rowsNow = async () =>
    (await allRows(world.services.table)).filter(({ pk }) => !pk.startsWith('WORKSPACE#') || pk.endsWith(path.workspaceId))
  const before = await rowsNow()

  expect((await eraseIt()).status).toBe(202)
  world.mailError = new Error(`Refused: ${people.join(' ')}`)
  await finish(world, path.workspaceId)
  await world.run('sendMail')
  world.mailError = undefined
  world.passSeconds(61)
  await world.run('cleanUp')
  await world.run('sendMail')

  const after = await rowsNow()
  const kept = [...people, name, ...['guest', 'project', 'key'].map(canary)]
  expect(kept.filter((text) => kindsWith(before, text).length === 0)).toEqual([])
  for (const text of nowhere) expect([text, kindsWith(after, text)]).toEqual([text, []])
  for (const text of people) expect([text, kindsWith(after, text)]).toEqual([text, ['Account']])
  expect(kindsWith(after, name).sort()).toEqual(['Deletion', 'Invoice'])
  expect(queued.length).toBeGreaterThan(0)
  expect(world.logs.length).toBeGreaterThan(0)
  for (const text of [...nowhere, ...people, name])
    for (const place of [queued, world.logs]) expect(textOf(place)).not.toContain(text.toLowerCase())
})
