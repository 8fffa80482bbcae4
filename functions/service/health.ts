import * as z from 'zod/mini'
import { access, operation } from '#shared/http/operation.ts'

export const health = operation({
  name: 'health',
  method: 'GET',
  path: '/v1/health',
  summary: 'Check that the service is up',
  tag: 'Service',
  access: access.open,
  services: [],
  output: z.object({ status: z.literal('ok') }),
  refuses: [],
  handle: async () => ({ status: 'ok' as const }),
})
