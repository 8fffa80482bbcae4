import * as z from 'zod/mini'
import { isVisible, turning, withoutTowers } from './characters.ts'

const maximum = 100
const control = /\p{Cc}/u

/** A rule for names; once one is broken the later ones are skipped, so that a field has one error. */
const rule = (holds: (name: string) => boolean, error: string) => z.refine<string>(holds, { error, abort: true })

/**
 * A name (of a workspace, project, API key, person), by the rule of docs/api.md (Requests and answers). Stored names from before the rule
 * stay as they are.
 */
export const nameSchema = z
  .string()
  .check(
    z.trim(),
    rule((name) => [...name].length <= maximum, `A name can have at most ${maximum} characters.`),
    rule((name) => !control.test(name), 'A name cannot contain control characters.'),
    rule((name) => !turning.test(name), 'A name cannot contain bidirectional overrides or isolates (U+202A–202E, U+2066–2069).'),
    rule(isVisible, 'A name must contain at least one visible character.'),
    rule((name) => withoutTowers(name) === name, 'A name can have at most four combining marks in a row.'),
    rule((name) => name.isWellFormed(), 'A name must be well-formed Unicode.'),
  )
  .register(z.globalRegistry, {
    description:
      '1 to 100 characters after trimming, at least one of them visible; no control characters, no bidirectional overrides or isolates, and at most four combining marks in a row',
    examples: ['Blue Team'],
  })

const cut = (text: string): string => [...text].slice(0, maximum).join('').trim()

/** A text cut and cleaned to satisfy the rule for names; empty if nothing of it is visible. */
function cleaned(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(new RegExp(turning, 'g'), '')
  const name = cut(withoutTowers(plain).trim())
  return isVisible(name) ? name : ''
}

/**
 * The name of a person who gave none: the token's name, else the part of the e-mail before the `@`, cut and cleaned to satisfy the rule.
 */
export const nameFromClaims = (claimed: string | undefined, email: string): string =>
  cleaned(claimed ?? '') || cleaned(email.slice(0, email.lastIndexOf('@')))
