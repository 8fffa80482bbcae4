import { createHash } from 'node:crypto'
import { lowerCase } from '../domain/characters.ts'
import { client } from './client.ts'
import { markup } from './markup.ts'
import { style } from './style.ts'

/**
 * The page that an e-mailed link opens, the same one locally and deployed: one HTML document that loads nothing, and the headers that
 * hold it to that. Takes the origin of the issuer and, where sign-in lives elsewhere, the other origins that its discovery document names
 * (Cognito: the managed-login domain). Refuses what is no origin, so that nothing else gets into the policy.
 */
export function invitationPage({ issuerOrigin, connectOrigins = [] }: { issuerOrigin: string; connectOrigins?: readonly string[] }): {
  html: string
  headers: Record<string, string>
} {
  const script = `(${client.toString().replace(SPACE, '')})(${lowerCase.toString()})`
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
    `connect-src ${["'self'", ...new Set([issuerOrigin, ...connectOrigins].map(origin))].join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  return {
    html: markup({ style, script }),
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    },
  }
}

/** Indentation, comments (a line each) and what type stripping leaves behind: a third of the script, whose strings hold none of it. */
const SPACE = /^\s+(\/[/*].*)?|(?<= ) +| +$/gm

const sha256 = (source: string): string => `sha256-${createHash('sha256').update(source).digest('base64')}`

const origin = (text: string): string => {
  if (!URL.canParse(text) || new URL(text).origin !== text) throw new TypeError(`Not an origin: ${text}`)
  return text
}
