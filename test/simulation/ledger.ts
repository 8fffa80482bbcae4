import type { InvoiceLine } from '#shared/domain/invoice.ts'

/** Every event of a meter has its own digit in the sum (base 3), so that an invoice shows how often each was billed. */
const base = 3n
const digits: Readonly<Record<string, number>> = { requests: 28, storage: 23, compute: 24 }

/** An event that can be reported repeatedly, always with the same content. */
export interface Event {
  readonly id: string
  readonly meter: string
  readonly quantity: string
  readonly occurredAt?: string
}

const micro = 1_000_000n
const decimal = (quantity: bigint) => `${quantity / micro}.${String(quantity % micro).padStart(6, '0')}`
const inMicro = (text: string) => {
  const [whole = '0', part = ''] = text.split('.')
  return BigInt(whole) * micro + BigInt(part.padEnd(6, '0'))
}

/** All possible events; `monthAgo` is when every third of them happened. */
export const possibleEvents = (monthAgo: string): Event[] =>
  Object.entries(digits).flatMap(([meter, count]) =>
    Array.from({ length: count }, (_, digit) => ({
      id: `${meter}-${digit}`,
      meter,
      quantity: decimal(base ** BigInt(digit)),
      ...(digit % 3 === 1 && { occurredAt: monthAgo }),
    })),
  )

/** Compares the answers that reporters got for a workspace's events with what was billed. */
export class Ledger {
  /** Events of batches that were answered 200: each must be billed. */
  readonly #counted = new Set<string>()
  /** Events of batches with an unknown outcome: each may be billed. */
  readonly #unclear = new Set<string>()
  /** How many events were answered as new, in batches with a known answer. */
  #accepted = 0

  note(events: readonly Event[], status: number, accepted: number): void {
    for (const { id } of events) {
      if (status === 200) this.#counted.add(id)
      if (status === 0 || status >= 500) this.#unclear.add(id)
    }
    this.#accepted += accepted
  }

  /** How often each event was billed. */
  static billed(lines: readonly InvoiceLine[]): Map<string, number> {
    const times = new Map<string, number>()
    for (const { meter, quantity } of lines) {
      let left = inMicro(quantity)
      for (let digit = 0; left > 0n; digit++, left /= base) if (left % base > 0n) times.set(`${meter}-${digit}`, Number(left % base))
    }
    return times
  }

  /** What is wrong with the lines of the final invoice. */
  problemsOf(lines: readonly InvoiceLine[]): string[] {
    const billed = Ledger.billed(lines)
    const total = [...billed.values()].reduce((sum, times) => sum + times, 0)
    return [
      ...[...billed].flatMap(([id, times]) => (times > 1 ? [`event ${id} was billed ${times} times`] : [])),
      ...[...this.#counted].flatMap((id) => (billed.has(id) ? [] : [`event ${id} was accepted and is not billed`])),
      ...[...billed.keys()].flatMap((id) =>
        this.#counted.has(id) || this.#unclear.has(id) ? [] : [`event ${id} was billed, but always refused or never sent`],
      ),
      ...(this.#accepted > total ? [`${this.#accepted} events were accepted as new, ${total} are billed`] : []),
      ...(this.#unclear.size === 0 && this.#accepted < total ? [`${this.#accepted} events were accepted, ${total} are billed`] : []),
    ]
  }
}
