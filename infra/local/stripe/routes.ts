import { findRoute, type Route } from '../gateway/routes.ts'
import { readAccount } from './account.ts'
import { createCustomer, deleteCustomer, listCustomers, readCustomer } from './customers.ts'
import type { Endpoint, Execution } from './endpoint.ts'
import { unknownUrl } from './errors.ts'
import type { Form } from './form.ts'
import { cancelIntent, confirmIntent, createIntent, listIntents, readIntent } from './intents.ts'
import { attachMethod, detachMethod, readMethod } from './methods.ts'

interface StripeRoute extends Route {
  readonly endpoint: Endpoint
}

const route = (method: string, path: string, endpoint: Endpoint): StripeRoute => ({ method, path: `/v1${path}`, endpoint })

const routes: readonly StripeRoute[] = [
  route('GET', '/account', readAccount),
  route('POST', '/customers', createCustomer),
  route('GET', '/customers', listCustomers),
  route('GET', '/customers/{id}', readCustomer),
  route('DELETE', '/customers/{id}', deleteCustomer),
  route('GET', '/payment_methods/{id}', readMethod),
  route('POST', '/payment_methods/{id}/attach', attachMethod),
  route('POST', '/payment_methods/{id}/detach', detachMethod),
  route('POST', '/payment_intents', createIntent),
  route('GET', '/payment_intents', listIntents),
  route('GET', '/payment_intents/{id}', readIntent),
  route('POST', '/payment_intents/{id}/confirm', confirmIntent),
  route('POST', '/payment_intents/{id}/cancel', cancelIntent),
]

/** Finds the endpoint for a request: given its parameters, it returns how to execute it. Throws a `StripeRefusal` if there is none. */
export function findEndpoint(method: string, path: string): (form: Form) => Execution {
  const found = matching(method, path)
  if (!found) throw unknownUrl(method, path)
  return (form) => found.route.endpoint(form, found.pathParameters.id ?? '')
}

function matching(method: string, path: string) {
  try {
    return findRoute(routes, method, path)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
