import type { Role } from '#shared/domain/roles.ts'

const ranks: Readonly<Record<Role, number>> = { admin: 2, developer: 1, member: 0 }

/** Something that a person tries, by name. */
export type Act =
  | { readonly kind: 'invite'; readonly by: string; readonly to: string; readonly role: Role | undefined }
  | { readonly kind: 'accept' | 'decline'; readonly by: string }
  | { readonly kind: 'revoke' | 'remove'; readonly by: string; readonly to: string }
  | { readonly kind: 'leave'; readonly by: string; readonly successor: string | undefined }
  | { readonly kind: 'setRole'; readonly by: string; readonly to: string; readonly role: Role }
  | { readonly kind: 'wait'; readonly days: number }

/**
 * Who is a member of a workspace and who is invited, as docs/api.md has it, in its simplest form: no table, no races. `attempt` returns the
 * outcome, or the code of the refusal.
 */
export class Membership {
  /** In the order in which they joined. */
  readonly #members = new Map<string, Role>()
  readonly #invited = new Map<string, { role: Role; day: number; by: string }>()
  readonly #accepted = new Map<string, number>()
  #day = 0

  constructor(founder: string) {
    this.#members.set(founder, 'admin')
  }

  attempt(act: Act): string {
    switch (act.kind) {
      case 'wait':
        this.#day += act.days
        return 'ok'
      case 'invite':
        return this.#asAdmin(act.by) ?? this.#invite(act.to, act.role, act.by)
      case 'accept':
        return this.#accept(act.by)
      case 'decline':
        return this.#end(act.by)
      case 'revoke':
        return this.#asAdmin(act.by) ?? this.#end(act.to)
      case 'leave':
        return this.#leave(act.by, act.successor)
      case 'remove':
        return act.by === act.to ? this.#leave(act.by, undefined) : (this.#asAdmin(act.by) ?? this.#remove(act.to))
      case 'setRole':
        return this.#asAdmin(act.by) ?? this.#setRole(act.to, act.role)
    }
  }

  /** A current member. */
  insider = (): string => [...this.#members.keys()][0] ?? ''

  seen = () => ({
    members: [...this.#members],
    pending: [...this.#invited].flatMap(([name, { role }]) => (this.#isOpen(name) ? [[name, role]] : [])).sort(),
  })

  #asAdmin(name: string): string | undefined {
    if (!this.#members.has(name)) return 'workspace_not_found'
    return this.#members.get(name) === 'admin' ? undefined : 'forbidden'
  }

  #admins = (): string[] => [...this.#members].filter(([, role]) => role === 'admin').map(([name]) => name)

  #isOpen(name: string): boolean {
    const invitation = this.#invited.get(name)
    return invitation !== undefined && this.#day - invitation.day < 7
  }

  #invite(name: string, role: Role | undefined, by: string): string {
    if (this.#members.has(name)) return 'already_member'
    const isOpen = this.#isOpen(name)
    const before = isOpen ? this.#invited.get(name)?.role : undefined
    const given = role ?? before ?? 'member'
    this.#invited.set(name, { role: given, day: this.#day, by })
    this.#accepted.delete(name)
    return `${isOpen ? 'resent' : 'invited'} as ${given}`
  }

  #accept(name: string): string {
    const invitation = this.#invited.get(name)
    if (invitation && !this.#isOpen(name)) return 'invitation_expired'
    if (invitation) {
      this.#members.set(name, invitation.role)
      this.#invited.delete(name)
      this.#accepted.set(name, this.#day)
      return 'ok'
    }
    const isRemembered = this.#day - (this.#accepted.get(name) ?? Number.NEGATIVE_INFINITY) < 7
    return isRemembered && this.#members.has(name) ? 'ok' : 'invitation_not_found'
  }

  #end(name: string): string {
    if (!this.#invited.has(name)) return 'invitation_not_found'
    if (!this.#isOpen(name)) return 'invitation_expired'
    this.#invited.delete(name)
    return 'ok'
  }

  #leave(name: string, successor: string | undefined): string {
    if (!this.#members.has(name)) return 'workspace_not_found'
    if (successor !== undefined && (successor === name || !this.#members.has(successor))) return 'invalid_request'
    if (this.#members.size === 1) return 'last_member'
    const isLastAdmin = this.#admins().join() === name
    this.#members.delete(name)
    if (isLastAdmin) this.#members.set(successor ?? this.#heir(), 'admin')
    return 'ok'
  }

  #heir(): string {
    const others = [...this.#members]
    const [heir] = others.find(([, role]) => role === 'developer') ?? others[0] ?? ['']
    return heir
  }

  #remove(name: string): string {
    if (!this.#members.delete(name)) return 'member_not_found'
    this.#dismiss(name)
    return 'ok'
  }

  /** The invitations that they sent last are dead. */
  #dismiss(name: string): void {
    for (const [invited, { by }] of this.#invited) if (by === name) this.#invited.delete(invited)
  }

  #setRole(name: string, role: Role): string {
    if (!this.#members.has(name)) return 'member_not_found'
    if (role !== 'admin' && this.#admins().join() === name) return 'last_admin'
    if (ranks[role] < ranks[this.#members.get(name) as Role]) this.#dismiss(name)
    this.#members.set(name, role)
    return 'ok'
  }
}
