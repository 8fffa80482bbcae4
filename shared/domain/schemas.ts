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

/**
 * A list from outside. One that is too long is looked through all the same (a body is bounded), so that whatever is wrong with its entries
 * is named with it: zod passes the entries over where the first check of a list is one of its length.
 */
export const listOf = <S extends z.ZodMiniType>(entry: S, least: number, most: number) =>
  z.array(entry).check(
    z.refine(() => true),
    z.minLength(least),
    z.maxLength(most),
  )
