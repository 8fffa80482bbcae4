/** Why the local service cannot start, in one line that its user can act upon. `main.ts` prints that line without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}
