import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import { readBody } from '../gateway/gateway.ts'
import { isEmail, type People, type Person } from './accounts.ts'
import { errorPage, signInPage } from './page.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** Whether a request is for the sign-in page, as `interactions.url` names it. */
export const isSignIn = (request: IncomingMessage): boolean => /^\/signin\/[\w-]+$/.test(request.url ?? '')

/** Shows the sign-in page and handles its submission; the browser then returns to the application with a code. */
export function signIn(provider: Provider, people: People) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const interaction = await provider.interactionDetails(request, response)
      if (request.method !== 'POST') return show(response, 200, signInPage({ email: String(interaction.params.login_hint ?? '') }))
      await take(provider, { people, interaction, request, response })
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      show(response, 400, errorPage('This sign-in is over or was started in another browser. Go back to the application and start again.'))
    }
  }
}

async function take(
  provider: Provider,
  {
    people,
    interaction,
    request,
    response,
  }: { people: People; interaction: Interaction; request: IncomingMessage; response: ServerResponse },
) {
  const body = await readBody(request, 64 * 1024)
  if (typeof body === 'string') return show(response, 413, errorPage('The form is too large.'))
  const form = new URLSearchParams(body.toString('utf8'))
  const email = form.get('email')?.trim() ?? ''
  const name = form.get('name')?.trim() ?? ''
  if (!isEmail(email)) return show(response, 400, signInPage({ email, name, problem: 'Enter an e-mail address, like ann@example.com.' }))
  const person = people.signIn(email, name)
  await forgetAnother(provider, interaction, person)
  await provider.interactionFinished(request, response, { login: { accountId: person.sub } }, { mergeWithLastSubmission: false })
}

/**
 * Ends the browser session of the previous person and detaches this sign-in from it. The provider itself would do this with a page that
 * submits itself by script.
 */
async function forgetAnother(provider: Provider, interaction: Interaction, person: Person): Promise<void> {
  const session = interaction.session && (await provider.Session.find(interaction.session.cookie))
  if (!session || session.accountId === person.sub) return
  session.accountId = undefined
  session.authorizations = {}
  await session.persist()
  interaction.session = undefined
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
}

function show(response: ServerResponse, status: number, html: string): void {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
  })
  response.end(html)
}
