import type Stripe from 'stripe'
import { birth, done, type Endpoint, type Scene } from './endpoint.ts'
import { missing } from './errors.ts'
import { customerObject } from './objects.ts'
import { listEndpoint } from './pages.ts'
import { metadata, onlyKnown, text } from './params.ts'

/** The customer named by a parameter (400 if unknown) or by the path (404 if unknown). */
export function customerOf(
  { state }: Scene,
  id: string,
  { param = 'customer', status = 400 }: { param?: string; status?: number } = {},
): Stripe.Customer {
  const customer = state.customers.get(id)
  if (!customer) throw missing('customer', id, { param, status })
  return customer
}

/** `POST /v1/customers` */
export const createCustomer: Endpoint = (form) => {
  onlyKnown(form, ['email', 'name', 'description', 'metadata'])
  const given = {
    email: text(form, 'email') ?? null,
    name: text(form, 'name') ?? null,
    description: text(form, 'description') ?? null,
    metadata: metadata(form),
  }
  return (scene) => {
    const customer = customerObject(birth(scene, 'cus'), given)
    return done(customer, { customer })
  }
}

/** `GET /v1/customers/{id}` */
export const readCustomer: Endpoint = (form, id) => {
  onlyKnown(form, [])
  return (scene) => done(customerOf(scene, id, { param: 'id', status: 404 }))
}

/** `GET /v1/customers` */
export const listCustomers: Endpoint = listEndpoint<Stripe.Customer>({
  url: '/v1/customers',
  kind: 'customer',
  filters: ['email'],
  objects: ({ customers }) => [...customers.values()],
})

/** `DELETE /v1/customers/{id}`: detaches its payment methods; its intents stay. */
export const deleteCustomer: Endpoint = (form, id) => {
  onlyKnown(form, [])
  return (scene) => {
    const { id: deletedCustomer } = customerOf(scene, id, { param: 'id', status: 404 })
    return done({ id: deletedCustomer, object: 'customer', deleted: true }, { deletedCustomer })
  }
}
