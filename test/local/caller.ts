/** Somebody who calls the service with an access token. */
export interface Caller {
  readonly token: string
  /** Sends a request and gives its status and body; `path` begins behind `/v1`. */
  request<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<{ status: number; body: T }>
}

/** What `GET /local/services` tells. */
export interface ServicesView {
  readonly api: string
  readonly issuer: string
  readonly clientId: string
  readonly emails: string
  readonly charges: string
  readonly dynamodb: { readonly endpoint: string; readonly tableName: string; readonly region: string; readonly accessKeyId: string }
}

export const servicesOf = async (url: string) => (await (await fetch(`${url}/local/services`)).json()) as ServicesView

/** A caller with a token that is there already. */
export const callerWith = (url: string, token: string): Caller => ({
  token,
  async request<T>(method: string, path: string, body?: object) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: (response.status === 204 ? undefined : await response.json()) as T }
  },
})

/** Signs somebody in by the password grant. */
export async function signedIn(url: string, username: string): Promise<Caller> {
  const { issuer, clientId } = await servicesOf(url)
  const form = new URLSearchParams({ grant_type: 'password', client_id: clientId, username, password: 'anything' })
  const { access_token } = (await (await fetch(`${issuer}/token`, { method: 'POST', body: form })).json()) as { access_token: string }
  return callerWith(url, access_token)
}

/** Makes an account and gives its default workspace's id. */
export async function accountOf(caller: Caller): Promise<string> {
  const { body } = await caller.request<{ defaultWorkspace: { id: string } }>('POST', '/accounts', {})
  return body.defaultWorkspace.id
}

/** Invites addresses to a workspace. */
export async function invite(caller: Caller, workspaceId: string, ...emails: string[]): Promise<void> {
  const { status } = await caller.request('POST', `/workspaces/${workspaceId}/invitations`, { emails })
  if (status !== 200) throw new Error(`Inviting answers ${status}`)
}

/** The subjects of the e-mails to an address. */
export async function subjectsTo(url: string, address: string): Promise<string[]> {
  const emails = (await (await fetch(`${url}/local/emails?to=${encodeURIComponent(address)}`)).json()) as { subject: string }[]
  return emails.map(({ subject }) => subject)
}

export const setFaults = (url: string, faults: object): Promise<Response> =>
  fetch(`${url}/local/faults`, { method: 'PUT', body: JSON.stringify(faults), headers: { 'content-type': 'application/json' } })
