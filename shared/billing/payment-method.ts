import { failureOf } from '../domain/payment-failure.ts'
import type { Billing } from '../domain/payment-method.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Workspace } from '../domain/workspace.ts'
import { PaymentRefused, type Payments, ProviderAway, withDeadline } from '../payments/payments.ts'
import type { Change, Condition } from '../table/conditions.ts'
import type { Write } from '../table/engine.ts'
import { type BesideWorkspace, putBilling, readWorkspaceWithBilling, sameBilling } from '../table/invoices.ts'
import { changed } from '../table/races.ts'
import { changeWorkspace, workspaceNotFound } from '../table/workspaces.ts'
import { ownAccount } from './charge.ts'
import { type Question, type Sight, takeTurn } from './take-turn.ts'

/** Refuses (`unavailable`) where the payment provider does not answer. */
export const providerAway = (cause?: unknown): Refusal =>
  new Refusal('unavailable', 'The payment provider is not responding. Send the request again later.', { retryAfter: 30, cause })

/** Refuses (`unavailable`) where no provider is configured. */
export function requirePayments(payments: Payments | undefined): Payments {
  if (!payments)
    throw new Refusal('unavailable', 'This service has no payment provider configured. Contact its operator.', { retryAfter: 3_600 })
  return payments
}

/** How long after the start a further request to the provider may still begin, in milliseconds. */
const askTimeoutMs = 16_000

/** How long the last request to the provider and the write after it take at most, in milliseconds. */
const lastRequestMs = 10_000

/** What a request that asks the provider works with; `now` is when it began to ask. */
export interface Asking {
  readonly payments: Payments | undefined
  readonly clock: () => Date
  readonly now: Date
  /** Milliseconds until the answer must be given. */
  readonly remaining: () => number
}

/** The provider, for as long as whoever asks waits for an answer. Refuses where there is none. */
export const inTime = ({ payments, clock, now, remaining }: Asking): Payments =>
  withDeadline(requirePayments(payments), () => Math.min(now.getTime() + askTimeoutMs - clock().getTime(), remaining() - lastRequestMs))

type Shown = Pick<Billing, 'provider' | 'brand' | 'last4'>

interface Setting extends Pick<Question<object, Shown>, 'table' | 'clock' | 'now' | 'remaining' | 'accountId' | 'paymentMethodId'> {
  readonly payments: Payments | undefined
  readonly authorizationCheck: Write
  /** The workspace as it was seen when the caller was let in. */
  readonly workspace: Workspace
  /** What was read beside it. */
  readonly beside: BesideWorkspace
}

/** Attaches a payment method at the provider and stores it in place of the previous one, which is detached. Can be repeated. */
export async function replacePaymentMethod({ payments, authorizationCheck, workspace, beside, ...question }: Setting): Promise<Shown> {
  requirePayments(payments)
  const { table, accountId, paymentMethodId } = question
  return takeTurn<PlaceOfBilling, Shown>({
    ...question,
    first: sightOf(workspace, beside),
    again: async () => {
      const seen = await readWorkspaceWithBilling(table, workspace.id, accountId)
      return sightOf(seen.workspace, seen.beside)
    },
    settled: ({ billing }) => (billing?.paymentMethodId === paymentMethodId ? shown(billing) : undefined),
    ask: async ({ billing: before }, begun) => {
      const provider = inTime({ ...question, payments, now: begun })
      const billing = await attach(provider, { workspaceId: workspace.id, seen: before, paymentMethodId }).catch((error) => {
        throw refusalOf(error)
      })
      return {
        answer: shown(billing),
        writes: [authorizationCheck, putBilling(workspace.id, billing, before)],
        ended: (failure) => detachQuietly(provider, unusedOf(failure, billing, before)),
      }
    },
  })
}

const shown = ({ provider, brand, last4 }: Billing): Shown => ({
  provider,
  ...(brand !== undefined && { brand }),
  ...(last4 !== undefined && { last4 }),
})

type PlaceOfBilling = Workspace & { readonly billing: Billing | undefined }

/** Nobody sets the payment method of a workspace that is being deleted. */
function sightOf(workspace: Workspace | undefined, { billing, tries }: BesideWorkspace): Sight<PlaceOfBilling> {
  if (workspace?.status !== 'active') throw workspaceNotFound()
  const write = (change: Change, rule: Condition) => changeWorkspace(workspace.id, change, { rule, broken: changed })
  return { line: { place: { ...workspace, billing }, write, unchanged: sameBilling(workspace.id, billing) }, tries }
}

/** The previous method once the new one is stored; the new one if it is certain that it is not. */
function unusedOf(failure: unknown, kept: Billing, before: Billing | undefined): string | undefined {
  if (failure === undefined) return before?.paymentMethodId
  return failure instanceof Refusal && failure.code !== 'unavailable' ? kept.paymentMethodId : undefined
}

/** Attaches a payment method to the stored customer, or to a new one if there is none or the provider no longer has it. */
async function attach(
  provider: Payments,
  { workspaceId, seen, paymentMethodId }: { workspaceId: string; seen: Billing | undefined; paymentMethodId: string },
): Promise<Billing> {
  const account = await ownAccount(provider, seen?.account)
  const attachTo = async (customerId: string): Promise<Billing> => {
    const attached = await provider.attach(customerId, paymentMethodId)
    return { provider: provider.provider, account, customerId, ...attached }
  }
  if (!seen) return attachTo(await provider.createCustomer(workspaceId))
  return attachTo(seen.customerId).catch(async (error) => {
    const isGone = error instanceof PaymentRefused && error.reason.kind === 'customerMissing'
    if (!isGone) throw error
    return attachTo(await provider.createCustomer(workspaceId, seen.customerId))
  })
}

/** Best effort: what stays attached does no harm. */
async function detachQuietly(payments: Payments, paymentMethodId: string | undefined): Promise<void> {
  if (paymentMethodId) await payments.detach(paymentMethodId).catch(() => {})
}

function refusalOf(error: unknown): unknown {
  if (error instanceof ProviderAway) return providerAway(error)
  if (!(error instanceof PaymentRefused)) return error
  const detail = failureOf(error.reason)
  return new Refusal('payment_method_refused', detail, { errors: [{ pointer: '/paymentMethodId', detail }] })
}
