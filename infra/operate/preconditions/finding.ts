import type { Stage } from '../../aws/stages.ts'

/** What was found where a stage is to be deployed: what it is, where, and what to do. */
export interface Finding {
  /** Whether the deployment would fail, or would not work: then nothing is touched. Others are only told. */
  readonly refuses: boolean
  readonly text: string
}

/** Where a stage is to be deployed. */
export interface Place {
  readonly stage: Stage
  readonly region: string
}

/** Looks at one thing that a deployment needs, and changes nothing. Throws what AWS answers where it may not look. */
export type Precondition = (place: Place) => Promise<readonly Finding[]>

export const refusal = (text: string): Finding => ({ refuses: true, text })
export const note = (text: string): Finding => ({ refuses: false, text })

/** Asks AWS for something; undefined where it answers that there is no such thing, by an error of one of these names. */
export async function ifThere<T>(asked: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
}
