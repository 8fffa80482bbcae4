import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addressKey,
  base32,
  deletionIdOf,
  derivedBody,
  derivedId,
  finalInvoiceIdOf,
  fingerprint,
  invitationPlace,
  isId,
  newId,
  newInvitationId,
  workspaceIdOf,
} from '#shared/domain/ids.ts'

const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
const prefix = fc.constantFrom('acc' as const, 'ws' as const, 'prj' as const, 'key' as const, 'in' as const, 'del' as const)

test('base 32 keeps the order of bytes and tells them apart', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(Math.sign(Buffer.compare(a, b))).toBe(base32(a) < base32(b) ? -1 : base32(a) > base32(b) ? 1 : 0)
      expect(base32(a)).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/)
    }),
    { numRuns: 1_000 },
  )
})

test('base 32 has every bit of any number of bytes, five a character and none but zeros behind them', () => {
  const alphabet = [...'0123456789abcdefghjkmnpqrstvwxyz']
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const bits = [...base32(bytes)].map((character) => alphabet.indexOf(character).toString(2).padStart(5, '0')).join('')
      const given = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      expect(bits).toBe(given.padEnd(Math.ceil(given.length / 5) * 5, '0'))
    }),
  )
})

test('new ids are well-formed, distinct, and sort by creation time', () => {
  fc.assert(
    fc.property(prefix, moment, moment, (of, a, b) => {
      const [first, second] = [newId(of, a), newId(of, b)]
      expect(isId(of, first)).toBe(true)
      expect(first).not.toBe(second)
      if (a.getTime() < b.getTime()) expect(first < second).toBe(true)
    }),
  )
})

test('a derived id is the same for the same parts only', () => {
  const parts = fc.array(fc.string(), { maxLength: 3 })
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b)
      expect(derivedId('acc', ...a) === derivedId('acc', ...b)).toBe(isSame)
      expect(fingerprint(...a) === fingerprint(...b)).toBe(isSame)
      expect(isId('acc', derivedId('acc', ...a))).toBe(true)
    }),
  )
})

test('nothing else is an id', () => {
  const good = newId('ws', new Date())

  for (const text of [
    '',
    'ws_',
    good.slice(0, -1),
    `${good}0`,
    good.toUpperCase(),
    good.replace('ws', 'acc'),
    ` ${good}`,
    `${good}\n`,
    `ws_${'u'.repeat(26)}`,
  ])
    expect(isId('ws', text)).toBe(false)
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(isId('ws', text)).toBe(/^ws_[0-9a-hjkmnp-tv-z]{26}$/.test(text))
    }),
  )
})

test('an invitation’s id identifies its key, and no other text does', () => {
  fc.assert(
    fc.property(moment, fc.emailAddress(), (at, email) => {
      const workspaceId = newId('ws', at)
      const place = { workspaceId, addressKey: addressKey(workspaceId, email) }
      const id = newInvitationId(place)
      expect(invitationPlace(id)).toEqual(place)
      expect(invitationPlace(id.slice(0, -8))).toEqual(place)
      expect(newInvitationId(place)).not.toBe(id)
      for (const text of [id.slice(1), id.slice(0, -1), `${id}0`, id.toUpperCase(), `${id}\n`])
        expect(invitationPlace(text)).toBeUndefined()
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(invitationPlace(text)).toBeUndefined()
    }),
  )
})

test('an address has a different key in each workspace, which no other derivation yields', () => {
  expect(addressKey('ws_a', 'ann@example.com')).not.toBe(addressKey('ws_b', 'ann@example.com'))
  expect(addressKey('ws_a', 'ann@example.com')).not.toBe(derivedBody('', 'ws_a', 'ann@example.com'))
})

test('ids derived from a workspace’s id identify it', () => {
  fc.assert(
    fc.property(moment, (at) => {
      const id = newId('ws', at)
      const [deletion, invoice] = [deletionIdOf(id), finalInvoiceIdOf(id)]
      expect([isId('del', deletion), isId('in', invoice)]).toEqual([true, true])
      expect([workspaceIdOf(deletion), workspaceIdOf(invoice)]).toEqual([id, id])
    }),
  )
})
