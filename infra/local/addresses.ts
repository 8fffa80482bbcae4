import { canonicalEmail } from '#shared/domain/email.ts'

/**
 * An address in the form in which it is compared: as Atrium does, and what Atrium takes for no address in lower case too. Of ASCII letters
 * alone: in Unicode's lower case the Kelvin sign is a k, which would make one person of two.
 */
export const comparable = (address: string): string =>
  canonicalEmail(address) ?? address.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
