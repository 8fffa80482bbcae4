import { join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { lambdaSdk } from './lambda-sdk.ts'
import { lazyBuiltins } from './lazy-builtins.ts'

/** One function's bundle to be made: its name and the source of its entry, whose imports start at the project's root. */
export interface Entry {
  readonly name: string
  readonly source: string
}

const root = join(import.meta.dirname, '../../..')

/** Entries that are no files: esbuild asks for `entry:createAccount` and gets its source. */
const entriesPlugin = (entries: readonly Entry[]): Plugin => ({
  name: 'entries',
  setup(build) {
    const sources = new Map(entries.map(({ name, source }) => [name, source]))
    build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice('entry:'.length), namespace: 'entry' }))
    build.onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
      contents: sources.get(path) ?? '',
      resolveDir: root,
      loader: 'ts',
    }))
  },
})

/**
 * Bundles every entry into `{outdir}/{name}/index.mjs`, in one call of esbuild, which reads and parses each module once for all. Nothing
 * is shared between bundles: a function is deployed again only where its own code changed, and starts from one file. `wholeSdk` keeps what
 * of the AWS SDK no Lambda function can use, for comparison.
 */
export async function bundle(entries: readonly Entry[], outdir: string, { wholeSdk = false } = {}): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(({ name }) => ({ in: `entry:${name}`, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [entriesPlugin(entries), ...(wholeSdk ? [] : [lambdaSdk]), lazyBuiltins],
  })
  return metafile
}
