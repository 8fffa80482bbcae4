import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import type { Lists } from '../lists.ts'
import { bundle, type Entry } from './bundle.ts'
import { notFoundEntry, operationEntry, triggerEntry, workerEntry } from './entries.ts'

/** The entry of every function, from the lists. */
export const entriesOf = ({ operations, workers, triggers }: Lists): Entry[] => [
  ...operations.map(operationEntry),
  ...workers.map(workerEntry),
  ...triggers.map(triggerEntry),
  notFoundEntry,
]

/** The code of a function, by its name. */
export type CodeOf = (name: string) => Code

/** Bundles every function below a folder, and answers where each one's code is. */
export async function bundleFunctions(lists: Lists, outdir: string): Promise<CodeOf> {
  await bundle(entriesOf(lists), outdir)
  return (name) => Code.fromAsset(join(outdir, name))
}
