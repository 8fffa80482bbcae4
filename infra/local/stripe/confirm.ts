import type Stripe from 'stripe'
import { authenticationRequired, type Decline } from './cards.ts'
import { customerOf } from './customers.ts'
import { done, type ExecutionResult, failed, type Scene } from './endpoint.ts'
import { invalid, Unreachable } from './errors.ts'
import { cardOf, checkUsable, methodOf } from './methods.ts'
import type { Charge, Intent, Method } from './store.ts'

/** How to confirm: with which payment method (none: the intent's own), and whether the card holder is absent (off session). */
export interface Confirmation {
  readonly paymentMethod: string | undefined
  readonly offSession: boolean
}

/**
 * Confirms an intent, which charges the card. The intent is then paid, declined (402; it can be confirmed again), or waiting for the card
 * holder. Throws `Unreachable`, having done nothing, if the payment method is the one that simulates an outage.
 */
export function confirm(intent: Intent, { paymentMethod, offSession }: Confirmation, scene: Scene): ExecutionResult {
  checkConfirmable(intent.object)
  if (typeof intent.object.customer === 'string') customerOf(scene, intent.object.customer)
  const method = methodOf(scene, paymentMethod ?? methodIdOf(intent.object))
  checkOwner(method, intent.object)
  checkUsable(method)
  const card = cardOf(method)
  if (card.unreachable) throw new Unreachable()
  if (card.authenticates && !offSession) return awaitHolder(intent, method)
  const decline = card.authenticates ? authenticationRequired : card.decline
  return decline ? declined(intent, { method, decline, scene }) : paid(intent, method, scene)
}

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

function checkConfirmable(intent: Stripe.PaymentIntent): void {
  if (confirmable.includes(intent.status)) return
  const why =
    intent.status === 'succeeded' ? 'it has already succeeded after being previously confirmed' : `it has a status of ${intent.status}`
  throw invalid(`You cannot confirm this PaymentIntent because ${why}.`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: intent,
  })
}

function methodIdOf(intent: Stripe.PaymentIntent): string {
  if (typeof intent.payment_method === 'string') return intent.payment_method
  throw invalid("You cannot confirm this PaymentIntent because it's missing a payment method.", {
    code: 'payment_intent_unexpected_state',
    payment_intent: intent,
  })
}

function checkOwner({ object }: Method, intent: Stripe.PaymentIntent): void {
  if (object.customer !== null && object.customer !== intent.customer)
    throw invalid(`The PaymentMethod ${object.id} belongs to another Customer than this PaymentIntent.`, { param: 'payment_method' })
}

function paid(intent: Intent, method: Method, scene: Scene): ExecutionResult {
  const { id } = method.object
  const { amount } = intent.object
  const change = { status: 'succeeded', amount_received: amount, last_payment_error: null, next_action: null, payment_method: id } as const
  const object = { ...intent.object, ...change, latest_charge: scene.newId('ch') }
  const used = { ...method, spent: method.object.customer === null }
  return done(object, { intent: { ...intent, object }, method: used, charge: chargeOf(intent, 'succeeded', scene) })
}

function declined(intent: Intent, { method, decline, scene }: { method: Method; decline: Decline; scene: Scene }): ExecutionResult {
  const charge = scene.newId('ch')
  const error = { type: 'card_error' as const, ...decline, charge, payment_method: method.object }
  const change = { status: 'requires_payment_method', last_payment_error: error, next_action: null, payment_method: null } as const
  const object = { ...intent.object, ...change, latest_charge: charge }
  const changes = { intent: { ...intent, object }, method, charge: chargeOf(intent, 'failed', scene) }
  return failed(402, { ...error, payment_intent: object }, changes)
}

/** Stripe would now ask the card holder. Nobody can answer here: confirm again, with another payment method or off session. */
function awaitHolder(intent: Intent, method: Method): ExecutionResult {
  const next_action = { type: 'use_stripe_sdk' as const, use_stripe_sdk: {} }
  const object = { ...intent.object, status: 'requires_action' as const, next_action, payment_method: method.object.id }
  return done(object, { intent: { ...intent, object }, method })
}

function chargeOf({ object, idempotencyKey }: Intent, status: Charge['status'], { now }: Scene): Charge {
  const { amount, currency, metadata } = object
  const { invoiceId = '', workspaceId = '' } = metadata
  return { invoiceId, workspaceId, amount, currency, status, idempotencyKey, createdAt: now.toISOString() }
}
