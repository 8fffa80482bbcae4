import { hash } from 'node:crypto'
import type { Person } from '../domain/person.ts'

/** What is kept of a token that was verified: who it stands for, and from when to when, in seconds since 1970. */
export interface Known {
  readonly person: Person
  readonly exp: number
  readonly nbf?: number | undefined
}

/** How many tokens are known at most, and how long a person may be, written as JSON, to be kept: a megabyte of text in all. */
const most = 1_000
const longest = 1_024

/** Whether a token is good at this second, by the same comparison that the verifier makes (aws-jwt-verify, `validateJwtFields`). */
export const isCurrent = ({ exp, nbf = 0 }: Pick<Known, 'exp' | 'nbf'>, second: number): boolean => nbf <= second && second <= exp

/** What a token is known by. The token itself is kept nowhere. */
export const hashOf = (token: string): string => hash('sha256', token, 'base64url')

/** The tokens that one key set has verified, by their hash, so that no signature is checked twice. The one used longest ago gives way. */
export class KnownTokens {
  readonly #byHash = new Map<string, Known>()

  /** The person of a token that is good at this second; undefined where it must be verified. */
  find(hash: string, second: number): Person | undefined {
    const known = this.#byHash.get(hash)
    if (!known) return undefined
    this.#byHash.delete(hash)
    if (!isCurrent(known, second)) return undefined
    this.#byHash.set(hash, known)
    return known.person
  }

  /** Notes a token that was verified. */
  add(hash: string, known: Known): void {
    if (JSON.stringify(known.person).length > longest) return
    this.#byHash.set(hash, known)
    const [oldest] = this.#byHash.keys()
    if (this.#byHash.size > most && oldest !== undefined) this.#byHash.delete(oldest)
  }
}
