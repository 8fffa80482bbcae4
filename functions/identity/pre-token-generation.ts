import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { canonicalEmail } from '#shared/domain/email.ts'
import { accountOf } from '#shared/domain/founding.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { Account, Person } from '#shared/domain/model.ts'
import { tellable } from '#shared/domain/tellable.ts'
import { createAccount } from '#shared/table/accounts.ts'
import { keys } from '#shared/table/design.ts'
import { type TriggerTools, trigger } from '#shared/worker/trigger.ts'

/** How long a sign-in waits for its account, in milliseconds: Cognito gives up on the function, and on the sign-in, after 5 seconds. */
const patience = 2_500

/**
 * Puts `email`, `email_verified` and `name` into access tokens, which Cognito leaves out, and makes sure that who signs in has an account
 * and a default workspace. Where that cannot be done the sign-in goes on without (`POST /v1/accounts` then makes them): whoever cannot
 * get a token can do nothing at all.
 */
export const preTokenGeneration = trigger({
  name: 'preTokenGeneration',
  summary: 'Completes access tokens and makes the account of who signs in',
  on: 'preTokenGeneration',
  touches: ['get', 'put'],
  handle: async (event, tools) => {
    const { sub = '', email, email_verified, name } = event.request.userAttributes
    const emailVerified = email_verified?.toLowerCase() === 'true'
    const claims = { ...(email && { email, email_verified: emailVerified }), ...(name && { name }) }
    if (email && canonicalEmail(email))
      await ensureAccount(tools, { accountId: derivedId('acc', issuerOf(event), sub), email, emailVerified, name })
    return { ...event, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride: claims } } } }
  },
})

/** The pool's issuer, as it stands in its tokens: https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html */
const issuerOf = ({ region, userPoolId }: PreTokenGenerationV2TriggerEvent): string =>
  `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`

async function ensureAccount({ table, logger, clock }: TriggerTools, person: Person): Promise<void> {
  const make = async () => {
    const [account] = await table.get<[Account]>(keys.account(person.accountId))
    if (!account) await createAccount(table, accountOf(person, clock()))
  }
  try {
    await within(patience, make())
  } catch (error) {
    logger.error('failed', { trigger: 'preTokenGeneration', accountId: person.accountId, error: tellable(error) })
  }
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('There is no time left to make the account')), milliseconds)
  work.catch(() => {})
  await Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
}
