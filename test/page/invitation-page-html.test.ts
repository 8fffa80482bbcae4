import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { lowerCase } from '#shared/domain/characters.ts'
import { invitationPage } from '#shared/page/invitation-page.ts'
import { createWorld } from '#test/support/world.ts'

const ISSUER = 'https://cognito-idp.eu-central-1.amazonaws.com'
const SIGN_IN = 'https://atrium.auth.eu-central-1.amazoncognito.com'

describe('the invitation page', () => {
  test('allows its own script and style by hash, the issuer by origin and nothing else', () => {
    const { html, headers } = invitationPage({ issuerOrigin: ISSUER, connectOrigins: [SIGN_IN, ISSUER] })

    const policy = headers['content-security-policy']?.split('; ')

    expect(policy).toEqual([
      "default-src 'none'",
      `script-src '${hashOf(inline(html, 'script'))}'`,
      `style-src '${hashOf(inline(html, 'style'))}'`,
      `connect-src 'self' ${ISSUER} ${SIGN_IN}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
  })

  test('compares addresses in its script as the service does, by a function of the domain', () => {
    const script = inline(invitationPage({ issuerOrigin: ISSUER }).html, 'script')

    expect(script.endsWith(`)(${lowerCase.toString()})`)).toBe(true)
    expect(script).not.toMatch(/email\.toLowerCase|who\.toLowerCase/)
  })

  test('may not be cached or framed, and sends no referrer', async () => {
    const { headers } = await (await createWorld()).call('invitationPage')

    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    })
  })

  test('loads nothing and stays below 20 KiB', () => {
    const { html } = invitationPage({ issuerOrigin: ISSUER })

    const loaded = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address)

    expect(loaded).toEqual([expect.stringMatching(/^data:image\/svg\+xml,/)])
    expect(inline(html, 'style')).not.toMatch(/@import|url\(/)
    expect(html.replace(inline(html, 'script'), '')).not.toMatch(/<[^>]+ (style|on[a-z]+)=/)
    expect(Buffer.byteLength(html)).toBeLessThan(20 * 1024)
  })

  test.each(['https://issuer.example/pool', "https://issuer.example; script-src 'unsafe-inline'", '*', ''])(
    'refuses %j as an origin',
    (text) => {
      expect(() => invitationPage({ issuerOrigin: text })).toThrow(TypeError)
      expect(() => invitationPage({ issuerOrigin: ISSUER, connectOrigins: [text] })).toThrow(TypeError)
    },
  )

  test('has a script that stands alone, as written and as bundled', async () => {
    const asWritten = inline(invitationPage({ issuerOrigin: ISSUER }).html, 'script')
    const asBundled = inline((await bundledPage())({ issuerOrigin: ISSUER }).html, 'script')

    const titles = [asWritten, asBundled].map(titleWithoutInvitation)

    expect(titles).toEqual(['There is no invitation here', 'There is no invitation here'])
    expect(asBundled.length).toBeLessThan(asWritten.length)
  })
})

const inline = (html: string, tag: 'script' | 'style'): string => {
  const [, source, ...more] = html.split(new RegExp(`</?${tag}>`))
  expect(more).toHaveLength(1)
  return source ?? ''
}

const hashOf = (source: string): string => `sha256-${createHash('sha256').update(source).digest('base64')}`

/** The function as it is deployed: bundled and minified. */
const bundledPage = async (): Promise<typeof invitationPage> => {
  const entryPoints = [new URL('../../shared/page/invitation-page.ts', import.meta.url).pathname]
  const built = await build({ entryPoints, bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node24', write: false })
  const module = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0]!.contents).toString('base64')}`)
  return module.invitationPage
}

/** Runs the script in a world that has nothing but what it names, where there is no token; returns the heading that it shows. */
const titleWithoutInvitation = (script: string): string => {
  const elements = new Map<string, FakeElement>()
  const element = (id: string) => elements.get(id) ?? elements.set(id, new FakeElement()).get(id)!
  runInNewContext(script, {
    location: { origin: 'https://atrium.example', pathname: '/invitations', hash: '', search: '' },
    history: { replaceState: () => undefined },
    sessionStorage: { getItem: () => null },
    document: { getElementById: element },
    addEventListener: () => undefined,
    scrollTo: () => undefined,
    URLSearchParams,
  })
  return element('title').children.join('')
}

class FakeElement {
  dataset = {}
  textContent = ''
  children: unknown[] = []
  removeAttribute = (): void => undefined
  focus = (): void => undefined
  replaceChildren = (...children: unknown[]): void => {
    this.children = children
  }
}
