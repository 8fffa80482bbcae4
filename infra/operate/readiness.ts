import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import type { Stage } from '../aws/stages.ts'

/** Reserved domains that nobody can own: https://www.rfc-editor.org/rfc/rfc2606 */
const isReserved = (host: string): boolean => /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/.test(host)

const domainIn = (address: string): string => /@([^@>\s]+)>?\s*$/.exec(address)?.[1] ?? ''

const hostIn = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')

/** Cognito redirects only to https, except for localhost; invitation links should be https too. */
const isOpen = (what: string, url: string): string[] =>
  /^https:/.test(url) || ['', 'localhost'].includes(hostIn(url)) ? [] : [`${what} is "${url}", which is not https`]

/** What must be changed in a stage before it can be deployed, one line each. */
export function problemsOf({ name, mail, appUrl, alarmEmail, identity, apiDomain }: Stage): string[] {
  const callbacks = identity.kind === 'cognito' ? identity.callbackUrls : []
  const isNobodys = (what: string, value: string | undefined, host: (text: string) => string) =>
    value !== undefined && isReserved(host(value)) ? [`${what} is "${value}", which is an example domain: replace it with your own`] : []
  return [
    ...isNobodys('mail.domain', mail.domain, (text) => text),
    ...(domainIn(mail.from) === mail.domain
      ? []
      : [`mail.from is "${mail.from}", which is not an address at mail.domain (${mail.domain})`]),
    ...isNobodys('appUrl', appUrl, hostIn),
    ...(appUrl !== undefined && !hostIn(appUrl) ? [`appUrl is "${appUrl}", which is not a URL`] : []),
    ...(appUrl === undefined ? [] : isOpen('appUrl', appUrl)),
    ...(appUrl?.endsWith('/') ? [`appUrl is "${appUrl}", which ends in a slash: remove the slash, since paths are appended`] : []),
    ...callbacks.flatMap((url) => isOpen('identity.callbackUrls', url)),
    ...isNobodys('alarmEmail', alarmEmail, domainIn),
    ...isNobodys('apiDomain.name', apiDomain?.name, (text) => text),
    ...callbacks.filter((url) => hostIn(url) !== 'localhost').flatMap((url) => isNobodys('identity.callbackUrls', url, hostIn)),
  ].map((problem) => `stage ${name}: ${problem}`)
}

/** Makes a call to AWS to verify that credentials and region are set and valid. Returns the region. Throws the SDK's error otherwise. */
export async function checkAccess(): Promise<string> {
  const client = new DynamoDBClient({})
  await client.send(new ListTablesCommand({ Limit: 1 }))
  return client.config.region()
}
