import * as z from 'zod/mini'
import { type Amount, isAmount } from './amounts.ts'

export const id = (prefix: string, what: string) =>
  z.string().register(z.globalRegistry, { description: `Id of ${what}`, examples: [`${prefix}_01k0c5r2m8q3v9xw7y4z6b1d2e`] })

export const decimal = (what: string) =>
  z.string().register(z.globalRegistry, { description: `${what}, a decimal string`, examples: ['12.5'] })
export const minorUnits = z.custom<Amount>(isAmount).register(z.globalRegistry, {
  description: 'A whole number in minor units of the currency, exact even beyond 2^53',
  examples: [1234],
  override: { type: 'integer' },
})

export const accountIdSchema = id('acc', 'an account')

export const workspaceIdSchema = id('ws', 'a workspace')
