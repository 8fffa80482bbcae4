import { describe, expect, test } from 'vitest'
import { type Account, accountOf, accountView } from '#shared/domain/account.ts'
import { claimsTaken, isShown } from '#shared/domain/account-claims.ts'
import { addressPlace, carried, defaultWorkspaceId, foundDefaultWorkspace, foundWorkspace, newMember } from '#shared/domain/founding.ts'
import { addressKey, isId } from '#shared/domain/ids.ts'
import { accountDefaults, memberDefaults } from '#shared/domain/items-of-before.ts'
import { type Member, memberView } from '#shared/domain/member.ts'
import { isInvited, type Person, requireInvited, requireVerified } from '#shared/domain/person.ts'

const now = new Date('2026-11-24T10:00:00.000Z')
const at = now.toISOString()
const person: Person = { accountId: 'acc_a', email: 'Ann@Example.com', emailVerified: true, issuedAt: 100, name: 'Ann Lee' }
const account: Account = { id: 'acc_a', email: 'Ann@Example.com', emailVerified: true, emailIssuedAt: 100, name: 'Ann', createdAt: at }

describe('an account that is made', () => {
  test('has the token’s claims, with its name unless another was chosen', () => {
    expect(accountOf(person, now)).toEqual({ ...account, name: 'Ann Lee' })
    expect(accountOf(person, now, 'Annie').name).toBe('Annie')
    expect(accountOf({ ...person, name: undefined }, now).name).toBe('Ann')
  })

  test('with an unverified address does not outdate later tokens', () => {
    expect(accountOf({ ...person, emailVerified: false }, now)).not.toHaveProperty('emailIssuedAt')
  })

  test('is shown as verified only if it is: older accounts that do not say so count as unverified', () => {
    const shown = (rest: Partial<Account>) =>
      accountView({ account: { ...account, ...rest }, defaultWorkspace: null, defaultMember: null }).emailVerified
    const before = { ...account, ...accountDefaults }

    expect([shown({}), shown({ emailVerified: false })]).toEqual([true, false])
    expect(accountView({ account: before, defaultWorkspace: null, defaultMember: null }).emailVerified).toBe(false)
    expect(memberView({ emailVerified: true } as Member).emailVerified).toBe(true)
    expect(memberView({ emailVerified: false } as Member).emailVerified).toBe(false)
    expect(memberView(memberDefaults as Member).emailVerified).toBe(false)
  })

  test('comes with a workspace that it is the only member and admin of, with an id derived from its own', () => {
    const { workspace, member } = foundDefaultWorkspace(account)

    expect(isId('ws', workspace.id)).toBe(true)
    expect(workspace).toEqual({
      id: defaultWorkspaceId('acc_a'),
      name: 'Default Workspace',
      status: 'active',
      memberCount: 1,
      adminCount: 1,
      pendingCount: 0,
      apiKeyCount: 0,
      usageShards: 8,
      createdAt: at,
      createdBy: 'acc_a',
      updatedAt: at,
    })
    expect(member).toMatchObject({ workspaceId: workspace.id, accountId: 'acc_a', role: 'admin', joinedAt: at, isDefault: true })
    expect(defaultWorkspaceId('acc_b')).not.toBe(workspace.id)
    expect(foundWorkspace('ws_2', { name: 'Two', founder: account, at }).member).not.toHaveProperty('isDefault')
  })

  test('appears in its member rows, with the address by which others find it', () => {
    expect(newMember('ws_1', { ...account, version: 3 }, { role: 'developer', joinedAt: at })).toEqual({
      workspaceId: 'ws_1',
      addressKey: addressKey('ws_1', 'ann@example.com'),
      email: 'Ann@Example.com',
      emailVerified: true,
      name: 'Ann',
      accountVersion: 3,
      accountId: 'acc_a',
      role: 'developer',
      joinedAt: at,
    })
    expect(carried({ ...accountDefaults, id: 'acc_a', email: 'a', name: 'A', createdAt: at })).toMatchObject({
      emailVerified: false,
      accountVersion: 0,
    })
    expect(addressPlace('ws_1', { email: 'no address' }).addressKey).toBe(addressKey('ws_1', 'no address'))
  })
})

describe('what a token changes about an account', () => {
  const taken = (claims: Partial<Person>, of: Partial<Account> = {}) => claimsTaken({ ...account, ...of }, { ...person, ...claims })

  test('an unverified address never changes it', () => {
    expect(taken({ email: 'eve@example.com', emailVerified: false, issuedAt: 200 })).toBeUndefined()
    expect(taken({ email: 'eve@example.com', emailVerified: false, issuedAt: 200 }, { emailVerified: false })).toBeUndefined()
  })

  test('a newer token’s address replaces the previous one; that of an older token, or of the same, does not', () => {
    const email = 'new@example.com'

    expect(taken({ email, issuedAt: 101 })).toEqual({ email, emailVerified: true, emailIssuedAt: 101 })
    expect(taken({ email, issuedAt: 100 })).toBeUndefined()
    expect(taken({ email, issuedAt: 99 })).toBeUndefined()
    expect(
      claimsTaken({ id: 'acc_a', email: 'old@example.com', emailVerified: true, name: 'Ann', createdAt: at }, { ...person, email }),
    ).toEqual({
      email,
      emailVerified: true,
      emailIssuedAt: 100,
    })
  })

  test('an equal address keeps its first spelling, and the token outdates earlier ones', () => {
    expect(taken({ email: 'ANN@example.com', issuedAt: 101 })).toEqual({ emailIssuedAt: 101 })
  })

  test('for an account that was never verified, any verified address is a change, and verifies it', () => {
    const before = { emailVerified: false, emailIssuedAt: 500 }

    expect(taken({ issuedAt: 101 }, before)).toEqual({ emailVerified: true, emailIssuedAt: 101 })
    expect(taken({ email: 'new@example.com', issuedAt: 101 }, before)).toEqual({
      email: 'new@example.com',
      emailVerified: true,
      emailIssuedAt: 101,
    })
  })

  test('two texts that are not addresses are never equal', () => {
    expect(taken({ email: 'x', issuedAt: 101 }, { email: 'x' })).toMatchObject({ email: 'x' })
    expect(taken({ email: 'x', issuedAt: 101 })).toMatchObject({ email: 'x' })
  })

  test('member rows follow a change of address, verification or name, and of nothing else', () => {
    expect([{ email: 'x' }, { emailVerified: true }, { name: 'x' }, { emailIssuedAt: 5, name: 'x' }].map(isShown)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect([{}, { emailIssuedAt: 5 }, { version: 2 }].map(isShown)).toEqual([false, false, false])
  })
})

describe('who is invited', () => {
  const place = { workspaceId: 'ws_1', addressKey: addressKey('ws_1', 'ann@example.com') }
  const other = { workspaceId: 'ws_1', addressKey: addressKey('ws_1', 'bob@example.com') }

  test('is the member who has an equal address in that workspace', () => {
    expect([isInvited(person, place), isInvited(person, other), isInvited(person, { ...place, workspaceId: 'ws_2' })]).toEqual([
      true,
      false,
      false,
    ])
    expect(isInvited({ ...person, email: 'none' }, place)).toBe(false)
    expect(isInvited({ ...person, email: 'none' }, { workspaceId: 'ws_1', addressKey: addressKey('ws_1', '') })).toBe(true)
  })

  test('and has verified it: a different address is reported first, and each problem says what to do', () => {
    expect(() => requireInvited(person, place)).not.toThrow()
    expect(() => requireVerified(person)).not.toThrow()
    const unverified = { ...person, emailVerified: false }
    expect(() => requireInvited(unverified, other)).toThrow(
      expect.objectContaining({ code: 'email_mismatch', message: expect.stringContaining('Sign in with that address') }),
    )
    expect(() => requireInvited(unverified, place)).toThrow(
      expect.objectContaining({ code: 'email_not_verified', message: expect.stringContaining('Your e-mail address is not v') }),
    )
  })
})
