import { domainToASCII } from 'node:url'
import * as z from 'zod/mini'
import { lowerCase } from './characters.ts'

const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
/** The only ASCII characters in a domain are letters, digits, dots and hyphens: the URL parser would decode `%41` and cut at `/`. */
const domainCharacters = /^[a-z0-9.\u0080-\u{10ffff}-]+$/iu

/** A domain in its `xn--` form and lower case, or undefined if it is no domain. */
function asciiDomain(domain: string): string | undefined {
  if (!domainCharacters.test(domain)) return undefined
  const ascii = domainToASCII(domain)
  const labels = ascii.split('.')
  return labels.length > 1 && labels.every((l) => label.test(l)) && !/\.\d+$/.test(ascii) ? ascii : undefined
}

/** The address as mail is sent to it: the local part as given, the domain in its `xn--` form; undefined if the text is no address. */
export function deliverableEmail(text: string): string | undefined {
  if (text.length > 320) return undefined
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const domain = at !== -1 && local.length <= 64 && localPart.test(local) ? asciiDomain(text.slice(at + 1)) : undefined
  return domain && local.length + domain.length < 254 ? `${local}@${domain}` : undefined
}

/**
 * The form in which addresses are compared: lower case (ASCII only), the domain in its `xn--` form; undefined if the text is no address.
 */
export function canonicalEmail(text: string): string | undefined {
  const email = deliverableEmail(text)
  return email && lowerCase(email)
}

/** `name+tag@…` → `name@…`: many mail services deliver both to one mailbox, many do not, so use it for counting only. */
export const withoutTag = (email: string): string => email.replace(/^([^+@]+)\+[^@]*@/, '$1@')

/** An address from a request, trimmed, otherwise as given. */
export const emailSchema = z
  .string()
  .check(
    z.trim(),
    z.maxLength(320, 'An e-mail address can have at most 254 characters.'),
    z.refine(
      (text) => canonicalEmail(text) !== undefined,
      'This is not a valid e-mail address. Write it as name@example.com, with only ASCII characters before the @.',
    ),
  )
  .register(z.globalRegistry, { description: 'An e-mail address with an ASCII local part', examples: ['ann@example.com'] })
