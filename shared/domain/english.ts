import * as z from 'zod/mini'

const kinds: ReadonlyMap<string, string> = new Map([
  ['array', 'an array'],
  ['boolean', 'true or false'],
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['object', 'an object'],
  ['string', 'a string'],
])

const units: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['array', ['entry', 'entries']],
  ['string', ['character', 'characters']],
])

/** A bound as it is told: of a text in characters, of a list in entries, of a number as it is. */
const sized = (which: 'least' | 'most', origin: string, bound: number | bigint): string => {
  const unit = units.get(origin)?.[Number(bound) === 1 ? 0 : 1]
  return unit === undefined ? `a value of at ${which} ${bound}` : `at ${which} ${bound} ${unit}`
}

/** What a value is to be, where its schema has no words of its own for it: one sentence that says what to send. */
function advice(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'This field is required.' : `Send ${kinds.get(issue.expected) ?? 'another type of value'}.`
    case 'invalid_value':
      return `Send ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}.`
    case 'too_small':
      return `Send ${sized('least', issue.origin, issue.minimum)}.`
    case 'too_big':
      return `Send ${sized('most', issue.origin, issue.maximum)}.`
    case 'unrecognized_keys':
      return 'Unknown field. Remove it.'
    default:
      return 'This value has the wrong form. The document at /v1/openapi.json describes what to send.'
  }
}

// The library's own words are written for programmers, and zod/mini has none but "Invalid input". Not as its language (`localeError`):
// whatever loads the whole of zod afterwards sets that to English.
z.config({ customError: advice })
