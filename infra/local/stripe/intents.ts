import type Stripe from 'stripe'
import { amountOf } from './amount.ts'
import { confirm } from './confirm.ts'
import { customerOf } from './customers.ts'
import { birth, done, type Endpoint, type Scene } from './endpoint.ts'
import { invalid, missing } from './errors.ts'
import type { Form } from './form.ts'
import { methodOf } from './methods.ts'
import { intentObject } from './objects.ts'
import { listEndpoint } from './pages.ts'
import { flag, metadata, onlyKnown, text, texts } from './params.ts'
import type { Intent } from './store.ts'

const creation = ['amount', 'currency', 'customer', 'description', 'metadata', 'payment_method', 'payment_method_types'] as const

function intentOf({ state }: Scene, id: string): Intent {
  const intent = state.intents.get(id)
  if (!intent) throw missing('payment_intent', id, { param: 'intent', status: 404 })
  return intent
}

/** `POST /v1/payment_intents`, also with `confirm`. */
export const createIntent: Endpoint = (form) => {
  onlyKnown(form, [...creation, 'automatic_payment_methods', 'confirm', 'off_session'])
  const given = givenIn(form)
  const [confirms, offSession] = [flag(form, 'confirm'), flag(form, 'off_session')]
  if (offSession && !confirms) throw invalid('off_session can only be used with confirm=true.', { param: 'off_session' })
  const [customer, paymentMethod] = [text(form, 'customer'), text(form, 'payment_method')]
  return (scene) => {
    if (customer !== undefined) customerOf(scene, customer)
    const method = paymentMethod === undefined ? undefined : methodOf(scene, paymentMethod)
    const made = { ...given, customer: customer ?? null, payment_method: method?.object.id ?? null }
    const object = intentObject(birth(scene, 'pi'), scene.newId('secret'), made)
    const intent = { object, idempotencyKey: scene.idempotencyKey }
    if (confirms) return confirm(intent, { paymentMethod, offSession }, scene)
    return done(object, { intent, ...(method && { method }) })
  }
}

function givenIn(form: Form) {
  const types = texts(form, 'payment_method_types')
  return {
    ...amountOf(form),
    description: text(form, 'description') ?? null,
    metadata: metadata(form),
    payment_method_types: types ?? ['card'],
    automatic_payment_methods: types ? null : { enabled: true },
  }
}

/** `GET /v1/payment_intents/{id}` */
export const readIntent: Endpoint = (form, id) => {
  onlyKnown(form, [])
  return (scene) => done(intentOf(scene, id).object)
}

/** `GET /v1/payment_intents` */
export const listIntents: Endpoint = listEndpoint<Stripe.PaymentIntent>({
  url: '/v1/payment_intents',
  kind: 'payment_intent',
  filters: ['customer'],
  objects: ({ intents }) => [...intents.values()].map(({ object }) => object),
})

/** `POST /v1/payment_intents/{id}/confirm` */
export const confirmIntent: Endpoint = (form, id) => {
  onlyKnown(form, ['payment_method', 'off_session'])
  const confirmation = { paymentMethod: text(form, 'payment_method'), offSession: flag(form, 'off_session') }
  return (scene) => confirm(intentOf(scene, id), confirmation, scene)
}

/** `POST /v1/payment_intents/{id}/cancel` */
export const cancelIntent: Endpoint = (form, id) => {
  onlyKnown(form, ['cancellation_reason'])
  const reason = text(form, 'cancellation_reason') ?? null
  return (scene) => {
    const intent = intentOf(scene, id)
    const { status } = intent.object
    if (status === 'succeeded' || status === 'canceled')
      throw invalid(`You cannot cancel this PaymentIntent because it has a status of ${status}.`, {
        code: 'payment_intent_unexpected_state',
        payment_intent: intent.object,
      })
    const canceled = { status: 'canceled' as const, canceled_at: Math.floor(scene.now.getTime() / 1_000), cancellation_reason: reason }
    const object = { ...intent.object, ...canceled, next_action: null }
    return done(object, { intent: { ...intent, object } })
  }
}
