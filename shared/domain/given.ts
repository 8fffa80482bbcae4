/** A body without what it leaves out. */
export type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** The fields that a body gives, to be set over what is stored: what it leaves out is not there, and so stays as it is. */
export const given = <T extends object>(body: T): Given<T> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Given<T>
