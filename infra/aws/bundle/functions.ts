import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Lists } from '../lists.ts'
import { bundle } from './bundle.ts'
import { entriesOf } from './entries.ts'

/** The code of a function, by its name. */
export type CodeOf = (name: string) => Code

/** Bundles every function below a folder, and answers where each one's code is. */
export async function bundleFunctions(lists: Lists, outdir: string): Promise<CodeOf> {
  await bundle(entriesOf(lists), outdir)
  return (name) => Code.fromAsset(join(outdir, name))
}
