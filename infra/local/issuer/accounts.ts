import { createHash } from 'node:crypto'
import { comparable } from '../addresses.ts'
import { openJournal } from '../journal.ts'

/** Someone who has signed in here. `email` is spelled as it was first entered. */
export interface Person {
  readonly sub: string
  readonly email: string
  readonly name?: string
}

/** Everyone who has ever signed in on this DATA_DIR. */
export interface People {
  find(sub: string): Person | undefined
  /** Signs in with an e-mail address, for the first time or again. A name replaces the previous one. */
  signIn(email: string, name?: string): Person
}

/** What an e-mail address must look like to sign in: one `@`, something on both sides, no space. Atrium itself is stricter. */
export const isEmail = (text: string): boolean => text.length <= 254 && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text)

/**
 * The subject is derived from the e-mail address alone, which is normalized as Atrium compares addresses: it stays the same after a
 * restart, on another port and on an empty DATA_DIR.
 */
const subjectOf = (email: string): string => createHash('sha256').update(comparable(email)).digest('base64url').slice(0, 22)

/** Opens the list of people, stored at `path`. */
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
