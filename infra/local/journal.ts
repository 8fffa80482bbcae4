import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** Entries that outlive the process, in the order in which they were added. */
export interface Journal<T> {
  readonly entries: readonly T[]
  /** Adds an entry. Once this returns, the entry survives a kill of the process. */
  append(entry: T): void
}

const parsed = (line: string): unknown[] => {
  try {
    return [JSON.parse(line)]
  } catch {
    return [] // cut off when the process was killed: it was never acknowledged
  }
}

/** Opens a file with one JSON value per line, readable by its owner only, and reads its entries. */
export function openJournal<T>(path: string): Journal<T> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const entries = text.split('\n').flatMap(parsed) as T[]
  if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n')
  const append = (entry: T) => {
    appendFileSync(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
    entries.push(entry)
  }
  return { entries, append }
}
