import type { Stage } from '../../aws/stages.ts'

/** A finding about the place of a deployment: what it is, where, and what to do. */
export interface Finding {
  /** Whether the deployment would fail, or would not work: then nothing is changed. Other findings are only reported. */
  readonly refuses: boolean
  readonly text: string
}

/** Where a stage is to be deployed. */
export interface Place {
  readonly stage: Stage
  readonly region: string
}

/** Checks one thing that a deployment needs, and changes nothing. Throws AWS's error if it may not look. */
export type Precondition = (place: Place) => Promise<readonly Finding[]>

export const refusal = (text: string): Finding => ({ refuses: true, text })
export const note = (text: string): Finding => ({ refuses: false, text })

/** Asks AWS for something; undefined if AWS reports, by an error with one of these names, that it does not exist. */
export async function ifThere<T>(asked: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined
    throw error
  }
}
