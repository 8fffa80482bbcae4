import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Kept {
  readonly payload: AdapterPayload
  readonly until: number
}

/**
 * Holds the issuer's short-lived state: sign-ins in progress, sessions, codes. It is in memory, so people sign in again after a restart;
 * their access tokens stay valid, because only the key is needed to check them.
 */
export function memoryStore(): (kind: string) => Adapter {
  const kept = new Map<string, Kept>()
  const read = (key: string) => {
    const found = kept.get(key)
    if (found && found.until <= Date.now()) kept.delete(key)
    return found && found.until > Date.now() ? found.payload : undefined
  }
  return (kind) => adapter(kind, kept, read)
}

function adapter(kind: string, kept: Map<string, Kept>, read: (key: string) => AdapterPayload | undefined): Adapter {
  const keyOf = (id: string) => `${kind}:${id}`
  const findBy = (matches: (payload: AdapterPayload) => boolean) =>
    [...kept.keys()]
      .filter((key) => key.startsWith(`${kind}:`))
      .map(read)
      .find((payload) => payload && matches(payload))
  return {
    async upsert(id, payload, expiresIn = 86_400) {
      kept.set(keyOf(id), { payload, until: Date.now() + expiresIn * 1000 })
    },
    find: async (id) => read(keyOf(id)),
    findByUid: async (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
    async consume(id) {
      const payload = read(keyOf(id))
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      kept.delete(keyOf(id))
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key)
    },
  }
}
