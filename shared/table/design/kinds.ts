import * as ofUsage from './entities/usage.ts'
import * as ofWorkspaces from './entities/workspaces.ts'
import { type Declaration, isPlaceOf, type Place } from './entity.ts'

const counted = [ofWorkspaces, ofUsage].flatMap<Declaration>(Object.values).filter(({ kind }) => kind !== undefined)

/** The kind of an item of a workspace, as a deletion's receipt counts it. */
export const kindOf = (place: Place): string => counted.find((declaration) => isPlaceOf(declaration, place))?.kind ?? 'other'
