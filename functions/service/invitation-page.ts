import * as z from 'zod/mini'
import { access, operation, Reply } from '#shared/http/operation.ts'
import { invitationPage as page } from '#shared/page/invitation-page.ts'

export const invitationPage = operation({
  name: 'invitationPage',
  method: 'GET',
  path: '/invitations',
  head: true,
  summary: 'The page that an invitation link opens; opening it accepts nothing',
  tag: 'Service',
  access: access.open,
  services: [],
  output: z.string(),
  produces: 'text/html',
  refuses: [],
  handle: async ({ settings }) => {
    const { html, headers } = page({ issuerOrigin: new URL(settings.ISSUER).origin, connectOrigins: settings.SIGN_IN_ORIGINS })
    return new Reply(html, { headers })
  },
})
