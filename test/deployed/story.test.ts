import { beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { triggers, workers } from '#functions/workers.ts'
import { takesApiKeys } from '#shared/http/operation.ts'
import { builtDeployment } from './built.ts'
import { type Cloud, type MadeCall, openCloud } from './cloud.ts'
import type { Told } from './execution-environment.ts'
import { asksOthers, asksSomebody, inSilence, type Silent } from './silence.ts'
import { walkThrough } from './story.ts'

let cloud: Cloud
beforeAll(async () => {
  cloud = await openCloud(await builtDeployment())
  return () => cloud.close()
})

let isTold = false
const whole = ({ skip }: TestContext) => skip(!isTold, 'the story did not come to its end')

test('the story walks through the deployed functions', async () => {
  const started = cloud.startAll(2)
  await walkThrough(cloud)
  await started
  isTold = true
})

describe('in the story', () => {
  const addIt = 'add a step to test/deployed/story.ts for each of these'

  test('every kind of permitted caller called every operation, and was admitted', (context) => {
    whole(context)
    const good = cloud.calls
      .filter(({ status = 0 }) => status >= 200 && status < 400)
      .map(({ functionName, by }) => `${functionName} by ${by}`)
    const wanted = operations.flatMap(({ name, access }) =>
      access.kind === 'open'
        ? [`${name} by nobody`]
        : [...(access.kind === 'apiKey' ? [] : [`${name} by person`]), ...(takesApiKeys(access) ? [`${name} by apiKey`] : [])],
    )

    expect(
      wanted.filter((each) => !good.includes(each)),
      addIt,
    ).toEqual([])
  })

  test('every worker and every trigger ran', (context) => {
    whole(context)
    const ran = cloud.calls.map(({ functionName }) => functionName)

    const silent = [...workers, ...triggers].map(({ name }) => name).filter((name) => !ran.includes(name))

    expect(silent, addIt).toEqual([])
  })

  test('no function’s role refused it anything, and none called an unknown host', () => {
    expect(cloud.refusals).toEqual([])
  })

  test('no function logged a failure', (context) => {
    whole(context)
    const failures = [...cloud.logs()].flatMap(([name, log]) =>
      log.split('\n').flatMap((line) => (/"level":"(ERROR|WARN)"|Error:/.test(line) ? `${name}: ${line}` : [])),
    )

    expect(failures).toEqual([])
  })
})

test('no operation that is not open admits anyone without a valid token', async () => {
  const guarded = operations.filter(({ access }) => access.kind !== 'open')
  const answers = await Promise.all(
    guarded.map(async ({ name, method, path }) => {
      const statuses = []
      for (const as of [undefined, 'atr_forged', 'forged'])
        statuses.push((await cloud.ask(method, path.replace(/\{\w+\}/g, 'x'), { as })).body.code)
      return `${name} ${[...new Set(statuses)]}`
    }),
  )

  expect(answers).toEqual(guarded.map(({ name }) => `${name} unauthenticated`))
})

test('invalid content is refused in words', async () => {
  const { status, body } = await cloud.ask('POST', '/v1/invitations/lookup', { body: { token: 1, more: true } })

  expect(status).toBe(400)
  expect(body.errors).toEqual([
    { pointer: '/token', detail: 'Send a string.' },
    { pointer: '/more', detail: 'Unknown field. Remove it.' },
  ])
})

test('the invitation page carries its whole script, and the policy that lets it run', async () => {
  const { body, headers } = await cloud.ask('GET', '/invitations')

  const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(body) ?? []
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))).toString('base64')

  expect(headers['content-security-policy']).toContain(`script-src 'sha256-${digest}'`)
  expect(() => new Function(script)).not.toThrow()
})

describe('when nobody answers', () => {
  /**
   * One call per function from the story: one that made requests besides those to the table, or else any that made requests, if there is
   * one.
   */
  const calls = (): MadeCall[] =>
    [...Map.groupBy(cloud.made, ({ fn }) => fn.name).values()].flatMap(
      (those) => those.find(asksOthers) ?? those.find(asksSomebody) ?? those[0] ?? [],
    )

  /** Repeats all of them, a few at a time. */
  async function allEnded(silent: Silent, among: readonly MadeCall[]): Promise<ReadonlyMap<string, Told>> {
    const ended = new Map<string, Told>()
    const waiting = [...among]
    const next = async () => {
      for (let call = waiting.shift(); call; call = waiting.shift()) ended.set(call.fn.name, await inSilence(call, silent, cloud))
    }
    await Promise.all(Array.from({ length: 6 }, next))
    return ended
  }

  /** A function that Lambda had to stop did not end by itself. */
  function expectInTime({ fn }: MadeCall, { failed, milliseconds }: Told): void {
    expect(failed?.message ?? '', fn.name).not.toContain('Task timed out')
    expect(milliseconds, fn.name).toBeLessThan(fn.timeoutSeconds * 970)
  }

  let ended: Promise<ReadonlyMap<string, Told>> | undefined
  test.for([...operations, ...workers, ...triggers].map(({ name }) => name))('%s ends well within its time', async (name, context) => {
    whole(context)
    ended ??= allEnded('everybody', calls())
    const told = (await ended).get(name)
    const call = calls().find(({ fn }) => fn.name === name)
    if (!told || !call) throw new Error(`The story never calls ${name}: add a step in which it runs to test/deployed/story.ts`)

    expectInTime(call, told)
    const isWaitedFor = operations.some((operation) => operation.name === name) && asksSomebody(call)
    if (isWaitedFor) expect(JSON.parse(told.answered!)).toMatchObject({ statusCode: 503 })
  })

  test('functions that call others besides the table end well within their time when only those are silent', async (context) => {
    whole(context)
    const those = calls().filter(asksOthers)

    const ended = await allEnded('all but the table', those)

    expect(those.map(({ fn }) => fn.name)).toEqual(expect.arrayContaining(['sendMail', 'runDeletion', 'createInvitations', 'payInvoice']))
    for (const call of those) {
      const told = ended.get(call.fn.name)!
      expectInTime(call, told)
      // A committed change needs no queue to be answered; only payments are waited for.
      const isPayment = call.exchanges.some(({ request }) => request.host === 'api.stripe.com')
      const isWaitedFor = operations.some(({ name }) => name === call.fn.name)
      const wanted = isPayment ? 503 : call.returned?.statusCode
      if (isWaitedFor) expect([call.fn.name, JSON.parse(told.answered!).statusCode]).toEqual([call.fn.name, wanted])
    }
  })
})

test('a token that is known ends by the clock, and then the keys are an hour old and fetched again', async () => {
  const ann = { sub: 'ann-of-one-hour', email: 'ann-of-one-hour@example.com', name: 'Ann' }
  const ask = async (as: string) => (await cloud.ask('GET', '/v1/whoami', { as })).status
  const token = await cloud.signIn(ann)
  const seen = [await ask(token), await ask(token), await ask(`${token.slice(0, -4)}AAAA`), await ask(token)]

  cloud.passSeconds(3_601)
  const later = [await ask(token), await ask(await cloud.signIn(ann))]

  expect({ seen, later }).toEqual({ seen: [200, 200, 401, 200], later: [401, 200] })
})
