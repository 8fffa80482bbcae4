import { done, type Endpoint } from './stripe-endpoint.ts'
import { onlyKnown } from './stripe-params.ts'

/** `GET /v1/account`: the account that the key is for. */
export const readAccount: Endpoint = (form) => {
  onlyKnown(form, [])
  return ({ account }) => done({ id: account, object: 'account', charges_enabled: true, details_submitted: true, type: 'standard' })
}
