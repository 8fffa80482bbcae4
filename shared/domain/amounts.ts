/**
 * A whole number of minor units, exact whatever its size: a number up to 2^53, a bigint beyond it (as the table reads numbers), so that
 * ordinary amounts compare and add up as usual.
 */
export type Amount = number | bigint

export const amountFrom = (exact: bigint): Amount => {
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : exact
}

export const isAmount = (value: unknown): boolean => Number.isSafeInteger(value) || typeof value === 'bigint'

/** The exact sum. */
export const sumOf = (amounts: readonly Amount[]): Amount => amountFrom(amounts.reduce<bigint>((sum, amount) => sum + BigInt(amount), 0n))

/** An amount in major units: 1234 with two decimals is `12.34`. */
export function formatAmount(amount: Amount, minorDigits: number): string {
  const digits = String(amount).padStart(minorDigits + 1, '0')
  return minorDigits === 0 ? digits : `${digits.slice(0, -minorDigits)}.${digits.slice(-minorDigits)}`
}
