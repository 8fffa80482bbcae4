import * as z from 'zod/mini'

/** The token of an invitation link. Consumers are promised nothing of its form: one that is off is an unknown one. */
export const tokenSchema = z
  .string()
  .check(z.minLength(1, 'Send the token from the invitation link.'), z.maxLength(500, 'Send the token from the invitation link.'))
  .register(z.globalRegistry, { description: 'The part of the link after `#token=`' })

/** An invitee names the invitation by the token of its link, or by its id if it was sent to their own verified address. */
export const answerSchema = z
  .strictObject({ token: z.optional(tokenSchema), invitationId: z.optional(z.string().check(z.minLength(1), z.maxLength(200))) })
  .check(
    z.refine(({ token, invitationId }) => (token === undefined) !== (invitationId === undefined), {
      error: 'Send exactly one of token and invitationId.',
      // Also if another field is invalid: all errors are named at once.
      when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
    }),
  )
