import { lowerCase } from '#shared/domain/characters.ts'
import { canonicalEmail } from '#shared/domain/email.ts'

/** Returns an address in the form used for comparison, as Atrium does. What Atrium does not accept as an address is lower-cased too. */
export const comparable = (address: string): string => canonicalEmail(address) ?? lowerCase(address)
