import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ }, () => ({
      contents: 'module.exports = {}',
    }))
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/(_ZodString\.init\(inst, def\);\n\}), \{\n {4}email\(params\)[\s\S]*?\n\}\);/, '$1);'),
    }))
  },
}
