type Intent = 'join' | 'decline'
type Part = string | Node

interface Invitation {
  workspaceName: string
  invitedBy: { name: string }
  email: string
  role: string
  expiresAt: string
}

interface Accepted {
  account: { email: string }
  accountCreated: boolean
  workspace: { name: string }
  member: { role: string }
}

/** What the round trip to the issuer needs to be finished: RFC 7636 (verifier), RFC 6749 10.12 (state), OpenID Connect Core 3.1.2.1 (nonce). */
interface SignIn {
  intent: Intent
  state: string
  nonce: string
  verifier: string
  clientId: string
  tokenEndpoint: string
}

type InvitationAnswer =
  | { kind: 'joined'; workspace: string; role: string; email: string; accountCreated: boolean; appUrl: string | undefined }
  | { kind: 'declined'; workspace: string }

/** All that outlives a reload, in one entry of sessionStorage; an `outcome` has replaced token and session. */
interface Saved {
  token?: string
  signIn?: SignIn | undefined
  session?: { accessToken: string; email: string; expiresAt: number } | undefined
  /** The person said yes and the answer is not here yet: a reload asks again, which `acceptInvitation` answers as the first time. */
  accepting?: boolean | undefined
  appUrl?: string | undefined
  outcome?: InvitationAnswer
}

interface Problem extends Error {
  code: string
  status: number
  retryAfter: number
  requestId: string | undefined
}

interface Action {
  label: string
  run: () => unknown
  kind?: 'quiet' | 'danger'
  busy?: string
}

interface View {
  title: Part[]
  lead: Part[]
  mark: string
  tone?: 'good' | 'bad' | 'calm'
  facts?: Record<string, string>
  notice?: string
  actions?: (Action | Node)[]
  hint?: string
}

type Trouble = Pick<View, 'title' | 'lead' | 'actions' | 'hint'>

/**
 * The script of the invitation page. It is inlined as its own source text (`Function.prototype.toString`), so it imports nothing, refers
 * to nothing outside itself and uses no syntax that a bundler lowers into a helper. Every text goes in by `textContent`. The token and
 * the access token live in sessionStorage only, and until there is an outcome.
 *
 * ```mermaid
 * stateDiagram-v2
 *   [*] --> invitation: look up
 *   invitation --> issuer: sign in (PKCE)
 *   invitation --> decline: decline
 *   decline --> issuer: not signed in
 *   issuer --> consent: came to join
 *   consent --> joined: accept
 *   consent --> decline: decline
 *   issuer --> declined: came to decline
 *   decline --> declined: signed in
 * ```
 */
/* v8 ignore start -- @preserve: it runs in a browser, where test/local/invitation-page.test.ts drives it */
export function client(lowerCase: (address: string) => string): void {
  const KEY = 'atrium.invitation'
  const here = `${location.origin}/invitations`
  const at = (id: string) => document.getElementById(id) as HTMLElement
  let record: Saved = {}
  let invitation: Invitation | undefined

  const keep = (change: Saved): boolean => {
    record = { ...record, ...change }
    try {
      sessionStorage.setItem(KEY, JSON.stringify(record))
      return true
    } catch {
      return false
    }
  }

  const readSaved = (): Saved => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
    } catch {
      return record
    }
  }

  const element = (tag: string, text: string, className = ''): HTMLElement => {
    const made = document.createElement(tag)
    made.textContent = text
    made.className = className
    return made
  }

  const name = (text: string) => element('bdi', text)

  const button = ({ label, run, kind, busy }: Action): HTMLElement => {
    const made = element('button', label, kind) as HTMLButtonElement
    made.type = 'button'
    made.addEventListener('click', async () => {
      for (const other of at('actions').querySelectorAll('button')) other.disabled = true
      if (busy) {
        made.textContent = busy
        made.className = `${kind ?? ''} busy`
        at('status').textContent = busy
      }
      await run()
    })
    return made
  }

  const show = (view: View): void => {
    const main = at('card')
    main.dataset.tone = view.tone ?? ''
    main.removeAttribute('aria-busy')
    at('mark').textContent = view.mark
    at('title').replaceChildren(...view.title)
    at('lead').replaceChildren(...view.lead)
    at('notice').textContent = view.notice ?? ''
    at('facts').replaceChildren(...Object.entries(view.facts ?? {}).flatMap(([term, text]) => [element('dt', term), element('dd', text)]))
    at('actions').replaceChildren(...(view.actions ?? []).map((action) => (action instanceof Node ? action : button(action))))
    at('hint').textContent = view.hint ?? ''
    at('status').textContent = `${view.notice ?? ''} ${at('lead').textContent}`
    at('title').focus()
    scrollTo(0, 0)
  }

  const problem = (
    code: string,
    { status = 0, retryAfter = 0, requestId }: { status?: number; retryAfter?: number; requestId?: string } = {},
  ): Problem => Object.assign(new Error(code), { code, status, retryAfter, requestId })

  const request = async <T>(url: string, init: RequestInit = {}): Promise<T> => {
    const limits: RequestInit = { cache: 'no-store', credentials: 'omit', redirect: 'error', signal: AbortSignal.timeout(20_000) }
    const response = await fetch(url, { ...limits, ...init }).catch(() => null)
    if (!response) throw problem('unreachable')
    const body = await response.json().catch(() => null)
    if (!response.ok)
      throw problem(String(body?.code), {
        status: response.status,
        retryAfter: Number(response.headers.get('retry-after')),
        requestId: body?.requestId,
      })
    if (!body && response.status !== 204) throw problem('unreachable')
    return body
  }

  const post = <T>(what: 'lookup' | 'accept' | 'decline'): Promise<T> => {
    const headers = new Headers({ 'content-type': 'application/json' })
    if (what !== 'lookup') headers.set('authorization', `Bearer ${record.session?.accessToken}`)
    return request(`/v1/invitations/${what}`, { method: 'POST', headers, body: JSON.stringify({ token: record.token }) })
  }

  const base64url = (bytes: Uint8Array): string =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')

  const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)))

  // Unverified on purpose: the token came straight from the token endpoint (OpenID Connect Core 3.1.3.7) and is only shown, never trusted.
  const claims = (jwt = ''): { email?: string; nonce?: string } => {
    try {
      const text = atob((jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))))
    } catch {
      return {}
    }
  }

  const signIn = async (intent: Intent, anew = false): Promise<void> => {
    try {
      if (!crypto.subtle) throw problem('insecure')
      const config = await request<{ issuer: string; clientId: string; appUrl: string }>('/v1/config')
      const known = `${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
      const issuer = await request<{ issuer: string; authorization_endpoint: string; token_endpoint: string }>(known)
      const page = new URL(issuer.authorization_endpoint)
      if (issuer.issuer !== config.issuer || !/^https?:$/.test(page.protocol)) throw problem('issuer')
      const [state, nonce, verifier] = [random(), random(), random()]
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
      const kept = { intent, state, nonce, verifier, clientId: config.clientId, tokenEndpoint: issuer.token_endpoint }
      if (!keep({ signIn: kept, appUrl: config.appUrl })) throw problem('storage')
      const query = {
        response_type: 'code',
        client_id: config.clientId,
        redirect_uri: here,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: base64url(new Uint8Array(digest)),
        code_challenge_method: 'S256',
        ...(invitation && { login_hint: invitation.email }),
        ...(anew && { prompt: 'login' }),
      }
      for (const [key, value] of Object.entries(query)) page.searchParams.set(key, value)
      location.assign(page)
    } catch (error) {
      const { status } = error as Problem
      // What the issuer refuses says nothing about the invitation.
      explain(status >= 400 && status < 429 ? problem('unexpected') : error, () => signIn(intent, anew), intent)
    }
  }

  /** Takes the issuer's answer; returns what the person should know where it did not work. */
  const finishSignIn = async (query: URLSearchParams): Promise<string> => {
    const begun = record.signIn
    keep({ signIn: undefined })
    const again = 'Sign-in did not finish. Please sign in again.'
    if (!begun || query.get('state') !== begun.state) return again
    const error = query.get('error')
    if (error === 'access_denied') return 'Sign-in was cancelled. Nothing has changed.'
    if (error) return `Sign-in did not work: ${query.get('error_description') ?? error}`
    try {
      const tokens = await request<{ access_token: string; id_token?: string; expires_in?: number }>(begun.tokenEndpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: begun.clientId,
          code: query.get('code') ?? '',
          redirect_uri: here,
          code_verifier: begun.verifier,
        }),
      })
      if (claims(tokens.id_token).nonce !== begun.nonce) return again
      const email = claims(tokens.id_token).email ?? claims(tokens.access_token).email ?? ''
      keep({ session: { accessToken: tokens.access_token, email, expiresAt: Date.now() + (tokens.expires_in ?? 3600) * 1000 } })
      return ''
    } catch {
      return again
    }
  }

  const inviter = (): Node => name(invitation?.invitedBy.name ?? 'the person who invited you')

  const opening = 'Opening sign-in…'

  const back: Action = { label: 'Back', kind: 'quiet', run: () => (invitation ? show(invitedView(invitation)) : start()) }

  const facts = ({ role, email, expiresAt }: Invitation): Record<string, string> => {
    const may = new Map([
      ['admin', 'Admin – manages members, billing and everything else'],
      ['developer', 'Developer – works on projects and API keys'],
      ['member', 'Member – sees the workspace and its projects'],
    ])
    const time = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' }).format(new Date(expiresAt))
    return { Role: may.get(role) ?? role, 'Invitation for': email, 'Valid until': time }
  }

  /** The invitation: to somebody who is signed in it asks for consent, to everybody else to sign in. */
  const invitedView = (it: Invitation, notice = ''): View => {
    const mark = Array.from(it.workspaceName)[0]?.toUpperCase() ?? ''
    const lead = [inviter(), ' invited you to this workspace.']
    const leave: Action = { label: 'Decline', kind: 'quiet', run: () => show(declineView(it)) }
    if (!record.session)
      return {
        title: ['Join ', name(it.workspaceName)],
        lead,
        mark,
        facts: facts(it),
        notice,
        actions: [{ label: 'Sign in to join', busy: opening, run: () => signIn('join') }, leave],
        hint: 'No account yet? You can create one when you sign in.',
      }
    const who = record.session.email
    const join: Action = { label: 'Join workspace', busy: 'Joining…', run: accept }
    const change: Action = { label: 'Use another account', busy: opening, run: () => signIn('join', true) }
    // The service decides: to it, two spellings of one address are the same.
    const differs = who && lowerCase(who) !== lowerCase(it.email)
    return {
      title: ['Join ', name(it.workspaceName), element('span', who && ` as ${who}`, 'as')],
      lead,
      mark,
      facts: facts(it),
      notice: notice || (differs ? `This invitation is for ${it.email}, and you are signed in as ${who}.` : ''),
      actions: differs
        ? [{ ...change, label: `Sign in as ${it.email}` }, { ...join, kind: 'quiet' }, leave]
        : [join, { ...change, kind: 'quiet' }, leave],
    }
  }

  const declineView = ({ workspaceName, email }: Invitation): View => ({
    title: ['Decline this invitation?'],
    lead: [
      'You will not join ',
      name(workspaceName),
      ', and the link stops working for good.',
      record.session ? '' : ` So that nobody else can decline for you, sign in as ${email} first.`,
    ],
    mark: '?',
    tone: 'calm',
    actions: [
      record.session
        ? { label: 'Decline invitation', kind: 'danger', busy: 'Declining…', run: decline }
        : { label: 'Sign in and decline', kind: 'danger', busy: opening, run: () => signIn('decline') },
      { ...back, label: 'Keep the invitation' },
    ],
  })

  const outcomeView = (outcome: InvitationAnswer): View => {
    const hint = 'You can close this page.'
    if (outcome.kind === 'declined')
      return {
        title: ['Invitation declined'],
        lead: ['You have not joined ', name(outcome.workspace), '. Should you change your mind, ask for a new invitation.'],
        mark: '✓',
        tone: 'calm',
        hint,
      }
    const link = element('a', 'Open Atrium', 'button') as HTMLAnchorElement
    link.href = outcome.appUrl ?? here
    const account = outcome.accountCreated
      ? 'We also created your Atrium account, with a workspace of your own.'
      : 'It is in the account that you already had.'
    return {
      title: ['Welcome to ', name(outcome.workspace)],
      lead: [`You joined as ${outcome.role} with `, name(outcome.email), `. ${account}`],
      mark: '✓',
      tone: 'good',
      // By default APP_URL is this service, which has no other page to open.
      actions: link.origin !== location.origin && /^https?:$/.test(link.protocol) ? [link] : [],
      hint,
    }
  }

  /** What went wrong and what to do about it. The status decides before the code, as the gateway itself answers without one. */
  const troubleView = (error: unknown, retry: () => unknown, intent: Intent): View => {
    const { code = '', status = 0, retryAfter = 0, requestId } = error as Partial<Problem>
    const to = invitation?.email
    const who = name(record.session?.email || 'somebody else')
    const again: Action = { label: 'Try again', busy: 'Trying again…', run: retry }
    const signInAgain: Action = { label: 'Sign in again', busy: opening, run: () => signIn(intent, true) }
    const wait = retryAfter ? `in ${retryAfter} seconds` : 'in a moment'
    const troubles = {
      410: {
        title: ['This invitation has expired'],
        lead: ['Ask ', inviter(), ' to send you a new one. It comes by e-mail and replaces this link.'],
      },
      404: {
        title: ['This invitation cannot be used'],
        lead: [
          'It was accepted or declined already, was withdrawn, or a newer e-mail has replaced it. Open the link in the newest e-mail, ',
          'or ask for a new invitation. If you have joined, you are still a member of the workspace.',
        ],
      },
      401: { title: ['Please sign in again'], lead: ['Your sign-in has expired.'], actions: [signInAgain, back] },
      400: { title: ['This link is not complete'], lead: ['Open it straight from the e-mail, or copy all of it into the address bar.'] },
      429: { title: ['Too many attempts'], lead: [`Please try again ${wait}.`], actions: [again] },
      email_mismatch: {
        title: ['This invitation is for somebody else'],
        lead: ['It was sent to ', name(to ?? 'another address'), ', and you are signed in as ', who, '.'],
        actions: [{ ...signInAgain, label: to ? `Sign in as ${to}` : 'Sign in as somebody else' }, back],
        hint: 'Not your address? Ask for an invitation to the address that you use.',
      },
      email_not_verified: {
        title: ['Confirm your e-mail address first'],
        lead: ['We cannot tell yet that ', who, ' is yours. Confirm it where you sign in, then sign in again.'],
        actions: [signInAgain, back],
      },
      too_many_members: {
        title: ['This workspace is full'],
        lead: ['It cannot take any more members. Ask ', inviter(), ' to make room; your invitation stays valid until it expires.'],
        actions: [again, back],
      },
      storage: {
        title: ['Your browser does not store data for this page'],
        lead: ['Signing in needs that. Allow this site to store data (cookies), then try again.'],
        actions: [again],
      },
      insecure: { title: ['This page is not secure'], lead: ['Signing in works over https only. Open the link with https.'] },
      unreachable: {
        title: [navigator.onLine ? 'Atrium cannot be reached' : 'You are offline'],
        lead: ['Check your connection, then try again. That is safe: nothing happens twice.'],
        actions: [again],
      },
      unexpected: {
        title: ['That did not work'],
        lead: [`The fault is on our side. Please try again ${wait}; nothing happens twice.`],
        actions: [again],
        hint: requestId ? `For support: ${requestId}` : '',
      },
    } satisfies Record<string, Trouble>
    const known = new Map<string, Trouble>(Object.entries(troubles))
    return { mark: '!', tone: 'bad', ...(known.get(String(status)) ?? known.get(code) ?? troubles.unexpected) }
  }

  const explain = (error: unknown, retry: () => unknown, intent: Intent): void => {
    const { status = 0 } = error as Partial<Problem>
    if ([401, 404, 410].includes(status)) keep({ session: undefined })
    show(troubleView(error, retry, intent))
  }

  const finish = (outcome: InvitationAnswer): void => {
    record = {}
    keep({ outcome })
    show(outcomeView(outcome))
  }

  const accept = async (): Promise<void> => {
    try {
      keep({ accepting: true })
      const { account, accountCreated, workspace, member } = await post<Accepted>('accept')
      const { appUrl } = record
      finish({ kind: 'joined', workspace: workspace.name, role: member.role, email: account.email, accountCreated, appUrl })
    } catch (error) {
      const { status } = error as Problem
      if (status >= 400 && status < 500) keep({ accepting: undefined })
      explain(error, accept, 'join')
    }
  }

  const decline = async (): Promise<void> => {
    try {
      await post('decline')
      finish({ kind: 'declined', workspace: invitation?.workspaceName ?? 'the workspace' })
    } catch (error) {
      explain(error, decline, 'decline')
    }
  }

  const start = async (): Promise<void> => {
    record = readSaved()
    const token = new URLSearchParams(location.hash.slice(1)).get('token')
    const query = new URLSearchParams(location.search)
    history.replaceState(null, '', location.pathname)
    if (token && token !== record.token) {
      record = {}
      keep({ token })
    }
    if (record.outcome) return show(outcomeView(record.outcome))
    if (!record.token)
      return show({
        title: ['There is no invitation here'],
        lead: ['Open the link in your invitation e-mail. If you have just signed in, open it again in this browser.'],
        mark: '?',
        tone: 'calm',
      })
    if (record.session && record.session.expiresAt < Date.now()) keep({ session: undefined })
    const intent = record.signIn?.intent
    const notice = query.has('code') || query.has('error') ? await finishSignIn(query) : ''
    if (record.session && record.accepting) return accept()
    try {
      invitation = await post<Invitation>('lookup')
      if (query.has('code') && !notice && intent === 'decline') await decline()
      else show(invitedView(invitation, notice))
    } catch (error) {
      explain(error, start, 'join')
    }
  }

  addEventListener('hashchange', () => location.reload())
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload()
  })
  void start()
}
/* v8 ignore stop -- @preserve */
