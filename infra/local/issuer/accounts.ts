import { createHash } from 'node:crypto'
import { comparable } from '../addresses.ts'
import { openJournal } from '../journal.ts'

/** Somebody who signed in here. `email` is as it was first given. */
export interface Person {
  readonly sub: string
  readonly email: string
  readonly name?: string
}

/** Everybody who ever signed in on this DATA_DIR. */
export interface People {
  find(sub: string): Person | undefined
  /** Signs an e-mail in, for the first time or again; a name replaces the one that was known. */
  signIn(email: string, name?: string): Person
}

/** What an e-mail must look like to be signed in with: one `@`, something on both sides, no space. Atrium itself is stricter. */
export const isEmail = (text: string): boolean => text.length <= 254 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text)

/**
 * The subject follows from the e-mail alone, as Atrium compares addresses: the same person after a restart, on another port, on an empty
 * DATA_DIR.
 */
const subjectOf = (email: string): string => createHash('sha256').update(comparable(email)).digest('base64url').slice(0, 22)

/** Opens the list of people, which is kept in `path`. */
export function openPeople(path: string): People {
  const journal = openJournal<Person>(path)
  const people = new Map(journal.entries.map((person) => [person.sub, person]))
  const signIn = (email: string, name?: string): Person => {
    const sub = subjectOf(email)
    const known = people.get(sub)
    if (known && (!name || name === known.name)) return known
    const person = { sub, email: known?.email ?? email, ...(name && { name }) }
    journal.append(person)
    people.set(sub, person)
    return person
  }
  return { find: (sub) => people.get(sub), signIn }
}
