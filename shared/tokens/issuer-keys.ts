import { FetchError } from 'aws-jwt-verify/error'
import { type PenaltyBox, SimpleJwksCache } from 'aws-jwt-verify/jwk'

/** How the issuer's keys are fetched. */
export type Fetcher = { fetch(uri: string): Promise<ArrayBuffer> }

export type KeySet = Awaited<ReturnType<SimpleJwksCache['getJwks']>>

/** Two clocks in milliseconds. */
export interface Clocks {
  /** Never goes back, from any origin; it may stand still while the process does. */
  readonly clock: () => number
  /** Since 1970; somebody may set it. */
  readonly now: () => number
}

/** When the last fetch began, and when the one began that brought the keys, by both clocks. */
interface Times {
  asked: readonly [number, number]
  fetched: readonly [number, number] | undefined
}

interface Opening extends Clocks {
  readonly fetcher: Fetcher
  /** Is told of every key set that is not the one before. */
  readonly changed: (keySet: KeySet) => void
}

/** How long keys are good without being fetched again, in milliseconds: a key that the issuer took back is refused an hour later at most. */
const goodForMs = 3_600_000

/** The issuer's keys: fetched for the first token, for one that names an unknown key, and where they were fetched an hour ago. */
export class IssuerKeys extends SimpleJwksCache {
  readonly #opening: Opening
  readonly #times: Times
  #text: string | undefined

  constructor(opening: Opening) {
    const { fetcher, clock, now } = opening
    const times: Times = { asked: [0, 0], fetched: undefined }
    const fetch = (uri: string) => {
      times.asked = [clock(), now()]
      return fetcher.fetch(uri)
    }
    super({ fetcher: heldBack({ fetch }, clock), penaltyBox: noPenalty })
    this.#opening = opening
    this.#times = times
  }

  /** Whether they are older than an hour, by the clock that went further since. */
  get areOld(): boolean {
    const { fetched } = this.#times
    if (!fetched) return false
    const { clock, now } = this.#opening
    return Math.max(clock() - fetched[0], now() - fetched[1]) >= goodForMs
  }

  override async getJwks(uri: string): Promise<KeySet> {
    const keySet = await super.getJwks(uri)
    this.#times.fetched = this.#times.asked
    const text = JSON.stringify(keySet)
    if (text !== this.#text) {
      this.#text = text
      this.#opening.changed(keySet)
    }
    return keySet
  }

  override async getJwk(...[uri, jwt]: Parameters<SimpleJwksCache['getJwk']>): ReturnType<SimpleJwksCache['getJwk']> {
    if (this.areOld) await this.getJwks(uri)
    return super.getJwk(uri, jwt)
  }
}

/** How often the issuer's keys are fetched: so many times at once, and once more after so many milliseconds each. */
const fetchesAtOnce = 10
const fetchIntervalMs = 5_000

/**
 * Keys are fetched again for a token that names one that is not known yet: the issuer may have made it since. As anybody can name one that
 * never was, fetches are limited, in a process. Who names an unknown one while they are used up may be right, so that is no refusal: the
 * next fetch decides. Who names a known one needs none.
 */
function heldBack(fetcher: Fetcher, clock: () => number): Fetcher {
  let left = fetchesAtOnce
  let since = clock()
  return {
    fetch: async (uri) => {
      const grown = Math.floor((clock() - since) / fetchIntervalMs)
      left = Math.min(fetchesAtOnce, left + grown)
      since = left === fetchesAtOnce ? clock() : since + grown * fetchIntervalMs
      if (left === 0) throw new FetchError(uri, 'The signing keys were fetched too often')
      left--
      return fetcher.fetch(uri)
    },
  }
}

/** The library's own would refuse (401) whoever comes with a new key within ten seconds of somebody who named one that is none. */
const noPenalty: PenaltyBox = {
  wait: async () => {},
  registerFailedAttempt: () => {},
  registerSuccessfulAttempt: () => {},
}
