import { entity, type Item, type Key, type Place } from '#shared/table/design/entity.ts'

/** A table key with any text, even one that the design does not know. */
export const rawKey = <T = object>({ pk, sk }: Place): Key<T> =>
  entity({ is: 'an item of any kind' as Item<T>, pk: '<pk>', sk: '<sk>' })({ pk, sk })
