import * as z from 'zod/mini'

const maximum = 100
const control = /\p{Cc}/u

/** A name (of a workspace, project, API key, person): 1 to 100 code points after trimming, no control characters. */
export const nameSchema = z
  .string()
  .check(
    z.trim(),
    z.refine((name) => name !== '', 'A name has at least one character.'),
    z.refine((name) => [...name].length <= maximum, `A name has at most ${maximum} characters.`),
    z.refine((name) => !control.test(name), 'A name has no control characters.'),
    z.refine((name) => name.isWellFormed(), 'A name is well-formed Unicode.'),
  )
  .register(z.globalRegistry, { description: '1 to 100 characters after trimming, no control characters', examples: ['Blue Team'] })

const cut = (text: string): string => [...text].slice(0, maximum).join('').trim()

const cleaned = (text: string): string =>
  cut(
    text
      .toWellFormed()
      .replace(/\p{Cc}+/gu, ' ')
      .trim(),
  )

/** The name of a person who gave none: the token's name, else the part of the e-mail before the `@`, cleaned and cut to the rule. */
export const nameFromClaims = (claimed: string | undefined, email: string): string =>
  cleaned(claimed ?? '') || cleaned(email.slice(0, email.lastIndexOf('@')))
