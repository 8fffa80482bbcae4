import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { generated } from '#infra/docs/docs.ts'
import { referencePage } from '#infra/docs/reference/page.ts'
import { refusals } from '#shared/domain/refusals.ts'

const page = generated['docs/reference.html'] ?? ''
const openApi = () => JSON.parse(generated['docs/openapi.json'] ?? '')

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value)

/** The elements that are open where the text ends, or `x in y` where one ends that is not the innermost. */
function unclosed(html: string): string[] {
  const open: string[] = []
  for (const [, slash, name = ''] of html.replace(/<style>.*?<\/style>/s, '').matchAll(/<(\/?)(\w+)(?: [\w-]+(?:="[^"<>]*")?)*>/g)) {
    if (!slash && name !== 'meta') open.push(name)
    if (slash && open.pop() !== name) return [`</${name}> in ${open.join(' ')}`]
  }
  return open
}

test('the reference is well-formed: every element is closed where it belongs, every id is unique, every link has a target', () => {
  const ids = attributes(page, 'id')
  const outside = attributes(page, 'href').filter((target) => !target.startsWith('#'))

  expect(unclosed(page)).toEqual([])
  expect(page.replace(/<style>.*?<\/style>|<!doctype html>/gs, '').replace(/<\/?\w+(?: [\w-]+(?:="[^"<>]*")?)*>/g, '')).not.toMatch(/[<>]/)
  expect(ids).toHaveLength(new Set(ids).size)
  expect(attributes(page, 'href').filter((target) => target.startsWith('#') && !ids.includes(target.slice(1)))).toEqual([])
  expect(outside).toEqual(['api.md', 'openapi.json'])
})

test.each(operations)(
  'the reference has $name, with its route and every code that it can refuse with',
  ({ name, method, path, refuses }) => {
    const section = page.split('<section class="operation" id="').find((text) => text.startsWith(`${name}"`)) ?? ''

    expect(section).toContain(`<b class="${method}">${method}</b> <code>${path}</code>`)
    for (const code of refuses) expect(section).toContain(`<a href="#${code}">${code}</a>`)
    expect(page.split('<main>')[0]).toContain(`<a href="#${name}">${name}</a>`)
  },
)

test('the reference contains every schema and every problem code', () => {
  // These two are answers of a gateway, to what is no request to an operation.
  const codes = Object.keys(refusals).filter((code) => !['not_found', 'misdirected_request'].includes(code))

  expect(attributes(page, 'id')).toEqual(expect.arrayContaining([...Object.keys(openApi().components.schemas), ...codes]))
})

test('the reference loads nothing, runs nothing and allows only its own style', () => {
  const [, style = ''] = page.match(/<style>(.*?)<\/style>/s) ?? []
  const hash = createHash('sha256').update(style).digest('base64')

  expect(attributes(page, 'content')[0]).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`)
  expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b| (src|srcset|style|on\w+)=/)
  expect(style).not.toMatch(/@import|url\(/)
})

test('whatever the document says stays text', () => {
  const hostile = '<img src=x onerror="alert(1)">\'&'
  const texts = ['description', 'summary', 'title', 'version', 'default', 'const']
  const document = JSON.parse(JSON.stringify(openApi()), (key, value) =>
    texts.includes(key) && typeof value === 'string' ? hostile : value,
  )

  const html = referencePage(document)

  expect(html).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'&amp;")
  expect(html).not.toContain('<img')
  expect(unclosed(html)).toEqual([])
})

test('every example of the document has the type that it is an example of', () => {
  const typeOf = (value: unknown) => (value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value)
  const wrong: string[] = []

  JSON.stringify(openApi(), (key, value) => {
    const [example] = value?.examples ?? []
    if (example !== undefined && value.type && ![value.type].flat().includes(typeOf(example)))
      wrong.push(`${key}: ${JSON.stringify(value)}`)
    return value
  })

  expect(wrong).toEqual([])
})
