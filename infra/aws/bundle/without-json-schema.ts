import type { Plugin } from 'esbuild'

/**
 * Leaves zod's JSON Schema generator out of the bundles: every schema refers to it, and only `npm run docs` calls it. 16 KiB a function.
 * What a bundle does with its schemas is tested on the bundles themselves.
 */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ }, () => ({
      contents: 'module.exports = {}',
    }))
  },
}
