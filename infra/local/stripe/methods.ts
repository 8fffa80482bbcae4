import { type TestCard, testCard } from './cards.ts'
import { customerOf } from './customers.ts'
import { birth, done, type Endpoint, failed, type Scene } from './endpoint.ts'
import { invalid, missing } from './errors.ts'
import { methodObject } from './objects.ts'
import { onlyKnown, requiredText } from './params.ts'
import type { Method } from './store.ts'

const usedUp =
  'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.'

/**
 * The payment method with an id (unknown: 404 if the path names it, otherwise 400). A test id is a template: each use creates a new one.
 */
export function methodOf(scene: Scene, id: string, status = 400): Method {
  const known = scene.state.methods.get(id)
  if (known) return known
  const card = testCard(id)
  if (!card) throw missing('PaymentMethod', id, { param: 'payment_method', status })
  return { object: methodObject(birth(scene, 'pm'), card), madeFrom: id, spent: false }
}

/** How a payment method behaves. */
export function cardOf({ madeFrom, object }: Method): TestCard {
  const card = testCard(madeFrom)
  if (!card) throw new Error(`${object.id} was made from ${madeFrom}, which is no test card any more`)
  return card
}

/** Refuses a payment method that can no longer be used. */
export function checkUsable({ spent }: Method): void {
  if (spent) throw invalid(usedUp)
}

/** `GET /v1/payment_methods/{id}` */
export const readMethod: Endpoint = (form, id) => {
  onlyKnown(form, [])
  return (scene) => {
    const method = methodOf(scene, id, 404)
    return done(method.object, { method })
  }
}

/** `POST /v1/payment_methods/{id}/attach` */
export const attachMethod: Endpoint = (form, id) => {
  onlyKnown(form, ['customer'])
  const customerId = requiredText(form, 'customer')
  return (scene) => {
    const method = methodOf(scene, id, 404)
    const customer = customerOf(scene, customerId)
    if (method.object.customer === customer.id) return done(method.object)
    if (method.object.customer !== null) throw invalid('The payment method you provided has already been attached to a customer.')
    checkUsable(method)
    const { decline, cannotBeAttached } = cardOf(method)
    if (decline && cannotBeAttached) return failed(402, { type: 'card_error', ...decline }, {})
    const attached = { ...method, object: { ...method.object, customer: customer.id } }
    return done(attached.object, { method: attached })
  }
}

/** `POST /v1/payment_methods/{id}/detach` */
export const detachMethod: Endpoint = (form, id) => {
  onlyKnown(form, [])
  return (scene) => {
    const method = methodOf(scene, id, 404)
    if (method.object.customer === null)
      throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.')
    const detached = { ...method, object: { ...method.object, customer: null }, spent: true }
    return done(detached.object, { method: detached })
  }
}
