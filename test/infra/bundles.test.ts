import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { bundleBesideBare, type Size } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'
import { httpEvent } from '#test/support/event.ts'

const environment = {
  AWS_REGION: 'eu-central-1',
  TABLE_NAME: 'atrium',
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'test',
  APP_URL: 'https://app.example',
  MAIL_FROM: 'no-reply@app.example',
  MAIL_QUEUE_URL: 'https://sqs.example/mail',
  DELETION_QUEUE_URL: 'https://sqs.example/deletion',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
}

const folder = mkdtempSync(join(tmpdir(), 'atrium-bundles-'))
let sizes: readonly Size[]

beforeAll(async () => {
  sizes = await bundleBesideBare(lists, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

type Ask = Parameters<typeof httpEvent>[1]
type Answer = { statusCode: number; headers: Record<string, string>; body: string }

const eventFor = (name: string, ask: Ask) => httpEvent(operations.find((each) => each.name === name)!, ask)

/** Calls functions from their bundles, in a process that has nothing else. */
async function call(...calls: [name: string, event: object][]): Promise<Answer[]> {
  const script = join(import.meta.dirname, 'run-bundle.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, JSON.stringify(calls)], { env: environment })
  return JSON.parse(stdout)
}

describe('the size of a bundle', () => {
  test.for([...lists.operations, ...lists.workers, ...lists.triggers].map(({ name }) => name))(
    'of %s is at most 1.4 times that of the bare clients that it needs',
    (name) => {
      const { bytes, bareBytes } = sizes.find((size) => size.name === name)!

      // A function without any client has nothing to be compared with.
      const limit = Math.max(1.4 * bareBytes, 160 * 1024)

      expect(bytes).toBeGreaterThan(0)
      expect(bytes).toBeLessThanOrEqual(limit)
    },
  )
})

describe('the bundle', () => {
  test('of every operation that is not open lets nobody in without a good token', async () => {
    const guarded = operations.filter(({ access }) => access.kind !== 'open').map(({ name }) => name)
    const asks: Ask[] = [{}, { as: 'atr_forged' }, { as: 'forged' }]

    const answers = await call(...guarded.flatMap((name) => asks.map((ask): [string, object] => [name, eventFor(name, ask)])))

    expect(answers).toHaveLength(3 * guarded.length)
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${JSON.parse(body).code}`))).toEqual(
      new Set(['401 unauthenticated']),
    )
  })

  test('of an operation checks what it is sent in words, as the handler does', async () => {
    const event = eventFor('lookUpInvitation', { body: { token: 1, more: true } })

    const [answer] = await call(['lookUpInvitation', event])

    expect(answer?.statusCode).toBe(400)
    expect(JSON.parse(answer!.body).errors).toEqual([
      { pointer: '/token', detail: 'Invalid input: expected string, received number' },
      { pointer: '/more', detail: 'Unknown field: leave it out.' },
    ])
  })

  test('of the invitation page carries a whole script, and the policy that lets it run', async () => {
    const [answer] = await call(['invitationPage', eventFor('invitationPage', {})])

    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(answer!.body) ?? []
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))).toString('base64')

    expect(answer?.headers['content-security-policy']).toContain(`script-src 'sha256-${digest}'`)
    expect(() => new Function(script)).not.toThrow()
  })

  test('of what is not there says so', async () => {
    const [answer] = await call(['notFound', { requestContext: { requestId: 'r' } }])

    expect([answer?.statusCode, JSON.parse(answer!.body).code]).toEqual([404, 'not_found'])
  })
})
