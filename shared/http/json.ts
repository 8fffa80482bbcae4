declare global {
  // In V8 since 11.4 (Node 21), but not in TypeScript's libraries: https://github.com/tc39/proposal-json-parse-with-source
  interface JSON {
    rawJSON(text: string): object
  }
}

const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? JSON.rawJSON(String(value)) : value)

/** JSON as it is answered: a bigint becomes a number with all of its digits. */
export const toJson = (value: unknown): string => JSON.stringify(value, exact)
