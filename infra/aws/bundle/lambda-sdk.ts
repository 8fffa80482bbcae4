import { join } from 'node:path'
import type { Plugin } from 'esbuild'

/** A module of the SDK that no Lambda function can use, and what stands in its place. */
interface Replacement {
  /** A package or a part of one, or a file within one without its ending. */
  readonly module: string
  /** The file in `in-lambda/` that takes its place. */
  readonly by: string
  /** What begins the paths below node_modules of all that stays out of a bundle by it. */
  readonly keepsOut: readonly string[]
}

const config = '@smithy/core/dist-es/submodules/config'

/** Every one there is. A test fails where the SDK has no such module any more, and where one of them is in a bundle all the same. */
export const replacements: readonly Replacement[] = [
  {
    module: '@aws-sdk/credential-provider-node',
    by: 'credentials',
    keepsOut: [
      '@aws-sdk/credential-provider-',
      '@smithy/credential-provider-imds/',
      '@aws-sdk/token-providers/',
      '@aws-sdk/nested-clients/',
    ],
  },
  {
    module: '@aws-sdk/middleware-endpoint-discovery',
    by: 'endpoint-discovery',
    keepsOut: ['@aws-sdk/middleware-endpoint-discovery/', '@aws-sdk/endpoint-cache/'],
  },
  {
    module: '@smithy/core/event-streams',
    by: 'event-streams',
    keepsOut: ['@smithy/core/dist-es/submodules/event-streams/'],
  },
  {
    module: `${config}/shared-ini-file-loader/loadSharedConfigFiles`,
    by: 'config-files',
    keepsOut: ['loadSharedConfigFiles', 'parseIni', 'readFile'].map((name) => `${config}/shared-ini-file-loader/${name}.js`),
  },
  {
    module: `${config}/config-resolver/regionConfig/getInstanceMetadataRegion`,
    by: 'instance-metadata',
    keepsOut: [`${config}/config-resolver/regionConfig/getInstanceMetadataRegion.js`],
  },
]

const lastPart = (module: string): string => module.split('/').at(-1) ?? ''

const replacedBy = new Map(replacements.map(({ module, by }) => [module, join(import.meta.dirname, 'in-lambda', `${by}.ts`)]))

/** Within a package files import each other by relative paths: `node_modules/@smithy/core/dist-es/a/b` is `@smithy/core/dist-es/a/b`. */
const moduleAt = (path: string, folder: string): string =>
  path.startsWith('.') ? (join(folder, path).split('/node_modules/').at(-1) ?? '') : path

/** Leaves out of a bundle what of the AWS SDK no Lambda function can use. What runs elsewhere has the SDK as it is. */
export const lambdaSdk: Plugin = {
  name: 'lambda-sdk',
  setup(build) {
    const filter = new RegExp(`(^|/)(${replacements.map(({ module }) => lastPart(module)).join('|')})$`)
    build.onResolve({ filter }, ({ path, resolveDir }) => {
      const by = replacedBy.get(moduleAt(path, resolveDir))
      return by === undefined ? undefined : { path: by }
    })
  },
}
