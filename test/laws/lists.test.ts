import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { cleanUp } from '#functions/workers/clean-up.ts'
import { triggers, workers } from '#functions/workers.ts'
import { permissions, roles, scopes } from '#shared/domain/roles.ts'
import type { Access } from '#shared/http/operation.ts'

const functions = join(import.meta.dirname, '../../functions')
const files = globSync('*/*.ts', { cwd: functions }).sort()
const lists: readonly (readonly object[])[] = [operations, workers, triggers]

/** `create-account.ts` → `createAccount` */
const camelCase = (file: string): string => file.replace(/^.*\/|\.ts$/g, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const repeated = (texts: readonly string[]): string[] => texts.filter((text, i) => texts.indexOf(text) !== i)

test.each(files)('functions/%s declares one function, named as its file, on exactly one list', async (file) => {
  const exported: Record<string, object> = await import(join(functions, file))

  expect(Object.keys(exported)).toEqual([camelCase(file)])
  const [declared] = Object.values(exported)
  expect(declared).toMatchObject({ name: camelCase(file) })
  expect(lists.flat().filter((listed) => listed === declared)).toHaveLength(1)
})

test('every function of a list has a file', () => {
  expect(lists.flat()).toHaveLength(files.length)
})

/** Queues whose lost messages nobody asks for again, and why that does no harm. */
const neverAskedForAgain: Readonly<Record<string, string>> = {}

test('what any queue loses is asked for again by the clean-up', () => {
  const asked: readonly string[] = cleanUp.sendsTo ?? []
  const used = new Set([...operations, ...workers, ...triggers].flatMap(({ sendsTo = [] }): readonly string[] => sendsTo))
  const lost = [...used].filter((queue) => !asked.includes(queue) && !(queue in neverAskedForAgain))

  expect(
    lost,
    'let functions/workers/clean-up.ts find what is due and send it to these (and add them to its sendsTo), or say in neverAskedForAgain why not',
  ).toEqual([])
})

test('every name is unique, of operations and of everything else', () => {
  expect(repeated([...operations, ...workers, ...triggers].map(({ name }) => name))).toEqual([])
})

test('every route is unique, whatever its parameters are called', () => {
  expect(repeated(operations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`))).toEqual([])
})

test.each(operations)('$name reads the table, unless it is open', ({ services, access }) => {
  expect(access.kind === 'open' || services.includes('table')).toBe(true)
})

test.each(operations)('$name has the workspace in its path exactly where access asks for it', ({ path, access }) => {
  expect(path.includes('{workspaceId}')).toBe(access.kind === 'workspace' || access.kind === 'member')
})

test.each(operations)('$name asks for a permission of the table of roles, where it asks for one', (operation) => {
  const access: Access = operation.access

  if ('permission' in access) expect(Object.keys(permissions)).toContain(access.permission)
})

test.each(operations)('$name has a summary and a tag, and a path below /v1 unless it is a page', ({ summary, tag, path, produces }) => {
  expect(summary).toMatch(/^[A-Z].{5,}[^.]$/)
  expect(tag).toMatch(/^[A-Z]/)
  expect(path.startsWith('/v1/') || produces === 'text/html').toBe(true)
})

/** A POST that changes nothing when it is repeated, and why: it needs no Idempotency-Key. docs/api.md names them. */
const safeToRepeat: Readonly<Record<string, string>> = {
  createAccount: 'the account follows from the token',
  lookUpInvitation: 'it only reads',
  acceptInvitation: 'whoever is in gets the same answer',
  declineInvitation: 'what is declined is gone',
  reportUsage: 'an event counts once by its id',
  payInvoice: 'an invoice is charged once',
}

test.each(operations)(
  '$name honours Idempotency-Key if it is a POST that a repetition would do twice, and only then',
  ({ name, method, idempotent }) => {
    const isNeeded = method === 'POST' && !(name in safeToRepeat)

    expect(
      idempotent ?? false,
      isNeeded
        ? 'declare it idempotent, or say in safeToRepeat and docs/api.md why it need not be'
        : 'it is safe to repeat: take `idempotent` out',
    ).toBe(isNeeded)
  },
)

const api = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')

/** The operations that docs/api.md names between two pieces of text. */
const namedBetween = (before: string, after: string): string[] => {
  const [, rest = ''] = api.replace(/\s+/g, ' ').split(before)
  return [...(rest.split(after)[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name).sort()
}

test('docs/api.md names every POST that is safe to repeat without an Idempotency-Key', () => {
  expect(namedBetween('Every `POST` honours an `Idempotency-Key`, except', ', which')).toEqual(Object.keys(safeToRepeat).sort())
  expect(operations.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(safeToRepeat)))
})

test('docs/api.md names every operation that a person without an account can call', () => {
  const letsIn = operations.filter(({ access }) => access.kind === 'person' || access.kind === 'token').map(({ name }) => name)

  expect(namedBetween('A person without an account can call', '; anything else')).toEqual(letsIn.sort())
})

test('docs/api.md has the roles and scopes of the table of roles', () => {
  const scopesNamed = [...api.matchAll(/`(\w+:\w+)`/g)].map(([, scope]) => scope)

  expect(scopesNamed).toEqual(expect.arrayContaining([...scopes]))
  expect(api).toContain(`| may | ${roles.join(' | ')} | API key scope |`)
})
