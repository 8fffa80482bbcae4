import { isDeepStrictEqual } from 'node:util'
import type { Item } from '#shared/table/engine.ts'

/** The values of an expression's placeholders. */
export interface Expressed {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>
}

type Words = string[]

const wordsIn = (expression: string): Words => expression.match(/[#:]?\w+|<=|>=|[=<>+(),]/g) ?? []

/** Takes the next word, which must be the given one, if any. */
function take(words: Words, wanted?: string): string {
  const word = words.shift()
  if (word === undefined || (wanted !== undefined && word !== wanted)) throw new Error(`Expected ${wanted ?? 'a word'}, found ${word}`)
  return word
}

/** The value of an attribute or of a value placeholder; like DynamoDB, refuses an undefined placeholder. */
function meant(word: string, { ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Expressed, item: Item): unknown {
  if (word.startsWith('#')) return item[names?.[word] ?? '']
  if (values?.[word] === undefined) throw new Error(`An expression attribute value used in expression is not defined: ${word}`)
  return values[word]
}

/** Whether an item (`{}` if there is none) satisfies a condition as shared/table compiles it, by DynamoDB's rules. */
export function holds(condition: string, expressed: Expressed, item: Item): boolean {
  const words = wordsIn(condition)
  const value = () => meant(take(words), expressed, item)
  const answer = either()
  if (words.length > 0) throw new Error(`Not understood in ${condition}: ${words.join(' ')}`)
  return answer

  function either(): boolean {
    let result = both()
    while (words[0] === 'OR') {
      take(words)
      const next = both()
      result ||= next
    }
    return result
  }

  function both(): boolean {
    let result = one()
    while (words[0] === 'AND') {
      take(words)
      const next = one()
      result &&= next
    }
    return result
  }

  function one(): boolean {
    if (words[0] === '(') return inParentheses(either)
    if (words[0] === 'attribute_exists') return called(() => value() !== undefined)
    if (words[0] === 'attribute_not_exists') return called(() => value() === undefined)
    if (words[0] === 'contains') return called(() => isIn(...listed()))
    const left = value()
    const operator = take(words)
    return operator === 'IN'
      ? inParentheses(() => listed().some((each) => isDeepStrictEqual(left, each)))
      : compared(left, operator, value())
  }

  function listed(): unknown[] {
    const values = [value()]
    while (words[0] === ',') {
      take(words)
      values.push(value())
    }
    return values
  }

  function called(read: () => boolean): boolean {
    take(words)
    return inParentheses(read)
  }

  function inParentheses(read: () => boolean): boolean {
    take(words, '(')
    const result = read()
    take(words, ')')
    return result
  }
}

const isIn = (whole?: unknown, part?: unknown): boolean =>
  typeof whole === 'string'
    ? typeof part === 'string' && whole.includes(part)
    : Array.isArray(whole) && whole.some((each) => isDeepStrictEqual(each, part))

/** Values of different types are never equal and have no order. */
function compared(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '=') return isDeepStrictEqual(left, right)
  if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) return false
  const [a, b] = [left, right] as [string, string]
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  if (operator === '>') return a > b
  if (operator === '>=') return a >= b
  throw new Error(`Unknown operator ${operator}`)
}

/** An item after an update as shared/table compiles it. Every value is computed from the item before the update. */
export function changedItem(change: string, expressed: Expressed, item: Item): Item {
  const words = wordsIn(change)
  const next: Record<string, unknown> = { ...item }
  const name = (word: string) => expressed.ExpressionAttributeNames?.[word] ?? ''
  for (let clause = ''; words.length > 0; ) {
    const word = take(words)
    if (word === ',') continue
    if (['SET', 'ADD', 'REMOVE'].includes(word)) clause = word
    else if (clause === 'REMOVE') delete next[name(word)]
    else if (clause === 'ADD') next[name(word)] = added(item[name(word)] ?? 0, meant(take(words), expressed, item))
    else {
      take(words, '=')
      next[name(word)] = sum()
    }
  }
  return next

  function sum(): unknown {
    const left = operand()
    if (words[0] !== '+') return left
    take(words)
    return added(left, operand())
  }

  function operand(): unknown {
    const word = take(words)
    if (word !== 'if_not_exists') return meant(word, expressed, item)
    take(words, '(')
    const found = meant(take(words), expressed, item)
    take(words, ',')
    const otherwise = meant(take(words), expressed, item)
    take(words, ')')
    return found ?? otherwise
  }
}

const added = (left: unknown, right: unknown): number => Number(left) + Number(right)
