import { globSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { triggers, workers } from '#functions/workers.ts'
import { permissions } from '#shared/domain/roles.ts'
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

test('no name is given twice, to an operation or to anything else', () => {
  expect(repeated([...operations, ...workers, ...triggers].map(({ name }) => name))).toEqual([])
})

test('no route is given twice, whatever its parameters are called', () => {
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

test('exactly the six operations of the contract honour Idempotency-Key', () => {
  expect(operations.filter(({ idempotent }) => idempotent).map(({ name }) => name)).toEqual([
    'createWorkspace',
    'createInvitations',
    'resendInvitation',
    'createProject',
    'createApiKey',
    'rotateApiKey',
  ])
})
