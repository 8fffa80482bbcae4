import { lowerCase } from '#shared/domain/characters.ts'
import { canonicalEmail } from '#shared/domain/email.ts'

/** An address in the form in which it is compared: as Atrium does, and what Atrium takes for no address in lower case too. */
export const comparable = (address: string): string => canonicalEmail(address) ?? lowerCase(address)
