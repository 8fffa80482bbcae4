import type { Guard } from './guard-list.ts'

/** A source without one of its guards. Throws where the guard's text does not stand in it exactly once. */
export function mutated({ is, file, text, becomes }: Guard, source: string): string {
  const times = source.split(text).length - 1
  if (times !== 1)
    throw new Error(`${file}, "${is}": what is to be taken out stands there ${times} times; edit test/mutation/guard-list.ts: ${text}`)
  return source.replace(text, () => becomes)
}
