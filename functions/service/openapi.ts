import * as z from 'zod/mini'
import { access, operation } from '#shared/http/operation.ts'
import document from '../../docs/openapi.json' with { type: 'json' }

export const openapi = operation({
  name: 'openapi',
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'Get the OpenAPI 3.1 document of this API',
  tag: 'Service',
  access: access.open,
  services: [],
  output: z.looseObject({ openapi: z.string() }).register(z.globalRegistry, { description: 'An OpenAPI 3.1 document' }),
  refuses: [],
  handle: async () => document,
})
