import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import '#shared/domain/english.ts'

const saidOf = (schema: z.ZodMiniType, value: unknown): string | undefined => schema.safeParse(value).error?.issues[0]?.message

test.each<[string, z.ZodMiniType, unknown, string]>([
  ['a field that is missing', z.string(), undefined, 'This field is required.'],
  ['no array', z.array(z.string()), 'a', 'Send an array.'],
  ['no boolean', z.boolean(), 'a', 'Send true or false.'],
  ['no integer', z.int(), 1.5, 'Send a whole number.'],
  ['no number', z.number(), 'a', 'Send a number.'],
  ['no object', z.object({}), 'a', 'Send an object.'],
  ['no text', z.string(), 1, 'Send a string.'],
  ['a type without a name', z.bigint(), 'a', 'Send another type of value.'],
  ['another literal', z.literal('a'), 'b', 'Send "a".'],
  ['none of several', z.enum(['a', 'b']), 'c', 'Send one of "a", "b".'],
  ['a short text', z.string().check(z.minLength(1)), '', 'Send at least 1 character.'],
  ['a long text', z.string().check(z.maxLength(2)), 'abc', 'Send at most 2 characters.'],
  ['a short list', z.array(z.string()).check(z.minLength(2)), [], 'Send at least 2 entries.'],
  ['a long list', z.array(z.string()).check(z.maxLength(1)), ['a', 'b'], 'Send at most 1 entry.'],
  ['a small number', z.number().check(z.minimum(0)), -1, 'Send a value of at least 0.'],
  ['a large number', z.number().check(z.maximum(5)), 6, 'Send a value of at most 5.'],
  ['an unknown field', z.strictObject({}), { a: 1 }, 'Unknown field. Remove it.'],
  [
    'a wrong form',
    z.string().check(z.regex(/^a$/)),
    'b',
    'This value has the wrong form. The document at /v1/openapi.json describes what to send.',
  ],
])('%s is told in one sentence that says what to send', (_, schema, value, sentence) => {
  expect(saidOf(schema, value)).toBe(sentence)
})
