import * as z from 'zod'

/** The token of an invitation link. Its form is not part of the contract: one that is off is an unknown one. */
export const tokenSchema = z
  .string()
  .min(1, 'The token of the link.')
  .max(500, 'The token of the link.')
  .meta({ description: 'What stands behind `#token=` in the link' })

/** An invitee names the invitation by the token of its link, or by its id where it is to their own verified address. */
export const answerSchema = z
  .strictObject({ token: tokenSchema.optional(), invitationId: z.string().min(1).max(200).optional() })
  .refine(({ token, invitationId }) => (token === undefined) !== (invitationId === undefined), 'Send either token or invitationId.')
