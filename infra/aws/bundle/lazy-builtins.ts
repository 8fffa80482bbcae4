import { isBuiltin } from 'node:module'
import type { Plugin } from 'esbuild'

const namespace = 'builtin'

/**
 * Maps Node's built-in modules to `process.getBuiltinModule`. An ESM import of one reads every export of it, and those of `node:http` load
 * the whole HTTP client of `fetch`: 80 ms of CPU at every cold start, measured, of a function that never uses it.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path }) => (isBuiltin(path) ? { path, namespace } : undefined))
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}
