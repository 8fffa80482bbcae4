import { describe, expect, test } from 'vitest'
import type { ApiKey } from '#shared/domain/api-key.ts'
import { isGood, newSecret, permissionToGive, rolesThatGive, rotated } from '#shared/domain/api-key.ts'
import { dismissalsIn, dismissalsSoFar, isDead, vouchersOf } from '#shared/domain/dismissals.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { answerSchema } from '#shared/domain/invitation-answer.ts'
import { cooldownLeft, givenRole, hasExpired, heldBack, isOpen, newInvitation, senderIn, sentAgain } from '#shared/domain/inviting.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { invitationDefaults } from '#shared/domain/items-of-before.ts'
import { outcomeOf } from '#shared/domain/mail-events.ts'
import type { Member } from '#shared/domain/member.ts'
import { successorErrors, successorOf } from '#shared/domain/member.ts'
import { detachAt, owesDetach } from '#shared/domain/owing.ts'
import { failureOf } from '#shared/domain/payment-failure.ts'
import { invalid, Refusal } from '#shared/domain/refusals.ts'
import { isDemotion, rolesThatMay, scopeFor } from '#shared/domain/roles.ts'
import { safeForLog } from '#shared/domain/safe-for-log.ts'
import { secretHash } from '#shared/domain/secrets.ts'
import { anyInstantSchema, dayOf, earlier, epochSeconds, later, secondsToNextDay, secondsUntil } from '#shared/domain/time.ts'
import type { Workspace } from '#shared/domain/workspace.ts'

const now = new Date('2026-11-24T10:00:00.000Z')
const at = (seconds: number): string => later(now, seconds)

describe('succession', () => {
  const member = (accountId: string, role: Member['role'], joinedAt: string) => ({ accountId, role, joinedAt }) as Member
  const ann = member('acc_a', 'admin', '2026-01-01')
  const dev = member('acc_d', 'developer', '2026-03-01')
  const newerDev = member('acc_e', 'developer', '2026-04-01')
  const old = member('acc_o', 'member', '2026-02-01')
  const twin = member('acc_n', 'member', '2026-02-01')

  test('the longest-standing developer succeeds, otherwise the longest-standing member, never the one who leaves', () => {
    expect(successorOf('acc_a', [ann, old, newerDev, dev])).toBe(dev)
    expect(successorOf('acc_a', [ann, dev, newerDev, old])).toBe(dev)
    expect(successorOf('acc_a', [old, ann])).toBe(old)
    expect(successorOf('acc_d', [dev, newerDev, old])).toBe(newerDev)
    expect(successorOf('acc_a', [ann])).toBeUndefined()
  })

  test('of two who joined at the same time the same one is chosen, in whatever order they are read', () => {
    expect(successorOf('acc_a', [old, twin])).toBe(twin)
    expect(successorOf('acc_a', [twin, old])).toBe(twin)
  })

  test('a named successor must be another member', () => {
    expect(successorErrors(undefined, undefined, 'acc_a')).toEqual([])
    expect(successorErrors('acc_o', old, 'acc_a')).toEqual([])
    const detail = 'The successor must be another member of this workspace. Send their account id.'
    for (const wrong of [undefined, ann]) expect(successorErrors('acc_a', wrong, 'acc_a')).toEqual([{ pointer: '?successorId', detail }])
  })
})

describe('time', () => {
  test('times sort as text', () => {
    expect([earlier(at(1), at(2)), earlier(at(2), at(1)), earlier(at(1), at(1))]).toEqual([at(1), at(1), at(1)])
  })

  test('times are counted in seconds', () => {
    expect(later(now, 1.5)).toBe('2026-11-24T10:00:01.500Z')
    expect(secondsUntil(at(90), now)).toBe(90)
    expect(secondsUntil(at(-90), now)).toBe(-90)
    expect(dayOf(now)).toBe('2026-11-24')
    expect(epochSeconds('1970-01-01T00:01:00.001Z')).toBe(61)
  })

  test.each([
    ['2026-11-24T10:00:00.000Z', 14 * 3_600],
    ['2026-11-24T23:59:59.999Z', 1],
    ['2026-11-24T00:00:00.000Z', 86_400],
  ])('from %s the next day is %i seconds away', (moment, seconds) => {
    expect(secondsToNextDay(new Date(moment))).toBe(seconds)
  })

  test('a time from outside is converted to UTC', () => {
    expect(anyInstantSchema.parse('2026-11-24T11:00:00+01:00')).toBe('2026-11-24T10:00:00.000Z')
    expect(anyInstantSchema.safeParse('yesterday').error?.issues[0]?.message).toContain('ISO 8601')
  })
})

describe('roles', () => {
  test('the table of roles and scopes', () => {
    expect(rolesThatMay('manageInvitations')).toEqual(['admin'])
    expect(rolesThatMay('writeProjects')).toEqual(['admin', 'developer'])
    expect(rolesThatMay('reportUsage')).toEqual([])
    expect([scopeFor('readUsage'), scopeFor('manageBilling')]).toEqual(['usage:read', undefined])
  })

  test('a demotion gives fewer rights than before', () => {
    expect(isDemotion('admin', 'member')).toBe(true)
    expect(isDemotion('admin', 'admin')).toBe(false)
    expect(isDemotion('member', 'developer')).toBe(false)
  })
})

describe('API keys', () => {
  const key = { hash: 'one', former: [], expiresAt: null } as unknown as ApiKey
  const next = { hash: 'two', prefix: 'atr_2', last4: '2222' }

  test('only an admin may issue a key that reads usage', () => {
    expect(permissionToGive(['workspace:read', 'usage:read'])).toBe('readUsage')
    expect([permissionToGive(['usage:write']), permissionToGive('usage:read'), permissionToGive(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(rolesThatGive(['usage:read'])).toEqual(['admin'])
    expect(rolesThatGive(['usage:write'])).toEqual(['admin', 'developer'])
  })

  test('only a secret’s hash, beginning and end are stored', () => {
    const { secret, kept } = newSecret('ws_01k0c5r2m8q3v9xw7y4z6b1d2e', 'key_01k0c5r2m8q3v9xw7y4z6b1d2e')

    expect(kept).toEqual({ hash: secretHash(secret), prefix: secret.slice(0, 12), last4: secret.slice(-4) })
  })

  test('a secret is valid while it is current or in its grace period, and its key has not expired', () => {
    const inGrace = rotated(key, { kept: next, graceSeconds: 60, now })

    expect([isGood(inGrace, 'two', now), isGood(inGrace, 'one', now), isGood(inGrace, 'three', now)]).toEqual([true, true, false])
    expect([isGood(inGrace, 'one', new Date(at(59.999))), isGood(inGrace, 'one', new Date(at(60)))]).toEqual([true, false])
    const expiring = { ...key, expiresAt: at(10) }
    expect([isGood(expiring, 'one', new Date(at(9))), isGood(expiring, 'one', new Date(at(10)))]).toEqual([true, false])
    expect(isGood({ hash: 'one', expiresAt: null } as unknown as ApiKey, 'two', now)).toBe(false)
  })

  test('every earlier secret expires with the grace period of the last rotation at the latest, or at once if that is 0', () => {
    const twice = rotated(rotated(key, { kept: next, graceSeconds: 600, now }), { kept: { ...next, hash: 'three' }, graceSeconds: 60, now })

    expect(twice).toMatchObject({ hash: 'three', prefix: 'atr_2', last4: '2222' })
    expect(['one', 'two', 'three', 'four'].map((hash) => isGood(twice, hash, now))).toEqual([true, true, true, false])
    expect(isGood({ ...key, former: [] }, 'two', now)).toBe(false)
    expect(twice.former).toEqual([
      { hash: 'one', until: at(60) },
      { hash: 'two', until: at(60) },
    ])
    expect(rotated(rotated(key, { kept: next, graceSeconds: 60, now }), { kept: next, graceSeconds: 600, now }).former).toEqual([
      { hash: 'one', until: at(60) },
      { hash: 'two', until: at(600) },
    ])
    expect(rotated(twice, { kept: next, graceSeconds: 0, now }).former).toEqual([])
    expect(rotated({ ...key, former: undefined } as unknown as ApiKey, { kept: next, graceSeconds: 1, now }).former).toHaveLength(1)
  })

  test('the newest hundred secrets are kept', () => {
    let many = key
    for (let i = 0; i < 120; i++) many = rotated(many, { kept: { ...next, hash: String(i) }, graceSeconds: 60, now })

    expect(many.former).toHaveLength(100)
    expect(many.former?.at(-1)).toMatchObject({ hash: '118' })
  })
})

const place = { workspaceId: 'ws_01k0c5r2m8q3v9xw7y4z6b1d2e', addressKey: '01k0c5r2m8q3v9xw7y4z6b1d2e' }
const sender = { accountId: 'acc_a', name: 'Ann', after: 2 }
const workspace = { id: place.workspaceId, dismissals: 2 } as Workspace
const made = (withheld?: 'cooldown' | 'bounced' | 'suppressed'): Invitation =>
  newInvitation(place, { email: 'bob@example.com', role: 'member', sender }, withheld, { now, ttlSeconds: 60 })

describe('invitations', () => {
  test('a new one gets the full lifetime, and records its sender and the state of its e-mail', () => {
    expect(made()).toMatchObject({
      ...place,
      id: expect.stringMatching(/^inv_01k0c5r2m8q3v9xw7y4z6b1d2e01k0c5r2m8q3v9xw7y4z6b1d2e[0-9a-z]{8}$/),
      email: 'bob@example.com',
      role: 'member',
      status: 'pending',
      invitedBy: { accountId: 'acc_a', name: 'Ann' },
      sentAfter: 2,
      createdAt: at(0),
      lastSentAt: at(0),
      sendCount: 1,
      expiresAt: at(60),
      delivery: 'queued',
    })
    expect(made('bounced')).toMatchObject({ sendCount: 0, delivery: 'bounced' })
  })

  test('it is open while it is pending, unexpired, and its sender has not been dismissed since', () => {
    expect(isOpen(undefined, workspace, now)).toBe(false)
    expect(isOpen(made(), workspace, now)).toBe(true)
    expect(isOpen({ ...made(), status: 'accepted' }, workspace, now)).toBe(false)
    expect([hasExpired(made(), new Date(at(59.999))), hasExpired(made(), new Date(at(60)))]).toEqual([false, true])
    expect(isOpen(made(), workspace, new Date(at(60)))).toBe(false)
    expect(isOpen(made(), { ...workspace, 'dismissed#acc_a': 3 }, now)).toBe(false)
    expect(isOpen(made(), { ...workspace, 'dismissed#acc_a': 2 }, now)).toBe(true)
    expect(isOpen(made(), { ...workspace, 'dismissed#acc_b': 3 }, now)).toBe(true)
  })

  test('a resend changes its sender, send and expiry, and keeps its role if none is given', () => {
    const again = sentAgain(made(), undefined, { ...sender, name: 'Amy' }, { now: new Date(at(30)), ttlSeconds: 60 })

    expect(again).toMatchObject({ role: 'member', sendCount: 2, lastSentAt: at(30), expiresAt: at(90), delivery: 'queued' })
    expect(again).toMatchObject({ invitedBy: { accountId: 'acc_a', name: 'Amy' }, sentAfter: 2 })
    expect(sentAgain(made(), 'admin', sender, { now, ttlSeconds: 60 }).role).toBe('admin')
  })

  test('an invitation that is held back says why, except for the cooldown', () => {
    expect(heldBack(made(), 'complained').delivery).toBe('complained')
    expect(heldBack(made('bounced'), 'cooldown').delivery).toBe('bounced')
  })

  test('the cooldown begins with the last send; an invitation that was never sent has none', () => {
    expect(cooldownLeft(made(), 60, new Date(at(20)))).toBe(40)
    expect(cooldownLeft(made(), 60, new Date(at(80)))).toBe(0)
    expect(cooldownLeft(made('suppressed'), 60, now)).toBe(0)
  })

  test('its sender is the sending member, with the workspace’s current state', () => {
    expect(senderIn(workspace, { accountId: 'acc_a', name: 'Ann', role: 'admin' } as Member)).toEqual(sender)
  })

  test('a role that is changed without a resend also depends on the right of whoever changed it', () => {
    const changed = { ...made(), ...givenRole('admin', { accountId: 'acc_z', name: 'Zoe', after: 1 }) }

    expect(changed.role).toBe('admin')
    expect(vouchersOf(made())).toEqual([{ accountId: 'acc_a', after: 2 }])
    expect(vouchersOf(changed)).toEqual([
      { accountId: 'acc_a', after: 2 },
      { accountId: 'acc_z', after: 1 },
    ])
    expect(isDead(changed, { ...workspace, 'dismissed#acc_z': 2 })).toBe(true)
    expect(isDead({ ...made(), status: 'dead' }, workspace)).toBe(true)
  })

  test('invitations sent before dismissals were counted are older than any dismissal', () => {
    const before = { ...made(), ...invitationDefaults }

    expect(isDead(before, { ...workspace, 'dismissed#acc_a': 1 })).toBe(true)
    expect(isDead(before, workspace)).toBe(false)
    expect([dismissalsSoFar(workspace), dismissalsSoFar({})]).toEqual([2, 0])
    expect(dismissalsIn({ ...workspace, 'dismissed#acc_a': 1 })).toEqual([['dismissed#acc_a', 1]])
  })

  test('an answer names its invitation either by token or by id', () => {
    for (const good of [{ token: 'x' }, { invitationId: 'x' }, { token: 'x'.repeat(500) }, { invitationId: 'x'.repeat(200) }])
      expect(answerSchema.safeParse(good).success).toBe(true)
    const bad = [{}, { token: 'x', invitationId: 'y' }, { token: '' }, { invitationId: '' }, { token: 'x', other: 1 }]
    for (const each of [...bad, { token: 'x'.repeat(501) }, { invitationId: 'x'.repeat(201) }])
      expect(answerSchema.safeParse(each).success).toBe(false)
  })

  test.each([
    [{}, ['Send exactly one of token and invitationId.']],
    [{ token: '', invitationId: 'x' }, ['Send the token from the invitation link.', 'Send exactly one of token and invitationId.']],
    [{ other: 1 }, [expect.any(String), 'Send exactly one of token and invitationId.']],
  ])('all that is wrong with the answer %j is told at once', (answer, messages) => {
    expect(answerSchema.safeParse(answer).error?.issues.map(({ message }) => message)).toEqual(messages)
  })

  test.each([null, undefined, 'token', 7, [[]], [['token']]])('the answer %j is told to be no object, and no more', (answer) => {
    expect(answerSchema.safeParse(answer).error?.issues).toMatchObject([{ code: 'invalid_type', path: [] }])
  })

  test('good news about an e-mail does not overwrite bad news', () => {
    expect(outcomeOf.bounced).toEqual({ shows: 'bounced', over: ['sent', 'suppressed'], blocks: 'bounced' })
    expect(outcomeOf.complained).toEqual({ shows: 'complained', over: ['sent', 'suppressed', 'bounced'], blocks: 'complained' })
    expect(outcomeOf.rejected).toEqual({ shows: 'suppressed', over: ['sent'] })
    expect(outcomeOf.delivered).toBeUndefined()
  })
})

describe('what an invoice owes to the provider', () => {
  const invoice = { status: 'open', issuedAt: at(0), billing: { paymentMethodId: 'pm_1' } } as Invoice

  test('a payment method is due for detaching until it is detached', () => {
    expect([owesDetach(invoice), owesDetach({ ...invoice, detached: true }), owesDetach({ status: 'open' } as Invoice)]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('an open invoice keeps its payment method for 90 days, any other does not', () => {
    expect(detachAt(invoice, at(5))).toBe(at(90 * 86_400))
    expect(detachAt({ ...invoice, status: 'paid' }, at(5))).toBe(at(5))
    expect(detachAt({ ...invoice, issuedAt: null }, at(5))).toBe(at(5))
  })

  test.each(['stolen_card', 'lost_card', 'fraudulent', 'pickup_card', 'generic_decline', 'do_not_honor'])(
    'that a card is declined as %s is not told',
    (declineCode) => {
      expect(failureOf({ kind: 'declined', declineCode })).toBe(
        'The card was declined. Use another card, or contact the bank that issued it.',
      )
    },
  )

  test.each([
    [{ kind: 'declined', declineCode: 'insufficient_funds' }, 'insufficient funds'],
    [{ kind: 'declined', declineCode: 'expired_card' }, 'expired'],
    [{ kind: 'declined', declineCode: 'authentication_required' }, 'authenticate'],
    [{ kind: 'methodUnusable' }, 'can no longer be used'],
    [{ kind: 'tooLarge' }, 'another way'],
    [{ kind: 'tooSmall' }, 'too small'],
    [{ kind: 'customerMissing' }, 'Try again'],
  ] as const)('%j is told to the payer', (reason, words) => {
    expect(failureOf(reason)).toContain(words)
  })
})

describe('refusals and errors', () => {
  test('a refusal asks to wait for at least one whole second, or not at all', () => {
    expect(new Refusal('unavailable', 'x', { retryAfter: 0.2 }).retryAfter).toBe(1)
    expect(new Refusal('unavailable', 'x', { retryAfter: 1.2 }).retryAfter).toBe(2)
    expect(new Refusal('unavailable', 'x').retryAfter).toBeUndefined()
  })

  test('a refusal keeps its cause, its name and its field', () => {
    const cause = new Error('why')

    expect(new Refusal('unavailable', 'x', { cause })).toMatchObject({ name: 'Refusal', message: 'x', cause })
    expect(invalid('/name', 'Too long')).toMatchObject({
      code: 'invalid_request',
      message: 'Too long',
      errors: [{ pointer: '/name', detail: 'Too long' }],
    })
  })

  test('the log has an error’s names and stack frames, but not its message', () => {
    const told = safeForLog(new TypeError('secret', { cause: new RangeError('secret') })) as { stack: string[]; cause: { name: string } }

    expect(told).toMatchObject({ name: 'TypeError', cause: { name: 'RangeError' } })
    expect(told.stack[0]).toContain('    at ')
    expect(JSON.stringify(told)).not.toContain('secret')
    expect(safeForLog(undefined)).toEqual({})
    expect(safeForLog(new Error('x', { cause: 'secret' }))).not.toHaveProperty('cause')
  })
})
