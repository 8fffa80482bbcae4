import { done, type Endpoint } from './endpoint.ts'
import { onlyKnown } from './params.ts'

/** `GET /v1/account`: the account that the key belongs to. */
export const readAccount: Endpoint = (form) => {
  onlyKnown(form, [])
  return ({ account }) => done({ id: account, object: 'account', charges_enabled: true, details_submitted: true, type: 'standard' })
}
