import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { canonicalEmail } from '#shared/domain/email.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { Person } from '#shared/domain/person.ts'
import { safeForLog } from '#shared/domain/safe-for-log.ts'
import { bringUpToDate, createAccount } from '#shared/table/accounts.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type TriggerTools, trigger } from '#shared/worker/trigger.ts'

/** How long a sign-in waits for its account, in milliseconds: Cognito gives up on the function, and on the sign-in, after 5 seconds. */
const signInTimeoutMs = 2_500

/**
 * Puts `email`, `email_verified` and `name` into access tokens, which Cognito leaves out, and makes sure that who signs in has an account
 * and a default workspace, and that the account has the e-mail which the pool knows now. Where that cannot be done the sign-in goes on without (`POST /v1/accounts` then makes them): whoever cannot
 * get a token can do nothing at all. Its event is Cognito's V2:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export const preTokenGeneration = trigger({
  name: 'preTokenGeneration',
  summary: 'Completes access tokens and creates the account of the person who signs in',
  on: 'preTokenGeneration',
  tableActions: ['get', 'put', 'update'],
  sendsTo: ['accounts'],
  handle: async (event, tools) => {
    const person = personIn(event, tools.clock())
    if (!person) return event
    if (canonicalEmail(person.email)) await ensureAccount(tools, person)
    return withClaims(event, person)
  },
})

/**
 * Who signs in. Cognito's attributes are strings, and as the pool has them now: no token that was issued before is newer. Its issuer is
 * the one that stands in the tokens.
 */
function personIn({ region, userPoolId, request }: PreTokenGenerationV2TriggerEvent, now: Date): Person | undefined {
  const { userAttributes } = request
  const { sub, email, email_verified, name } = userAttributes
  if (!sub || !email) return undefined
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`
  return {
    accountId: derivedId('acc', issuer, sub),
    email,
    emailVerified: email_verified?.toLowerCase() === 'true',
    issuedAt: Math.floor(now.getTime() / 1_000),
    name: name || undefined,
  }
}

/** All strings, because Cognito accepts other types only for some claims. */
function withClaims(event: PreTokenGenerationV2TriggerEvent, { email, emailVerified, name }: Person): object {
  const claimsToAddOrOverride = { email, email_verified: String(emailVerified), ...(name && { name }) }
  return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } } }
}

async function ensureAccount({ table, queue, logger, clock }: TriggerTools, person: Person): Promise<void> {
  const ensure = async () => {
    const { accountId } = person
    const account = await table.get(keys.account(accountId))
    const make = account ? bringUpToDate(table, account, person, clock()) : createAccount(table, person, clock())
    const { membersFollow } = await make
    if (membersFollow) await queue.enqueue('accounts', [{ accountId }])
  }
  try {
    await within(signInTimeoutMs, ensure())
  } catch (error) {
    logger.error('failed', { trigger: 'preTokenGeneration', accountId: person.accountId, error: safeForLog(error) })
  }
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('No time left to create the account')), milliseconds)
  work.catch(() => {})
  await Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
}
