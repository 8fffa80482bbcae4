import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startService } from '#infra/local/service.ts'
import { servicesOf } from './caller.ts'
import { hasChromium, startChromium } from './chromium.ts'

describe.skipIf(!hasChromium)('the invitation page in a browser', () => {
  let chromium: Awaited<ReturnType<typeof startChromium>>
  let service: Service
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    service = await start()
    chromium = await startChromium()
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
  })

  afterAll(async () => {
    await chromium?.stop()
    await service?.stop()
  })

  const open = async (link: string, options: BrowserContextOptions = {}): Promise<Visit> => {
    const context = await chromium.browser.newContext(options)
    contexts.push(context)
    context.setDefaultTimeout(60_000)
    return visit(await context.newPage(), link)
  }

  test('joins a person who has no account yet, by keyboard alone', async () => {
    const { link } = await invite(service, { to: 'new@guests.example', workspace: 'Rocket Club', from: 'ada@hosts.example' })

    const { page, problems, addresses } = await open(link)
    await heading(page, 'Join Rocket Club')
    const shown = await page.locator('main').innerText()
    await press(page, 'Sign in to join')
    await signIn(page)
    await heading(page, 'Join Rocket Club as new@guests.example')
    await press(page, 'Join workspace')
    await heading(page, 'Welcome to Rocket Club')

    expect(shown).toContain('ada invited you to this workspace.')
    expect(shown).toContain('Developer')
    expect(shown).toContain('new@guests.example')
    expect(await page.locator('#lead').innerText()).toContain('We also created your Atrium account')
    expect(await workspacesOf(service, 'new@guests.example')).toContain('Rocket Club')
    expect(await kept(page)).not.toMatch(/token/i)
    expect(addresses.filter((address) => address.includes(tokenOf(link)))).toEqual([])
    expect(problems).toEqual([])
  })

  test('joins a person who already has an account', async () => {
    await request(service, 'POST', '/accounts', { as: 'old@guests.example' })
    const { link } = await invite(service, { to: 'old@guests.example', workspace: 'Old Friends' })

    const { page } = await open(link)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await signIn(page)
    await page.getByRole('button', { name: 'Join workspace' }).click()
    await heading(page, 'Welcome to Old Friends')

    expect(await page.locator('#lead').innerText()).toContain('the account that you already had')
    expect(await workspacesOf(service, 'old@guests.example')).toContain('Old Friends')
  })

  test('joins nobody by signing in alone, and can be reloaded and left at any point', async () => {
    const { link } = await invite(service, { to: 'slow@guests.example', workspace: 'Slow Lane' })

    const { page } = await open(link)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await page.goBack()
    await heading(page, 'Join Slow Lane')
    await page.reload()
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await signIn(page)
    await heading(page, 'Join Slow Lane as slow@guests.example')
    const before = await workspacesOf(service, 'slow@guests.example')
    const address = page.url()
    await page.reload()
    await heading(page, 'Join Slow Lane as slow@guests.example')
    await page.getByRole('button', { name: 'Join workspace' }).click()
    await heading(page, 'Welcome to Slow Lane')
    await page.reload()
    await heading(page, 'Welcome to Slow Lane')

    expect(before).not.toContain('Slow Lane')
    expect(address).toBe(`${service.url}/invitations`)
  })

  test('finds out after a lost answer that the person has joined', async () => {
    const { link } = await invite(service, { to: 'unlucky@guests.example', workspace: 'Lost and Found' })

    const { page } = await open(link)
    const lose = { times: 1 }
    await page.route('**/v1/invitations/accept', (route) => route.fetch().then(() => route.abort()), lose)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await signIn(page)
    await page.getByRole('button', { name: 'Join workspace' }).click()
    await heading(page, 'Atrium cannot be reached')
    await page.reload()
    await heading(page, 'Welcome to Lost and Found')

    expect(await workspacesOf(service, 'unlucky@guests.example')).toContain('Lost and Found')
  })

  test('says that an invitation was used or withdrawn, or does not exist', async () => {
    const { link } = await invite(service, { to: 'gone@guests.example', workspace: 'Gone' })

    const { page } = await open(`${service.url}/invitations#token=${tokenOf(link).slice(0, -4)}AAAA`)
    await heading(page, 'This invitation cannot be used')
    const none = await open(`${service.url}/invitations`)
    await heading(none.page, 'There is no invitation here')
  })

  test('lets a person who signed in with another address switch to the invited one', async () => {
    const { link } = await invite(service, { to: 'right@guests.example', workspace: 'Right Place' })

    const { page } = await open(link)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await signIn(page, 'wrong@guests.example')
    await page.getByRole('button', { name: 'Join workspace' }).click()
    await heading(page, 'This invitation is for somebody else')
    const told = await page.locator('#lead').innerText()
    await page.getByRole('button', { name: 'Sign in as right@guests.example' }).click()
    await signIn(page)
    await heading(page, 'Join Right Place as right@guests.example')
    await page.getByRole('button', { name: 'Join workspace' }).click()
    await heading(page, 'Welcome to Right Place')

    expect(told).toBe('It was sent to right@guests.example, and you are signed in as wrong@guests.example.')
    expect(await workspacesOf(service, 'right@guests.example')).toContain('Right Place')
  })

  test('declines after asking and after signing in', async () => {
    const { link, pending } = await invite(service, { to: 'no@guests.example', workspace: 'No Thanks' })

    const { page } = await open(link)
    await page.getByRole('button', { name: 'Decline' }).click()
    await heading(page, 'Decline this invitation?')
    await page.getByRole('button', { name: 'Keep the invitation' }).click()
    await page.getByRole('button', { name: 'Decline' }).click()
    const before = await pending()
    await page.getByRole('button', { name: 'Sign in and decline' }).click()
    await signIn(page)
    await heading(page, 'Invitation declined')

    expect(before).toEqual(['no@guests.example'])
    expect(await pending()).toEqual([])
    expect(await kept(page)).not.toMatch(/token/i)
  })

  test('shows markup in a name as the text that it is', async () => {
    const workspace = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
    const { link } = await invite(service, { to: 'xss@guests.example', workspace })

    const { page, problems } = await open(link)
    await heading(page, `Join ${workspace}`)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await signIn(page)
    await heading(page, `Join ${workspace} as xss@guests.example`)

    expect(await page.locator('main img, main script').count()).toBe(0)
    expect(await page.title()).toBe('Your invitation – Atrium')
    expect(problems).toEqual([])
  })

  test('fits a phone: nothing to scroll sideways, buttons that a thumb can hit', async () => {
    const phone = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true }
    const { link } = await invite(service, { to: `${'long'.repeat(12)}@guests.example`, workspace: 'W'.repeat(100) })

    const { page } = await open(link, phone)
    await heading(page, 'Join W')
    const [width, heights] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      [...document.querySelectorAll('button')].map((button) => button.offsetHeight),
    ])

    expect(width).toBe(320)
    expect(heights).toEqual([48, 48])
  })

  test('keeps the invitation if the person cancels the sign-in', async () => {
    const { link } = await invite(service, { to: 'maybe@guests.example', workspace: 'Maybe' })

    const { page } = await open(link)
    await page.getByRole('button', { name: 'Sign in to join' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    const { state } = JSON.parse(await kept(page, service.url)).signIn
    await page.goto(`${service.url}/invitations?error=access_denied&state=${state}`)
    await heading(page, 'Join Maybe')

    expect(await page.locator('#notice').innerText()).toBe('Sign-in was cancelled. Nothing has changed.')
    expect(page.url()).toBe(`${service.url}/invitations`)
  })

  test('says what to do about an invitation that has expired', async () => {
    const { link } = await invite(service, { to: 'late@guests.example', workspace: 'Too Late' })
    await letExpire(service, 'late@guests.example')

    const { page } = await open(link)
    await heading(page, 'This invitation has expired')

    expect(await page.locator('#lead').innerText()).toContain('send you a new one')
    expect(await page.getByRole('button').count()).toBe(0)
  })
})

type Service = Awaited<ReturnType<typeof startService>>

/** A page, and what went wrong in it (script errors, violations of its policy) and the addresses that it asked servers for. */
interface Visit {
  page: Page
  problems: string[]
  addresses: string[]
}

/** A service of its own on an empty DATA_DIR, which is gone when it stops. */
const start = async (): Promise<Service> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'atrium-'))
  const remove = () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  try {
    const service = await startService({ dataDir, port: 0 })
    return { ...service, stop: () => service.stop().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

const visit = async (page: Page, link: string): Promise<Visit> => {
  const problems: string[] = []
  const addresses: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('request', (sent) => addresses.push(sent.url().split('#')[0] ?? ''))
  await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective)))
  await page.goto(link)
  return { page, problems, addresses }
}

const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor()

/** Goes on with Tab to the button that has the name, and presses it. */
const press = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name)
  await page.keyboard.press('Enter')
}

/** On the issuer's page, which knows the invited address: signs in with it, or with another. */
const signIn = async (page: Page, email?: string): Promise<void> => {
  if (email) await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** What the page keeps in the browser; with an origin, what it kept there before the browser went elsewhere. */
const kept = async (page: Page, origin = ''): Promise<string> => {
  if (origin) await page.goto(`${origin}/invitations`)
  return page.evaluate(() => sessionStorage.getItem('atrium.invitation') ?? '')
}

const tokenOf = (link: string): string => link.split('#token=')[1] ?? ''

const bearer = async (service: Service, email: string): Promise<string> => {
  const { issuer, clientId } = (await (await fetch(`${service.url}/local/services`)).json()) as { issuer: string; clientId: string }
  const body = new URLSearchParams({ grant_type: 'password', client_id: clientId, username: email, password: 'anything' })
  const answer = (await (await fetch(`${issuer}/token`, { method: 'POST', body })).json()) as { access_token: string }
  return `Bearer ${answer.access_token}`
}

const request = async <Answer>(service: Service, method: string, path: string, given: { as: string; body?: object }): Promise<Answer> => {
  const headers = { authorization: await bearer(service, given.as), 'content-type': 'application/json' }
  const response = await fetch(`${service.url}/v1${path}`, {
    method,
    headers,
    body: method === 'GET' ? null : JSON.stringify(given.body ?? {}),
  })
  expect(response.status, `${method} ${path}`).toBeLessThan(300)
  return (await response.json()) as Answer
}

const workspacesOf = async (service: Service, email: string): Promise<string[]> => {
  const headers = { authorization: await bearer(service, email) }
  const answer = (await (await fetch(`${service.url}/v1/workspaces`, { headers })).json()) as { data?: { name: string }[] }
  return (answer.data ?? []).map(({ name }) => name)
}

/** Invites an address as developer to a new workspace; gives the link that was mailed, and who is still invited. */
const invite = async (service: Service, given: { to: string; workspace: string; from?: string }) => {
  const as = given.from ?? 'host@hosts.example'
  await request(service, 'POST', '/accounts', { as })
  const { id } = await request<{ id: string }>(service, 'POST', '/workspaces', { as, body: { name: given.workspace } })
  await request(service, 'POST', `/workspaces/${id}/invitations`, { as, body: { emails: [given.to], role: 'developer' } })
  const pending = async (): Promise<string[]> => {
    const { data } = await request<{ data: { email: string }[] }>(service, 'GET', `/workspaces/${id}/invitations`, { as })
    return data.map(({ email }) => email)
  }
  return { link: await mailedLink(service, given.to), pending }
}

/** An hour ago the invitation of an address has expired, and the clean-up has not seen it. */
const letExpire = async (service: Service, email: string): Promise<void> => {
  const { dynamodb } = await servicesOf(service.url)
  const { endpoint, region, accessKeyId, tableName: TableName } = dynamodb
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'any' } }))
  const { Items: all = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }))
  const [invitation] = all.filter((item) => item.email === email && 'sendCount' in item)
  const expiresAt = new Date(Date.now() - 3_600_000).toISOString()
  await client.send(new PutCommand({ TableName, Item: { ...invitation, expiresAt } }))
  client.destroy()
}

const mailedLink = async (service: Service, to: string): Promise<string> => {
  const { emails } = (await (await fetch(`${service.url}/local/services`)).json()) as { emails: string }
  const find = async () => {
    const [email] = (await (await fetch(`${emails}?to=${encodeURIComponent(to)}`)).json()) as { text: string }[]
    return email?.text.match(/\S+#token=[\w.~-]+/)?.[0] ?? ''
  }
  await expect.poll(find, { interval: 50 }).not.toBe('')
  return find()
}
