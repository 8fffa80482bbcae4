import { beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { triggers, workers } from '#functions/workers.ts'
import { takesApiKeys } from '#shared/http/operation.ts'
import { builtDeployment } from './built.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { walkThrough } from './story.ts'

let cloud: Cloud
beforeAll(async () => {
  cloud = await openCloud(await builtDeployment())
  return () => cloud.close()
})

let isTold = false

test('the story walks through the deployed functions', async () => {
  const started = cloud.startAll(2)
  await walkThrough(cloud)
  await started
  isTold = true
})

describe('in the story', () => {
  const whole = ({ skip }: TestContext) => skip(!isTold, 'the story did not come to its end')
  const addIt = 'add a step to test/deployed/story.ts for each of these'

  test('everybody who may asked every operation, and was let in', (context) => {
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

  test('no function was refused anything by its role, or asked anybody who is not there', () => {
    expect(cloud.refusals).toEqual([])
  })

  test('no function had a failure to log', (context) => {
    whole(context)
    const failures = [...cloud.logs()].flatMap(([name, log]) =>
      log.split('\n').flatMap((line) => (/"level":"(ERROR|WARN)"|Error:/.test(line) ? `${name}: ${line}` : [])),
    )

    expect(failures).toEqual([])
  })
})

test('nobody is let in without a good token, by any operation that is not open', async () => {
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

test('what is sent is checked in words', async () => {
  const { status, body } = await cloud.ask('POST', '/v1/invitations/lookup', { body: { token: 1, more: true } })

  expect(status).toBe(400)
  expect(body.errors).toEqual([
    { pointer: '/token', detail: 'Invalid input: expected string, received number' },
    { pointer: '/more', detail: 'Unknown field: leave it out.' },
  ])
})

test('the invitation page carries a whole script, and the policy that lets it run', async () => {
  const { body, headers } = await cloud.ask('GET', '/invitations')

  const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(body) ?? []
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))).toString('base64')

  expect(headers['content-security-policy']).toContain(`script-src 'sha256-${digest}'`)
  expect(() => new Function(script)).not.toThrow()
})
