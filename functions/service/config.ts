import * as z from 'zod/mini'
import { access, operation } from '#shared/http/operation.ts'

export const config = operation({
  name: 'config',
  method: 'GET',
  path: '/v1/config',
  summary: 'Get what a client needs to sign people in',
  tag: 'Service',
  access: access.open,
  services: [],
  output: z.object({ issuer: z.string(), clientId: z.string(), appUrl: z.string() }),
  refuses: [],
  handle: async ({ settings: { ISSUER: issuer, CLIENT_ID: clientId, APP_URL: appUrl } }) => ({ issuer, clientId, appUrl }),
})
